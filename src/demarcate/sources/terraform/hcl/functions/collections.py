"""Functions of lists, sets and maps. Members may be unknown; what depends on one is."""

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any, Final

from demarcate.model import Unknown, Value
from demarcate.sources.terraform.hcl.functions.calls import MAX_RESULT, Function
from demarcate.sources.terraform.hcl.operations import equal, kind_of, to_bool, to_number
from demarcate.sources.terraform.hcl.types import make_set
from demarcate.sources.terraform.hcl.values import (
    EvaluationError,
    Opaque,
    SetList,
    TooLargeError,
    by_cases,
    derived,
    is_known,
    never_null,
    to_text,
)


def _list(value: Value) -> list[Value]:
    if not isinstance(value, list):
        raise EvaluationError(f"{kind_of(value)} where a list is wanted")
    return value


def _map(value: Value) -> dict[str, Value]:
    if not isinstance(value, dict):
        raise EvaluationError(f"{kind_of(value)} where a map is wanted")
    return value


def _length(value: Value) -> Value:
    if isinstance(value, SetList) and len(value) > 1 and not is_known(value):
        return derived(value)
    if isinstance(value, str | list | dict):
        return len(value)
    raise EvaluationError(f"{kind_of(value)} has no length")


def _truths(value: Value, deciding: bool) -> Value:
    undecided: list[Value] = []
    for each in _list(value):
        if each is None:
            if not deciding:
                return False
            continue
        truth = to_bool(each)
        if truth is deciding:
            return deciding
        if isinstance(truth, Unknown):
            undecided.append(truth)
    return derived(*undecided) if undecided else not deciding


def _chunks(value: Value, size: Value) -> Value:
    items, count = _list(value), to_number(size)
    if count < 0:
        raise EvaluationError("chunks of a size below zero")
    if not items or count == 0:
        return [items] if items else []
    return [items[start : start + count] for start in range(0, len(items), int(count))]


def _coalesce(*values: Value) -> Value:
    """The first that is neither null nor an empty text; what may be one of them does not decide."""
    for place, value in enumerate(values):
        if value is None or value == "":
            continue
        if isinstance(value, Unknown) and not never_null(value):
            rest = values[place + 1 :]
            found = by_cases(lambda each, rest=rest: _coalesce(each, *rest), value)  # type: ignore[misc]
            if found is not None:
                return found
            return derived(*values[place:]) if rest else value
        return value
    raise EvaluationError("coalesce has nothing that is set")


def _coalesce_list(*values: Value) -> Value:
    for value in values:
        if isinstance(value, Unknown):
            return derived(*values)
        if value:
            return value
    raise EvaluationError("coalescelist has only empty lists")


def _compact(value: Value) -> Value:
    kept = []
    for each in _list(value):
        if isinstance(each, Unknown) and not never_null(each):
            return derived(value)
        if each is not None and each != "":
            kept.append(each)
    return kept


def _concat(*values: Value) -> Value:
    made: list[Value] = []
    for each in values:
        made.extend(_list(each))
        if len(made) > MAX_RESULT:
            raise TooLargeError(f"a list of more than {MAX_RESULT:,} items")
    return made


def _contains(value: Value, wanted: Value) -> Value:
    undecided: list[Value] = []
    for each in _list(value):
        same = equal(each, wanted)
        if same is True:
            return True
        if isinstance(same, Unknown):
            undecided.append(same)
    return derived(*undecided) if undecided else False


def _distinct(value: Value) -> Value:
    made: list[Value] = []
    seen: set[Any] = set()
    for each in _list(value):
        if isinstance(each, str):
            if each not in seen:
                seen.add(each)
                made.append(each)
        elif not any(equal(each, other) is True for other in made):
            made.append(each)
            if len(made) > 2_000:
                raise TooLargeError("distinct of more than 2,000 objects")
    return made


def _element(value: Value, place: Value) -> Value:
    items, number = _list(value), to_number(place)
    if not items:
        raise EvaluationError("element of an empty list")
    return items[int(number) % len(items)]


def _flatten(value: Value) -> Value:
    made: list[Value] = []
    pending = [list(reversed(_list(value)))]
    while pending:
        level = pending[-1]
        if not level:
            pending.pop()
            continue
        each = level.pop()
        if isinstance(each, list):
            pending.append(list(reversed(each)))
            if len(pending) > 200:
                raise TooLargeError("lists nested more than 200 deep")
        elif isinstance(each, Unknown) and not never_null(each):
            return derived(value)  # it may be a list itself
        else:
            made.append(each)
            if len(made) > MAX_RESULT:
                raise TooLargeError(f"a list of more than {MAX_RESULT:,} items")
    return made


def _index_of(value: Value, wanted: Value) -> Value:
    for place, each in enumerate(_list(value)):
        if equal(each, wanted) is True:
            return place
    raise EvaluationError("the list does not have the item")


def _keys(value: Value) -> Value:
    return sorted(_map(value))


def _values(value: Value) -> Value:
    return [each for _, each in sorted(_map(value).items())]


def _lookup(value: Value, key: Value, *default: Value) -> Value:
    if isinstance(value, Opaque) and value.uncertain:
        return derived(value, key, *default)
    if isinstance(value, Opaque) and isinstance(key, str):
        return value.attribute(key)
    for each in (value, key):
        if isinstance(each, Unknown):
            pairs = (
                (lambda one: _lookup(one, key, *default))
                if each is value
                else (lambda one: _lookup(value, one, *default))
            )
            found = by_cases(pairs, each)
            return derived(value, key, *default) if found is None else found
    found_map = {} if value is None else _map(value)
    name = to_text(key)
    if name in found_map:
        return found_map[name]
    if default:
        return default[0]
    raise EvaluationError(f"there is no key {name!r} in the map")


def _match_keys(values: Value, keys: Value, wanted: Value) -> Value:
    if not is_known(keys, wanted):
        return derived(values, keys, wanted)
    one, other = _list(values), _list(keys)
    if len(one) != len(other):
        raise EvaluationError("matchkeys has lists of different lengths")
    return [value for value, key in zip(one, other, strict=True) if any(equal(key, each) is True for each in wanted)]


def _merge(*values: Value) -> Value:
    made: dict[str, Value] = {}
    for each in values:
        if each is not None:
            made.update(_map(each))
    return made


def _one(value: Value) -> Value:
    if isinstance(value, Unknown):
        found = by_cases(_one, value)
        return derived(value, maybe_absent=True) if found is None else found
    if isinstance(value, Opaque) and value.uncertain:
        return derived(value, maybe_absent=True)
    items = _list(value)
    if len(items) > 1:
        raise EvaluationError("one of a list of several items")
    return items[0] if items else None


def _product(*values: Value) -> Value:
    lists = [_list(each) for each in values]
    size = 1
    for each in lists:
        size *= len(each)
    if size > MAX_RESULT:
        raise TooLargeError(f"a list of more than {MAX_RESULT:,} items")
    items = [list(each) for each in product(*lists)]
    return make_set(items) if all(isinstance(each, SetList) for each in values) else items


def _slice(value: Value, start: Value, end: Value) -> Value:
    items, first, last = _list(value), to_number(start), to_number(end)
    if not 0 <= first <= last <= len(items):
        raise EvaluationError("a slice beyond the end of the list")
    return items[int(first) : int(last)]


def _of_sets(first: Value, rest: Iterable[Value], kept: Any) -> Value:
    made = make_set(_list(first))
    for each in rest:
        others = make_set(_list(each))
        made = kept(made, others)
    return made


def _in(value: Value, items: Iterable[Value]) -> bool:
    return any(equal(value, each) is True for each in items)


def _intersection(first: Value, *rest: Value) -> Value:
    return _of_sets(first, rest, lambda one, other: SetList(each for each in one if _in(each, other)))


def _difference(first: Value, other: Value) -> Value:
    return _of_sets(first, [other], lambda one, two: SetList(each for each in one if not _in(each, two)))


def _union(*values: Value) -> Value:
    return make_set([each for items in values for each in _list(items)])


def _symmetric(first: Value, *rest: Value) -> Value:
    def kept(one: SetList, other: SetList) -> Value:
        return make_set(
            [*(each for each in one if not _in(each, other)), *(each for each in other if not _in(each, one))]
        )

    return _of_sets(first, rest, kept)


def _transpose(value: Value) -> Value:
    made: dict[str, list[str]] = {}
    for key, items in sorted(_map(value).items()):
        for each in _list(items):
            made.setdefault(to_text(each), []).append(key)
    return made


def _zip_map(keys: Value, values: Value) -> Value:
    if not is_known(keys):
        return derived(keys, values)
    names, items = _list(keys), _list(values)
    if len(names) != len(items):
        raise EvaluationError("zipmap has lists of different lengths")
    return {to_text(name): each for name, each in zip(names, items, strict=True)}


COLLECTIONS: Final[Mapping[str, Function]] = {
    "alltrue": Function(lambda value: _truths(value, False), 1, 1, "top"),
    "anytrue": Function(lambda value: _truths(value, True), 1, 1, "top"),
    "chunklist": Function(_chunks, 2, 2, "top"),
    "coalesce": Function(_coalesce, 1, 1_000, "none"),
    "coalescelist": Function(_coalesce_list, 1, 1_000, "none"),
    "compact": Function(_compact, 1, 1, "top"),
    "concat": Function(_concat, 1, 1_000, "top"),
    "contains": Function(_contains, 2, 2, "top"),
    "distinct": Function(_distinct, 1, 1),
    "element": Function(_element, 2, 2, "top"),
    "flatten": Function(_flatten, 1, 1, "top"),
    "index": Function(_index_of, 2, 2),
    "keys": Function(_keys, 1, 1, "top"),
    "values": Function(_values, 1, 1, "top"),
    "length": Function(_length, 1, 1, "top"),
    "lookup": Function(_lookup, 2, 3, "none"),
    "matchkeys": Function(_match_keys, 3, 3, "top"),
    "merge": Function(_merge, 0, 1_000, "top"),
    "one": Function(_one, 1, 1, "none"),
    "reverse": Function(lambda value: list(reversed(_list(value))), 1, 1, "top"),
    "setintersection": Function(_intersection, 1, 1_000),
    "setproduct": Function(_product, 1, 100, "top"),
    "setsubtract": Function(_difference, 2, 2),
    "setunion": Function(_union, 1, 1_000),
    "setsymmetricdifference": Function(_symmetric, 1, 1_000),
    "slice": Function(_slice, 3, 3, "top"),
    "sort": Function(lambda value: sorted(to_text(each) for each in _list(value)), 1, 1),
    "transpose": Function(_transpose, 1, 1),
    "zipmap": Function(_zip_map, 2, 2, "top"),
    "list": Function(lambda *values: list(values), 0, 1_000, "none"),
    "map": Function(lambda *values: dict(zip(values[::2], values[1::2], strict=True)), 0, 1_000, "top"),
}
