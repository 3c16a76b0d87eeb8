"""Conversions of types, ``try`` and ``can``, and what keeps values secret."""

from collections.abc import Mapping
from typing import Final

from demarcate.model import Unknown, Value
from demarcate.sources.terraform.hcl.functions.calls import Function, Lazy
from demarcate.sources.terraform.hcl.operations import kind_of, to_bool, to_number
from demarcate.sources.terraform.hcl.scope import Evaluate, Scope
from demarcate.sources.terraform.hcl.types import make_set
from demarcate.sources.terraform.hcl.values import (
    EvaluationError,
    Opaque,
    choice,
    derived,
    is_known,
    references_of,
    to_text,
)


def _unified(items: list[Value]) -> list[Value]:
    """Items of one type, as a list has them: texts if there is one among scalars."""
    kinds = {type(each) for each in items}
    if str in kinds and kinds & {bool, int, float}:
        return [to_text(each) if isinstance(each, bool | int | float) else each for each in items]
    return items


def _to_list(value: Value) -> Value:
    if value is None:
        return None
    if not isinstance(value, list):
        raise EvaluationError(f"{kind_of(value)} where a list is wanted")
    return _unified(list(value))


def _to_set(value: Value) -> Value:
    return None if value is None else make_set(_to_list(value))


def _to_map(value: Value) -> Value:
    if value is not None and not isinstance(value, dict):
        raise EvaluationError(f"{kind_of(value)} where a map is wanted")
    return None if value is None else dict(zip(value, _unified(list(value.values())), strict=True))


def _to_text(value: Value) -> Value:
    return None if value is None else to_text(value)


def _to_number(value: Value) -> Value:
    return None if value is None else to_number(value)


def _to_bool(value: Value) -> Value:
    return None if value is None else to_bool(value)


def _sensitive(value: Value) -> Value:
    if value is None or isinstance(value, Unknown):
        return value
    return Unknown("sensitive in the configuration", references_of([value]), origin="no-echo-default")


def _is_sensitive(value: Value) -> Value:
    secret = isinstance(value, Unknown) and value.origin in ("no-echo", "no-echo-default", "secret")
    return True if secret else derived(value, why="whether it is sensitive is known to providers")


def _no_ephemeral(value: Value) -> Value:
    return None if isinstance(value, Unknown) and value.origin == "secret" else value


def _try(arguments: list[Evaluate], scope: Scope) -> Value:
    """The first argument that is no error; what may be one is a choice between it and those after it."""
    doubts = scope.module.budget.doubts
    for place, each in enumerate(arguments):
        before = len(doubts)
        try:
            value = each(scope)
        except EvaluationError:
            continue
        if len(doubts) == before or place == len(arguments) - 1:
            return value
        condition = f"{doubts[before]} is there"
        try:
            rest = _try(arguments[place + 1 :], scope)
        except EvaluationError:
            return value
        one, other = (part.unknown() if isinstance(part, Opaque) else part for part in (value, rest))
        return choice(condition, one, other, f"it is not known whether {condition}")
    raise EvaluationError("every argument of try is an error")


def _can(arguments: list[Evaluate], scope: Scope) -> Value:
    if len(arguments) != 1:
        raise EvaluationError("can takes one argument")
    doubts = scope.module.budget.doubts
    before = len(doubts)
    try:
        value = arguments[0](scope)
    except EvaluationError:
        return False
    if len(doubts) > before:
        return derived(value, why=f"it is not known whether {doubts[before]} is there")
    if isinstance(value, Unknown) and value.origin == "reference" and not value.open:
        return True
    return True if is_known(value) or not isinstance(value, Unknown | Opaque) else derived(value)


CONVERSION: Final[Mapping[str, Function]] = {
    "tolist": Function(_to_list, 1, 1, "top"),
    "toset": Function(_to_set, 1, 1, "top"),
    "tomap": Function(_to_map, 1, 1, "top"),
    "tostring": Function(lambda value: value if type(value) is Unknown else _to_text(value), 1, 1, "none"),
    "tonumber": Function(_to_number, 1, 1),
    "tobool": Function(_to_bool, 1, 1),
    "sensitive": Function(_sensitive, 1, 1, "none"),
    "nonsensitive": Function(lambda value: value, 1, 1, "none"),
    "issensitive": Function(_is_sensitive, 1, 1, "none"),
    "ephemeralasnull": Function(_no_ephemeral, 1, 1, "none"),
}
LAZY_CONVERSION: Final[Mapping[str, Lazy]] = {"try": _try, "can": _can}
