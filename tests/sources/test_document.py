import pytest

from demarcate.errors import InputError
from demarcate.sources.composer import MAX_DEPTH
from demarcate.sources.document import parse_document

BROKEN = [
    ('{"a": 1,\n "b": ', "not valid JSON", 2),
    ('{"a": 1\n "b": 2}', "not valid JSON", 2),
    ('{"a": 1,\n "a": 2}', "key 'a' stands twice", 2),
    ("a: 1\na: 2\n", "key 'a' stands twice", 2),
    ("a: [1, 2\nb: 3\n", "not valid YAML", 2),
    ("a: !!python/object:os.system x\n", "is not read", 1),
    ("a: !Not-A-Tag x\n", "is not CloudFormation's", 1),
    ("a: 1\n---\nb: 2\n", "a second YAML document", 2),
    ("a: *nothing\n", "not valid YAML|names nothing", 1),
    ("a: &a [*a]\n", "stands inside of what it names", 1),
    ("? [1, 2]\n: x\n", "a key that is not text", 1),
    ("[" * (MAX_DEPTH + 5), "nested|not valid", 1),
    ("a:\n" + "\n".join("  " * n + "a:" for n in range(1, MAX_DEPTH + 5)), "nested more than", None),
    ('{"a": ' * (MAX_DEPTH + 5) + "1" + "}" * (MAX_DEPTH + 5), "nested", 1),
    ('{"a": ' * 100_000, "nested|not valid", 1),
    ("a: \x01\n", "not valid YAML", 1),
]


@pytest.mark.parametrize(("text", "message", "line"), BROKEN)
def test_what_is_broken_says_what_and_where(text, message, line):
    with pytest.raises(InputError, match=message) as error:
        parse_document(text, "f.yaml")
    if line is not None:
        assert error.value.where == f"f.yaml:{line}"


def test_alias_bombs_are_counted_not_expanded():
    levels = "\n".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 10)}]" for n in range(1, 12))
    with pytest.raises(InputError, match="aliases expand to more than"):
        parse_document(f"x0: &x0 [a, b, c]\n{levels}\n", "bomb.yaml")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("Resources", "A"), 3),
        (("Resources", "A", "Properties", "Rules", 1), 8),
        (("Resources", "A", "Properties", "Rules", 1, "Id"), 8),
        (("Resources", "B"), 9),
        (("Resources", "B", "Properties", "Missing", "Deeper"), 9),
        (("Nothing",), 1),
    ],
)
def test_lines_in_yaml(path, line):
    rules = "      Rules:\n        - Id: 1\n        - Id: 2\n"
    text = f"---\nResources:\n  A:\n    Type: T\n    Properties:\n{rules}  B: {{Type: T}}\n"
    assert parse_document(text, "f").line_of(path) == line


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("Resources", "A"), 3),
        (("Resources", "A", "Rules", 1), 6),
        (("Resources", "A", "Rules", 1, "Id"), 6),
        (("Resources", "B"), 9),
        (("Resources", "B", "Missing"), 9),
    ],
)
def test_lines_in_json(path, line):
    text = '{\n"Resources": {\n"A": {\n"Rules": [\n{"Id": "}\\"{"},\n{"Id": 2}\n]\n},\n"B": {}\n}}'
    assert parse_document(text, "f").line_of(path) == line


def test_merge_keys_and_anchors():
    found = parse_document("base: &base {a: 1, b: 2}\nit: {<<: *base, b: 3}\n", "f").value
    assert found["it"] == {"a": 1, "b": 3}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x: 010", 8),
        ("x: 1_000", 1000),
        ("x: no", False),
        ("x: ~", None),
        ("x: 1.5", 1.5),
        ("x: '1'", "1"),
        ("x: 2010-09-09", "2010-09-09"),
    ],
)
def test_scalars_by_yaml_1_1(text, value):
    assert parse_document(text, "f").value["x"] == value
