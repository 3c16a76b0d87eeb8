"""Hypothesis strategies: expressions of the subset, of any types and well typed, and inputs for them."""

import random
from typing import Any

from hypothesis import strategies as st

NAMES = ("Flag", "Count", "Least", "Name", "Kind", "Items", "Words", "Rows", "Map")
TEXTS = ("", "a", "b", "ab", "A", "true", "1", "aws:kms")

Strategy = st.SearchStrategy[str]


def _binary(left: Strategy, operators: list[str], right: Strategy) -> Strategy:
    return st.builds(lambda one, sign, other: f"({one} {sign} {other})", left, st.sampled_from(operators), right)


def _choice(of: Strategy, condition: Strategy) -> Strategy:
    return st.builds(lambda c, one, other: f"({c} ? {one} : {other})", condition, of, of)


def _typed(depth: int) -> dict[str, Strategy]:
    """Strategies for expressions of each type, nested at most ``depth`` deep."""
    number = st.sampled_from(
        ["0", "1", "2", "7", "-3", "Count", "Least", "Items[0]", "Rows[0].n", "size(Items)", "size(Name)"]
    )
    text = st.sampled_from(["'a'", "'b'", "'ab'", "''", "Name", "Kind", "Map.x", "Map['x']", "Words[0]", "Rows[0].k"])
    flag = st.sampled_from(["true", "false", "Flag", "has(Map.x)", "has(Map.z)", "has(Rows[0].k)"])
    numbers = st.sampled_from(["Items", "[1, 2, 2]", "[]", "Rows.map(r, r.n)"])
    texts = st.sampled_from(["Words", "['a', 'b']", "Rows.map(r, r.k)"])
    if depth:
        inner = _typed(depth - 1)
        n, t, f, ns, ts = (inner[key] for key in ("number", "text", "flag", "numbers", "texts"))
        number = st.one_of(
            number, _binary(n, ["+", "-", "*", "/", "%"], n), _choice(n, f), ns.map(lambda e: f"size({e})")
        )
        text = st.one_of(text, _binary(t, ["+"], t), _choice(t, f))
        comparisons = ["==", "!=", "<", "<=", ">", ">="]
        macros = st.sampled_from(["all", "exists", "exists_one"])
        about_number = st.sampled_from(
            ["i > 1", "i == Count", "i in Items", "i % 2 == 0", "i != 2 && Flag", "i < 3 || Flag"]
        )
        about_text = st.sampled_from(
            ["w == 'a'", "w.startsWith('a')", "w in Words", "w == Name || Flag", "size(w) > 1"]
        )
        about_row = st.sampled_from(
            ["r.n > 1 && r.k == 'a'", "r.k == Kind", "has(r.k)", "r.n in Items", "r.on || r.n < 2"]
        )
        flag = st.one_of(
            flag,
            f.map(lambda e: f"!({e})"),
            _binary(f, ["&&", "||", "==", "!="], f),
            _binary(n, comparisons, n),
            _binary(t, comparisons, t),
            _binary(n, ["in"], ns),
            _binary(t, ["in"], ts),
            _binary(ns, ["==", "!="], ns),
            _choice(f, f),
            st.builds(lambda e, m, a: f"({e}).{m}({a})", t, st.sampled_from(["startsWith", "endsWith", "contains"]), t),
            st.builds(
                lambda e, p: f"({e}).matches('{p}')", t, st.sampled_from(["a", "^a", "b$", "^[ab]+$", "a|b", "."])
            ),
            st.builds(lambda e, m, b: f"({e}).{m}(i, {b})", ns, macros, about_number),
            st.builds(lambda e, m, b: f"({e}).{m}(w, {b})", ts, macros, about_text),
            st.builds(lambda m, b: f"Rows.{m}(r, {b})", macros, about_row),
        )
        numbers = st.one_of(
            numbers,
            _binary(ns, ["+"], ns),
            st.builds(lambda e, b: f"({e}).filter(i, {b})", ns, about_number),
            st.builds(lambda e, b: f"({e}).map(i, {b})", ns, st.sampled_from(["i + 1", "i * Count", "i > 1 ? i : 0"])),
        )
        texts = st.one_of(texts, st.builds(lambda e, b: f"({e}).filter(w, {b})", ts, about_text))
    return {"number": number, "text": text, "flag": flag, "numbers": numbers, "texts": texts}


well_typed = st.one_of(*_typed(3).values())
flags = _typed(2)["flag"]

_any = st.sampled_from(["true", "null", "0", "2", "'a'", "''", "[]", "[1, 2]", *NAMES, "Map.x", "Items[0]", "Rows.x"])


def _extend(inner: Strategy) -> Strategy:
    # no "+": the implementation that the tests compare with adds a map's keys to a list, which CEL does not define
    signs = ["==", "!=", "<", "<=", ">", ">=", "&&", "||", "in", "-", "*", "/", "%"]
    bodies = st.sampled_from(["i == 1", "i.x == 'a'", "i", "!i", "i < Count || Flag", "has(i.x)"])
    macros = st.sampled_from(["all", "exists", "exists_one", "filter", "map"])
    return st.one_of(
        _binary(inner, signs, inner),
        inner.map(lambda e: f"!({e})"),
        _choice(inner, inner),
        st.builds(lambda e, m, b: f"({e}).{m}(i, {b})", inner, macros, bodies),
        st.builds(lambda e, m: f"({e}).{m}('a')", inner, st.sampled_from(["startsWith", "contains", "matches"])),
        inner.map(lambda e: f"size({e})"),
    )


of_any_type = st.recursive(_any, _extend, max_leaves=6)


def typed_input(chance: random.Random) -> dict[str, Any]:
    """An input of the types that well-typed expressions expect."""
    rows = range(chance.randrange(4))
    return {
        "Flag": chance.random() < 0.5,
        "Count": chance.randint(-5, 5),
        "Least": chance.randint(-2, 2),
        "Name": chance.choice(TEXTS),
        "Kind": chance.choice(TEXTS),
        "Items": [chance.randint(-2, 4) for _ in range(chance.randrange(5))],
        "Words": [chance.choice(TEXTS) for _ in range(chance.randrange(4))],
        "Rows": [{"n": chance.randint(-2, 4), "k": chance.choice(TEXTS), "on": chance.random() < 0.5} for _ in rows],
        "Map": {"x": chance.choice(TEXTS)},
    }


def any_value(chance: random.Random, depth: int = 2) -> Any:
    """A value of any type. A map has one key at most, for CEL leaves the order of a map open, and never null, for
    sources read null as absent."""
    kind = chance.randrange(8 if depth else 5)
    if kind == 0:
        return chance.random() < 0.5
    if kind == 1:
        return chance.randint(-9, 9)
    if kind in (2, 3):
        return chance.choice(TEXTS)
    if kind == 4:
        return None
    if kind in (5, 6):
        return [any_value(chance, depth - 1) for _ in range(chance.randrange(4))]
    found = {chance.choice(("a", "x", "y")): any_value(chance, depth - 1) for _ in range(chance.randrange(2))}
    return {key: value for key, value in found.items() if value is not None}
