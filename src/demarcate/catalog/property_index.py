"""The property index at run time: every writable property of every CloudFormation type, read lazily by namespace."""

from collections.abc import Iterator, Mapping
from enum import IntEnum
from functools import cache
from typing import Any, Final, TypeAlias

import msgspec

from demarcate.catalog.yaml_files import CATALOG_ROOT

_BITS: Final = 5
"""A property's number in the index holds its responsibility in so many lower bits, its kind of scalar above."""
_MASK: Final = (1 << _BITS) - 1


class Scalar(IntEnum):
    """The kind of a scalar property by its schema."""

    BOOLEAN = 1
    INTEGER = 2
    NUMBER = 3
    STRING = 4


ScalarTree: TypeAlias = Mapping[str, "Scalar | ScalarTree"]
"""A type's scalar properties by name; a container holds a tree of its own."""


class PropertyNode(msgspec.Struct, frozen=True):
    """A writable property: its dotted ``path`` (``Rules[].Id``; ``{}`` marks a map), the ``responsibility`` it bears
    on, whether its content is ``opaque`` (JSON that no schema describes) or cut off because it is ``recursive``, and
    the schema's semantic ``format`` (``AWS::KMS::Key.Arn``) where it has one."""

    path: str
    responsibility: str
    opaque: bool = False
    recursive: bool = False
    format: str | None = None


class _Index(msgspec.Struct, frozen=True):
    source: str
    types: dict[str, str]


class _Namespace(msgspec.Struct, frozen=True):
    responsibilities: tuple[str, ...]
    names: dict[str, str]
    types: dict[str, msgspec.Raw]
    """A type's trie, as JSON that is decoded when it is asked for."""


@cache
def _index() -> _Index:
    return msgspec.json.decode((CATALOG_ROOT / "properties/index.json").read_bytes(), type=_Index)


@cache
def _namespace(stem: str) -> _Namespace:
    return msgspec.json.decode((CATALOG_ROOT / f"properties/{stem}.json").read_bytes(), type=_Namespace)


def source() -> str:
    """What the index was made from, such as ``cfn-lint 1.58.0``."""
    return _index().source


def resource_types() -> tuple[str, ...]:
    """Every resource type of the index, sorted."""
    return tuple(_index().types)


def is_known(type_name: str) -> bool:
    """Whether the index has a type."""
    return type_name in _index().types


@cache
def _trie(type_name: str) -> tuple[tuple[str, ...], Mapping[str, Any]]:
    stem = _index().types.get(type_name)
    if stem is None:
        return (), {}
    namespace = _namespace(stem)
    return namespace.responsibilities, msgspec.json.decode(namespace.types[type_name], type=dict[str, Any])


def trie_of(type_name: str) -> Mapping[str, Any]:
    """A type's writable properties as the index holds them: key (``Rules[]``, ``Tags{}``) → number, or list of number,
    content (a trie, ``json``, ``recursive`` or ``None``) and, where there is one, format; empty if unknown."""
    return _trie(type_name)[1]


@cache
def properties_of(type_name: str) -> tuple[PropertyNode, ...]:
    """Every writable property of a type, in the schema's order, containers before contents; empty if unknown."""
    names, trie = _trie(type_name)
    return tuple(_walk(trie, "", names))


def _walk(trie: Mapping[str, Any], prefix: str, names: tuple[str, ...]) -> Iterator[PropertyNode]:
    for key, node in trie.items():
        path = prefix + key
        code, tail, form = (node, None, None) if isinstance(node, int) else (*node, None)[:3]
        yield PropertyNode(path.rstrip("[]{}"), names[code & _MASK], tail == "json", tail == "recursive", form)
        if isinstance(tail, dict):
            yield from _walk(tail, f"{path}.", names)


@cache
def responsibilities_of(type_name: str) -> frozenset[str]:
    """The responsibilities that any property of a type bears on; empty if the type is unknown."""
    names, trie = _trie(type_name)
    codes: set[int] = set()
    pending = [trie]
    while pending:
        for node in pending.pop().values():
            if isinstance(node, int):
                codes.add(node)
            else:
                codes.add(node[0])
                if isinstance(node[1], dict):
                    pending.append(node[1])
    return frozenset(names[code & _MASK] for code in codes)


@cache
def scalars_of(type_name: str) -> ScalarTree:
    """The scalar properties of a type, nested as they are; list items stand at their list's place."""
    return _scalars(_trie(type_name)[1])


def _scalars(trie: Mapping[str, Any]) -> ScalarTree:
    found: dict[str, Scalar | ScalarTree] = {}
    for key, node in trie.items():
        code, tail = (node, None) if isinstance(node, int) else node[:2]
        name = key.rstrip("[]{}")
        if isinstance(tail, dict):
            if not key.endswith("{}"):  # a map's own keys are free
                found[name] = _scalars(tail)
        elif code >> _BITS and not key.endswith("{}"):
            found[name] = Scalar(code >> _BITS)
    return found


def scalar_in(code: int) -> Scalar | None:
    """The kind of scalar that a number of the index holds, if any."""
    return Scalar(code >> _BITS) if code >> _BITS else None


def name_property(type_name: str) -> str | None:
    """The property by whose value others name a resource of a type (its primary identifier, where that is writable)."""
    stem = _index().types.get(type_name)
    return None if stem is None else _namespace(stem).names.get(type_name)


@cache
def formats_of(type_name: str) -> Mapping[str, str]:
    """The properties of a type that hold another resource's attribute: path → format (``AWS::KMS::Key.Arn``)."""
    return {node.path: node.format for node in properties_of(type_name) if node.format is not None}
