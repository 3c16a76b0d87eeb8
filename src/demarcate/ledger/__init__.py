"""The ledger: a split made whole with counts. :func:`build` is the stage's public function."""

from collections import Counter
from collections.abc import Sequence

from demarcate import __version__
from demarcate.model import Connection, Duty, Finding, Ledger, Party, Scope, Skipped, Status, Summary, ToolInfo
from demarcate.model.ledger import SCHEMA
from demarcate.split import Split

__all__ = ["build", "summarise"]


def build(
    split: Split,
    connections: Sequence[Connection],
    skipped: Sequence[Skipped],
    findings: Sequence[Finding] = (),
    catalog_version: str = "",
) -> Ledger:
    """The ledger of an estate; connections to resources that were skipped are left out with them."""
    ids = {resource.id for resource in split.resources}
    return Ledger(
        schema=SCHEMA,
        tool=ToolInfo("demarcate", __version__, catalog_version),
        summary=summarise(split.duties, len(split.resources)),
        splits=split.splits,
        not_applicable=split.not_applicable,
        resources=split.resources,
        connections=tuple(each for each in connections if each.source in ids and each.target in ids),
        duties=split.duties,
        findings=tuple(findings),
        skipped=tuple(sorted({*skipped, *split.skipped})),
    )


def summarise(duties: Sequence[Duty], resources: int) -> Summary:
    """The counts of a ledger; every party, status and scope stands there, also with 0."""
    parties = Counter(duty.party for duty in duties)
    statuses = Counter(duty.status for duty in duties)
    scopes = Counter(duty.scope for duty in duties)
    subjects = {
        scope: {duty.resource for duty in duties if duty.scope is scope} for scope in Scope if scope != "resource"
    }
    return Summary(
        resources=resources,
        accounts=len(subjects[Scope.ACCOUNT]),
        organisations=len(subjects[Scope.ORGANISATION]),
        duties=len(duties),
        by_party={party.value: parties[party] for party in Party},
        by_status={status.value: statuses[status] for status in Status},
        by_scope={scope.value: scopes[scope] for scope in Scope},
    )
