"""Methods on texts. Of an unknown text they decide what its written parts decide."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from demarcate.expressions.unknowns import GAP, bare
from demarcate.model import Unknown, Value


def _both_text(
    test: Callable[[str, str], Value],
    otherwise: Value = False,
    partly: Callable[[list[str], str], bool | None] = lambda _parts, _other: None,
) -> Callable[[Value, Value], Value]:
    """A method on two texts, ``otherwise`` where they are none. ``partly`` decides what it can of a text of which only
    the parts between its gaps are known."""

    def apply(one: Value, other: Value) -> Value:
        if type(one) is Unknown:
            decided = None
            if one.text is not None and isinstance(other, str):
                decided = partly(GAP.split(one.text), other)
            return bare(one) if decided is None else decided
        if type(other) is Unknown:
            return bare(other)
        return test(one, other) if isinstance(one, str) and isinstance(other, str) else otherwise

    return apply


def _begins(parts: list[str], prefix: str) -> bool | None:
    first = parts[0]
    if len(first) >= len(prefix):
        return first.startswith(prefix)
    return None if prefix.startswith(first) else False


def _ends(parts: list[str], suffix: str) -> bool | None:
    last = parts[-1]
    if len(last) >= len(suffix):
        return last.endswith(suffix)
    return None if suffix.endswith(last) else False


def _holds(parts: list[str], other: str) -> bool | None:
    return True if any(other in part for part in parts) else None


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str] | None:
    try:
        return re.compile(text)
    except re.error:
        return None


def _found(value: str, pattern: str) -> bool:
    compiled = _pattern(pattern)
    return compiled is not None and compiled.search(value) is not None


starts_with = _both_text(lambda one, other: one.startswith(other), partly=_begins)
ends_with = _both_text(lambda one, other: one.endswith(other), partly=_ends)
matches = _both_text(_found)
split = _both_text(lambda one, other: one.split(other) if other else None, None)


holds = _both_text(lambda one, other: other in one, partly=_holds)


def _on_text(change: Callable[[str], Value]) -> Callable[[Value], Value]:
    def apply(value: Value) -> Value:
        if type(value) is Unknown:
            if value.text is None:
                return value
            return Unknown(value.why, value.references, change(value.text), origin=value.origin, open=value.open)
        return change(value) if isinstance(value, str) else None

    return apply


_LOWER: Final = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_UPPER: Final = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
lower = _on_text(lambda value: value.translate(_LOWER))
upper = _on_text(lambda value: value.translate(_UPPER))
trim = _on_text(str.strip)
