"""References between resources become connections; what kind is decided by rules that are catalogue data."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

import msgspec

from demarcate.catalog import catalog
from demarcate.catalog.property_index import name_property
from demarcate.catalog.yaml_files import CATALOG_ROOT, load
from demarcate.model import Connection, Resource, Unknown, Value


class KindRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One rule: the ``kind`` of a connection whose target type, property path and source type match (regexes)."""

    kind: str
    target: str = ""
    path: str = ""
    source: str = ""


class _Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kinds: tuple[KindRule, ...]


@cache
def _rules() -> tuple[KindRule, ...]:
    return load(CATALOG_ROOT / "connection_kinds.yaml", _Rules).kinds


@cache
def _found(pattern: str, text: str) -> bool:
    return not pattern or re.search(pattern, text) is not None


@cache
def kind_of(source_type: str, target_type: str, path: str) -> str:
    """The kind of a connection, by the first rule that matches; ``path`` without list positions."""
    for rule in _rules():
        if _found(rule.target, target_type) and _found(rule.path, path) and _found(rule.source, source_type):
            return rule.kind
    return "reference"


def references_of(value: Value) -> list[tuple[str, str]]:
    """The references in a value: (dotted path, resource id)."""
    found: list[tuple[str, str]] = []
    if type(value) is Unknown:
        found += [("", each.resource) for each in value.references]
    elif isinstance(value, dict | list):
        _gather(value, [], found)
    return found


def _gather(value: dict[str, Value] | list[Value], above: list[str | int], found: list[tuple[str, str]]) -> None:
    """Add the references below a value; paths are written only for what refers to something, as little does."""
    for step, each in value.items() if isinstance(value, dict) else enumerate(value):
        kind = type(each)
        if kind is str or kind is bool:
            continue
        if kind is Unknown:
            if each.references:
                path = _written((*above, step))
                found += [(path, reference.resource) for reference in each.references]
        elif isinstance(each, dict | list):
            above.append(step)
            _gather(each, above, found)
            above.pop()


def _written(steps: Iterable[str | int]) -> str:
    return "".join([f"[{step}]" if type(step) is int else f".{step}" for step in steps]).removeprefix(".")


def _by_name(resources: Mapping[str, Resource]) -> Iterator[Connection]:
    """Connections by a literal name: a property that says which resource a setting configures (``via`` in the
    catalogue) holds the name of one of the estate, in the same account and Region."""
    named: dict[tuple[str, str, str, str], str] = {}
    for resource in resources.values():
        own = name_property(resource.type)
        value = resource.properties.get(own) if own is not None else None
        if isinstance(value, str):
            named[resource.type, value, resource.account, resource.region] = resource.id
    if not named:
        return
    data = catalog()
    for resource in resources.values():
        entry = data.type_entry(resource.type)
        if entry is None or entry.via is None:
            continue
        value = resource.properties.get(entry.via)
        for number, each in enumerate(value if isinstance(value, list) else [value]):
            for kind in entry.of if isinstance(each, str) else ():
                target = named.get((kind, each, resource.account, resource.region))
                if target is not None and target != resource.id:
                    path = f"{entry.via}[{number}]" if isinstance(value, list) else entry.via
                    yield Connection(resource.id, target, kind_of(resource.type, kind, entry.via), path)


def connect(resources: Mapping[str, Resource]) -> tuple[Connection, ...]:
    """The connections between resources of an estate (id → resource), sorted; those to nothing are left out."""
    found: set[Connection] = set(_by_name(resources))
    for resource in resources.values():
        for path, target_id in references_of(resource.properties):
            target = resources.get(target_id)
            if target is not None and target_id != resource.id:
                general = re.sub(r"\[\d+\]", "[]", path) if "[" in path else path
                kind = kind_of(resource.type, target.type, general)
                found.add(Connection(resource.id, target_id, kind, path))
    return tuple(sorted(found))
