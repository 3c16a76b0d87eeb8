"""Agreement with an independent CEL implementation on wholly known inputs."""

import random
from collections.abc import Callable
from typing import Any

import cel
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from demarcate.expressions import Subject, compile_expression

from .generate import NAMES, any_value, of_any_type, typed_input, well_typed

INPUTS_EACH = 50


def _same(ours: Any, theirs: Any) -> bool:
    if isinstance(theirs, list):
        return isinstance(ours, list) and len(ours) == len(theirs) and all(map(_same, ours, theirs))
    if isinstance(theirs, dict):
        return (
            isinstance(ours, dict) and ours.keys() == theirs.keys() and all(_same(ours[k], theirs[k]) for k in theirs)
        )
    return type(ours) is type(theirs) and ours == theirs


def _compared(
    strategy: st.SearchStrategy[str], expressions: int, make: Callable[[random.Random], dict[str, Any]]
) -> int:
    """How many pairs of expression and input CEL gave a value for; each was compared."""
    compared = 0

    @seed(20261125)
    @settings(
        max_examples=expressions,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(expression=strategy, start=st.integers(0, 2**32))
    def agrees(expression: str, start: int) -> None:
        nonlocal compared
        ours = compile_expression(expression)
        theirs = cel.compile(expression)
        chance = random.Random(start)
        for _ in range(INPUTS_EACH):
            known = make(chance)
            try:
                expected = theirs.execute(known)
            except Exception:
                continue  # where CEL has an error, the language says null or false
            compared += 1
            found = ours(Subject("T", known))
            assert _same(found, expected), f"{expression} on {known}: {found!r}, CEL gives {expected!r}"

    agrees()
    return compared


def test_well_typed_expressions_agree() -> None:
    assert _compared(well_typed, 3_000, typed_input) >= 100_000


def test_expressions_of_any_type_agree_where_cel_has_a_value() -> None:
    assert _compared(of_any_type, 3_000, lambda chance: {name: any_value(chance) for name in NAMES}) >= 5_000
