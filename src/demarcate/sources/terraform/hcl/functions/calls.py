"""Calling functions: which of their arguments must be known, and what comes of those that are not."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final, TypeAlias

import msgspec

from demarcate.model import Unknown, Value
from demarcate.sources.terraform.hcl.scope import Evaluate, Scope
from demarcate.sources.terraform.hcl.values import (
    EvaluationError,
    Opaque,
    TooLargeError,
    by_cases,
    derived,
    is_known,
    json_text,
)
from demarcate.sources.terraform.instances import Json

MAX_RESULT: Final = 100_000
"""The most items that a function may give."""


class Function(msgspec.Struct, frozen=True):
    """A function: ``run`` takes its evaluated arguments, or with ``scoped`` the scope before them.

    ``wants`` says what must be known before it is run: ``all`` of every argument, the ``top`` of each (its members may
    be unknown), or ``none``. ``least`` and ``most`` bound the number of arguments.
    """

    run: Callable[..., Value]
    least: int
    most: int
    wants: str = "all"
    scoped: bool = False


Lazy: TypeAlias = Callable[[list[Evaluate], Scope], Value]


@cache
def _functions() -> Mapping[str, Function]:
    from demarcate.sources.terraform.hcl.functions.table import FUNCTIONS

    return FUNCTIONS


@cache
def _lazy() -> Mapping[str, Lazy]:
    from demarcate.sources.terraform.hcl.functions.table import LAZY

    return LAZY


def call(name: str, arguments: list[Evaluate], spread: bool) -> Evaluate:
    """What evaluates a call; with ``spread``, the last argument is a list of arguments (``…``)."""
    name = name.removeprefix("core::")
    lazy = _lazy().get(name)
    if lazy is not None and not spread:
        return lambda scope: lazy(arguments, scope)
    function = _functions().get(name)
    if function is None:
        return lambda scope: derived(*(each(scope) for each in arguments), why=f"the function {name} is not evaluated")

    def evaluate(scope: Scope) -> Value:
        given = [each(scope) for each in arguments]
        if spread:
            last = given.pop()
            if isinstance(last, Unknown | Opaque):
                return derived(*given, last)
            if not isinstance(last, list):
                raise EvaluationError(f"{name}(…) of what is no list")
            given.extend(last)
        return apply(name, function, given, scope)

    return evaluate


def apply(name: str, function: Function, given: list[Value], scope: Scope) -> Value:
    """A function of evaluated arguments. Raises :class:`EvaluationError` for ones that it does not take."""
    if not function.least <= len(given) <= function.most:
        raise EvaluationError(f"{name} does not take {len(given)} arguments")
    if function.wants != "none":
        given = [_seen(each) for each in given]
        known = is_known(*given) if function.wants == "all" else not any(type(each) is Unknown for each in given)
        if not known:
            return _of_unknown(name, function, given, scope)
    scope.module.budget.spend(1)
    try:
        result = function.run(scope, *given) if function.scoped else function.run(*given)
    except (
        TypeError,
        ValueError,
        KeyError,
        IndexError,
        AttributeError,
        OverflowError,
        ArithmeticError,
        RecursionError,
    ):
        raise EvaluationError(f"{name} has arguments that it does not take") from None
    if isinstance(result, list | dict):
        if len(result) > MAX_RESULT:
            raise TooLargeError(f"{name} gives more than {MAX_RESULT:,} items")
        scope.module.budget.spend(len(result) // 10)
    return result


def _seen(value: Value) -> Value:
    """An argument as functions see it: resources as unknowns, known JSON as its text."""
    if isinstance(value, Opaque):
        return value.unknown()
    if type(value) is Json:
        text = json_text(value.value)
        return text if is_known(value.value) else derived(value, text=text)
    return value


def _of_unknown(name: str, function: Function, given: list[Value], scope: Scope) -> Value:
    chosen = [number for number, each in enumerate(given) if type(each) is Unknown]
    if len(chosen) == 1 and given[chosen[0]].cases is not None:
        place = chosen[0]
        found = by_cases(
            lambda each: apply(name, function, [*given[:place], each, *given[place + 1 :]], scope), given[place]
        )
        if found is not None:
            return found
    return derived(*given)
