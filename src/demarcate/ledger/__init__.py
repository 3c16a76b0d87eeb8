"""The ledger: duties joined with findings, and counted. :func:`build` is the stage's public function."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Final

import msgspec

from demarcate import __version__
from demarcate.model import (
    Connection,
    Duty,
    Finding,
    Ledger,
    Outcome,
    Party,
    Scope,
    Skipped,
    Status,
    Summary,
    ToolInfo,
)
from demarcate.model.ledger import SCHEMA
from demarcate.split import DutyKind, Split

__all__ = ["build", "summarise"]


def build(
    split: Split,
    connections: Sequence[Connection],
    skipped: Sequence[Skipped],
    findings: Sequence[Finding] = (),
    tool: ToolInfo | None = None,
    classifications: Mapping[str, str] | None = None,
) -> Ledger:
    """The ledger of an estate; connections to resources that were skipped are left out with them."""
    ids = {resource.id for resource in split.resources}
    levels = classifications or {}
    duties, counts = _decided(split, findings, levels)
    return Ledger(
        schema=SCHEMA,
        tool=tool or ToolInfo("demarcate", __version__, ""),
        summary=_summary(counts, len(split.resources), split.duties, findings),
        splits=split.splits,
        not_applicable=split.not_applicable,
        resources=tuple(
            msgspec.structs.replace(each, classification=levels[each.id]) if each.id in levels else each
            for each in split.resources
        ),
        connections=tuple(each for each in connections if each.source in ids and each.target in ids),
        duties=tuple(duties),
        findings=tuple(findings),
        skipped=tuple(sorted({*skipped, *split.skipped})),
    )


_DATA: Final = "customer-data"
_DONE: Final = (Status.SATISFIED, Status.ACCEPTED)


def _decided(
    split: Split, findings: Sequence[Finding], levels: Mapping[str, str]
) -> tuple[list[Duty], Counter[DutyKind]]:
    """The duties with the findings that bear on them and the status that follows, and how many there are of each kind.

    A split's duties stand by resource, each with the same responsibilities in the same order, and the accounts' after
    them; so a duty is found by counting.
    """
    duties = list(split.duties)
    counts = Counter(split.counts)
    resources = {each.id: number for number, each in enumerate(split.resources)}
    below = _below(duties)
    width = below // len(resources) if resources else 0
    offsets = {duty.responsibility: number for number, duty in enumerate(duties[:width])}
    above = {(duty.resource, duty.responsibility): number for number, duty in enumerate(duties[below:], below)}
    found: dict[int, list[Finding]] = defaultdict(list)
    for each in findings:
        number = resources.get(each.resource)
        offset = offsets.get(each.responsibility)
        if number is None:  # a finding on an account
            found[above[each.resource, each.responsibility]].append(each)
        elif offset is not None:
            found[number * width + offset].append(each)
        else:
            found[above[split.resources[number].account, each.responsibility]].append(each)
    unclassified = {each.id for each in split.resources if each.holds and each.id not in levels}
    for number, of_duty in found.items():
        duty = duties[number]
        status = status_of(of_duty) if duty.status is Status.OPEN else duty.status
        if duty.responsibility == _DATA and duty.resource in unclassified and status in _DONE:
            status = Status.OPEN  # whatever else is done, nobody has said how sensitive the data are
        ids = tuple([each.id for each in of_duty])
        duties[number] = Duty(duty.scope, duty.resource, duty.responsibility, duty.party, status, ids)
        if status is not duty.status:
            counts[duty.scope, duty.party, duty.status] -= 1
            counts[duty.scope, duty.party, status] += 1
    return duties, counts


def _below(duties: Sequence[Duty]) -> int:
    """How many duties are a resource's: they stand before those of accounts and organisations."""
    number = len(duties)
    while number and duties[number - 1].scope is not Scope.RESOURCE:
        number -= 1
    return number


def status_of(findings: Sequence[Finding]) -> Status:
    """The status of a duty that findings decide: the worst of them counts."""
    accepted = False
    unknown = False
    for each in findings:
        if each.outcome == Outcome.NOT_SATISFIED:
            if each.accepted is None:
                return Status.NOT_SATISFIED
            accepted = True
        unknown = unknown or each.outcome == Outcome.UNKNOWN
    if unknown:
        return Status.UNKNOWN
    return Status.ACCEPTED if accepted else Status.SATISFIED


def summarise(duties: Sequence[Duty], resources: int, findings: Sequence[Finding] = ()) -> Summary:
    """The counts of a ledger, from its duties; :func:`build` has them counted already."""
    return _summary(Counter(map(attrgetter("scope", "party", "status"), duties)), resources, duties, findings)


def _summary(
    counts: Mapping[DutyKind, int], resources: int, duties: Sequence[Duty], findings: Sequence[Finding]
) -> Summary:
    """The counts of a ledger; every party, status, scope and outcome stands there, also with 0."""
    parties: Counter[Party] = Counter()
    statuses: Counter[Status] = Counter()
    scopes: Counter[Scope] = Counter()
    for (scope, party, status), number in counts.items():
        scopes[scope] += number
        parties[party] += number
        statuses[status] += number
    outcomes = Counter(map(attrgetter("outcome"), findings))
    above = duties[_below(duties) :]
    subjects = {scope: {duty.resource for duty in above if duty.scope is scope} for scope in Scope}
    return Summary(
        resources=resources,
        accounts=len(subjects[Scope.ACCOUNT]),
        organisations=len(subjects[Scope.ORGANISATION]),
        duties=len(duties),
        by_party={party.value: parties[party] for party in Party},
        by_status={status.value: statuses[status] for status in Status},
        by_scope={scope.value: scopes[scope] for scope in Scope},
        findings={each.value: outcomes[each.value] for each in Outcome if each is not Outcome.NOT_APPLICABLE},
    )
