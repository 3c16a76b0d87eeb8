"""A ledger's findings and duties with what the catalogue says of them, as most formats want them: a row each."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from demarcate.catalog import ACCOUNT, ACCOUNT_OFFERING, Catalog
from demarcate.model import Control, Duty, Finding, Ledger, LedgerResource, Outcome, Responsibility, Scope, Severity
from demarcate.model import Status as DutyStatus
from demarcate.model.estate import UNSPECIFIED

__all__ = ["FRAMEWORK_TITLES", "DutyRow", "FindingRow", "Standing", "duty_rows", "finding_rows", "place", "short_name"]

FRAMEWORK_TITLES: Final[Mapping[str, str]] = {
    "cis-aws-5.0": "CIS AWS Foundations Benchmark v5.0.0",
    "cis-aws-7.0": "CIS AWS Foundations Benchmark v7.0.0",
    "fsbp": "AWS Foundational Security Best Practices v1.0.0",
    "nist-800-53-r5": "NIST SP 800-53 Revision 5",
    "pci-dss-4.0": "PCI DSS v4.0.1",
}
"""Frameworks as people call them."""
_CUSTOM: Final = "AWS::CloudFormation::CustomResource"


class Standing:
    """How a finding stands, most pressing first: what is to be done, what could not be decided, what somebody accepted,
    what is done."""

    NOT_SATISFIED: Final = "not-satisfied"
    UNKNOWN: Final = "unknown"
    ACCEPTED: Final = "accepted"
    SATISFIED: Final = "satisfied"
    ALL: Final = (NOT_SATISFIED, UNKNOWN, ACCEPTED, SATISFIED)


class FindingRow(NamedTuple):
    """A finding; the resource that it is on (``None``: an account); the control (``None``: the catalogue at hand does
    not have it, as with a saved ledger and a catalogue of the user's own); the ids in every framework; how it stands.

    ``title`` is what ought to hold; ``why``, ``fix`` and ``source`` are empty where the control is not known.
    """

    finding: Finding
    resource: LedgerResource | None
    control: Control | None
    responsibility: Responsibility
    frameworks: Mapping[str, tuple[str, ...]]
    standing: str

    @property
    def title(self) -> str:
        """What ought to hold."""
        return self.control.title if self.control is not None else self.finding.control

    @property
    def why(self) -> str:
        """Why it matters; empty if the control is not known."""
        return self.control.why if self.control is not None else ""

    @property
    def fix(self) -> str:
        """What to do; empty if the control is not known."""
        return self.control.fix if self.control is not None else ""

    @property
    def source(self) -> str:
        """The documentation's page, empty if the control is not known."""
        return self.control.source if self.control is not None else ""

    @property
    def account(self) -> str:
        """The account, or ``unspecified``."""
        return self.resource.account if self.resource is not None else self.finding.resource

    @property
    def region(self) -> str:
        """The Region, or ``unspecified``."""
        return self.resource.region if self.resource is not None else UNSPECIFIED

    @property
    def type(self) -> str:
        """The resource's type; ``AWS::::Account`` for an account, as AWS Config and Security Hub call it."""
        return self.resource.type if self.resource is not None else "AWS::::Account"


class DutyRow(NamedTuple):
    """A duty with its resource (``None``: an account or the organisation), reason, page, and each party's half."""

    duty: Duty
    resource: LedgerResource | None
    responsibility: Responsibility
    offering: str
    reason: str
    source: str
    aws: str
    customer: str
    why: str
    """Why the status is not known, for a resource that may be one of several offerings; else empty."""


def finding_rows(ledger: Ledger, data: Catalog) -> list[FindingRow]:
    """All findings, those that press most first: by standing, severity, file, line and id."""
    resources = {each.id: each for each in ledger.resources}
    controls = _Controls(data)
    rows = [controls.row(each, resources.get(each.resource)) for each in ledger.findings]
    rows.sort(key=_order)
    return rows


_STANDING_RANK: Final = {each: number for number, each in enumerate(Standing.ALL)}
_SEVERITY_RANK: Final = {each.value: each.rank for each in Severity}


def _order(row: FindingRow) -> tuple[int, int, str, int, str]:
    each = row.finding
    return (
        _STANDING_RANK[row.standing],
        _SEVERITY_RANK[each.severity],
        each.declared.file,
        each.declared.line or 0,
        each.id,
    )


def _standing(each: Finding) -> str:
    if each.outcome == Outcome.NOT_SATISFIED:
        return Standing.NOT_SATISFIED if each.accepted is None else Standing.ACCEPTED
    return Standing.UNKNOWN if each.outcome == Outcome.UNKNOWN else Standing.SATISFIED


class _Controls:
    """Controls by type and id, each looked up once."""

    def __init__(self, data: Catalog) -> None:
        self._data = data
        self._by_type: dict[str, Mapping[str, Control]] = {}
        self._frameworks: dict[str, Mapping[str, tuple[str, ...]]] = {}

    def row(self, finding: Finding, resource: LedgerResource | None) -> FindingRow:
        control = self._control(finding.control, ACCOUNT if resource is None else resource.type)
        return FindingRow(
            finding=finding,
            resource=resource,
            control=control,
            responsibility=self._data.responsibilities[finding.responsibility],
            frameworks=self._ids(control) if control is not None else {},
            standing=_standing(finding),
        )

    def _control(self, name: str, type_name: str) -> Control | None:
        if type_name.startswith("Custom::"):
            type_name = _CUSTOM
        if type_name not in self._by_type:
            self._by_type[type_name] = {each.id: each for each in self._data.controls_of(type_name)}
        return self._by_type[type_name].get(name)

    def _ids(self, control: Control) -> Mapping[str, tuple[str, ...]]:
        if control.id not in self._frameworks:
            self._frameworks[control.id] = self._data.framework_ids(control)
        return self._frameworks[control.id]


def duty_rows(ledger: Ledger, data: Catalog) -> Iterator[DutyRow]:
    """All duties in the ledger's order."""
    resources = {each.id: each for each in ledger.resources}
    for duty in ledger.duties:
        resource = resources[duty.resource] if duty.scope is Scope.RESOURCE else None
        offering = resource.offering if resource is not None else ACCOUNT_OFFERING
        responsibility = data.responsibilities[duty.responsibility]
        cell = ledger.splits.get(offering, {}).get(duty.responsibility)
        reason, source, aws, customer = (
            (cell.reason, cell.source, cell.aws, cell.customer) if cell is not None else ("", "", "", "")
        )
        if duty.status is DutyStatus.NOT_APPLICABLE and resource is not None:
            reason = ledger.not_applicable.get(resource.type, {}).get(duty.responsibility, "")
            source, aws, customer = "", "", ""
        unknown = resource is not None and duty.status is DutyStatus.UNKNOWN and not duty.findings
        why = (resource.why or "") if resource is not None and unknown else ""
        yield DutyRow(duty, resource, responsibility, offering, reason, source, aws, customer, why)


def place(row: FindingRow) -> str:
    """``file:line``, or the file alone."""
    declared = row.finding.declared
    return f"{declared.file}:{declared.line}" if declared.line else declared.file


def short_name(resource: str) -> str:
    """A resource's id without the file that it is in."""
    return resource.rpartition("#")[2] or resource
