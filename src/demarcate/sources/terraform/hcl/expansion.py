"""``count``, ``for_each`` and OpenTofu's ``enabled``: how many instances of a block there are, and of what names."""

import json
from collections.abc import Callable
from typing import Any, Final, TypeVar

import msgspec

from demarcate.errors import InputError
from demarcate.model import Unknown, Value
from demarcate.sources.terraform.hcl.operations import to_bool, to_number
from demarcate.sources.terraform.hcl.scope import Scope
from demarcate.sources.terraform.hcl.syntax import Block
from demarcate.sources.terraform.hcl.values import EvaluationError, Opaque, derived, is_known, to_text

MAX_INSTANCES: Final = 10_000
"""The most instances of one block that are told apart."""
T = TypeVar("T")


class Expansion(msgspec.Struct, frozen=True):
    """The instances of a block: ``kind`` is ``single``, ``count``, ``for_each`` or ``unknown``; ``items`` each one's
    key, address suffix (``[0]``, ``["a"]``) and scope; ``uncertain`` says why their number is not known."""

    kind: str
    items: list[tuple[Any, str, Scope]]
    uncertain: str | None = None

    def value(self, one: Callable[[str, Scope], T]) -> Value:
        """Each instance as ``one`` makes it of suffix and scope: alone, in a list or in a dict."""
        if self.kind == "count":
            return [one(suffix, scope) for _, suffix, scope in self.items]
        if self.kind == "for_each":
            return {key: one(suffix, scope) for key, suffix, scope in self.items}
        return one(self.items[0][1], self.items[0][2])


def expand(block: Block, scope: Scope, uncertain: str | None) -> Expansion:
    """The instances of a resource, data source or module call. ``uncertain`` is that of what holds it."""
    enabled = next(
        (each.attributes["enabled"] for each in block.of_type("lifecycle") if "enabled" in each.attributes), None
    )
    for name, attribute, make in (
        ("count", block.attributes.get("count"), _count),
        ("for_each", block.attributes.get("for_each"), _for_each),
        ("enabled", enabled, _enabled),
    ):
        if attribute is None:
            continue
        value: Value
        try:
            value = attribute.evaluate(scope)
            return make(value, scope, uncertain, attribute.text)
        except InputError as error:
            value = Unknown(error.what)
        except RecursionError:
            value = Unknown("nested too deeply")
        return _undecided(name, value, scope, attribute.text)
    return Expansion("single", [(None, "", scope)], uncertain)


def _undecided(name: str, value: Value, scope: Scope, text: str) -> Expansion:
    given = value.unknown() if isinstance(value, Opaque) else value
    why = f"{name} cannot be decided: {given.why}"
    each = derived(given, why=f"{name} cannot be decided", text="${each.value}")
    key = derived(given, why=f"{name} cannot be decided", text="${each.key}")
    number = derived(given, why=f"{name} cannot be decided", text="${count.index}")
    names = {"each": {"key": key, "value": each}, "count": {"index": number}}
    return Expansion("unknown", [(None, "", scope.having(names, f" @ {scope.condition(text)}"))], why)


def _count(value: Value, scope: Scope, uncertain: str | None, text: str) -> Expansion:
    number = to_number(value)
    if isinstance(number, Unknown):
        return _undecided("count", number, scope, text)
    if number < 0 or number != int(number):
        raise EvaluationError(f"{number} is no count")
    if number > MAX_INSTANCES:
        raise EvaluationError(f"more than {MAX_INSTANCES:,} instances")
    items = [
        (place, f"[{place}]", scope.having({"count": {"index": place}}, f" @ {place}")) for place in range(int(number))
    ]
    return Expansion("count", items, uncertain)


def _for_each(value: Value, scope: Scope, uncertain: str | None, text: str) -> Expansion:
    if isinstance(value, Unknown | Opaque):
        return _undecided("for_each", value, scope, text)
    if isinstance(value, dict):
        pairs = sorted(value.items())
    elif isinstance(value, list):
        if not is_known(value):
            return _undecided("for_each", derived(value), scope, text)
        pairs = [(to_text(each), each) for each in value]
    else:
        raise EvaluationError("for_each is neither a map nor a set")
    if len(pairs) > MAX_INSTANCES:
        raise EvaluationError(f"more than {MAX_INSTANCES:,} instances")
    items = []
    for key, each in pairs:
        names = {"each": {"key": key, "value": each}}
        items.append((key, f"[{json.dumps(key, ensure_ascii=False)}]", scope.having(names, f" @ {key}")))
    return Expansion("for_each", items, uncertain)


def _enabled(value: Value, scope: Scope, uncertain: str | None, text: str) -> Expansion:
    truth = to_bool(value)
    if isinstance(truth, Unknown):
        return _undecided("enabled", truth, scope, text)
    return Expansion("single", [(None, "", scope)], uncertain) if truth else Expansion("count", [], uncertain)
