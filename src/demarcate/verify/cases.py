"""Deciding by cases: what holds whichever way a template's conditions turn out is not undecided."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Final

from demarcate.model import NO_VALUE, Unknown, Value

MAX_CONDITIONS: Final = 4
"""The most conditions of one resource that are gone through, as each doubles the cases."""


def cases_of(properties: Mapping[str, Value]) -> Iterator[dict[str, Value]]:
    """The properties for every outcome of the conditions that choose between values in them; nothing where there is no
    such condition, or there are more than :data:`MAX_CONDITIONS`."""
    names = _conditions(properties)
    if not 0 < len(names) <= MAX_CONDITIONS:
        return
    for outcomes in product((True, False), repeat=len(names)):
        yield _chosen(properties, dict(zip(names, outcomes, strict=True)))


def _conditions(value: Value) -> list[str]:
    found: dict[str, None] = {}
    pending = [value]
    while pending:
        item = pending.pop()
        if type(item) is Unknown and item.cases is not None:
            found[item.cases[0]] = None
            pending.extend(item.cases[1:])
        elif isinstance(item, Mapping):
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return sorted(found)


def _chosen(value: Value, outcomes: Mapping[str, bool]) -> Value:
    """A value with each choice made; the rest stays as unknown as it is."""
    if type(value) is Unknown and value.cases is not None:
        condition, one, other = value.cases
        return _chosen(one if outcomes[condition] else other, outcomes)
    if isinstance(value, Mapping):
        members = ((key, _chosen(each, outcomes)) for key, each in value.items())
        return {key: each for key, each in members if each is not NO_VALUE and each is not None}
    if isinstance(value, list):
        return [chosen for each in value if (chosen := _chosen(each, outcomes)) is not NO_VALUE]
    return value
