import pytest

from demarcate.errors import ExpressionError
from demarcate.expressions import Subject, compile_expression, names, parse

PRECEDENCE = [
    ("1 + 2 * 3", 7),
    ("(1 + 2) * 3", 9),
    ("10 - 2 - 3", 5),
    ("-7 / 2", -3),
    ("-7 % 2", -1),
    ("7.0 / 2", 3.5),
    ("1 < 2 == true", True),
    ("true || false && false", True),
    ("!true || true", True),
    ("1 in [1, 2] && !(3 in [1, 2])", True),
    ("true ? 1 : false ? 2 : 3", 1),
    ("'a' + 'b' == 'ab'", True),
    (r"'it\'s' == \"it's\"".replace('\\"', '"'), True),
    ("[1, 2] + [3] == [1, 2, 3]", True),
    ("1 == 1.0", True),
    ("true == 1", False),
]

REFUSED = [
    ("", "unexpected 'the end' at column 1"),
    ("1 +", "unexpected 'the end' at column 4"),
    ("(1", "expected ')', found 'the end' at column 3"),
    ("a b", "unexpected 'b' at column 3"),
    ("a.", "expected a name after '.' at column 3"),
    ("sizeof(a)", "unknown function sizeof(), did you mean size()?"),
    ("a.startWith('b')", "unknown method startWith(), did you mean startsWith()?"),
    ("a.startsWith()", "startsWith() takes 1 argument(s)"),
    ("related()", "related() takes 1 or 2 argument(s)"),
    ("has(1)", "has() takes a property"),
    ("a.exists(1, true)", "exists() takes a variable first"),
    ("a @ b", "unexpected '@ b' at column 2"),
    ("in", "unexpected 'in'"),
    ("(" * 80 + "1" + ")" * 80, "nested too deeply"),
    ("!" * 80 + "a", "nested too deeply"),
    ("related(A)", "related() takes a text in quotes"),
]


@pytest.mark.parametrize(("text", "value"), PRECEDENCE)
def test_precedence_and_arithmetic(text, value):
    found = compile_expression(text)(Subject("T", {}))
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_refusals_say_what_and_where(text, message):
    with pytest.raises(ExpressionError) as error:
        compile_expression(text, "here")
    assert message in str(error.value)
    assert str(error.value).startswith("here: ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A.B == C", {"A", "C"}),
        ("A.exists(x, x == B && x.Y > A)", {"A", "B"}),
        ("tags['a'] == attributes.DeletionPolicy", set()),
        ("has(A.B) ? size(C) : related('T', 'X').all(r, r.Y)", {"A", "C"}),
        ("[A, 'b'] + C[D]", {"A", "C", "D"}),
        ("A.startsWith(B) || !-C", {"A", "B", "C"}),
    ],
)
def test_names_are_the_properties_read(text, expected):
    assert names(parse(text)) == expected
