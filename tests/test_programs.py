import itertools
from typing import Any

import pytest
from tests.catalogs import ACME, service_file

from demarcate.catalog import Catalog
from demarcate.errors import ExpressionError
from demarcate.expressions import Subject
from demarcate.model import Unknown
from demarcate.programs import program

VAULT = "Acme::Store::Vault"
HEAD = ACME.partition("controls:\n")[0]
MAYBE = Unknown("parameter P has no value")


def service(folder, *controls):
    """A catalogue whose vault has these controls, each given as its own keys."""
    text = HEAD + ("controls:\n" if controls else "")
    for number, keys in enumerate(controls):
        text += (
            f"  - id: acme-vault-{number}\n    on: {VAULT}\n    responsibility: authorization\n    title: T\n"
            f"    severity: low\n    why: W\n    fix: F\n    source: https://docs.example.com\n"
        )
        text += "".join(f"    {key}: {value}\n" for key, value in keys.items())
    return Catalog((service_file(folder, text),))


def run(data, properties, params=None, wanted=None):
    """What the controls find: position → (outcome, the deciding item's path)."""
    found = program(VAULT, data)
    chosen = frozenset(range(len(found.controls)) if wanted is None else wanted)
    out: list[Any] = []
    found.assess(Subject(VAULT, properties), chosen, params or {}, out)
    return {number: (result, at) for number, result, at in out}


def word(value):
    return "unknown" if type(value) is Unknown else value


# when, unless, expect ------------------------------------------------------------------------------------------------

VALUES = {"true": True, "false": False, "unknown": MAYBE}


def expected(when, unless, expect):
    """The outcome: an undecided condition leaves it undecided, unless another rules it out."""
    if when is False or unless is True:
        return None
    if "unknown" in (when, unless):
        return "unknown"
    return expect


@pytest.fixture(scope="module")
def combinations(tmp_path_factory):
    return service(
        tmp_path_factory.mktemp("combinations"),
        {"when": "W == true", "unless": "U == true", "expect": "E == true"},
        {"when": "W == true", "expect": "E == true"},
        {"unless": "U == true", "expect": "E == true"},
        {"expect": "E == true"},
    )


@pytest.mark.parametrize(("when", "unless", "expect"), list(itertools.product(VALUES, repeat=3)))
def test_combinations(combinations, when, unless, expect):
    w, u, e = VALUES[when], VALUES[unless], VALUES[expect]
    found = {number: word(result) for number, (result, _) in run(combinations, {"W": w, "U": u, "E": e}).items()}
    assert found == {
        0: expected(word(w), word(u), word(e)),
        1: expected(word(w), False, word(e)),
        2: expected(True, word(u), word(e)),
        3: word(e),
    }


def test_what_is_undecided_says_why(combinations):
    other = Unknown("another reason")
    assert run(combinations, {"W": MAYBE, "U": False, "E": False})[0][0].why == MAYBE.why
    assert run(combinations, {"W": True, "U": MAYBE, "E": True})[0][0].why == MAYBE.why
    assert run(combinations, {"W": MAYBE, "U": False, "E": other})[0][0].why == MAYBE.why
    assert run(combinations, {"W": True, "U": False, "E": other})[0][0].why == other.why


def test_absent_properties(combinations):
    assert {number: result for number, (result, _) in run(combinations, {}).items()} == {
        0: None,
        1: None,
        2: False,
        3: False,
    }


@pytest.mark.parametrize("value", ["text", 1, [], {}, None])
def test_an_expectation_that_is_no_truth_is_not_met(tmp_path, value):
    data = service(tmp_path, {"expect": "E"})
    assert run(data, {"E": value})[0][0] is not True


def test_only_wanted_controls_are_decided(combinations):
    assert set(run(combinations, {}, wanted=[3, 1])) == {1, 3}
    assert run(combinations, {}, wanted=[]) == {}


# the deciding item and what was read ---------------------------------------------------------------------------------

RULES = [{"Open": False}, {"Open": True}, {"Open": False}]
DECIDED = [
    ("Rules.all(r, r.Open != true)", {"Rules": RULES}, False, "Rules[1]"),
    ("!Rules.exists(r, r.Open == true)", {"Rules": RULES}, False, "Rules[1]"),
    ("Rules.all(r, r.Open != true)", {"Rules": RULES[:1]}, True, None),
    ("Rules.all(r, r.Open != true)", {}, True, None),
    ("E == true", {"E": False}, False, None),
    ("Sub.Rules.all(r, r.Open != true)", {"Sub": {"Rules": RULES}}, False, "Sub.Rules[1]"),
]


@pytest.mark.parametrize(("expect", "properties", "result", "at"), DECIDED)
def test_the_item_that_decides_is_named(tmp_path, expect, properties, result, at):
    data = service(tmp_path, {"expect": f'"{expect}"'})
    assert run(data, properties)[0] == (result, at)


def test_a_control_does_not_inherit_the_item_of_another(tmp_path):
    data = service(
        tmp_path,
        {"expect": '"Rules.all(r, r.Open != true)"'},
        {"expect": "E == true"},
        {"when": '"Rules.exists(r, r.Open == true)"', "expect": "E == true"},
    )
    found = run(data, {"Rules": RULES, "E": False})
    assert [found[number] for number in range(3)] == [(False, "Rules[1]"), (False, None), (False, None)]


READS = [
    ({"expect": "A == true"}, {"A"}),
    ({"expect": "A.B == true && C == 1"}, {"A.B", "C"}),
    ({"when": "W == 1", "unless": "U == 1", "expect": "E == 1"}, {"W", "U", "E"}),
    ({"expect": '"Rules.all(r, r.Open != true)"'}, {"Rules"}),
    ({"expect": "has(A.B)"}, {"A.B"}),
]


@pytest.mark.parametrize(("keys", "paths"), READS)
def test_the_properties_that_a_control_reads(tmp_path, keys, paths):
    found = program(VAULT, service(tmp_path, {"expect": "Other == 1"}, keys))
    assert set(found.reads[1]) == paths
    assert set(found.reads[0]) == {"Other"}


# parameters ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("keys", "result"), [(2, True), (3, False), (MAYBE, "unknown")])
def test_parameters(tmp_path, keys, result):
    data = service(tmp_path, {"expect": "Keys >= params.keys", "params": "{keys: 2}"}, {"expect": "Keys >= 2"})
    found = run(data, {"Keys": 2}, {0: {"keys": keys}})
    assert word(found[0][0]) == result
    assert found[1][0] is True


def test_parameters_are_a_controls_own(tmp_path):
    keys = {"expect": "Keys >= params.keys", "params": "{keys: 2}"}
    found = run(service(tmp_path, keys, keys), {"Keys": 2}, {0: {"keys": 2}, 1: {"keys": 5}})
    assert [found[0][0], found[1][0]] == [True, False]


# offerings, defaults, and the rest -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "result"), [("bare", True), ("other", False), (None, False), (MAYBE, "unknown")])
def test_the_condition_of_an_offering(tmp_path, mode, result):
    whens = program(VAULT, service(tmp_path, {"expect": "A == 1"})).whens
    assert list(whens) == ["acme-store.bare"]
    assert word(whens["acme-store.bare"](Subject(VAULT, {} if mode is None else {"Mode": mode}))) == result


def test_defaults_stand_for_absent_properties(tmp_path):
    text = HEAD + (
        f"defaults:\n  {VAULT}:\n    Locked: {{value: 'Mode != \"bare\"', source: https://docs.example.com}}\n"
        f"controls:\n  - {{id: acme-a, on: '{VAULT}', responsibility: authorization, title: T, expect: Locked == true, "
        "severity: low, why: W, fix: F, source: https://docs.example.com}\n"
    )
    data = Catalog((service_file(tmp_path, text),))
    for properties, result in [
        ({}, True),
        ({"Mode": "bare"}, False),
        ({"Locked": False}, False),
        ({"Locked": True, "Mode": "bare"}, True),
        ({"Mode": MAYBE}, "unknown"),
        ({"Locked": MAYBE}, "unknown"),
    ]:
        assert word(run(data, properties)[0][0]) == result, properties


def test_a_type_without_controls_or_conditions(tmp_path):
    data = service(tmp_path)
    found = program("Acme::Store::Other", data)
    assert (found.controls, found.reads, dict(found.whens)) == ((), (), {})
    out: list[Any] = []
    found.assess(Subject("Acme::Store::Other", {}), frozenset(), {}, out)
    assert out == []


@pytest.mark.parametrize("keys", [{"expect": "A =="}, {"when": "nope(A)", "expect": "A"}, {"expect": "A.all(x)"}])
def test_a_broken_expression_is_named(tmp_path, keys):
    with pytest.raises(ExpressionError, match="acme-vault-0"):
        program(VAULT, service(tmp_path, keys))


def test_programs_are_kept_by_catalogue(tmp_path):
    first = service(tmp_path / "first", {"expect": "A == 1"})
    second = service(tmp_path / "second", {"expect": "A == 2"})
    assert program(VAULT, first) is program(VAULT, first)
    assert run(first, {"A": 1})[0][0] is True
    assert run(second, {"A": 1})[0][0] is False


def test_a_catalogue_that_is_gone_leaves_no_program_behind(tmp_path):
    for number in range(20):
        data = service(tmp_path / str(number), {"expect": f"A == {number}"})
        assert run(data, {"A": number})[0][0] is True
        del data


def test_many_controls_of_a_type(tmp_path):
    data = service(tmp_path, *({"expect": f"A{number % 7}.B == {number}"} for number in range(300)))
    found = run(data, {f"A{number}": {"B": number} for number in range(7)})
    assert [number for number, (result, _) in found.items() if result is True] == list(range(7))
