"""The arguments of the provider's resource types with their kinds: names only (``scripts/build_terraform.py``)."""

import gzip
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from demarcate.sources.terraform.mapping import MAPPING_ROOT

Kind = Any
"""An argument's kind: ``string``, ``number``, ``boolean``, ``any``, ``[kind]``, ``{"map": kind}``, or an object as a
mapping of its arguments."""


class _Arguments(msgspec.Struct, frozen=True):
    source: str
    awscc: tuple[str, ...]
    types: dict[str, tuple[int, dict[str, Any]]]
    shapes: list[dict[str, Any]]


@cache
def _arguments() -> _Arguments:
    return msgspec.json.decode(gzip.decompress((MAPPING_ROOT / "arguments.json.gz").read_bytes()), type=_Arguments)


def awscc_names() -> tuple[str, ...]:
    """Every resource type of the provider ``awscc``, sorted."""
    return _arguments().awscc


def arguments_of(terraform_type: str) -> Mapping[str, Kind]:
    """A type's arguments with their kinds, nested; empty for a type that the provider does not have."""
    entry = _arguments().types.get(terraform_type)
    return {} if entry is None else _expanded(entry[0])


def attributes_of(terraform_type: str) -> Mapping[str, Kind]:
    """What the provider computes for a type beside its arguments."""
    entry = _arguments().types.get(terraform_type)
    return {} if entry is None else entry[1]


@cache
def _expanded(number: int) -> Mapping[str, Kind]:
    return {name: _kind(kind) for name, kind in _arguments().shapes[number].items()}


def _kind(kind: Kind) -> Kind:
    if isinstance(kind, int):
        return _expanded(kind)
    return [_kind(kind[0])] if isinstance(kind, list) else kind


def block_of(kind: Kind) -> Mapping[str, Kind] | None:
    """The arguments of a block, or ``None`` for an argument that is none."""
    inner = kind[0] if isinstance(kind, list) and kind else kind
    return inner if isinstance(inner, Mapping) and "map" not in inner else None
