"""OCSF: each finding as an event of class Compliance Finding (2003), one JSON object a line.

Written for schema 1.8.0, https://schema.ocsf.io/1.8.0/classes/compliance_finding?profiles=cloud.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import msgspec

from demarcate.catalog import Catalog
from demarcate.model import Ledger
from demarcate.model.estate import UNSPECIFIED
from demarcate.report.formats import RenderOptions, timestamp
from demarcate.report.rows import FRAMEWORK_TITLES, FindingRow, Standing, finding_rows, place
from demarcate.report.terminal_text import safe

VERSION: Final = "1.8.0"
_CLASS: Final = 2003
_CATEGORY: Final = 2
_CREATE: Final = 1
_SEVERITY: Final = {"critical": (5, "Critical"), "high": (4, "High"), "medium": (3, "Medium"), "low": (2, "Low")}
_COMPLIANCE: Final = {
    Standing.NOT_SATISFIED: (3, "Fail"),
    Standing.ACCEPTED: (3, "Fail"),
    Standing.UNKNOWN: (0, "Unknown"),
    Standing.SATISFIED: (1, "Pass"),
}
_STATUS: Final = {
    Standing.NOT_SATISFIED: (1, "New"),
    Standing.ACCEPTED: (3, "Suppressed"),
    Standing.UNKNOWN: (1, "New"),
    Standing.SATISFIED: (4, "Resolved"),
}
_ACCOUNT: Final = re.compile(r"\d{12}")
_ENCODE: Final = msgspec.json.Encoder().encode


def render(ledger: Ledger, data: Catalog, options: RenderOptions) -> Iterator[bytes]:
    """What is to be done, undecided or accepted, most pressing first; with ``options.satisfied`` also what is done."""
    moment = datetime.fromisoformat(timestamp(ledger, options))
    time = round(moment.timestamp() * 1000)
    for row in finding_rows(ledger, data):
        if options.satisfied or row.standing != Standing.SATISFIED:
            yield _ENCODE(_event(row, ledger, time)) + b"\n"


def _event(row: FindingRow, ledger: Ledger, time: int) -> dict[str, Any]:
    finding = row.finding
    severity_id, severity = _SEVERITY[finding.severity]
    status_id, status = _STATUS[row.standing]
    event: dict[str, Any] = {
        "activity_id": _CREATE,
        "activity_name": "Create",
        "category_name": "Findings",
        "category_uid": _CATEGORY,
        "class_name": "Compliance Finding",
        "class_uid": _CLASS,
        "type_name": "Compliance Finding: Create",
        "type_uid": _CLASS * 100 + _CREATE,
        "time": time,
        "severity": severity,
        "severity_id": severity_id,
        "status": status,
        "status_id": status_id,
        "message": safe(finding.message),
        "metadata": {
            "version": VERSION,
            "profiles": ["cloud"],
            "product": {
                "name": "Demarcate",
                "vendor_name": "Demarcate",
                "version": ledger.tool.version,
            },
        },
        "cloud": _cloud(row),
        "finding_info": _info(row, time),
        "compliance": _compliance(row),
        "resources": [_resource(row)],
        "unmapped": {"responsibility": finding.responsibility, "evidence": finding.evidence, "declared": place(row)},
    }
    if row.fix:
        event["remediation"] = {"desc": row.fix, "references": [row.source]}
    if finding.accepted is not None:
        event["status_detail"] = safe(finding.accepted.reason)
    return event


def _cloud(row: FindingRow) -> dict[str, Any]:
    found: dict[str, Any] = {"provider": "AWS"}
    if row.region != UNSPECIFIED:
        found["region"] = safe(row.region)
    if _ACCOUNT.fullmatch(row.account):
        found["account"] = {"uid": row.account, "type": "AWS Account", "type_id": 10}
    return found


def _info(row: FindingRow, time: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "uid": row.finding.id,
        "title": safe(row.title),
        "created_time": time,
        "types": ["Shared Responsibility"],
        "analytic": {"uid": row.finding.control, "name": safe(row.title), "type": "Rule", "type_id": 1},
    }
    if row.why:
        found["desc"] = row.why
    return found


def _compliance(row: FindingRow) -> dict[str, Any]:
    status_id, status = _COMPLIANCE[row.standing]
    return {
        "control": row.finding.control,
        "standards": [FRAMEWORK_TITLES.get(each, each) for each in row.frameworks] or ["Demarcate"],
        "requirements": [f"{framework}:{each}" for framework, ids in row.frameworks.items() for each in ids],
        "status": status,
        "status_id": status_id,
        "status_details": [safe(row.finding.message)],
        "category": row.responsibility.title,
    }


def _resource(row: FindingRow) -> dict[str, Any]:
    found: dict[str, Any] = {"uid": row.finding.resource, "type": row.type, "cloud_partition": "aws"}
    if row.resource is not None:
        found["name"] = safe(row.resource.name)
        found["namespace"] = row.resource.offering
    if row.region != UNSPECIFIED:
        found["region"] = safe(row.region)
        found["cloud_partition"] = partition_of(row.region)
    return found


def partition_of(region: str) -> str:
    """The partition of a Region: ``aws``, ``aws-cn``, ``aws-us-gov``, ``aws-iso`` and so on."""
    for prefix, partition in _PARTITIONS:
        if region.startswith(prefix):
            return partition
    return "aws"


_PARTITIONS: Final = (
    ("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"), ("us-isob-", "aws-iso-b"), ("us-isof-", "aws-iso-f"),
    ("eu-isoe-", "aws-iso-e"), ("us-iso-", "aws-iso"), ("eusc-", "aws-eusc"),
)  # fmt: skip
