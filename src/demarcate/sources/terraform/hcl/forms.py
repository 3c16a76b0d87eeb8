"""What operators, conditionals, ``for`` and traversals do when they are evaluated."""

from typing import TypeAlias

from demarcate.model import Unknown, Value
from demarcate.sources.terraform.hcl import operations as ops
from demarcate.sources.terraform.hcl.names import root_of
from demarcate.sources.terraform.hcl.scope import Evaluate, Scope
from demarcate.sources.terraform.hcl.values import EvaluationError, Opaque, SetList, by_cases, choice, derived, to_text


def traversal(root: str, names: list[str]) -> Evaluate:
    """``root.name.name``."""

    start, used = root_of(root, names)
    rest = tuple(names[used:])
    all_names = tuple(names)

    def evaluate(scope: Scope) -> Value:
        if root in scope.names:
            value, following = scope.names[root], all_names
        else:
            value, following = start(scope), rest
        for name in following:
            value = value[name] if type(value) is dict and name in value else ops.attribute(value, name)
        return value

    return evaluate


def junction(one: Evaluate, other: Evaluate, deciding: bool) -> Evaluate:
    """``&&`` and ``||`` by Kleene's logic: what decides, decides, whatever the rest."""

    def evaluate(scope: Scope) -> Value:
        first = ops.to_bool(one(scope))
        if first is deciding:
            return deciding
        if first is (not deciding):
            return ops.to_bool(other(scope))
        second = ops.to_bool(other(scope))
        if second is deciding:
            return deciding
        if second is (not deciding):
            return first
        return derived(first, second)

    return evaluate


Kind: TypeAlias = str | tuple[str, ...] | None
"""The kind of a collection (``list``, ``set``, ``tuple``, ``map``, ``object``); of a variable, the path to it."""


def comparison(one: Evaluate, other: Evaluate, kind: Kind, other_kind: Kind, *, same: bool) -> Evaluate:
    """``one == other``; with ``same``, they are the same expression. A list is never equal to a tuple, a map never to
    an object, so where that is not known, neither is whether those with equal items are equal."""

    def of(value: Value, known: Kind, scope: Scope) -> str | None:
        if isinstance(value, SetList):
            return "set"
        kind = scope.module.kind_of(known) if isinstance(known, tuple) else known
        return kind if kind != "any" else "tuple" if isinstance(value, list) else "object"

    def compared(value: Value, against: Value, scope: Scope) -> Value:
        for each, again in (
            (value, lambda part: compared(part, against, scope)),
            (against, lambda part: compared(value, part, scope)),
        ):
            if type(each) is Unknown and each.cases is not None:
                found = by_cases(again, each)
                if found is not None:
                    return found
        equal = ops.equal(value, against)
        if equal is False or same or not isinstance(value, list | dict) or not isinstance(against, list | dict):
            return equal
        kinds = [of(value, kind, scope), of(against, other_kind, scope)]
        if None in kinds:
            return derived(equal, why="whether a list is compared with a tuple, or a map with an object, is not known")
        return equal if kinds[0] == kinds[1] else False

    return lambda scope: compared(one(scope), other(scope), scope)


def conditional(condition: Evaluate, then: Evaluate, otherwise: Evaluate, text: str) -> Evaluate:
    """``condition ? then : otherwise``; ``text`` names the condition where it is not decided."""

    def branch(evaluate: Evaluate, scope: Scope) -> Value:
        try:
            value = evaluate(scope)
        except EvaluationError as error:
            return Unknown(f"cannot be evaluated: {error.what}")
        return value.unknown() if isinstance(value, Opaque) else value

    def evaluate(scope: Scope) -> Value:
        decided = ops.to_bool(condition(scope))
        if decided is True:
            return then(scope)
        if decided is False:
            return otherwise(scope)
        one, other = branch(then, scope), branch(otherwise, scope)
        name = scope.condition(text)
        why = f"depends on {text}: {decided.why}"

        def choose(truth: Value) -> Value:
            truth = ops.to_bool(truth)
            if type(truth) is Unknown:
                return choice(name, one, other, why)
            return one if truth else other

        found = by_cases(choose, decided)
        return choose(decided) if found is None else found

    return evaluate


def _items(value: Value) -> list[tuple[Value, Value]] | None:
    """Keys and values of a collection; ``None`` if it is not known."""
    if isinstance(value, SetList):
        return [(each, each) for each in value]
    if isinstance(value, list):
        return list(enumerate(value))
    if isinstance(value, dict):
        return sorted(value.items())
    if isinstance(value, Unknown | Opaque):
        return None
    raise EvaluationError(f"for over {ops.kind_of(value)}")


def _iterate(
    names: list[str], items: list[tuple[Value, Value]], test: Evaluate | None, scope: Scope
) -> list[Scope] | Unknown:
    """The scope of each round whose condition holds; an unknown if one cannot be decided."""
    scope.module.budget.spend(len(items) + 1)
    rounds = []
    for key, value in items:
        inner = scope.having(dict(zip(names, (key, value) if len(names) > 1 else (value,), strict=True)), f" @ {key}")
        if test is not None:
            kept = ops.to_bool(test(inner))
            if type(kept) is Unknown:
                return kept
            if not kept:
                continue
        rounds.append(inner)
    return rounds


def _sample(names: list[str], collection: Value) -> dict[str, Value]:
    """What the variables of ``for`` are over a collection that is not known."""
    given = collection.unknown() if isinstance(collection, Opaque) else collection
    one = derived(given, why=f"an item of what is not known: {given.why}")
    return dict.fromkeys(names, one)


def for_tuple(names: list[str], collection: Evaluate, result: Evaluate, test: Evaluate | None) -> Evaluate:
    """``[for names in collection : result if test]``."""

    def over(value: Value, scope: Scope) -> Value:
        items = _items(value)
        if items is None:
            if type(value) is Unknown:
                found = by_cases(lambda each: over(each, scope), value)
                if found is not None:
                    return found
            return derived(value, _tried(result, scope.having(_sample(names, value), " @ ?")))
        rounds = _iterate(names, items, test, scope)
        if isinstance(rounds, Unknown):
            return derived(rounds, value)
        return [result(each) for each in rounds]

    return lambda scope: over(collection(scope), scope)


def _tried(evaluate: Evaluate, scope: Scope) -> Value:
    try:
        return evaluate(scope)
    except EvaluationError as error:
        return Unknown(error.what)


def for_object(
    names: list[str], collection: Evaluate, key: Evaluate, result: Evaluate, test: Evaluate | None, grouped: bool
) -> Evaluate:
    """``{for names in collection : key => result if test}``; ``grouped`` by ``...``."""

    def over(value: Value, scope: Scope) -> Value:
        items = _items(value)
        if items is None:
            if type(value) is Unknown:
                found = by_cases(lambda each: over(each, scope), value)
                if found is not None:
                    return found
            return derived(value, _tried(result, scope.having(_sample(names, value), " @ ?")))
        rounds = _iterate(names, items, test, scope)
        if isinstance(rounds, Unknown):
            return derived(rounds, value)
        made: dict[str, Value] = {}
        for each in rounds:
            name = key(each)
            if type(name) is Unknown:
                return derived(name, value, why=f"a key of the object is not known: {name.why}")
            text = to_text(name)
            if grouped:
                made.setdefault(text, []).append(result(each))
            elif text in made:
                raise EvaluationError(f"the key {text!r} comes twice")
            else:
                made[text] = result(each)
        return made

    return lambda scope: over(collection(scope), scope)
