import pytest

from demarcate.expressions import Subject, compile_expression, truth
from demarcate.model import Unknown

U = Unknown("not known")
MAYBE = Unknown("perhaps", maybe_absent=True)
T, F = True, False


def value(text, **properties):
    return compile_expression(text)(Subject("T", properties))


def kleene(text, **properties):
    return {True: "T", False: "F", None: "U"}[truth(value(text, **properties))]


@pytest.mark.parametrize(
    ("one", "other", "both", "either"),
    [
        (T, T, "T", "T"),
        (T, F, "F", "T"),
        (F, T, "F", "T"),
        (F, F, "F", "F"),
        (T, U, "U", "T"),
        (U, T, "U", "T"),
        (F, U, "F", "U"),
        (U, F, "F", "U"),
        (U, U, "U", "U"),
        (None, T, "F", "T"),
        ("x", T, "F", "T"),
    ],
)
def test_kleene_tables(one, other, both, either):
    assert kleene("A && B", A=one, B=other) == both
    assert kleene("A || B", A=one, B=other) == either


@pytest.mark.parametrize(("operand", "expected"), [(T, "F"), (F, "T"), (U, "U"), (None, "T")])
def test_negation(operand, expected):
    assert kleene("!A", A=operand) == expected


@pytest.mark.parametrize(
    ("text", "properties", "expected"),
    [
        ("A == 1", {"A": U}, "U"),
        ("A != 1", {"A": U}, "U"),
        ("A == [1, 2]", {"A": [1, U]}, "U"),
        ("A == [1, 2]", {"A": [3, U]}, "F"),
        ("A == [1, 2]", {"A": [1, 2, U]}, "F"),
        ("A == [1, 2]", {"A": [1, 2, MAYBE]}, "U"),
        ("A == B", {"A": {"x": 1}, "B": {"x": 1}}, "T"),
        ("A == B", {"A": {"x": 1}, "B": {"x": 1, "y": MAYBE}}, "U"),
        ("A == B", {"A": {"x": 1}, "B": {"x": 1, "y": U}}, "F"),
        ("1 in A", {"A": [U, 1]}, "T"),
        ("1 in A", {"A": [U, 2]}, "U"),
        ("1 in A", {"A": [MAYBE, 2]}, "U"),
        ("A in [1]", {"A": U}, "U"),
        ("'k' in A", {"A": {"k": 1}}, "T"),
        ("'k' in A", {"A": {"k": MAYBE}}, "U"),
        ("A in B", {"A": U, "B": {}}, "F"),
        ("A < 3", {}, "F"),
        ("!(A < 3)", {}, "T"),
        ("A < 3", {"A": "2"}, "T"),
        ("A < '3'", {"A": "20"}, "T"),
        ("A > 1", {"A": True}, "F"),
        ("has(A)", {"A": U}, "T"),
        ("has(A)", {"A": MAYBE}, "U"),
        ("has(A.B)", {"A": U}, "U"),
        ("has(A.B)", {"A": {"B": U}}, "T"),
        ("has(A.B)", {"A": {}}, "F"),
        ("A.exists(x, x == 1)", {"A": [U, 1]}, "T"),
        ("A.exists(x, x == 1)", {"A": [U, 2]}, "U"),
        ("A.exists(x, true)", {"A": [MAYBE]}, "U"),
        ("A.all(x, x == 1)", {"A": [1, U]}, "U"),
        ("A.all(x, x == 1)", {"A": [2, U]}, "F"),
        ("A.all(x, false)", {"A": [MAYBE]}, "U"),
        ("A.all(x, false)", {}, "T"),
        ("A.exists(x, true)", {}, "F"),
        ("A.exists(x, x == 'k')", {"A": {"k": 1}}, "T"),
        ("A.exists(x, x == 1)", {"A": 1}, "T"),
        ("A.exists_one(x, x == 1)", {"A": [1, U]}, "U"),
        ("A.exists_one(x, x == 1)", {"A": [1, 1, U]}, "F"),
        ("A.exists_one(x, x == 1)", {"A": [1, 2]}, "T"),
        ("A.filter(x, x == 1).exists(x, x == 1)", {"A": [1, U]}, "T"),
        ("size(A.filter(x, x == 1)) == 1", {"A": [1, U]}, "U"),
        ("A.map(x, x + 1) == [2, 3]", {"A": [1, 2]}, "T"),
        ("size(A) == 2", {"A": [1, U]}, "T"),
        ("size(A) == 2", {"A": [1, MAYBE]}, "U"),
        ("A ? 1 == 1 : 2 == 2", {"A": U}, "T"),
        ("(A ? 1 : 2) == 1", {"A": U}, "U"),
        ("A.startsWith('a')", {"A": U}, "U"),
        ("A.startsWith('a')", {"A": 3}, "F"),
        ("A.matches(B)", {"A": "[", "B": "["}, "F"),
        ("A[0] == 1", {"A": [1, U]}, "T"),
        ("A[1] == 1", {"A": [MAYBE, 1]}, "U"),
        ("A[5] == null", {"A": [1]}, "T"),
        ("A / 0 == null", {"A": 1}, "T"),
        ("A + 1 == null", {"A": "1"}, "T"),
        ("int(A) == 3", {"A": "3"}, "T"),
        ("string(A) == '3'", {"A": 3.0}, "T"),
        ("A.lowerAscii() == 'aé'", {"A": "Aé"}, "T"),
        ("A.split(',')[1] == 'b'", {"A": "a,b"}, "T"),
        ("A.trim() == 'a'", {"A": " a "}, "T"),
    ],
)
def test_outcomes(text, properties, expected):
    assert kleene(text, **properties) == expected


@pytest.mark.parametrize(
    ("value_", "literal", "origin"),
    [
        ("x", "T", ""),
        (None, "F", ""),
        (Unknown("w", origin="no-echo"), "F", "no-echo"),
        (Unknown("w"), "U", ""),
    ],
)
def test_where_a_value_comes_from(value_, literal, origin):
    assert kleene("literal(A)", A=value_) == literal
    assert value("origin(A)", A=value_) == origin


def test_text_is_what_is_written():
    assert value("text(A)", A=Unknown("w", text="arn:${X}", open=False)) == "arn:${X}"
    assert value("text(A)", A="a") == "a"
    assert value("text(A)", A=U) is U
    anything = Unknown("w", text="${X}")
    assert value("text(A)", A=anything) is anything


KEY = Unknown("w", text="${Key.Arn}", open=False)
PART = Unknown("w", text="arn:aws:s3:::${Name}/logs")


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("A == 'alias/aws/s3'", PART, "F"),
        ("A == 'arn:aws:s3:::x/logs'", PART, "U"),
        ("A in ['*', 'arn:aws:s3:::*']", PART, "F"),
        ("A == '*'", KEY, "F"),
        ("A != ''", KEY, "T"),
        ("A == '*'", Unknown("w", text="${P}"), "U"),
        ("A.startsWith('arn:aws:')", PART, "T"),
        ("A.startsWith('http')", PART, "F"),
        ("A.startsWith('arn:aws:s3:::shop')", PART, "U"),
        ("A.endsWith('/logs')", PART, "T"),
        ("A.endsWith('.txt')", PART, "F"),
        ("A.endsWith('x/logs')", PART, "U"),
        ("A.contains(':s3:')", PART, "T"),
        ("A.contains('shop')", PART, "U"),
        ("A.lowerAscii().startsWith('arn')", Unknown("w", text="ARN:${X}"), "T"),
        ("A.matches('x')", PART, "U"),
        ("text(A).contains('alias/aws/')", KEY, "F"),
        ("text(A).contains('alias/aws/')", Unknown("w", text="${P}"), "U"),
    ],
)
def test_what_is_written_of_an_unknown_decides_what_it_can(text, given, expected):
    assert kleene(text, A=given) == expected


def test_the_deciding_item_is_remembered():
    subject = Subject("T", {"A": {"B": [1, 2, 3]}})
    compile_expression("A.B.all(x, x < 3)")(subject)
    assert subject.at == "A.B[2]"
