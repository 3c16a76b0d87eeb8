"""Controls: decidable checks on resources, as the catalogue states them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec


class Severity(StrEnum):
    """How much it matters that a control is not satisfied."""

    __hash__ = str.__hash__  # the one of Enum runs in Python, and these are counted by the hundred thousand

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for the most severe."""
        return list(Severity).index(self)


class Outcome(StrEnum):
    """What a control found on a resource."""

    __hash__ = str.__hash__  # the one of Enum runs in Python, and these are counted by the hundred thousand

    SATISFIED = "satisfied"
    NOT_SATISFIED = "not-satisfied"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"


class Snippets(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the fix is written down."""

    cloudformation: str = ""
    terraform: str = ""


class Examples(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="kebab"):
    """Properties with their outcome, in CloudFormation's own shape with its functions in the long form.

    An example may have ``$with`` (further resources of the template, by logical id; the subject is ``It``),
    ``$attributes`` (what stands beside the properties), ``$settings`` (account settings) and ``$type`` (which type, for
    a control on several; the first is usual). ``{Ref: Unknown}`` is a parameter without a value, ``{Ref: Secret}`` one
    with ``NoEcho``.
    """

    satisfied: tuple[dict[str, Any], ...] = ()
    not_satisfied: tuple[dict[str, Any], ...] = ()
    unknown: tuple[dict[str, Any], ...] = ()
    not_applicable: tuple[dict[str, Any], ...] = ()


class Control(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One decidable check.

    ``on`` are the types it looks at; ``when`` and ``unless`` say to which resources it applies; ``expect`` is what must
    hold. ``profile`` is the least strict built-in profile that has it. ``frameworks`` maps a framework
    (``fsbp``, ``cis-aws-5.0``, ``nist-800-53-r5``, ``pci-dss-4.0``) to its control ids; NIST's default to those of the
    responsibility. ``sensitive`` keeps the values out of the evidence.
    """

    id: str
    on: str | tuple[str, ...]
    responsibility: str
    title: str
    expect: str
    severity: Severity
    why: str
    fix: str
    source: str
    when: str | None = None
    unless: str | None = None
    profile: str = "baseline"
    params: Mapping[str, Any] = {}
    frameworks: Mapping[str, tuple[str, ...]] = {}
    snippets: Snippets = Snippets()
    examples: Examples = Examples()
    sensitive: bool = False
    confidence: str | None = None
    derived: bool = False

    @property
    def types(self) -> tuple[str, ...]:
        """The types it looks at."""
        return (self.on,) if isinstance(self.on, str) else self.on


class Default(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What AWS takes for a property that is absent: an expression (over the other properties), and the page that says
    so."""

    value: str
    source: str
    confidence: str | None = None
