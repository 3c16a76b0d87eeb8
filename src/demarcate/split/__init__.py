"""The split: an estate and the catalogue to duties with parties. :func:`split` is the stage's public function."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import repeat
from typing import TypeAlias

import msgspec

from demarcate.catalog import ACCOUNT_OFFERING, Catalog
from demarcate.catalog.applicability import not_applicable
from demarcate.expressions import Neighbours
from demarcate.model import (
    Duty,
    Estate,
    LedgerResource,
    Party,
    Resource,
    Scope,
    Skipped,
    SplitCell,
    Status,
    TypeEntry,
)
from demarcate.split.choose import Choice, choose

__all__ = ["ORGANISATION", "DutyKind", "Split", "known_as", "split"]

ORGANISATION = "organisation"
"""What stands for the organisation in a duty's ``resource``."""
CUSTOM_RESOURCE = "AWS::CloudFormation::CustomResource"


DutyKind: TypeAlias = tuple[Scope, Party, Status]
"""What duties are counted by."""


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """Whose job everything is: the ``resources`` with their offerings, the ``duties`` (by resource, then in the
    catalogue's order) and how many there are of each kind (``counts``), the ``splits`` of the offerings in use, why
    duties are ``not_applicable`` by type, and what was ``skipped`` because the catalogue has no such type."""

    resources: tuple[LedgerResource, ...]
    duties: tuple[Duty, ...]
    counts: Mapping[DutyKind, int]
    splits: Mapping[str, Mapping[str, SplitCell]]
    not_applicable: Mapping[str, Mapping[str, str]]
    skipped: tuple[Skipped, ...]


def split(estate: Estate, data: Catalog, neighbours: Neighbours | None = None) -> Split:
    """The duties of every resource, account and organisation of an estate; ``neighbours`` saves making them again.

    Raises :class:`CatalogError` if a catalogue file that it needs breaks the format.
    """
    neighbours = neighbours or Neighbours.of(estate)
    resources: list[LedgerResource] = []
    duties: list[Duty] = []
    skipped: list[Skipped] = []
    used: set[str] = set()
    reasons: dict[str, Mapping[str, str]] = {}
    rows = _Rows(data)
    accounts: set[str] = set()
    for resource in estate.resources:
        name = known_as(resource.type, data)
        if name is None:
            skipped.append(_unknown_type(resource))
            continue
        accounts.add(resource.account)
        choice = choose(resource, name, data, neighbours)
        used.update((choice.offering, *choice.candidates))
        reasons[resource.type] = rows.reasons(name)
        resources.append(_ledger_resource(resource, name, choice, data, neighbours))
        names, parties, statuses = rows.of(name, choice)
        duties.extend(map(Duty, repeat(Scope.RESOURCE), repeat(resource.id), names, parties, statuses))
    above = list(_above_resources(accounts, data))
    duties.extend(above)
    counts = rows.counts()
    counts.update((duty.scope, duty.party, duty.status) for duty in above)
    if accounts:
        used.add(ACCOUNT_OFFERING)
    return Split(
        resources=tuple(resources),
        duties=tuple(duties),
        counts=counts,
        splits={offering: data.split(offering) for offering in sorted(used)},
        not_applicable={name: reasons[name] for name in sorted(reasons) if reasons[name]},
        skipped=tuple(skipped),
    )


def known_as(type_name: str, data: Catalog) -> str | None:
    """The catalogue's type for a resource type: itself, the custom resource for ``Custom::…``, or nothing."""
    if type_name.startswith("Custom::"):
        return CUSTOM_RESOURCE
    return type_name if data.type_entry(type_name) is not None else None


def _unknown_type(resource: Resource) -> Skipped:
    where = f"{resource.declared.file}:{resource.declared.line}" if resource.declared.line else resource.declared.file
    if resource.type.endswith("::MODULE"):
        why = f"{resource.type} is a module: its resources are known only to the registry that holds it"
    elif resource.type.startswith("AWS::"):
        why = f"{resource.type} is not in this version's CloudFormation schemas"
    else:
        why = f"{resource.type} is a third party's type: its publisher is a second provider"
    return Skipped(where, resource.id, why)


def _ledger_resource(
    resource: Resource, name: str, choice: Choice, data: Catalog, neighbours: Neighbours
) -> LedgerResource:
    entry = data.type_entry(name)
    assert entry is not None
    return LedgerResource(
        id=resource.id,
        type=resource.type,
        name=resource.name,
        account=resource.account,
        region=resource.region,
        offering=choice.offering,
        role=entry.role,
        declared=resource.declared,
        holds=entry.holds,
        of=_configured(resource.id, entry, neighbours) if entry.role == "setting" else (),
        candidates=choice.candidates,
        why=choice.why,
        uncertain=resource.uncertain,
        action=str(resource.attributes["TerraformAction"]) if "TerraformAction" in resource.attributes else None,
    )


def _configured(resource: str, entry: TypeEntry, neighbours: Neighbours) -> tuple[str, ...]:
    """The resources that a setting configures: those of the types that it says it is a setting of."""
    return tuple(sorted(other for other in neighbours.ids(resource) if neighbours.type_of(other) in entry.of))


_Columns: TypeAlias = tuple[tuple[str, ...], tuple[Party, ...], tuple[Status, ...]]
"""Responsibilities, and the party and the status of the duty of each."""


class _Rows:
    """The duties of a type under an offering: the same for every such resource, so made once."""

    def __init__(self, data: Catalog) -> None:
        self._data = data
        self._reasons: dict[str, Mapping[str, str]] = {}
        self._rows: dict[tuple[str, str, tuple[str, ...]], _Columns] = {}
        self._uses: Counter[tuple[str, str, tuple[str, ...]]] = Counter()

    def reasons(self, type_name: str) -> Mapping[str, str]:
        if type_name not in self._reasons:
            self._reasons[type_name] = not_applicable(type_name, self._data)
        return self._reasons[type_name]

    def of(self, type_name: str, choice: Choice) -> _Columns:
        key = (type_name, choice.offering, choice.candidates)
        self._uses[key] += 1
        if key not in self._rows:
            reasons = self.reasons(type_name)
            splits = [self._data.split(each) for each in choice.candidates]
            cells = {
                name: cell.party
                for name, cell in self._data.split(choice.offering).items()
                if self._data.responsibilities[name].scope is Scope.RESOURCE
            }
            statuses = (
                _status(party, name in reasons, {other[name].party for other in splits})
                for name, party in cells.items()
            )
            self._rows[key] = tuple(cells), tuple(cells.values()), tuple(statuses)
        return self._rows[key]

    def counts(self) -> "Counter[DutyKind]":
        """How many duties of each kind were given."""
        found: Counter[DutyKind] = Counter()
        for key, number in self._uses.items():
            _, parties, statuses = self._rows[key]
            for party, status in zip(parties, statuses, strict=True):
                found[Scope.RESOURCE, party, status] += number
        return found


def _status(party: Party, inapplicable: bool, parties: set[Party]) -> Status:
    if inapplicable:
        return Status.NOT_APPLICABLE
    if len(parties) > 1:
        return Status.UNKNOWN
    return Status.INHERITED if party is Party.AWS else Status.OPEN


def _above_resources(accounts: set[str], data: Catalog) -> Iterator[Duty]:
    """The duties of accounts, then those of the organisation, each once."""
    if not accounts:
        return
    cells = data.split(ACCOUNT_OFFERING)
    for scope, subjects in ((Scope.ACCOUNT, sorted(accounts)), (Scope.ORGANISATION, [ORGANISATION])):
        for subject in subjects:
            for name, each in data.responsibilities.items():
                if each.scope is scope:
                    party = cells[name].party
                    yield Duty(scope, subject, name, party, _status(party, False, set()))
