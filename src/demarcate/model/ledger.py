"""The ledger: every duty of an estate with its party and status. Its JSON form is ``demarcate.ledger/1``."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from demarcate.model.estate import Connection, Declared, Skipped
from demarcate.model.responsibility import Party, Scope

SCHEMA = "demarcate.ledger/1"


class Status(StrEnum):
    """The status of a duty."""

    __hash__ = str.__hash__  # the one of Enum runs in Python, and these are counted by the hundred thousand

    NOT_APPLICABLE = "not-applicable"
    INHERITED = "inherited"
    SATISFIED = "satisfied"
    NOT_SATISFIED = "not-satisfied"
    UNKNOWN = "unknown"
    ATTESTED = "attested"
    ACCEPTED = "accepted"
    OPEN = "open"


class SplitCell(msgspec.Struct, frozen=True, omit_defaults=True):
    """One responsibility of one offering: ``party``, why, the page that says so, and each party's half.

    ``confidence`` is ``unverified`` where the page could not be confirmed, ``derived`` where the cell follows from the
    boundary or from the responsibility's own definition, ``stated`` where a service file states it.
    """

    party: Party
    reason: str
    source: str
    aws: str = ""
    customer: str = ""
    confidence: str = "derived"


class LedgerResource(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A resource as the ledger shows it.

    ``candidates`` lists the offerings that could not be told apart and ``why`` says why; ``of`` the resources that a
    setting configures; ``classification`` is the level of the data that it ``holds``; ``action`` what the Terraform
    plan that was read does to it (``create``, ``update``, ``replace``, ``no-op``).
    """

    id: str
    type: str
    name: str
    account: str
    region: str
    offering: str
    role: str
    declared: Declared
    holds: str | None = None
    classification: str | None = None
    of: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    why: str | None = None
    uncertain: str | None = None
    action: str | None = None


class Duty(msgspec.Struct, frozen=True):
    """A resource (or account, or organisation) × a responsibility. ``resource`` is the resource's id, the account or
    ``organisation``; the reason stands in ``Ledger.splits`` (by offering), in ``Ledger.not_applicable`` (by type), or
    in the resource's ``why`` (an unknown status). ``findings`` are finding ids."""

    scope: Scope
    resource: str
    responsibility: str
    party: Party
    status: Status
    findings: tuple[str, ...] = ()


class Acceptance(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Why a finding is lived with, by whom (``owner``) and until when (``YYYY-MM-DD``; empty: for good)."""

    reason: str
    owner: str = ""
    until: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The outcome of a control on a resource, with the values that decided it."""

    id: str
    control: str
    resource: str
    responsibility: str
    outcome: str
    severity: str
    message: str
    evidence: Mapping[str, Any]
    declared: Declared
    accepted: Acceptance | None = None


class ToolInfo(msgspec.Struct, frozen=True):
    """The tool that wrote a ledger: its ``name``, ``version``, the ``catalog`` data it used (a version string), the
    ``profile`` of controls, and the day (``asof``) that versions were held against."""

    name: str
    version: str
    catalog: str
    profile: str = "baseline"
    asof: str = ""


class Summary(msgspec.Struct, frozen=True):
    """Counts; ``by_party``, ``by_status`` and ``by_scope`` each add up to ``duties``, ``findings`` is by outcome."""

    resources: int
    accounts: int
    organisations: int
    duties: int
    by_party: Mapping[str, int]
    by_status: Mapping[str, int]
    by_scope: Mapping[str, int]
    findings: Mapping[str, int] = {}


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """Every duty of an estate. ``splits`` holds the reasons once per offering (responsibility id → cell), and
    ``not_applicable`` once per resource type why a duty cannot be had (responsibility id → reason)."""

    schema: str
    tool: ToolInfo
    summary: Summary
    splits: Mapping[str, Mapping[str, SplitCell]]
    not_applicable: Mapping[str, Mapping[str, str]]
    resources: tuple[LedgerResource, ...]
    connections: tuple[Connection, ...]
    duties: tuple[Duty, ...]
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
