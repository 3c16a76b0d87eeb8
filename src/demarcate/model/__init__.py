"""The words of the domain as frozen structs. No I/O; everything imports this, it imports nothing of ours."""

from demarcate.model.control import Control, Default, Examples, Outcome, Severity, Snippets
from demarcate.model.estate import Connection, Declared, Estate, Resource, Skipped
from demarcate.model.ledger import (
    Acceptance,
    Duty,
    Finding,
    Ledger,
    LedgerResource,
    SplitCell,
    Status,
    Summary,
    ToolInfo,
)
from demarcate.model.offering import AccountKnob, Halves, Offering, Override, RoleEntry, Service, TypeEntry
from demarcate.model.responsibility import STACK_BOTTOM, Party, Responsibility, Scope
from demarcate.model.values import NO_VALUE, Reference, Unknown, Value, contains_unknown, is_unknown

__all__ = [
    "NO_VALUE",
    "STACK_BOTTOM",
    "Acceptance",
    "AccountKnob",
    "Connection",
    "Control",
    "Declared",
    "Default",
    "Duty",
    "Estate",
    "Examples",
    "Finding",
    "Halves",
    "Ledger",
    "LedgerResource",
    "Offering",
    "Outcome",
    "Override",
    "Party",
    "Reference",
    "Resource",
    "Responsibility",
    "RoleEntry",
    "Scope",
    "Service",
    "Severity",
    "Skipped",
    "Snippets",
    "SplitCell",
    "Status",
    "Summary",
    "ToolInfo",
    "TypeEntry",
    "Unknown",
    "Value",
    "contains_unknown",
    "is_unknown",
]
