"""Data stewardship: what is known of how sensitive the data in a store are."""

import re
from collections.abc import Mapping

import msgspec

from demarcate.model import Finding, Outcome, Resource, Severity

CONTROL = "data-classified"
"""The control that a store with a known classification satisfies; a store without one leaves its duty open."""


class NameRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Stores whose name, or a name property, matches a regular expression have a level."""

    match: str
    level: str


class Stewardship(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a store's classification comes from, in this order: its ``tag``, the first of the ``names`` rules that
    matches, and ``found`` (a bucket's name → level, as Macie's findings say). ``restricted`` are the levels that raise
    what is asked."""

    tag: str = "data-classification"
    names: tuple[NameRule, ...] = ()
    restricted: tuple[str, ...] = ("restricted", "confidential", "secret", "highly-confidential", "pii", "phi", "pci")
    found: Mapping[str, str] = {}

    def level_of(self, resource: Resource) -> str | None:
        """The level of a store, or ``None`` where nothing says it."""
        tagged = resource.tags.get(self.tag)
        if tagged:
            return tagged
        names = [resource.name, *_names(resource)]
        for rule in self.names:
            if any(re.search(rule.match, name) for name in names):
                return rule.level
        return next((self.found[name] for name in names if name in self.found), None)

    def is_restricted(self, level: str | None) -> bool:
        """Whether a level is one of the restricted ones."""
        return level is not None and level.lower() in self.restricted

    def finding(self, resource: Resource, level: str) -> Finding:
        """The finding of a store whose classification is known."""
        return Finding(
            id=f"{CONTROL}@{resource.id}",
            control=CONTROL,
            resource=resource.id,
            responsibility="customer-data",
            outcome=Outcome.SATISFIED.value,
            severity=Severity.MEDIUM.value,
            message=f"The data are classified: {level}",
            evidence={"classification": level},
            declared=resource.declared,
        )


def _names(resource: Resource) -> list[str]:
    return [
        value
        for key, value in sorted(resource.properties.items())
        if isinstance(value, str) and key.endswith(("Name", "Identifier"))
    ]
