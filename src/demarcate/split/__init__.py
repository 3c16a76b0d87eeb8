"""The split: an estate and the catalogue to duties with parties. :func:`split` is the stage's public function."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from demarcate.catalog import ACCOUNT_OFFERING, Catalog
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
    Value,
)
from demarcate.split.applicability import not_applicable
from demarcate.split.choose import Choice, choose

__all__ = ["ORGANISATION", "Split", "split"]

ORGANISATION = "organisation"
"""What stands for the organisation in a duty's ``resource``."""
CUSTOM_RESOURCE = "AWS::CloudFormation::CustomResource"


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """Whose job everything is: the ``resources`` with their offerings, the ``duties`` (by resource, then in the
    catalogue's order), the ``splits`` of the offerings in use, why duties are ``not_applicable`` by type, and what was
    ``skipped`` because the catalogue has no such type."""

    resources: tuple[LedgerResource, ...]
    duties: tuple[Duty, ...]
    splits: Mapping[str, Mapping[str, SplitCell]]
    not_applicable: Mapping[str, Mapping[str, str]]
    skipped: tuple[Skipped, ...]


def split(estate: Estate, data: Catalog) -> Split:
    """The duties of every resource, account and organisation of an estate.

    Raises :class:`CatalogError` if a catalogue file that it needs breaks the format.
    """
    neighbours = _Neighbours(estate)
    resources: list[LedgerResource] = []
    duties: list[Duty] = []
    skipped: list[Skipped] = []
    used: set[str] = set()
    reasons: dict[str, Mapping[str, str]] = {}
    rows = _Rows(data)
    accounts: set[str] = set()
    for resource in estate.resources:
        known_as = _known_as(resource.type, data)
        if known_as is None:
            skipped.append(_unknown_type(resource))
            continue
        accounts.add(resource.account)
        choice = choose(resource, known_as, data, lambda kind, at=resource.id: neighbours.of_type(at, kind))
        used.update((choice.offering, *choice.candidates))
        reasons[resource.type] = rows.reasons(known_as)
        resources.append(_ledger_resource(resource, known_as, choice, data, neighbours))
        duties.extend(
            [
                Duty(Scope.RESOURCE, resource.id, name, party, status)
                for name, party, status in rows.of(known_as, choice)
            ]
        )
    duties.extend(_above_resources(accounts, data))
    if accounts:
        used.add(ACCOUNT_OFFERING)
    return Split(
        resources=tuple(resources),
        duties=tuple(duties),
        splits={offering: data.split(offering) for offering in sorted(used)},
        not_applicable={name: reasons[name] for name in sorted(reasons) if reasons[name]},
        skipped=tuple(skipped),
    )


def _known_as(type_name: str, data: Catalog) -> str | None:
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


class _Neighbours:
    """The resources that each resource refers to or that refer to it."""

    def __init__(self, estate: Estate) -> None:
        self._by_id = {resource.id: resource for resource in estate.resources}
        self._both: dict[str, dict[str, None]] = defaultdict(dict)
        for connection in estate.connections:
            self._both[connection.source][connection.target] = None
            self._both[connection.target][connection.source] = None

    def of_type(self, resource: str, kind: str) -> Sequence[Mapping[str, Value]]:
        return [self._by_id[other].properties for other in self._both[resource] if self._by_id[other].type == kind]

    def configured(self, resource: str, types: Sequence[str], via: str | None) -> Iterator[str]:
        for other in sorted(self._both[resource]):
            if self._by_id[other].type in types:
                yield other


def _ledger_resource(
    resource: Resource, known_as: str, choice: Choice, data: Catalog, neighbours: _Neighbours
) -> LedgerResource:
    entry = data.type_entry(known_as)
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
        of=tuple(neighbours.configured(resource.id, entry.of, entry.via)) if entry.role == "setting" else (),
        candidates=choice.candidates,
        why=choice.why,
        uncertain=resource.uncertain,
    )


class _Rows:
    """The duties of a type under an offering: the same for every such resource, so made once."""

    def __init__(self, data: Catalog) -> None:
        self._data = data
        self._reasons: dict[str, Mapping[str, str]] = {}
        self._rows: dict[tuple[str, str, tuple[str, ...]], tuple[tuple[str, Party, Status], ...]] = {}

    def reasons(self, type_name: str) -> Mapping[str, str]:
        if type_name not in self._reasons:
            self._reasons[type_name] = not_applicable(type_name, self._data)
        return self._reasons[type_name]

    def of(self, type_name: str, choice: Choice) -> tuple[tuple[str, Party, Status], ...]:
        key = (type_name, choice.offering, choice.candidates)
        if key not in self._rows:
            reasons = self.reasons(type_name)
            splits = [self._data.split(each) for each in choice.candidates]
            self._rows[key] = tuple(
                (name, cell.party, _status(cell.party, name in reasons, {other[name].party for other in splits}))
                for name, cell in self._data.split(choice.offering).items()
                if self._data.responsibilities[name].scope is Scope.RESOURCE
            )
        return self._rows[key]


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
