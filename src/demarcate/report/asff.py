"""The AWS Security Finding Format: a JSON array of findings as ``aws securityhub batch-import-findings`` takes it.

Lengths and numbers of entries are those of
https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html. A call takes 100 findings;
``docs/reports.md`` shows how to send them in portions.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from demarcate.catalog import Catalog
from demarcate.model import Ledger
from demarcate.model.estate import UNSPECIFIED
from demarcate.report.formats import RenderOptions, timestamp
from demarcate.report.ocsf import partition_of
from demarcate.report.rows import FindingRow, Standing, finding_rows, place
from demarcate.report.terminal_text import safe

ACCOUNT: Final = "000000000000"
"""Stands for an account that the sources do not name; ``--account`` names it."""
REGION: Final = "us-east-1"
"""Stands for a Region that the sources do not name; ``--region`` names it."""
_MAX_ENTRIES: Final = 32
_COMPLIANCE: Final = {
    Standing.NOT_SATISFIED: "FAILED",
    Standing.ACCEPTED: "FAILED",
    Standing.UNKNOWN: "WARNING",
    Standing.SATISFIED: "PASSED",
}
_WORKFLOW: Final = {Standing.ACCEPTED: "SUPPRESSED", Standing.SATISFIED: "RESOLVED"}
_ENCODE: Final = msgspec.json.Encoder().encode


def render(ledger: Ledger, data: Catalog, options: RenderOptions) -> Iterator[bytes]:
    """What is to be done, undecided or accepted, most pressing first; with ``options.satisfied`` also what is done."""
    time = timestamp(ledger, options)
    yield b"["
    first = True
    for row in finding_rows(ledger, data):
        if options.satisfied or row.standing != Standing.SATISFIED:
            yield (b"\n" if first else b",\n") + _ENCODE(_finding(row, ledger, time))
            first = False
    yield b"\n]\n"


def _finding(row: FindingRow, ledger: Ledger, time: str) -> dict[str, Any]:
    finding = row.finding
    account = row.account if re.fullmatch(r"\d{12}", row.account) else ACCOUNT
    region = row.region if re.fullmatch(r"[a-z]{2,}(-[a-z]+)+-\d+", row.region) else REGION
    partition = partition_of(region)
    digest = hashlib.sha256(finding.id.encode()).hexdigest()[:32]
    found: dict[str, Any] = {
        "SchemaVersion": "2018-10-08",
        "Id": f"demarcate/{region}/{account}/{_cut(finding.control, 256)}/{digest}",
        "ProductArn": f"arn:{partition}:securityhub:{region}:{account}:product/{account}/default",
        "ProductName": "Demarcate",
        "CompanyName": "Demarcate",
        "GeneratorId": _cut(f"demarcate/{finding.control}", 512),
        "AwsAccountId": account,
        "Region": region,
        "Types": ["Software and Configuration Checks/AWS Security Best Practices"],
        "CreatedAt": time,
        "UpdatedAt": time,
        "Severity": {"Label": _severity(row), "Original": finding.severity},
        "Title": _cut(f"{row.title}: {_name(row)}", 256),
        "Description": _cut(f"{finding.message}. {row.why}" if row.why else finding.message, 1024),
        "ProductFields": {
            "demarcate/control": _cut(finding.control, 2048),
            "demarcate/finding": _cut(finding.id, 2048),
            "demarcate/responsibility": finding.responsibility,
            "demarcate/declared": _cut(place(row), 2048),
            "demarcate/profile": _cut(ledger.tool.profile, 2048),
            "demarcate/version": ledger.tool.version,
        },
        "Resources": [_resource(row, account, region, partition)],
        "Compliance": _compliance(row),
        "Workflow": {"Status": _WORKFLOW.get(row.standing, "NEW")},
        "RecordState": "ACTIVE",
    }
    if row.fix:
        found["Remediation"] = {"Recommendation": {"Text": _cut(row.fix, 512), "Url": row.source}}
        found["SourceUrl"] = row.source
    if finding.accepted is not None:
        found["Note"] = {
            "Text": _cut(f"accepted: {finding.accepted.reason}", 512),
            "UpdatedBy": _cut(finding.accepted.owner or "demarcate", 512),
            "UpdatedAt": time,
        }
    return found


def _severity(row: FindingRow) -> str:
    """What passes is informational, as Security Hub's own controls have it."""
    return "INFORMATIONAL" if row.standing == Standing.SATISFIED else row.finding.severity.upper()


def _name(row: FindingRow) -> str:
    return row.resource.name if row.resource is not None else f"account {row.finding.resource}"


def _compliance(row: FindingRow) -> dict[str, Any]:
    requirements = [f"{framework}/{each}" for framework, ids in row.frameworks.items() for each in ids]
    found: dict[str, Any] = {"Status": _COMPLIANCE[row.standing]}
    if requirements:
        found["RelatedRequirements"] = [_cut(each, 64) for each in requirements[:_MAX_ENTRIES]]
    if row.standing == Standing.UNKNOWN:
        reason = {"ReasonCode": "CANNOT_BE_DECIDED", "Description": _cut(row.finding.message, 400)}
        found["StatusReasons"] = [reason]
    return found


def _resource(row: FindingRow, account: str, region: str, partition: str) -> dict[str, Any]:
    if row.resource is None:
        return {"Type": "AwsAccount", "Id": f"AWS::::Account:{account}", "Partition": partition, "Region": region}
    resource = row.resource
    details = {
        "type": _cut(resource.type, 1024),
        "name": _cut(resource.name, 1024),
        "offering": resource.offering,
        "account": _cut(resource.account, 1024) if resource.account != UNSPECIFIED else ACCOUNT,
    }
    return {
        "Type": "Other",  # the ids are those of a template, so that AWS's own types would claim too much
        "Id": _cut(resource.id, 512),
        "Partition": partition,
        "Region": region,
        "Details": {"Other": details},
    }


def _cut(text: str, limit: int) -> str:
    """A text that is not empty and takes no more bytes than a field does characters."""
    shown = safe(text) or "-"
    encoded = shown.encode()
    return shown if len(encoded) <= limit else encoded[: limit - 3].decode(errors="ignore") + "…"
