"""What compiled expressions do with values. *Unknown* is a third value throughout, and nothing here raises.

The rules are written down in docs/expressions.md. In short: an operation on an unknown is unknown unless the rest
decides it; an absent property is ``null``; where CEL would raise an error (a type that an operator does not take, a
missing key) the result is ``null`` or false.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from demarcate.expressions.texts import holds
from demarcate.expressions.unknowns import INCOMPLETE, Partial, bare, may_be
from demarcate.model import Unknown, Value, contains_unknown

Test: TypeAlias = Callable[[Value], Value]


def member(value: Value, name: str) -> Value:
    """``value.name``."""
    if type(value) is Unknown:
        return _part_of(value)
    return value.get(name) if isinstance(value, dict) else None


def _part_of(value: Unknown) -> Unknown:
    """A part of what is not known: it may not be there at all."""
    return Unknown(value.why, value.references, maybe_absent=True, origin=value.origin)


def index(value: Value, key: Value) -> Value:
    """``value[key]``."""
    if type(value) is Unknown:
        return _part_of(value)
    if type(key) is Unknown:
        return key
    if isinstance(value, dict):
        return value.get(key) if isinstance(key, str) else None
    if isinstance(value, Partial):
        return INCOMPLETE
    if isinstance(value, list) and isinstance(key, int) and not isinstance(key, bool) and 0 <= key < len(value):
        found = value[: key + 1]
        unsure = next((each for each in found if type(each) is Unknown and each.maybe_absent), None)
        return found[-1] if unsure is None else unsure
    return None


def present(value: Value) -> Value:
    """``has(value)``."""
    if type(value) is Unknown:
        return bare(value) if value.maybe_absent else True
    return value is not None


# logic and comparison ------------------------------------------------------------------------------------------------


def negation(value: Value) -> Value:
    """``!value``."""
    return bare(value) if type(value) is Unknown else value is not True


def conjunction(one: Value, other: Value) -> Value:
    """``one && other`` of two values that are there already."""
    for deciding in (one, other):
        if type(deciding) is not Unknown and deciding is not True:
            return False
    return bare(one) if type(one) is Unknown else bare(other) if type(other) is Unknown else other


def negative(value: Value) -> Value:
    """``-value``."""
    if type(value) is Unknown:
        return bare(value)
    return -value if _is_number(value) else None


def choice(condition: Value, then: Callable[[], Value], otherwise: Callable[[], Value]) -> Value:
    """``condition ? then : otherwise``; where the condition is unknown, what both branches agree on."""
    if type(condition) is not Unknown:
        return then() if condition is True else otherwise()
    one, other = then(), otherwise()
    return one if equal(one, other) is True and not contains_unknown(one) else bare(condition)


def equal(one: Value, other: Value) -> Value:
    """``one == other``: three-valued and deep; whole and other numbers compare by value, as in CEL."""
    if type(one) is Unknown:
        return bare(one) if may_be(one, other) else False
    if type(other) is Unknown:
        return bare(other) if may_be(other, one) else False
    if isinstance(one, list) and isinstance(other, list):
        if isinstance(one, Partial) or isinstance(other, Partial):
            return INCOMPLETE
        unsure = next((each for each in (*one, *other) if type(each) is Unknown and each.maybe_absent), None)
        if unsure is not None:
            return unsure
        return _all_equal(one, other) if len(one) == len(other) else False
    if isinstance(one, dict) and isinstance(other, dict):
        return _equal_maps(one, other)
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    return bool(one == other)


def _equal_maps(one: Mapping[str, Value], other: Mapping[str, Value]) -> Value:
    undecided: Value = True
    for key in {**one, **other}:
        if key in one and key in other:
            same = equal(one[key], other[key])
        else:
            only = one[key] if key in one else other[key]
            same = only if type(only) is Unknown and only.maybe_absent else False
        if same is False:
            return False
        if type(same) is Unknown:
            undecided = same
    return undecided


def _all_equal(ones: list[Value], others: list[Value]) -> Value:
    undecided: Value = True
    for one, other in zip(ones, others, strict=True):
        same = equal(one, other)
        if same is False:
            return False
        if type(same) is Unknown:
            undecided = same
    return undecided


def unequal(one: Value, other: Value) -> Value:
    """``one != other``."""
    return negation(equal(one, other))


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(value: Value) -> int | float | None:
    """A number, or a text that spells one (CloudFormation takes either)."""
    if _is_number(value):
        return value  # type: ignore[no-any-return]
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,15}(\.\d{1,9})?", value):
        return float(value) if "." in value else int(value)
    return None


def _ordered(test: Callable[[Any, Any], bool]) -> Callable[[Value, Value], Value]:
    def compare(one: Value, other: Value) -> Value:
        if type(one) is Unknown:
            return bare(one)
        if type(other) is Unknown:
            return bare(other)
        if type(one) is type(other) and isinstance(one, str | bool):
            return test(one, other)
        left, right = _number(one), _number(other)
        return test(left, right) if left is not None and right is not None else False

    return compare


less = _ordered(lambda a, b: a < b)
less_or_equal = _ordered(lambda a, b: a <= b)
greater = _ordered(lambda a, b: a > b)
greater_or_equal = _ordered(lambda a, b: a >= b)


def contained(item: Value, container: Value) -> Value:
    """``item in container``."""
    if type(container) is Unknown:
        return bare(container)
    if isinstance(container, dict):
        if type(item) is Unknown:
            return bare(item) if container else False
        found = container.get(item) if isinstance(item, str) else None
        if type(found) is Unknown and found.maybe_absent:
            return found
        return isinstance(item, str) and item in container
    if not isinstance(container, list):
        return False
    return _fold(container, lambda each: equal(item, each), True)[0]


# arithmetic ----------------------------------------------------------------------------------------------------------


def _arithmetic(operation: Callable[[Any, Any], Any]) -> Callable[[Value, Value], Value]:
    def calculate(one: Value, other: Value) -> Value:
        if type(one) is Unknown:
            return bare(one)
        if type(other) is Unknown:
            return bare(other)
        if not (_is_number(one) and _is_number(other)):
            return None
        try:
            return operation(one, other)
        except (ArithmeticError, ValueError):
            return None

    return calculate


def _quotient(one: Any, other: Any) -> Any:
    if isinstance(one, int) and isinstance(other, int):
        whole = abs(one) // abs(other)
        return whole if (one < 0) == (other < 0) else -whole
    return one / other


def _remainder(one: Any, other: Any) -> Any:
    if isinstance(one, int) and isinstance(other, int):
        return one - other * _quotient(one, other)
    return math.fmod(one, other)


subtract = _arithmetic(lambda a, b: a - b)
multiply = _arithmetic(lambda a, b: a * b)
divide = _arithmetic(_quotient)
modulo = _arithmetic(_remainder)
_sum = _arithmetic(lambda a, b: a + b)


def add(one: Value, other: Value) -> Value:
    """``one + other``: numbers, texts or lists."""
    if type(one) is Unknown:
        return bare(one)
    if type(other) is Unknown:
        return bare(other)
    if isinstance(one, str) and isinstance(other, str):
        return one + other
    if isinstance(one, list) and isinstance(other, list):
        both = [*one, *other]
        return Partial(both) if isinstance(one, Partial) or isinstance(other, Partial) else both
    return _sum(one, other)


# macros --------------------------------------------------------------------------------------------------------------


def items_of(value: Value) -> Value:
    """What a macro runs over: a list as it is, a map's keys, nothing for an absent value, else the value alone."""
    if isinstance(value, list) or type(value) is Unknown:
        return value
    if isinstance(value, dict):
        certain = [key for key, each in value.items() if not (type(each) is Unknown and each.maybe_absent)]
        return certain if len(certain) == len(value) else Partial(certain)
    return [] if value is None else [value]


def _fold(items: list[Value], test: Test, deciding: bool) -> tuple[Value, int | None]:
    """``exists`` (deciding true) and ``all`` (deciding false): the result, and which item decided it."""
    undecided: Value = None
    for number, each in enumerate(items):
        result = test(each)
        if type(result) is Unknown:
            undecided = result
        elif (result is True) is deciding:
            if type(each) is Unknown and each.maybe_absent:
                undecided = each
            else:
                return deciding, number
    if undecided is not None:
        return bare(undecided), None
    return (INCOMPLETE if isinstance(items, Partial) else not deciding), None


def exists(value: Value, test: Test, subject: Any = None, path: str = "") -> Value:
    """``value.exists(x, test)``; where it decides, ``subject.at`` says at which item."""
    return _folded(value, test, True, subject, path)


def every(value: Value, test: Test, subject: Any = None, path: str = "") -> Value:
    """``value.all(x, test)``; where it decides, ``subject.at`` says at which item."""
    return _folded(value, test, False, subject, path)


def _folded(value: Value, test: Test, deciding: bool, subject: Any, path: str) -> Value:
    items = items_of(value)
    if type(items) is Unknown:
        return bare(items)
    result, number = _fold(items, test, deciding)
    if number is not None and path:
        subject.at = f"{path}[{number}]" if isinstance(value, list) else path
    return result


def exists_one(value: Value, test: Test) -> Value:
    """``value.exists_one(x, test)``."""
    items = items_of(value)
    if type(items) is Unknown:
        return bare(items)
    kept, undecided = _chosen(items, test)
    if len(kept) > 1:
        return False
    return len(kept) == 1 if undecided is None else bare(undecided)


def chosen(value: Value, test: Test) -> Value:
    """``value.filter(x, test)``."""
    items = items_of(value)
    if type(items) is Unknown:
        return bare(items)
    kept, undecided = _chosen(items, test)
    return kept if undecided is None else Partial(kept)


def _chosen(items: list[Value], test: Test) -> tuple[list[Value], Value]:
    kept: list[Value] = []
    undecided: Value = INCOMPLETE if isinstance(items, Partial) else None
    for each in items:
        result = test(each)
        if type(result) is Unknown:
            undecided = result
        elif result is True:
            if type(each) is Unknown and each.maybe_absent:
                undecided = each
            else:
                kept.append(each)
    return kept, undecided


def mapped(value: Value, change: Test) -> Value:
    """``value.map(x, change)``."""
    items = items_of(value)
    if type(items) is Unknown:
        return bare(items)
    certain = [each for each in items if not (type(each) is Unknown and each.maybe_absent)]
    partial = isinstance(items, Partial) or len(certain) != len(items)
    results = [change(each) for each in certain]
    return Partial(results) if partial else results


# functions and methods -----------------------------------------------------------------------------------------------


def size(value: Value) -> Value:
    """``size(value)``; 0 for what has no length."""
    if type(value) is Unknown:
        return bare(value)
    if isinstance(value, Partial):
        return INCOMPLETE
    if isinstance(value, list | dict):
        parts = value.values() if isinstance(value, dict) else value
        unsure = next((each for each in parts if type(each) is Unknown and each.maybe_absent), None)
        return len(value) if unsure is None else unsure
    return len(value) if isinstance(value, str) else 0


def text_of(value: Value) -> Value:
    """``string(value)`` of a scalar; null for anything else."""
    if type(value) is Unknown:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value) if isinstance(value, str | int | float) else None


def whole(value: Value) -> Value:
    """``int(value)``."""
    if type(value) is Unknown:
        return bare(value)
    number = _number(value)
    try:
        return None if number is None else int(number)
    except (ValueError, OverflowError):
        return None


def written(value: Value) -> Value:
    """``text(value)``: the literal text of an unknown as far as it is written down, where the rest is references."""
    if type(value) is Unknown:
        return value if value.text is None or value.open else value.text
    return value


def literal(value: Value) -> Value:
    """``literal(value)``: whether the value stands in the source as plain text."""
    if type(value) is not Unknown:
        return value is not None
    return False if value.origin else bare(value)


def origin(value: Value) -> Value:
    """``origin(value)``: where an unknown comes from, empty for a known or absent value."""
    return value.origin if type(value) is Unknown else ""


def contains(value: Value, other: Value) -> Value:
    """``value.contains(other)``: a text in a text, an item in a list."""
    if isinstance(value, list):
        return contained(other, value)
    return holds(value, other)
