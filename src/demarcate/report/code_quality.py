"""GitLab's Code Quality report: what a merge request's widget and changes view show, on every tier of GitLab.

The form is at https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format.
"""

import hashlib
from collections.abc import Iterator
from typing import Final

import msgspec

from demarcate.catalog import Catalog
from demarcate.model import Finding, Ledger, Outcome
from demarcate.report.formats import RenderOptions

_SEVERITIES: Final = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor"}


def render(ledger: Ledger, data: Catalog, options: RenderOptions) -> Iterator[bytes]:
    """One JSON array: what is not satisfied, and as ``info`` what could not be decided. What somebody accepted is left
    out, as is what holds: the form has no word for either."""
    del data, options
    encoder = msgspec.json.Encoder(order="deterministic")
    between = b"[\n"
    for each in ledger.findings:
        if each.accepted is None and each.outcome in (Outcome.NOT_SATISFIED, Outcome.UNKNOWN):
            yield between + encoder.encode(_issue(each))
            between = b",\n"
    yield b"[]\n" if between == b"[\n" else b"\n]\n"


def _issue(finding: Finding) -> dict[str, object]:
    unknown = finding.outcome == Outcome.UNKNOWN
    message = f"Not decided: {finding.message}" if unknown else finding.message
    return {
        "description": f"{message} ({finding.resource})",
        "check_name": finding.control,
        # by the control and the resource, not by the line: moving a resource must not make the finding a new one
        "fingerprint": hashlib.sha256(finding.id.encode()).hexdigest(),
        "severity": "info" if unknown else _SEVERITIES[finding.severity],
        "location": {"path": finding.declared.file, "lines": {"begin": max(finding.declared.line or 1, 1)}},
    }
