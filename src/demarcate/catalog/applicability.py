"""Which duties a resource type cannot have, and why: from its role, what it holds, and what its properties bear on."""

from collections.abc import Mapping
from typing import Final

from demarcate.catalog import Catalog
from demarcate.model import Scope

_NEEDS_DATA: Final = ("customer-data", "encryption-at-rest", "backup-recovery")
"""Duties towards data at rest."""


def not_applicable(type_name: str, data: Catalog) -> Mapping[str, str]:
    """The duties that a known type cannot have: responsibility id → reason.

    A property that bears on a responsibility keeps the duty, whatever the role says, and so does a control that decides
    it (a property may bear on more than the one that the index names); a setting has no others.
    """
    entry = data.type_entry(type_name)
    assert entry is not None
    role = data.roles[entry.role]
    kept = data.knobs_of(type_name) | {each.responsibility for each in data.controls_of(type_name)}
    reasons: dict[str, str] = {}
    for name, each in data.responsibilities.items():
        if each.scope is not Scope.RESOURCE or name in kept:
            continue
        if entry.role == "setting":
            configured = " or ".join(entry.of[:3])
            reasons[name] = f"A setting of {configured}, none of whose properties bears on this."
        elif name in role.not_applicable:
            reasons[name] = role.not_applicable[name]
        elif entry.holds is None and name in _NEEDS_DATA:
            reasons[name] = "No customer data rest in it."
    return reasons
