"""Operators, attributes, indexes and splats over partly unknown values. Pure: values in, values out."""

import operator
from collections.abc import Callable, Mapping
from decimal import Context, Decimal, DecimalException
from typing import Any, Final

from demarcate.model import Unknown, Value
from demarcate.sources.terraform.addresses import step
from demarcate.sources.terraform.hcl.values import (
    EvaluationError,
    Opaque,
    SetList,
    by_cases,
    derived,
    extended,
    is_known,
    json_number,
    json_text,
    never_null,
    number_text,
)
from demarcate.sources.terraform.instances import Json

_EXACT: Final = Context(prec=60)
Number = int | float


def attribute(value: Value, name: str) -> Value:
    """``value.name``. Raises :class:`EvaluationError` where there is no such attribute."""
    if isinstance(value, dict):
        try:
            return value[name]
        except KeyError:
            raise EvaluationError(f"there is no attribute {name!r} in the object") from None
    if isinstance(value, Opaque):
        return value.attribute(name)
    if type(value) is Unknown:
        found = by_cases(lambda each: attribute(each, name), value)
        return extended(value, f".{name}") if found is None else found
    if isinstance(value, list):
        if value and isinstance(value[0], Opaque):
            raise EvaluationError(f"{name!r} of a resource that has several instances needs an index")
        if name.isdigit():
            return index(value, int(name))
    raise EvaluationError(f"there is no attribute {name!r} in {kind_of(value)}")


def index(value: Value, key: Value) -> Value:
    """``value[key]``. Raises :class:`EvaluationError` where there is no such item."""
    if type(key) is Unknown:
        found = by_cases(lambda each: index(value, each), key)
        return derived(key, value) if found is None else found
    if type(value) is Unknown:
        found = by_cases(lambda each: index(each, key), value)
        if found is not None:
            return found
        place = f"[{to_number(key)}]" if _is_number(key) else step(key) if isinstance(key, str) else ""
        return extended(value, place) if place and "}" not in place else derived(value)
    if isinstance(value, SetList):
        raise EvaluationError("a set has no items by index")
    if isinstance(value, list):
        place = to_number(key)
        if isinstance(place, Unknown):
            return place
        if place != int(place) or not 0 <= place < len(value):
            raise EvaluationError(f"there is no item {number_text(place)} in a list of {len(value)}")
        return value[int(place)]
    if isinstance(value, dict):
        name = key if isinstance(key, str) else number_text(key) if _is_number(key) else None
        if name is None or name not in value:
            raise EvaluationError(f"there is no key {name!r} in the map")
        return value[name]
    if isinstance(value, Opaque):
        if value.uncertain:
            return value
        if isinstance(key, str):
            return value.attribute(key)
        raise EvaluationError("there are no instances by index without count")
    raise EvaluationError(f"{kind_of(value)} has no items")


def splat(value: Value, follow: Callable[[Value], Value]) -> Value:
    """``value[*]…``: each item of a list followed; null as no item, anything else as one."""
    if isinstance(value, list):
        return [follow(each) for each in value]
    if value is None:
        return []
    if type(value) is Unknown:
        found = by_cases(lambda each: splat(each, follow), value)
        return derived(value) if found is None else found
    if isinstance(value, Opaque) and value.uncertain:
        return derived(follow(value), why=f"how many there are is not known: {value.unknown().text}", maybe_absent=True)
    return [follow(value)]


def kind_of(value: Value) -> str:
    """What a value is, for messages."""
    if value is None:
        return "null"
    names: Mapping[type, str] = {bool: "a bool", str: "a string", int: "a number", float: "a number", dict: "an object"}
    return names.get(type(value), "a set" if isinstance(value, SetList) else "a list")


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


# conversion of operands -----------------------------------------------------------------------------------------------


def to_number(value: Value) -> Any:
    """A number from a number or its text; an unknown stays one. Raises :class:`EvaluationError`."""
    if isinstance(value, bool) or value is None:
        raise EvaluationError(f"{kind_of(value)} where a number is wanted")
    if isinstance(value, int | float | Unknown):
        return value
    if isinstance(value, str):
        return json_number(value.strip() if value.strip() == value else "?")
    raise EvaluationError(f"{kind_of(value)} where a number is wanted")


def to_bool(value: Value) -> Any:
    """A truth value from a bool or its text; an unknown stays one. Raises :class:`EvaluationError`."""
    if isinstance(value, bool | Unknown):
        return value
    if value == "true":
        return True
    if value == "false":
        return False
    raise EvaluationError(f"{kind_of(value)} where true or false is wanted")


# operators ------------------------------------------------------------------------------------------------------------


def equal(one: Value, other: Value) -> Value:
    """Whether two values are equal: true, false, or an unknown where that depends on what is not known."""
    if isinstance(one, Opaque):
        one = one.unknown() if other is not None else {}
    if isinstance(other, Opaque):
        other = other.unknown() if one is not None else {}
    if type(one) is Json:
        one = json_text(one.value) if is_known(one.value) else derived(one, text=json_text(one.value))
    if type(other) is Json:
        other = json_text(other.value) if is_known(other.value) else derived(other, text=json_text(other.value))
    for value, against in ((one, other), (other, one)):
        if type(value) is Unknown:
            if (against is None or against == "") and never_null(value):
                return False
            found = by_cases(lambda each, against=against: equal(each, against), value)  # type: ignore[misc]
            return derived(one, other) if found is None else found
    if isinstance(one, bool) or isinstance(other, bool) or one is None or other is None:
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        if one.keys() != other.keys():
            return False
        return _all_equal([(one[key], other[key]) for key in one])
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and _all_equal(list(zip(one, other, strict=True)))
    if isinstance(one, dict | list) or isinstance(other, dict | list) or isinstance(one, str) != isinstance(other, str):
        return False
    return bool(one == other)


def _all_equal(pairs: list[tuple[Value, Value]]) -> Value:
    undecided: Unknown | None = None
    for one, other in pairs:
        same = equal(one, other)
        if same is False:
            return False
        if isinstance(same, Unknown):
            undecided = same
    return True if undecided is None else undecided


def negated(value: Value) -> Value:
    """``!value``."""
    truth = to_bool(value)
    if type(truth) is Unknown:
        found = by_cases(negated, truth)
        return derived(truth) if found is None else found
    return not truth


def minus(value: Value) -> Value:
    """``-value``."""
    number = to_number(value)
    return derived(number) if isinstance(number, Unknown) else -number


def _rounded(value: Decimal) -> Number:
    return int(value) if value == value.to_integral_value() and abs(value) < Decimal(10) ** 300 else float(value)


def _exactly(one: Number, other: Number, operation: Callable[[Decimal, Decimal], Decimal]) -> Number:
    """Decimal fractions as Terraform computes with them: 0.1 + 0.2 is 0.3."""
    try:
        return _rounded(operation(_EXACT.create_decimal(repr(one)), _EXACT.create_decimal(repr(other))))
    except (DecimalException, OverflowError, ValueError):
        raise EvaluationError("a number past all measure") from None


_MAX_BITS: Final = 2_000


def _times(one: Number, other: Number) -> Number:
    if isinstance(one, int) and isinstance(other, int):
        if one.bit_length() + other.bit_length() > _MAX_BITS:
            raise EvaluationError("a number past all measure")
        return one * other
    return _exactly(one, other, _EXACT.multiply)


def _divided(one: Number, other: Number) -> Number:
    if other == 0:
        raise EvaluationError("division by zero")
    if isinstance(one, int) and isinstance(other, int) and one % other == 0:
        return one // other
    return _exactly(one, other, _EXACT.divide)


def _remainder(one: Number, other: Number) -> Number:
    if other == 0:
        raise EvaluationError("division by zero")
    return _exactly(one, other, _EXACT.remainder)


def _plus(one: Number, other: Number) -> Number:
    return one + other if isinstance(one, int) and isinstance(other, int) else _exactly(one, other, _EXACT.add)


def _less(one: Number, other: Number) -> Number:
    return one - other if isinstance(one, int) and isinstance(other, int) else _exactly(one, other, _EXACT.subtract)


_ON_NUMBERS: Final[Mapping[str, Callable[[Any, Any], Value]]] = {
    "+": _plus,
    "-": _less,
    "*": _times,
    "/": _divided,
    "%": _remainder,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def on_numbers(sign: str, one: Value, other: Value) -> Value:
    """An arithmetic operator or comparison. Raises :class:`EvaluationError` for what is no number."""
    first, second = to_number(one), to_number(other)
    for value, again in (
        (first, lambda each: on_numbers(sign, each, second)),
        (second, lambda each: on_numbers(sign, first, each)),
    ):
        if type(value) is Unknown:
            found = by_cases(again, value)
            return derived(first, second) if found is None else found
    result: Value = _ON_NUMBERS[sign](first, second)
    return result


def different(one: Value, other: Value) -> Value:
    """``one != other``."""
    return negated(equal(one, other))
