"""What the page is given: the ledger and what the catalogue says of it, in columns over one table of strings.

A column is a list with a number for each row; a number in it is a place in ``strings`` unless said otherwise. Rows of
duties are written as a letter a responsibility (:data:`LETTERS`), and the same row stands once.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from demarcate.catalog import Catalog
from demarcate.catalog.snippets import example_template
from demarcate.model import Control, Duty, Ledger, LedgerResource, Outcome, Party, Scope, Severity, SplitCell, Status
from demarcate.report import nist
from demarcate.report.formats import RenderOptions, timestamp

PARTIES: Final = tuple(Party)
STATUSES: Final = tuple(Status)
OUTCOMES: Final = tuple(Outcome)
SEVERITIES: Final = tuple(Severity)
LETTERS: Final = {
    (party, status): chr(ord("A") + number * len(STATUSES) + place)
    for number, party in enumerate(PARTIES)
    for place, status in enumerate(STATUSES)
}
"""A duty's party and status as one letter: party × 8 + status, from ``A``; ``_`` where there is no such duty."""
_FRAMEWORK_TITLES: Final = {
    "nist-800-53-r5": "NIST SP 800-53 Rev. 5",
    "fsbp": "AWS Foundational Security Best Practices",
    "cis-aws-5.0": "CIS AWS Foundations Benchmark 5.0",
    "pci-dss-4.0": "PCI DSS 4.0.1",
}


class Strings:
    """A table of strings: each once, known by its place; the empty one is at 0."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {"": 0}

    def of(self, text: str | None) -> int:
        """The place of a string; ``None`` is the empty one."""
        return self._places.setdefault(text or "", len(self._places))

    def all_of(self, texts: Iterable[str]) -> list[int]:
        """The places of several."""
        return [self.of(each) for each in texts]

    def table(self) -> list[str]:
        """The strings in their places; halves of surrogate pairs, which UTF-8 cannot hold, are replaced."""
        return [
            each if each.isascii() else each.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            for each in self._places
        ]


def payload(ledger: Ledger, data: Catalog, options: RenderOptions) -> dict[str, Any]:
    """Everything that the page shows, as what JSON can hold."""
    strings = Strings()
    responsibilities = {name: number for number, name in enumerate(data.responsibilities)}
    types = sorted({each.type for each in ledger.resources})
    controls = nist.controls_of(ledger, data)
    subjects = _subjects(ledger)
    return {
        "version": 1,
        "tool": msgspec.to_builtins(ledger.tool),
        "timestamp": timestamp(ledger, options),
        "summary": msgspec.to_builtins(ledger.summary),
        "sourceUrl": options.source_url if options.source_url.startswith("https://") else "",
        "parties": PARTIES,
        "statuses": STATUSES,
        "outcomes": OUTCOMES,
        "severities": SEVERITIES,
        "responsibilities": [
            {
                "id": each.id, "title": each.title, "group": each.group, "layer": each.layer, "scope": each.scope,
                "class": each.control_class, "definition": each.definition, "source": _link(each.source),
                "nist": each.nist_800_53_r5,
            }
            for each in data.responsibilities.values()
        ],
        "offerings": [_offering(name, cells, responsibilities, data, strings) for name, cells in ledger.splits.items()],
        "types": [_type(name, ledger, data, responsibilities, strings) for name in types],
        "resources": _resources(ledger, types, strings),
        "duties": _duties(ledger, responsibilities, subjects),
        "subjects": [[scope, strings.of(subject)] for scope, subject in subjects],
        "connections": _connections(ledger, strings),
        "controls": _controls(ledger, controls, responsibilities, data, strings),
        "findings": _findings(ledger, responsibilities, subjects, strings),
        "frameworks": {
            name: _FRAMEWORK_TITLES.get(name, name)
            for name in sorted({name for each in controls.values() for name in data.framework_ids(each)})
        },
        "nist": _nist(ledger, data, responsibilities, strings),
        "skipped": [[strings.of(each.where), strings.of(each.what), strings.of(each.why), each.level == "error"]
                    for each in ledger.skipped],
        "strings": strings.table(),
    }  # fmt: skip


def _link(url: str | None) -> str:
    """A page of the catalogue's; the user's own catalogue may name others, which are not made links."""
    return url if url is not None and url.startswith("https://") else ""


def _subjects(ledger: Ledger) -> dict[tuple[str, str], int]:
    """The accounts and organisations that have duties, in the ledger's order."""
    found: dict[tuple[str, str], int] = {}
    for each in ledger.duties:
        if each.scope is not Scope.RESOURCE:
            found.setdefault((each.scope.value, each.resource), len(found))
    return found


def _offering(
    name: str, cells: Mapping[str, SplitCell], places: Mapping[str, int], data: Catalog, strings: Strings
) -> dict[str, Any]:
    found, service = data.offering(name), data.service_of(name)
    split: list[list[int] | None] = [None] * len(places)
    for responsibility, cell in cells.items():
        if responsibility in places:
            texts = (cell.reason, _link(cell.source), cell.aws, cell.customer)
            unverified = cell.confidence == "unverified"
            split[places[responsibility]] = [PARTIES.index(cell.party), *strings.all_of(texts), int(unverified)]
    return {
        "id": name,
        "title": found.title if found else name,
        "service": name.partition(".")[0],
        "serviceTitle": service.title if service else name.partition(".")[0],
        "boundary": found.boundary if found else _boundary(cells, data),
        "because": found.because if found else "",
        "model": found.service_model if found else "",
        "source": _link(found.source if found and found.source else service.documentation if service else ""),
        "split": split,
    }


def _boundary(cells: Mapping[str, SplitCell], data: Catalog) -> str:
    """The highest layer that is AWS's, for an offering that the catalogue at hand does not have."""
    layers = [
        (each.layer, name)
        for name, each in data.responsibilities.items()
        if each.layer is not None and name in cells and cells[name].party is Party.AWS
    ]
    return max(layers)[1] if layers else "none"


def _type(name: str, ledger: Ledger, data: Catalog, places: Mapping[str, int], strings: Strings) -> dict[str, Any]:
    knobs: dict[int, list[int]] = {}
    for node in data.properties_of(name):
        if node.responsibility in places:
            knobs.setdefault(places[node.responsibility], []).append(strings.of(node.path))
    reasons = ledger.not_applicable.get(name, {})
    return {
        "name": strings.of(name),
        "reasons": {places[key]: strings.of(why) for key, why in sorted(reasons.items()) if key in places},
        "knobs": knobs,
    }


_TEXTS: Final = ("id", "name", "account", "region", "role", "holds", "classification", "why", "uncertain", "action")


def _resources(ledger: Ledger, types: list[str], strings: Strings) -> dict[str, Any]:
    offerings = {name: number for number, name in enumerate(ledger.splits)}
    kinds = {name: number for number, name in enumerate(types)}
    numbers = {each.id: number for number, each in enumerate(ledger.resources)}
    columns: dict[str, Any] = {name: [strings.of(getattr(each, name)) for each in ledger.resources] for name in _TEXTS}
    columns["type"] = [kinds[each.type] for each in ledger.resources]
    columns["offering"] = [offerings[each.offering] for each in ledger.resources]
    columns |= _places([each.declared for each in ledger.resources], strings)
    columns["construct"] = [strings.of(each.declared.path) for each in ledger.resources]
    columns["code"] = [strings.of(each.declared.source) for each in ledger.resources]
    columns["of"] = _sparse(ledger, lambda each: [numbers[other] for other in each.of if other in numbers])
    columns["candidates"] = _sparse(ledger, lambda each: [offerings[name] for name in each.candidates])
    # which properties are written, where the ledger says so
    columns["written"] = _sparse(ledger, lambda each: strings.all_of(getattr(each, "written", ())))
    return columns


def _sparse(ledger: Ledger, values: Any) -> dict[int, list[int]]:
    """A column of lists of which most are empty: resource → list."""
    return {number: found for number, each in enumerate(ledger.resources) if (found := values(each))}


def _places(declared: list[Any], strings: Strings) -> dict[str, list[int]]:
    return {"file": [strings.of(each.file) for each in declared], "line": [each.line or 0 for each in declared]}


def _duties(ledger: Ledger, places: Mapping[str, int], subjects: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    """Rows of letters, for each resource and then for each account and organisation the place of its row."""
    numbers = {each.id: number for number, each in enumerate(ledger.resources)}
    cells = [["_"] * len(places) for _ in range(len(numbers) + len(subjects))]
    for each in ledger.duties:
        row = _row(each, numbers, subjects)
        if row is not None and each.responsibility in places:
            cells[row][places[each.responsibility]] = LETTERS[each.party, each.status]
    rows: dict[str, int] = {}
    return {"row": [rows.setdefault("".join(each), len(rows)) for each in cells], "rows": list(rows)}


def _row(each: Duty, numbers: Mapping[str, int], subjects: Mapping[tuple[str, str], int]) -> int | None:
    if each.scope is Scope.RESOURCE:
        return numbers.get(each.resource)
    return len(numbers) + subjects[each.scope.value, each.resource]


def _connections(ledger: Ledger, strings: Strings) -> dict[str, list[int]]:
    numbers = {each.id: number for number, each in enumerate(ledger.resources)}
    known = [each for each in ledger.connections if each.source in numbers and each.target in numbers]
    return {
        "from": [numbers[each.source] for each in known],
        "to": [numbers[each.target] for each in known],
        "kind": [strings.of(each.kind) for each in known],
        "via": [strings.of(each.via) for each in known],
    }


def _controls(
    ledger: Ledger, known: Mapping[str, Control], places: Mapping[str, int], data: Catalog, strings: Strings
) -> list[dict[str, Any]]:
    """The controls of the findings, by id; one that the catalogue at hand does not have is known by its id alone."""
    found: list[dict[str, Any]] = []
    for name in sorted({each.control for each in ledger.findings}):
        each = known.get(name)
        if each is None:
            found.append({"id": name})
            continue
        snippet = each.snippets.cloudformation or example_template(each)
        texts = {"title": each.title, "why": each.why, "fix": each.fix, "source": _link(each.source),
                 "snippet": snippet, "terraform": each.snippets.terraform}  # fmt: skip
        found.append(
            {"id": name, "frameworks": data.framework_ids(each), "unverified": not data.is_verified(each)}
            | {key: strings.of(text) for key, text in texts.items()}
        )
    return found


def _findings(
    ledger: Ledger, places: Mapping[str, int], subjects: Mapping[tuple[str, str], int], strings: Strings
) -> dict[str, Any]:
    """The findings; ``duty`` is the row of the duty that one bears on (of the account, where that has the duty)."""
    numbers = {each.id: number for number, each in enumerate(ledger.resources)}
    accounts = {subject: len(numbers) + row for (scope, subject), row in subjects.items() if scope == Scope.ACCOUNT}
    of = {each.id: each for each in ledger.resources}
    controls = {name: number for number, name in enumerate(sorted({each.control for each in ledger.findings}))}
    outcomes = {each.value: number for number, each in enumerate(OUTCOMES)}
    severities = {each.value: number for number, each in enumerate(SEVERITIES)}
    above = {each.responsibility for each in ledger.duties if each.scope is not Scope.RESOURCE}
    found = [each for each in ledger.findings if each.responsibility in places
             and (each.resource in numbers or each.resource in accounts)]  # fmt: skip
    columns: dict[str, Any] = {
        "control": [controls[each.control] for each in found],
        "subject": [numbers.get(each.resource, accounts.get(each.resource, 0)) for each in found],
        "duty": [
            accounts[_account(of, each.resource)] if each.responsibility in above else numbers.get(each.resource, 0)
            for each in found
        ],
        "responsibility": [places[each.responsibility] for each in found],
        "outcome": [outcomes[each.outcome] for each in found],
        "severity": [severities[each.severity] for each in found],
        "message": [strings.of(each.message) for each in found],
        "evidence": [strings.of(_plain(each.evidence)) for each in found],
    }
    columns |= _places([each.declared for each in found], strings)
    columns["accepted"] = {
        number: strings.all_of((each.accepted.reason, each.accepted.owner, each.accepted.until))
        for number, each in enumerate(found)
        if each.accepted is not None
    }
    return columns


def _account(of: Mapping[str, LedgerResource], resource: str) -> str:
    found = of.get(resource)
    return found.account if found is not None else resource


def _plain(evidence: Mapping[str, Any]) -> str:
    return msgspec.json.encode(evidence).decode() if evidence else ""


def _nist(ledger: Ledger, data: Catalog, places: Mapping[str, int], strings: Strings) -> dict[str, Any]:
    """The controls of NIST SP 800-53, with what each party does for them and the offerings it holds for."""
    offerings = {name: number for number, name in enumerate(ledger.splits)}

    def halves(control: nist.NistControl, party: Party) -> list[list[Any]]:
        return [[strings.of(text), [offerings[name] for name in names]] for text, names in control.halves(party)]

    known = nist.titles()
    return {
        "title": known.title,
        "source": _link(known.source),
        "families": known.families,
        "controls": [
            {
                "id": each.id,
                "title": each.title,
                "origination": each.origination,
                "status": STATUSES.index(each.status),
                "responsibilities": [places[name] for name in each.responsibilities],
                "controls": each.controls,
                "counts": [each.counts[status.value] for status in STATUSES],
                "parties": [each.parties[party.value] for party in PARTIES],
                "undecided": each.undecided,
                "aws": halves(each, Party.AWS),
                "customer": halves(each, Party.CUSTOMER),
            }
            for each in nist.by_control(ledger, data)
        ],
    }
