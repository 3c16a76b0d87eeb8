"""Responsibilities: what somebody must do, and who the somebodies are."""

from enum import StrEnum
from typing import Final

import msgspec

STACK_BOTTOM: Final = "none"
"""The boundary of an offering of which AWS operates no layer."""


class Party(StrEnum):
    """Who has a duty."""

    __hash__ = str.__hash__  # the one of Enum runs in Python, and these are counted by the hundred thousand

    AWS = "aws"
    CUSTOMER = "customer"
    SHARED = "shared"


class Scope(StrEnum):
    """How often a duty stands in a ledger: once per resource, per account, or per organisation."""

    __hash__ = str.__hash__  # the one of Enum runs in Python, and these are counted by the hundred thousand

    RESOURCE = "resource"
    ACCOUNT = "account"
    ORGANISATION = "organisation"


class Responsibility(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing that somebody must do.

    ``layer`` is its place in the stack (0 at the bottom) or ``None`` beside the stack; ``party`` its default party
    beside the stack; ``control_class`` AWS's own class (``inherited``, ``shared``, ``customer-specific``); ``aws`` and
    ``customer`` each party's half; ``source`` an AWS documentation URL; ``nist_800_53_r5`` control ids.
    """

    id: str
    title: str
    group: str
    scope: Scope
    control_class: str = msgspec.field(name="class")
    definition: str
    aws: str
    customer: str
    source: str
    nist_800_53_r5: tuple[str, ...] = msgspec.field(name="nist-800-53-r5")
    layer: int | None = None
    party: Party | None = None
    reason: str = ""
