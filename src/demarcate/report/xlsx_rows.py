"""What stands in the workbook's long tables: duties, controls of NIST SP 800-53, findings, and what was skipped."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from demarcate.catalog import ACCOUNT_OFFERING, Catalog
from demarcate.model import Declared, Duty, Finding, Ledger, LedgerResource, Outcome, Party, Scope, Status
from demarcate.report import nist
from demarcate.report.xlsx_style import PARTY_NAME, clean
from demarcate.report.xlsx_tables import Column, Value

DUTIES: Final = (
    Column("NIST SP 800-53 Rev. 5", 24, "wide"), Column("Responsibility", 22, "wide"), Column("Party", 10, "party"),
    Column("Status", 14, "status"), Column("Resource", 28, "wide"), Column("Offering", 22, "wide"),
    Column("AWS's part", 38, "wide"), Column("Customer's part", 38, "wide"), Column("Evidence", 48, "wide"),
    Column("Source", 44, "link"), Column("Resource type", 28), Column("Account", 15), Column("Region", 13),
    Column("Declared at", 30), Column("Duty ID", 40),
)  # fmt: skip
PRINTED_DUTIES: Final = 9
NIST: Final = (
    Column("Control", 10), Column("Title", 34, "wide"), Column("Control origination", 28, "wide"),
    Column("Inherited from AWS?", 11), Column("Status", 14, "status"), Column("AWS's part", 56, "wide"),
    Column("Customer's part", 56, "wide"), Column("Duties that apply", 10, "count"),
    *(Column(status.value.capitalize(), 9.5, "count") for status in nist.SEVEREST_FIRST),
    Column("Party not known", 10, "number"), Column("Responsibilities", 40),
    Column("Checks with findings", 60),
)  # fmt: skip
PRINTED_NIST: Final = 16
FINDINGS: Final = (
    Column("Outcome", 14, "status"), Column("Severity", 10), Column("Check", 30, "wide"),
    Column("What must hold", 36, "wide"), Column("Resource", 28, "wide"), Column("Message", 46, "wide"),
    Column("Evidence", 40, "wide"), Column("Accepted because", 26, "wide"), Column("How to mend", 44, "wide"),
    Column("Responsibility", 22), Column("NIST SP 800-53 Rev. 5", 24, "wide"), Column("Resource type", 28),
    Column("Account", 15), Column("Region", 13), Column("Declared at", 30), Column("Source", 44, "link"),
    Column("Finding ID", 40),
)  # fmt: skip
PRINTED_FINDINGS: Final = 9
SKIPPED: Final = (Column("Level", 10), Column("Where", 44), Column("What", 44, "wide"), Column("Why", 80, "wide"))


def place(declared: Declared) -> str:
    """``file:line``, or the file alone where it has no lines."""
    return clean(f"{declared.file}:{declared.line}" if declared.line else declared.file)


def duties(ledger: Ledger, data: Catalog) -> Iterator[Sequence[Value]]:
    """A row a duty, in the ledger's order."""
    resources = {each.id: each for each in ledger.resources}
    findings = {each.id: each for each in ledger.findings}
    titles = {each.id: each.title for each in data.responsibilities.values()}
    ids = {each.id: ", ".join(each.nist_800_53_r5) for each in data.responsibilities.values()}
    for duty in ledger.duties:
        resource = resources.get(duty.resource) if duty.scope is Scope.RESOURCE else None
        offering = resource.offering if resource is not None else ACCOUNT_OFFERING
        cell = ledger.splits[offering][duty.responsibility]
        yield (
            ids.get(duty.responsibility, ""),
            titles.get(duty.responsibility, duty.responsibility),
            PARTY_NAME[duty.party],
            duty.status.value,
            clean(resource.name if resource is not None else duty.resource),
            offering if resource is not None else "",
            cell.aws,
            cell.customer,
            evidence(duty, resource, ledger, findings),
            cell.source,
            clean(resource.type) if resource is not None else duty.scope.value,
            clean(resource.account if resource is not None else _account_of(duty)),
            clean(resource.region) if resource is not None else "",
            place(resource.declared) if resource is not None else "",
            clean(f"{duty.resource} {duty.responsibility}"),
        )


def _account_of(duty: Duty) -> str:
    return duty.resource if duty.scope is Scope.ACCOUNT else ""


def evidence(duty: Duty, resource: LedgerResource | None, ledger: Ledger, findings: Mapping[str, Finding]) -> str:
    """What decides a duty: its findings' messages, or why it cannot be had, or why it is not known."""
    if duty.status is Status.NOT_APPLICABLE and resource is not None:
        return clean(ledger.not_applicable.get(resource.type, {}).get(duty.responsibility, ""))
    lines = [_finding_line(found) for each in duty.findings if (found := findings.get(each)) is not None]
    if duty.status is Status.UNKNOWN and resource is not None and resource.candidates:
        lines.insert(0, clean(f"It may be {' or '.join(resource.candidates)}: {resource.why}"))
    return "\n".join(lines)


def _finding_line(finding: Finding) -> str:
    accepted = f" Accepted: {finding.accepted.reason}" if finding.accepted is not None else ""
    return clean(f"{finding.control}: {finding.outcome}. {finding.message}{accepted}")


def controls(view: Sequence[nist.NistControl], data: Catalog) -> Iterator[Sequence[Value]]:
    """A row a control of NIST SP 800-53 Rev. 5."""
    for each in view:
        counts = [each.counts[status] for status in nist.SEVEREST_FIRST]
        yield (
            each.id,
            each.title,
            each.origination.value,
            nist.INHERITABLE[each.origination],
            each.status.value,
            _halves(each, Party.AWS),
            _halves(each, Party.CUSTOMER),
            sum(each.parties.values()),
            *counts,
            each.undecided,
            ", ".join(data.responsibilities[name].title for name in each.responsibilities),
            ", ".join(each.controls),
        )


_NAMED_OFFERINGS: Final = 6


def _halves(control: nist.NistControl, party: Party) -> str:
    lines = []
    for text, offerings in control.halves(party):
        shown = ", ".join(offerings[:_NAMED_OFFERINGS])
        more = f" and {len(offerings) - _NAMED_OFFERINGS} more" if len(offerings) > _NAMED_OFFERINGS else ""
        lines.append(f"{text} ({shown}{more})")
    return "\n".join(lines)


def findings(ledger: Ledger, data: Catalog) -> Iterator[Sequence[Value]]:
    """A row a finding, in the ledger's order."""
    known = nist.controls_of(ledger, data)
    resources = {each.id: each for each in ledger.resources}
    for each in ledger.findings:
        control = known.get(each.control)
        resource = resources.get(each.resource)
        accepted = each.accepted
        yield (
            each.outcome,
            each.severity,
            each.control,
            control.title if control is not None else "",
            clean(resource.name if resource is not None else each.resource),
            clean(each.message),
            _values(each.evidence),
            clean(" ".join(filter(None, (accepted.reason, accepted.owner, accepted.until)))) if accepted else "",
            control.fix if control is not None and each.outcome == Outcome.NOT_SATISFIED else "",
            data.responsibilities[each.responsibility].title,
            ", ".join(data.framework_ids(control).get(nist.FRAMEWORK, ())) if control is not None else "",
            clean(resource.type) if resource is not None else "account",
            clean(resource.account if resource is not None else each.resource),
            clean(resource.region) if resource is not None else "",
            place(each.declared),
            control.source if control is not None else "",
            clean(each.id),
        )


def _values(values: Mapping[str, Any]) -> str:
    return "\n".join(
        clean(f"{name} = {value if isinstance(value, str) else msgspec.json.encode(value).decode()}")
        for name, value in values.items()
    )


def skipped(ledger: Ledger) -> Iterator[Sequence[Value]]:
    """A row a thing that was not assessed, what could not be read first."""
    for each in sorted(ledger.skipped, key=lambda each: (each.level != "error", each)):
        yield (each.level, clean(each.where), clean(each.what), clean(each.why))
