"""The ledger by control of NIST SP 800-53 Rev. 5: who has what of it, and its status. Several formats share it.

How each column is derived is written down in ``docs/nist.md``.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple

import msgspec

from demarcate.catalog import ACCOUNT, ACCOUNT_OFFERING, Catalog
from demarcate.catalog.yaml_files import CATALOG_ROOT, load
from demarcate.model import Control, Finding, Ledger, Outcome, Party, Scope, Status

FRAMEWORK: Final = "nist-800-53-r5"
_ID: Final = re.compile(r"([A-Z]{2})-(\d{1,3})(?:\((\d{1,3})\))?")
SEVEREST_FIRST: Final = (
    Status.NOT_SATISFIED, Status.UNKNOWN, Status.OPEN, Status.ACCEPTED, Status.ATTESTED, Status.SATISFIED,
    Status.INHERITED, Status.NOT_APPLICABLE,
)  # fmt: skip
"""The order in which statuses count when duties are taken together."""


class Origination(StrEnum):
    """Where a control comes from, in the words of FedRAMP's workbooks, with AWS as the service provider.

    The workbooks' three further values (*Service Provider Corporate*, *System Specific* and *Hybrid*) tell apart what a
    provider does for itself; they say nothing about this estate, so they are never given.
    """

    __hash__ = str.__hash__

    INHERITED = "Inherited from pre-existing FedRAMP Authorization"
    SHARED = "Shared (Service Provider and Customer Responsibility)"
    CONFIGURED = "Configured by Customer (Customer System Specific)"
    PROVIDED = "Provided by Customer (Customer System Specific)"
    NONE = "Not applicable"


INHERITABLE: Final[Mapping[Origination, str]] = {
    Origination.INHERITED: "Yes", Origination.SHARED: "Partial", Origination.CONFIGURED: "No",
    Origination.PROVIDED: "No", Origination.NONE: "",
}  # fmt: skip
"""What the customer responsibility matrix says under *Can be inherited from CSP*."""


class NistPart(msgspec.Struct, frozen=True, kw_only=True):
    """What one responsibility of one offering puts into a control.

    ``aws`` and ``customer`` are each party's half (empty if it has none), ``source`` the page that says so; ``counts``
    are the duties by status (all that are not 0); ``configured`` tells that AWS offers a setting for it.
    """

    offering: str
    responsibility: str
    party: Party
    aws: str
    customer: str
    source: str
    counts: Mapping[str, int]
    configured: bool


class NistControl(msgspec.Struct, frozen=True, kw_only=True):
    """One control of NIST SP 800-53 Rev. 5 (``id``: ``AC-2(1)``) as the estate has it.

    ``title`` is empty for an id that the publication does not have. ``responsibilities`` map to it, in the catalogue's
    order; ``controls`` are the ids of Demarcate's own that bear on it and have findings. ``counts`` are its duties by
    status and ``parties`` by party, without those that are not applicable; both hold every status and party, also with
    0. ``undecided`` counts the duties of which it is not known whose they are. ``status`` is the worst of them:
    not-satisfied, else unknown, else open, and only then what is done. ``parts`` are by offering and responsibility.
    """

    id: str
    title: str
    origination: Origination
    status: Status
    responsibilities: tuple[str, ...]
    controls: tuple[str, ...]
    counts: Mapping[str, int]
    parties: Mapping[str, int]
    undecided: int
    parts: tuple[NistPart, ...]

    @property
    def family(self) -> str:
        """The two letters of its family."""
        return self.id[:2]

    def halves(self, party: Party) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What AWS (or the customer) does for it: each sentence once, with the offerings that it holds for, in order.

        Parts that apply to no resource are left out.
        """
        found: dict[str, list[str]] = {}
        for part in self.parts:
            text = part.aws if party is Party.AWS else part.customer
            if text and any(status != Status.NOT_APPLICABLE for status in part.counts):
                offerings = found.setdefault(text, [])
                if part.offering not in offerings:
                    offerings.append(part.offering)
        return tuple((text, tuple(offerings)) for text, offerings in found.items())


class _Titles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    framework: str
    title: str
    source: str
    catalog: str
    families: dict[str, str]
    titles: dict[str, str]


@cache
def titles() -> _Titles:
    """The publication's families and titles, its page (``source``) and its catalogue in OSCAL (``catalog``)."""
    return load(CATALOG_ROOT / "frameworks" / "titles" / f"{FRAMEWORK}.yaml", _Titles)


def title_of(control: str) -> str:
    """The title of a control; an enhancement's stands after its control's and a bar. Empty for an unknown id."""
    known = titles().titles
    own = known.get(control, "")
    base = known.get(control.partition("(")[0], "") if "(" in control else ""
    return f"{base} | {own}" if own and base else own


def order(control: str) -> tuple[str, int, int, str]:
    """A sort key: ``AC-2`` before ``AC-2(1)`` before ``AC-10``."""
    found = _ID.fullmatch(control)
    if found is None:
        return ("~", 0, 0, control)
    return (found[1], int(found[2]), int(found[3] or 0), control)


def oscal_id(control: str) -> str:
    """The id in NIST's catalogue in OSCAL: ``AC-2(1)`` → ``ac-2.1``; empty for what is no such id."""
    found = _ID.fullmatch(control)
    if found is None:
        return ""
    return f"{found[1].lower()}-{int(found[2])}" + (f".{int(found[3])}" if found[3] else "")


def roll_up(statuses: Iterable[str]) -> Status:
    """The status of several duties together: the worst. Nothing at all is not applicable."""
    present = set(statuses)
    return next((each for each in SEVEREST_FIRST if each in present), Status.NOT_APPLICABLE)


def controls_of(ledger: Ledger, data: Catalog) -> Mapping[str, Control]:
    """The controls that have findings in a ledger, by id; one that the catalogue no longer has is left out."""
    wanted = {each.control for each in ledger.findings}
    found: dict[str, Control] = {}
    for name in (ACCOUNT, *sorted({each.type for each in ledger.resources})):
        for each in data.controls_of(name):
            if each.id in wanted:
                found[each.id] = each
    for name in sorted(wanted - found.keys()):
        other = data.control(name)
        if other is not None:
            found[name] = other
    return found


def by_control(ledger: Ledger, data: Catalog) -> tuple[NistControl, ...]:
    """Every control that the responsibilities, or the controls with findings, name; sorted by family and number."""
    cells = _cells(ledger, data)
    own = controls_of(ledger, data)
    own_ids = {name: data.framework_ids(each).get(FRAMEWORK, ()) for name, each in own.items()}
    mapped: dict[str, list[str]] = defaultdict(list)
    for each in data.responsibilities.values():
        for name in each.nist_800_53_r5:
            mapped[name].append(each.id)
    bearing: dict[str, set[str]] = defaultdict(set)
    for control, names in own_ids.items():
        for name in names:
            bearing[name].add(control)
    extra = _beyond(ledger, own, own_ids, mapped, data)
    by_responsibility: dict[str, list[_Cell]] = defaultdict(list)
    for cell in cells:
        by_responsibility[cell.responsibility].append(cell)
    return tuple(
        _control(
            name,
            [cell for each in mapped.get(name, ()) for cell in by_responsibility[each]] + extra.get(name, []),
            tuple(mapped.get(name, ())),
            tuple(sorted(bearing.get(name, ()))),
            ledger,
            data,
        )
        for name in sorted(mapped.keys() | bearing.keys(), key=order)
    )


class _Cell(NamedTuple):
    """Duties of one offering and responsibility with the same party and status; ``number`` of them."""

    offering: str
    responsibility: str
    party: Party
    status: Status
    parties: frozenset[Party]
    number: int
    configured: bool


def _cells(ledger: Ledger, data: Catalog) -> list[_Cell]:
    kinds: Counter[tuple[str, str, str, tuple[str, ...], Party, Status]] = Counter()
    facts = {each.id: (each.type, each.offering, each.candidates) for each in ledger.resources}
    above = (ACCOUNT, ACCOUNT_OFFERING, ())
    for duty in ledger.duties:
        where = facts[duty.resource] if duty.scope is Scope.RESOURCE else above
        kinds[(duty.responsibility, *where, duty.party, duty.status)] += 1
    account_knobs = {each.responsibility for each in data.account_knobs.values()}
    cells: Counter[tuple[str, str, Party, Status, frozenset[Party], bool]] = Counter()
    for (responsibility, kind, offering, candidates, party, status), number in kinds.items():
        parties = _parties(ledger, candidates, responsibility, party)
        layer = data.responsibilities[responsibility].layer
        knobs = account_knobs if kind == ACCOUNT else data.knobs_of(kind)
        cells[(offering, responsibility, party, status, parties, layer is None and responsibility in knobs)] += number
    places = {name: number for number, name in enumerate(data.responsibilities)}
    found = [_Cell(*key[:5], number, key[5]) for key, number in cells.items()]
    return sorted(found, key=lambda each: (places[each.responsibility], *each[:4], sorted(each.parties), each[6]))


def _beyond(
    ledger: Ledger,
    own: Mapping[str, Control],
    own_ids: Mapping[str, tuple[str, ...]],
    mapped: Mapping[str, list[str]],
    data: Catalog,
) -> Mapping[str, list[_Cell]]:
    """For controls that one of ours names though its responsibility does not map there: the duties that its findings
    decide, with the status that these findings alone give."""
    beyond = {
        control: tuple(name for name in names if own[control].responsibility not in mapped.get(name, ()))
        for control, names in own_ids.items()
    }
    resources = {each.id: each for each in ledger.resources}
    found: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    for each in ledger.findings:
        names = beyond.get(each.control, ())
        if names:
            resource = resources.get(each.resource)
            above = data.responsibilities[each.responsibility].scope is not Scope.RESOURCE
            subject = resource.account if resource is not None and above else each.resource
            for name in names:
                found[name, subject, each.responsibility].append(each)
    wanted = {key[1:] for key in found}
    duties = {key: each for each in ledger.duties if (key := (each.resource, each.responsibility)) in wanted}
    cells: dict[str, Counter[tuple[str, str, Party, Status, frozenset[Party]]]] = defaultdict(Counter)
    for (name, subject, responsibility), of_duty in found.items():
        duty = duties.get((subject, responsibility))
        if duty is None:
            continue
        resource = resources.get(subject)
        offering = resource.offering if resource is not None else ACCOUNT_OFFERING
        parties = _parties(ledger, resource.candidates if resource is not None else (), responsibility, duty.party)
        fixed = duty.status in (Status.INHERITED, Status.NOT_APPLICABLE)
        status = duty.status if fixed else Status.UNKNOWN if len(parties) > 1 else _status(of_duty)
        cells[name][offering, responsibility, duty.party, status, parties] += 1
    return {
        name: [_Cell(*key, number, True) for key, number in sorted(counts.items(), key=lambda each: each[0][:4])]
        for name, counts in cells.items()
    }


def _parties(ledger: Ledger, candidates: Iterable[str], responsibility: str, party: Party) -> frozenset[Party]:
    """Whose a duty may be: the party that it has, and those it has under the offerings that could not be ruled out."""
    return frozenset(ledger.splits[each][responsibility].party for each in candidates) | {party}


def _status(findings: Iterable[Finding]) -> Status:
    """The status that findings give: an accepted one is accepted, the worst counts."""
    statuses = [
        Status.ACCEPTED if each.outcome == Outcome.NOT_SATISFIED and each.accepted is not None else Status(each.outcome)
        for each in findings
    ]
    return roll_up(statuses)


def _control(
    name: str,
    cells: list[_Cell],
    responsibilities: tuple[str, ...],
    controls: tuple[str, ...],
    ledger: Ledger,
    data: Catalog,
) -> NistControl:
    statuses: Counter[str] = Counter()
    parties: Counter[str] = Counter()
    undecided = 0
    for cell in cells:
        statuses[cell.status] += cell.number
        if cell.status is not Status.NOT_APPLICABLE:
            parties[cell.party] += cell.number
            undecided += cell.number if len(cell.parties) > 1 else 0
    return NistControl(
        id=name,
        title=title_of(name),
        origination=_origination(cells),
        status=roll_up(statuses),
        responsibilities=responsibilities,
        controls=controls,
        counts={each.value: statuses[each] for each in Status},
        parties={each.value: parties[each] for each in Party},
        undecided=undecided,
        parts=tuple(_parts(cells, ledger, data)),
    )


def _origination(cells: Iterable[_Cell]) -> Origination:
    applicable = [each for each in cells if each.status is not Status.NOT_APPLICABLE]
    parties = {party for each in applicable for party in each.parties}
    if not parties:
        return Origination.NONE
    if parties == {Party.AWS}:
        return Origination.INHERITED
    if parties != {Party.CUSTOMER}:
        return Origination.SHARED
    return Origination.CONFIGURED if any(each.configured for each in applicable) else Origination.PROVIDED


def _parts(cells: Iterable[_Cell], ledger: Ledger, data: Catalog) -> Iterable[NistPart]:
    grouped: dict[tuple[str, str, Party], list[_Cell]] = defaultdict(list)
    for cell in cells:
        grouped[cell.offering, cell.responsibility, cell.party].append(cell)
    places = {name: number for number, name in enumerate(data.responsibilities)}
    for (offering, responsibility, party), group in sorted(
        grouped.items(), key=lambda each: (each[0][0], places[each[0][1]], each[0][2])
    ):
        of_offering = ledger.splits[offering][responsibility]
        counts: Counter[str] = Counter()
        for each in group:
            counts[each.status] += each.number
        yield NistPart(
            offering=offering,
            responsibility=responsibility,
            party=party,
            aws=of_offering.aws,
            customer=of_offering.customer,
            source=of_offering.source,
            counts={each.value: counts[each] for each in Status if counts[each]},
            configured=any(each.configured for each in group),
        )
