"""``aws_networkmanager_core_network_policy_document``: its blocks as the document that the provider renders
(https://docs.aws.amazon.com/network-manager/latest/cloudwan/cloudwan-policies-json.html)."""

from collections.abc import Callable, Mapping
from typing import Final

from demarcate.model import Unknown, Value

VERSION: Final = "2021.12"
_ONE: Final = frozenset({"core_network_configuration", "action", "when_sent_to", "via", "routing_policy_rule"})
"""Blocks of which the document holds one, as an object."""
_NOTHING: Final[tuple[Value, ...]] = (None, [], {}, "")


def core_network_policy(values: Mapping[str, Value], resolve: Callable[[Value], Value]) -> Value:
    """The document of a data source's arguments; what is not known stays a part of it."""
    found = {name: each for name, each in values.items() if name not in ("id", "json", "region", "version")}
    version = resolve(values.get("version"))
    return {"version": version or VERSION, **_object(found, resolve)}


def _object(block: Mapping[str, Value], resolve: Callable[[Value], Value]) -> dict[str, Value]:
    made: dict[str, Value] = {}
    for name, value in sorted(block.items()):
        if type(value) is not Unknown and value in _NOTHING:
            continue
        if name == "share_with_except":
            made["share-with"] = {"except": resolve(value)}
        elif name == "share_with" and value == ["*"]:
            made["share-with"] = "*"
        else:
            made[name.replace("_", "-")] = _member(name, value, resolve)
    return made


def _member(name: str, value: Value, resolve: Callable[[Value], Value]) -> Value:
    if isinstance(value, dict):
        return _object(value, resolve)
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        blocks = [_object(each, resolve) if isinstance(each, dict) else resolve(each) for each in value]
        return blocks[0] if name in _ONE else blocks
    return resolve(value)
