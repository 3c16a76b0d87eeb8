"""A CloudFormation type's properties as a tree, for the translation: what is a list, a map, an object or a scalar."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from demarcate.catalog.property_index import Scalar, scalar_in, trie_of

_KEY: Final = re.compile(r"([^\[\]{}]*)((?:\[\]|\{\})*)$")


class Node(NamedTuple):
    """A property: its ``name``; ``shape``, what wraps its items (``""``, ``[]`` a list, ``{}`` a map, ``[][]`` …); the
    kind of ``scalar`` the items are, if they are; their ``children`` by name, if they are objects; and whether their
    content is ``free`` (JSON of no schema, or recursive)."""

    name: str
    shape: str = ""
    scalar: Scalar | None = None
    children: "Mapping[str, Node]" = {}  # noqa: RUF012 (never changed)
    free: bool = False

    @property
    def is_list(self) -> bool:
        """Whether the property is a list."""
        return self.shape.startswith("[]")

    @property
    def is_map(self) -> bool:
        """Whether the property is a map of free keys."""
        return self.shape.startswith("{}")

    @property
    def is_object(self) -> bool:
        """Whether the property itself (not its items) is an object that the schema describes."""
        return not self.shape and bool(self.children)

    @property
    def pair(self) -> tuple[str, str] | None:
        """The two keys of a list of pairs (``Key``/``Value``, ``Name``/``Value`` …), ``None`` for anything else."""
        if self.shape != "[]":
            return None
        names = set(self.children)
        for one, other in _PAIRS:
            if one in names and other in names and names <= {one, other} | _BESIDE:
                return one, other
        return None


_PAIRS: Final = (
    ("Key", "Value"), ("Name", "Value"), ("TagKey", "TagValue"), ("key", "value"), ("name", "value"),
    ("ParameterKey", "ParameterValue"), ("ParameterName", "ParameterValue"), ("AttributeKey", "AttributeValue"),
    ("Variable", "Value"), ("Destination", "Source"),
)  # fmt: skip
_BESIDE: Final = frozenset({"PropagateAtLaunch", "Type", "ApplyMethod"})
"""What a pair may hold beside its two keys."""


@cache
def schema_of(type_name: str) -> Mapping[str, Node]:
    """The properties of a type by name; empty for a type that the index does not have."""
    return _nodes(trie_of(type_name))


def _nodes(trie: Mapping[str, Any]) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for key, entry in trie.items():
        parts = _KEY.match(key)
        assert parts is not None
        name, shape = parts[1], parts[2]
        code, tail = (entry, None) if isinstance(entry, int) else entry[:2]
        inner = _nodes(tail) if isinstance(tail, dict) else {}
        found[name] = Node(name, shape, scalar_in(code), inner, tail in ("json", "recursive"))
    return found
