"""The same infrastructure in CloudFormation and in Terraform: the same offerings, parties and outcomes.

``pairs/<service>.yaml`` holds the pairs. Both sides are written by hand from the documentation of CloudFormation and of
the provider; ``names`` says which logical id is which address. What the ledgers must agree on is everything but the
places and the wording: type, offering, role, the party and the status of every duty, and the outcome of every control.
"""

import json
import re
from functools import cache
from pathlib import Path

import msgspec
import pytest
import yaml

import make_plan
from demarcate import assess
from demarcate.catalog import catalog
from demarcate.model import Ledger
from demarcate.sources.terraform.mapping import mappings

FOLDER = Path(__file__).parent / "pairs"


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One pair: a template and a configuration. ``names`` maps logical ids to addresses; ``different`` maps a control
    or a responsibility to the reason why the two sides cannot agree on it."""

    name: str
    cloudformation: str
    terraform: str
    names: dict[str, str]
    different: dict[str, str] = {}


class Pairs(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The pairs of a service."""

    service: str
    pairs: list[Pair]


@cache
def _files() -> dict[str, Pairs]:
    return {
        file.stem: msgspec.convert(yaml.safe_load(file.read_text(encoding="utf-8")), Pairs)
        for file in sorted(FOLDER.glob("*.yaml"))
    }


ALL = [(stem, pair) for stem, file in _files().items() for pair in file.pairs]
PAIRS = pytest.mark.parametrize(("stem", "pair"), ALL, ids=[f"{stem}: {pair.name}" for stem, pair in ALL])


def _ledger(path: Path, configuration: Path | None = None) -> Ledger:
    return assess(str(path), region="eu-west-1", account="111122223333", profile="strict", configuration=configuration)


def _of(ledger: Ledger, name: str) -> dict[str, object]:
    """What both sides must agree on of a resource."""
    found = [each for each in ledger.resources if each.name == name]
    assert len(found) == 1, f"{name} is not in {[each.name for each in ledger.resources]}"
    resource = found[0]
    facts: dict[str, object] = {
        "type": resource.type,
        "offering": resource.offering,
        "candidates": resource.candidates,
        "role": resource.role,
    }
    for duty in ledger.duties:
        if duty.resource == resource.id:
            facts[duty.responsibility] = f"{duty.party.value} {duty.status.value}"
    for finding in ledger.findings:
        if finding.resource == resource.id:
            facts[finding.control] = finding.outcome
    return facts


def _mapped() -> dict[str, set[str]]:
    """Service → those of its types that have controls and that a Terraform type is."""
    data, known = catalog(), mappings()
    there: set[str] = set()
    for name in known.types():
        entry = known.entry(name)
        if entry is not None and entry.is_ is not None and not name.startswith("awscc_"):
            there.update((entry.is_, *(entry.variant.all_types if entry.variant else ())))
    return {
        each.service: types
        for each in data.services()
        if (types := {name for name in each.types if name in there and data.controls_of(name)})
    }


def test_there_are_pairs_of_every_type_that_has_controls() -> None:
    compared = {name for _, pair in ALL for name in re.findall(r"\bType: *['\"]?(AWS::\w+::\w+)", pair.cloudformation)}
    services = _mapped()
    assert len(ALL) >= 120
    assert len(services) >= 180
    assert {name: sorted(types - compared) for name, types in services.items() if types - compared} == {}


@PAIRS
def test_both_sides_agree(stem: str, pair: Pair, tmp_path: Path) -> None:
    template, folder = tmp_path / "template.yaml", tmp_path / "terraform"
    template.write_text(pair.cloudformation, encoding="utf-8")
    folder.mkdir()
    (folder / "main.tf").write_text(pair.terraform, encoding="utf-8")
    one, other = _ledger(template), _ledger(folder)
    assert not [each for each in (*one.skipped, *other.skipped) if each.level == "error" or "configures" in each.why]
    differing = {}
    for logical, address in pair.names.items():
        left, right = _of(one, logical), _of(other, address)
        for key in sorted({*left, *right}):
            if left.get(key) != right.get(key) and key not in pair.different:
                differing[f"{logical}: {key}"] = (left.get(key), right.get(key))
    assert not differing
    assert len(one.resources) == len(pair.names), "every resource of the template is compared"


@PAIRS
def test_the_plan_does_not_contradict_its_configuration(stem: str, pair: Pair, tmp_path: Path) -> None:
    """A plan knows less: a document of which a part is known only after apply is unknown in it as a whole. Beside its
    configuration it knows as much."""
    folder, file = tmp_path / "terraform", tmp_path / "plan.json"
    folder.mkdir()
    (folder / "main.tf").write_text(pair.terraform, encoding="utf-8")
    file.write_text(json.dumps(make_plan.plan_of(folder)), encoding="utf-8")
    one, other, beside = _ledger(folder), _ledger(file), _ledger(file, folder)
    assert {each.name for each in one.resources} == {each.name for each in other.resources}
    differing = {}
    for resource in one.resources:
        left, right, both = (_of(each, resource.name) for each in (one, other, beside))
        for key in sorted({*left, *right}):
            if left.get(key) != both.get(key):
                differing[f"{resource.name}: {key}, beside"] = (left.get(key), both.get(key))
            if left.get(key) != right.get(key) and not (left.get(key) and str(right.get(key)).endswith("unknown")):
                differing[f"{resource.name}: {key}"] = (left.get(key), right.get(key))
    assert not differing
