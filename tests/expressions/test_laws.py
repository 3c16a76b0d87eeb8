"""Laws of the unknown: putting a concrete value in its place never changes an outcome that was decided."""

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from demarcate.expressions import Subject, compile_expression
from demarcate.expressions.unknowns import Partial
from demarcate.model import Unknown, contains_unknown

from .generate import NAMES, any_value, of_any_type, typed_input, well_typed


def _hide(value: Any, chance: random.Random, share: float) -> Any:
    """The value with parts of it unknown; items and members that may be absent are still there in the value itself."""
    if isinstance(value, str) and chance.random() < share:
        start = chance.randint(0, len(value))
        end = chance.randint(start, len(value))
        return Unknown("hidden in part", text=f"{value[:start]}${{X}}{value[end:]}")
    if chance.random() < share:
        return Unknown("hidden")
    if isinstance(value, dict):
        return {key: _hide(item, chance, share) for key, item in value.items()}
    return [_hide(item, chance, share) for item in value] if isinstance(value, list) else value


def _perhaps_absent(value: Any, chance: random.Random, share: float) -> tuple[Any, Any]:
    """The value with further members and items that may not be there: (as the source sees it, as it turns out)."""
    if isinstance(value, dict):
        seen, real = {}, {}
        for key, item in value.items():
            if chance.random() < share:
                seen[key] = Unknown("perhaps", maybe_absent=True)
                if chance.random() < 0.5:
                    real[key] = item
            else:
                seen[key], real[key] = _perhaps_absent(item, chance, share)
        return seen, real
    if isinstance(value, list):
        pairs = []
        for item in value:
            if chance.random() < share:
                pairs.append((Unknown("perhaps", maybe_absent=True), [item] if chance.random() < 0.5 else []))
            else:
                seen_item, real_item = _perhaps_absent(item, chance, share)
                pairs.append((seen_item, [real_item]))
        return [seen for seen, _ in pairs], [item for _, items in pairs for item in items]
    return value, value


def _decided(value: Any) -> bool:
    if isinstance(value, Partial):
        return False
    if isinstance(value, list):
        return all(map(_decided, value))
    return not contains_unknown(value)


def _check(expression: str, seen: dict[str, Any], real: dict[str, Any]) -> None:
    evaluate = compile_expression(expression)
    before = evaluate(Subject("T", seen))
    if _decided(before):
        after = evaluate(Subject("T", real))
        assert type(before) is type(after), f"{expression}: {before!r} became {after!r} on {seen} / {real}"
        assert before == after, f"{expression}: {before!r} became {after!r} on {seen} / {real}"


starts = st.integers(0, 2**32)


@settings(max_examples=1500, deadline=None)
@given(well_typed, starts)
def test_known_values_do_not_change_a_decision(expression: str, start: int) -> None:
    chance = random.Random(start)
    for _ in range(8):
        real = typed_input(chance)
        seen = {name: _hide(value, chance, 0.2) for name, value in real.items()}
        _check(expression, seen, real)


@settings(max_examples=800, deadline=None)
@given(of_any_type, starts)
def test_known_values_of_any_type_do_not_change_a_decision(expression: str, start: int) -> None:
    chance = random.Random(start)
    for _ in range(8):
        real = {name: any_value(chance) for name in NAMES}
        seen = {name: _hide(value, chance, 0.25) for name, value in real.items()}
        _check(expression, seen, real)


@settings(max_examples=800, deadline=None)
@given(st.one_of(well_typed, of_any_type), starts)
def test_what_may_be_absent_does_not_change_a_decision(expression: str, start: int) -> None:
    chance = random.Random(start)
    for _ in range(8):
        seen, real = _perhaps_absent(typed_input(chance), chance, 0.3)
        _check(expression, seen, real)


@settings(max_examples=500, deadline=None)
@given(of_any_type, starts)
def test_nothing_raises(expression: str, start: int) -> None:
    chance = random.Random(start)
    known = {name: _hide(any_value(chance), chance, 0.2) for name in NAMES if chance.random() < 0.8}
    compile_expression(expression)(Subject("T", known))
