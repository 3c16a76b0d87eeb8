"""Evaluation with *unknown* as a third value. An expression is compiled once into nested Python functions."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeAlias

import msgspec

from demarcate.errors import ExpressionError
from demarcate.expressions import parser as ast
from demarcate.model import Unknown, Value, contains_unknown


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What an expression is evaluated on: a resource's ``type`` and ``properties``, and ``related``, which gives the
    properties of the connected resources of a type, and whether those are all there are."""

    type: str
    properties: Mapping[str, Value]
    related: Callable[[str], tuple[Sequence[Mapping[str, Value]], bool]] = lambda _: ((), True)


Bindings: TypeAlias = Mapping[str, Value]
Evaluator: TypeAlias = Callable[[Subject, Bindings], Value]

_INCOMPLETE: Final = Unknown("resources outside of the estate may be connected")


class _Partial(list[Value]):
    """A list that may have further, unknown items."""


@cache
def compile_expression(text: str, where: str = "") -> Callable[[Subject], Value]:
    """A function from a :class:`Subject` to the expression's value (a :class:`Unknown` where it cannot be decided).

    Raises :class:`ExpressionError` for a text outside the documented subset. The returned function raises nothing.
    """
    evaluator = _compile(ast.parse(text, where), where)

    def evaluate(subject: Subject) -> Value:
        return evaluator(subject, {})

    return evaluate


def truth(value: Value) -> bool | None:
    """Three-valued truth: ``True``, ``False``, or ``None`` for unknown. Anything that is not ``true`` is false."""
    if isinstance(value, Unknown):
        return None
    return value is True or (isinstance(value, str) and value.lower() == "true")


def _compile(node: ast.Node, where: str) -> Evaluator:
    def sub(child: ast.Node) -> Evaluator:
        return _compile(child, where)

    match node:
        case ast.Literal(value):
            return lambda _s, _b: value
        case ast.Name(name):
            return lambda s, b: b[name] if name in b else s.properties.get(name)
        case ast.Member(operand, name):
            inner = sub(operand)
            return lambda s, b: _member(inner(s, b), name)
        case ast.Index(operand, index):
            inner, key = sub(operand), sub(index)
            return lambda s, b: _index(inner(s, b), key(s, b))
        case ast.Unary(operator, operand):
            inner = sub(operand)
            return (lambda s, b: _not(inner(s, b))) if operator == "!" else (lambda s, b: _negative(inner(s, b)))
        case ast.Binary(operator, left, right):
            return _binary(operator, sub(left), sub(right))
        case ast.Ternary(condition, then, otherwise):
            return _ternary(sub(condition), sub(then), sub(otherwise))
        case ast.ListOf(items):
            parts = tuple(sub(item) for item in items)
            return lambda s, b: [part(s, b) for part in parts]
        case ast.Macro(operand, name, variable, body):
            return _macro(name, variable, sub(operand), sub(body))
        case ast.Call(None, name, args):
            return _function(name, args, sub, where)
        case ast.Call(target, name, args):
            assert target is not None
            receiver, arguments = sub(target), tuple(sub(arg) for arg in args)
            method = _METHODS[name]
            return lambda s, b: _apply(method, receiver(s, b), [argument(s, b) for argument in arguments])


def _member(value: Value, name: str) -> Value:
    if isinstance(value, Unknown):
        return value
    return value.get(name) if isinstance(value, dict | Mapping) else None


def _index(value: Value, key: Value) -> Value:
    if isinstance(value, Unknown):
        return value
    if isinstance(key, Unknown):
        return key
    if isinstance(value, dict):
        return value.get(key) if isinstance(key, str) else None
    if isinstance(value, list) and isinstance(key, int) and not isinstance(key, bool) and 0 <= key < len(value):
        return value[key]
    return _INCOMPLETE if isinstance(value, _Partial) else None


def _not(value: Value) -> Value:
    known = truth(value)
    return value if known is None else not known


def _negative(value: Value) -> Value:
    if isinstance(value, Unknown):
        return value
    return -value if isinstance(value, int | float) else None


def _ternary(condition: Evaluator, then: Evaluator, otherwise: Evaluator) -> Evaluator:
    def evaluate(subject: Subject, bindings: Bindings) -> Value:
        chosen = condition(subject, bindings)
        known = truth(chosen)
        if known is not None:
            return then(subject, bindings) if known else otherwise(subject, bindings)
        one, other = then(subject, bindings), otherwise(subject, bindings)
        return one if equal(one, other) is True else chosen

    return evaluate


def _binary(operator: str, left: Evaluator, right: Evaluator) -> Evaluator:
    if operator in ("&&", "||"):
        deciding = operator == "||"

        def logic(subject: Subject, bindings: Bindings) -> Value:
            one = left(subject, bindings)
            if truth(one) is deciding:
                return deciding
            other = right(subject, bindings)
            if truth(other) is deciding:
                return deciding
            if truth(one) is None:
                return one
            return other if truth(other) is None else not deciding

        return logic
    operation = _OPERATIONS[operator]
    return lambda s, b: operation(left(s, b), right(s, b))


def equal(one: Value, other: Value) -> Value:
    """Three-valued equality of two values, deep; a boolean or number equals its text, as CloudFormation has it."""
    if isinstance(one, Unknown):
        return one
    if isinstance(other, Unknown):
        return other
    if isinstance(one, list) and isinstance(other, list):
        return _all_equal(one, other) if len(one) == len(other) else False
    if isinstance(one, dict) and isinstance(other, dict):
        if one.keys() != other.keys():
            return False
        return _all_equal(list(one.values()), [other[key] for key in one])
    if isinstance(one, str) != isinstance(other, str):
        return _as_text(one) == _as_text(other)
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    return bool(one == other)


def _all_equal(ones: list[Value], others: list[Value]) -> Value:
    undecided: Value = True
    for one, other in zip(ones, others, strict=True):
        same = equal(one, other)
        if same is False:
            return False
        if isinstance(same, Unknown):
            undecided = same
    return undecided


def _as_text(value: Value) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        return value.lower() if value.lower() in ("true", "false") else value
    return value


def _contained(item: Value, container: Value) -> Value:
    if isinstance(container, Unknown):
        return container
    if isinstance(container, dict):
        return item if isinstance(item, Unknown) else item in container
    if not isinstance(container, list):
        return False
    return _fold(container, lambda each: equal(item, each), deciding=True)


def _fold(items: list[Value], test: Callable[[Value], Value], *, deciding: bool) -> Value:
    """``exists`` (deciding true) and ``all`` (deciding false) over three values."""
    undecided: Value = None
    for each in items:
        result = test(each)
        known = truth(result)
        if known is deciding:
            return deciding
        if known is None:
            undecided = result
    if undecided is not None:
        return undecided
    return _INCOMPLETE if isinstance(items, _Partial) else not deciding


def _number(value: Value) -> int | float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,15}(\.\d{1,9})?", value):
        return float(value) if "." in value else int(value)
    return None


def _compare(test: Callable[[Any, Any], bool]) -> Callable[[Value, Value], Value]:
    def compare(one: Value, other: Value) -> Value:
        if isinstance(one, Unknown):
            return one
        if isinstance(other, Unknown):
            return other
        left, right = _number(one), _number(other)
        if left is not None and right is not None:
            return test(left, right)
        if isinstance(one, str) and isinstance(other, str):
            return test(one, other)
        return False

    return compare


def _arithmetic(operation: Callable[[Any, Any], Any]) -> Callable[[Value, Value], Value]:
    def calculate(one: Value, other: Value) -> Value:
        if isinstance(one, Unknown):
            return one
        if isinstance(other, Unknown):
            return other
        try:
            return operation(one, other)
        except (TypeError, ZeroDivisionError, OverflowError):
            return None

    return calculate


def _add(one: Any, other: Any) -> Any:
    both = (str, list) if isinstance(one, str | list) else (int, float)
    if isinstance(one, both) and isinstance(other, both) and isinstance(one, str) == isinstance(other, str):
        return one + other
    return None


_OPERATIONS: Final[Mapping[str, Callable[[Value, Value], Value]]] = {
    "==": equal,
    "!=": lambda one, other: _not(equal(one, other)),
    "<": _compare(lambda a, b: a < b),
    "<=": _compare(lambda a, b: a <= b),
    ">": _compare(lambda a, b: a > b),
    ">=": _compare(lambda a, b: a >= b),
    "in": _contained,
    "+": _arithmetic(_add),
    "-": _arithmetic(lambda a, b: a - b),
    "*": _arithmetic(lambda a, b: a * b if not isinstance(a, str | list) and not isinstance(b, str | list) else None),
    "/": _arithmetic(lambda a, b: a / b),
    "%": _arithmetic(lambda a, b: a % b if not isinstance(a, str) else None),
}


def _macro(name: str, variable: str, operand: Evaluator, body: Evaluator) -> Evaluator:
    def evaluate(subject: Subject, bindings: Bindings) -> Value:
        items = operand(subject, bindings)
        if isinstance(items, Unknown):
            return items
        if isinstance(items, dict):
            items = list(items)
        if not isinstance(items, list):
            items = [] if items is None else [items]

        def test(each: Value) -> Value:
            return body(subject, {**bindings, variable: each})

        if name == "exists":
            return _fold(items, test, deciding=True)
        if name == "all":
            return _fold(items, test, deciding=False)
        if name == "map":
            return type(items)(test(each) for each in items)
        return _chosen(items, test, count=name == "exists_one")

    return evaluate


def _chosen(items: list[Value], test: Callable[[Value], Value], *, count: bool) -> Value:
    """``filter``, or with ``count`` ``exists_one``; an undecided item makes the whole undecided."""
    kept = type(items)()
    undecided: Value = _INCOMPLETE if isinstance(items, _Partial) else None
    for each in items:
        result = test(each)
        known = truth(result)
        if known is None:
            undecided = result
        elif known:
            kept.append(each)
    if count:
        return False if len(kept) > 1 else len(kept) == 1 if undecided is None else undecided
    return kept if undecided is None or isinstance(items, _Partial) else undecided


def _function(name: str, args: tuple[ast.Node, ...], sub: Callable[[ast.Node], Evaluator], where: str) -> Evaluator:
    argument = args[0]
    value = sub(argument)
    if name in ("is", "related"):
        if not isinstance(argument, ast.Literal) or not isinstance(argument.value, str):
            raise ExpressionError(f"{name}() takes a resource type in quotes", where)
        wanted = argument.value
        if name == "is":
            return lambda s, _b: s.type == wanted
        return lambda s, _b: _related(s, wanted)
    if name == "has":
        return lambda s, b: _has(value(s, b))
    return lambda s, b: _apply(_FUNCTIONS[name], value(s, b), []) if name != "text" else _text(value(s, b))


def _related(subject: Subject, wanted: str) -> Value:
    found, complete = subject.related(wanted)
    items = [dict(each) for each in found]
    return items if complete else _Partial(items)


def _has(value: Value) -> Value:
    if isinstance(value, Unknown):
        return value if value.maybe_absent else True
    return value is not None


def _text(value: Value) -> Value:
    if isinstance(value, Unknown):
        return value.text if value.text is not None else value
    return value


def _apply(method: Callable[..., Value], receiver: Value, arguments: list[Value]) -> Value:
    if isinstance(receiver, Unknown):
        return receiver
    for argument in arguments:
        if isinstance(argument, Unknown):
            return argument
    return method(receiver, *arguments)


def _size(value: Value) -> Value:
    if isinstance(value, _Partial):
        return _INCOMPLETE
    return len(value) if isinstance(value, str | list | dict) else 0


def _strings(test: Callable[[str, str], bool]) -> Callable[[Value, Value], Value]:
    return lambda value, other: test(value, other) if isinstance(value, str) and isinstance(other, str) else False


def _matches(value: str, pattern: str) -> bool:
    try:
        return re.search(pattern, value) is not None
    except re.error:
        return False


def _contains(value: Value, other: Value) -> Value:
    if isinstance(value, list):
        return _contained(other, value)
    return isinstance(value, str) and isinstance(other, str) and other in value


def _on_text(change: Callable[[str], Value]) -> Callable[[Value], Value]:
    return lambda value: change(value) if isinstance(value, str) else None


_METHODS: Final[Mapping[str, Callable[..., Value]]] = {
    "startsWith": _strings(str.startswith),
    "endsWith": _strings(str.endswith),
    "contains": _contains,
    "matches": _strings(_matches),
    "lowerAscii": _on_text(str.lower),
    "upperAscii": _on_text(str.upper),
    "trim": _on_text(str.strip),
    "split": lambda value, by: value.split(by) if isinstance(value, str) and by else None,
    "size": _size,
}
_FUNCTIONS: Final[Mapping[str, Callable[..., Value]]] = {
    "size": _size,
    "string": lambda value: value if contains_unknown(value) else str(_as_text(value)),
    "int": lambda value: int(number) if (number := _number(value)) is not None else None,
}
