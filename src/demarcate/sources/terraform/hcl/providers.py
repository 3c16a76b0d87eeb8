"""Provider blocks: the region, the account and the default tags that a resource gets from its provider."""

import re
from typing import Final

import msgspec

from demarcate.model import Unknown, Value
from demarcate.sources.terraform.hcl.values import derived, to_text

_ROLE: Final = re.compile(r"arn:[\w-]+:iam::(\d{12}):role/")


class ProviderConfiguration(msgspec.Struct, frozen=True):
    """A provider as a resource sees it: its ``source`` address and, as far as they are written down, the ``region``,
    the ``account`` and the ``tags`` that it puts on everything (``None`` if it has none)."""

    source: str
    region: str | None = None
    account: str | None = None
    tags: Value = None

    @property
    def is_aws(self) -> bool:
        """Whether it is the AWS provider or AWS Cloud Control's."""
        return self.source.endswith(("/aws", "/awscc"))

    def add_tags(self, values: dict[str, Value]) -> None:
        """Give a resource's values ``tags_all``: its own tags over the provider's."""
        if not self.tags or not self.is_aws:
            return
        own = values.get("tags")
        if isinstance(self.tags, dict) and (own is None or isinstance(own, dict)):
            values["tags_all"] = {**self.tags, **(own or {})}
        elif isinstance(own, Unknown | dict | None):
            values["tags_all"] = derived(self.tags, own)


def configuration_of(source: str, values: dict[str, Value]) -> ProviderConfiguration:
    """What a provider block's values say."""
    region = values.get("region")
    tags: Value = None
    for block in _blocks(values.get("default_tags")):
        tags = block.get("tags")
    return ProviderConfiguration(source, region if isinstance(region, str) and region else None, _account(values), tags)


def _blocks(value: Value) -> list[dict[str, Value]]:
    items = value if isinstance(value, list) else [value]
    return [each for each in items if isinstance(each, dict)]


def _account(values: dict[str, Value]) -> str | None:
    for block in reversed(_blocks(values.get("assume_role"))):  # the last of a chain is the one that acts
        arn = block.get("role_arn")
        if isinstance(arn, str):
            match = _ROLE.match(arn)
            return match[1] if match is not None else None
        if arn is not None:
            return None
    allowed = values.get("allowed_account_ids")
    if isinstance(allowed, list) and len(allowed) == 1 and isinstance(allowed[0], str | int):
        return to_text(allowed[0])
    return None
