"""Values that are partly unknown: what is known stays known, what is not says why, and references survive."""

from typing import Any

import pytest

from demarcate.model import NO_VALUE, Reference, Unknown
from demarcate.sources.terraform.instances import Json

KEY = 'resource "aws_kms_key" "k" {\n  description = "d"\n  policy = jsonencode({ a = var.u })\n}\nvariable "u" {}\n'
ARN = Unknown(
    "known after apply", (Reference("aws_kms_key.k", "arn"),), "${aws_kms_key.k.arn}", origin="reference", open=False
)
UNSET = 'variable "u" {}\nvariable "b" {\n  type = bool\n}\nvariable "s" {\n  default = "set"\n}\n'


def test_a_conditional_over_an_unset_variable_has_cases(value: Any) -> None:
    found = value("var.b ? aws_kms_key.k.arn : null", KEY + 'variable "b" {}\n')
    assert found.cases == ("var.b", ARN, NO_VALUE)
    assert found.maybe_absent
    assert found.references == ARN.references
    assert "variable b has no value" in found.why


def test_a_conditional_whose_branches_are_the_same_is_decided(value: Any) -> None:
    assert value('var.b ? "x" : "x"', UNSET) == "x"
    assert value("var.b ? aws_kms_key.k.arn : aws_kms_key.k.arn", KEY + 'variable "b" {}\n') == ARN


def test_jsonencode_keeps_what_is_known(value: Any) -> None:
    found = value(
        'jsonencode({ Version = "1", Statement = [{ Effect = "Allow", Resource = aws_kms_key.k.arn }] })', KEY
    )
    assert found == Json({"Version": "1", "Statement": [{"Effect": "Allow", "Resource": ARN}]})


def test_interpolation_keeps_text_and_references(value: Any) -> None:
    found = value('"${aws_kms_key.k.arn}/*"', KEY)
    assert found.text == "${aws_kms_key.k.arn}/*"
    assert found.references == ARN.references
    assert (found.origin, found.open) == ("reference", False)


def test_a_variable_without_a_value(value: Any) -> None:
    assert value("var.u", UNSET) == Unknown("variable u has no value", text="${var.u}", origin="parameter")
    assert value('"a-${var.u}"', UNSET).text == "a-${var.u}"
    assert value("var.u.x[0]", UNSET).text == "${var.u.x[0]}"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("false && var.b", False),
        ("var.b && false", False),
        ("true || var.b", True),
        ("var.b || true", True),
        ('contains(["a", var.u], "a")', True),
        ("length([var.u, 1])", 2),
        ("[var.u, 1][1]", 1),
        ("{ a = var.u, b = 2 }.b", 2),
        ("merge({ a = var.u }, { b = 2 }).b", 2),
        ('lookup({ a = var.u }, "c", "none")', "none"),
        ("keys({ a = var.u })", ["a"]),
        ("concat([var.u], [2])[1]", 2),
        ("element([1, var.u], 0)", 1),
        ("tolist([var.u, 3])[1]", 3),
        ("flatten([[1], [[2]]])", [1, 2]),
        ('try(var.s, "x")', "set"),
        ('coalesce("a", var.u)', "a"),
        ("{ for k, v in { a = var.u, b = 2 } : k => v }.b", 2),
        ("[for x in [1, var.u] : x][0]", 1),
        ("anytrue([var.b, true])", True),
        ("alltrue([var.b, false])", False),
        ("can(var.s)", True),
        ("aws_kms_key.k.arn == null", False),
        ('aws_kms_key.k.arn != ""', True),
        ('coalesce(aws_kms_key.k.arn, "x") == null', False),
        ("jsondecode(jsonencode({ a = var.u, b = 1 })).b", 1),
        ("aws_kms_key.k == null", False),
        ("length(aws_kms_key.k[*])", 1),
        ("[for x in range(3) : x if x > var.s_number]", [2]),
        ('format("%s", "x")', "x"),
        ('zipmap(["a"], [var.u])["a"] == 1 || true', True),
        ("aws_kms_key.k.description", "d"),
    ],
)
def test_what_is_decided_all_the_same(value: Any, expression: str, expected: Any) -> None:
    declarations = UNSET + KEY.replace('variable "u" {}\n', "") + 'variable "s_number" {\n  default = 1\n}\n'
    assert value(expression, declarations) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "var.b && true",
        "var.b || false",
        "!var.b",
        "var.u == null",
        'var.u == "x"',
        "var.u + 1",
        "-var.u",
        "upper(var.u)",
        "[for x in var.u : x]",
        "{ for x in var.u : x => x }",
        "[for x in [1, 2] : x if var.b]",
        'contains(["a", var.u], "b")',
        "merge({ a = 1 }, var.u)",
        "coalesce(var.u, 1)",
        "length(var.u)",
        "timestamp()",
        "uuid()",
        'bcrypt("x")',
        "no_such_function(1)",
        "var.u[*].x",
        "flatten([var.u, [1]])",
        "jsondecode(var.u)",
        "terraform.workspace",
        "{ (var.u) = 1 }",
        "element([1, 2], var.u)",
        "cidrsubnet(var.u, 8, 1)",
        "file(var.u)",
        'file("../../../etc/passwd")',
        'file("/etc/passwd")',
        "range(1000000000)",
        "var.missing",
        "aws_nothing.here.arn",
        "1 / 0",
        '"a".b',
        "module.none.out",
        'regex("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")',
        "can(var.u.x)",
        'try(var.u.x, "d")',
    ],
)
def test_what_is_not(value: Any, expression: str) -> None:
    found = value(expression, UNSET)
    assert isinstance(found, Unknown)
    assert found.why


def test_functions_keep_references(value: Any) -> None:
    for expression in (
        "lower(aws_kms_key.k.arn)",
        'split(":", aws_kms_key.k.arn)[5]',
        'merge({ a = aws_kms_key.k.arn }, { b = 1 })["a"]',
        'replace(aws_kms_key.k.arn, "a", "b")',
        "[for x in [aws_kms_key.k.arn] : upper(x)][0]",
        'join(",", [aws_kms_key.k.arn, "x"])',
        'format("%s/*", aws_kms_key.k.arn)',
        "coalesce(var.n, aws_kms_key.k.arn)",
        "base64encode(aws_kms_key.k.arn)",
        "try(aws_kms_key.k.arn, null)",
        "element([aws_kms_key.k.arn], 0)",
        "sensitive(aws_kms_key.k.arn)",
        "tostring(aws_kms_key.k.arn)",
        "one(aws_kms_key.k[*].arn)",
        "[aws_kms_key.k].*.arn[0]",
    ):
        found = value(expression, KEY + 'variable "n" {\n  default = null\n}\n')
        assert isinstance(found, Unknown)
        assert found.references == ARN.references, expression


def test_choices_go_through_functions_and_conditions(value: Any) -> None:
    found = value('upper(var.b ? "a" : "b")', UNSET)
    assert found.cases == ("var.b", "A", "B")
    found = value('"x-${var.b ? "a" : "b"}"', UNSET)
    assert found.cases == ("var.b", "x-a", "x-b")
    found = value('(var.b ? "a" : null) == null ? 1 : 2', UNSET)
    assert found.cases == ("var.b", 2, 1)
    found = value("(var.b ? { x = 1 } : { x = 2 }).x", UNSET)
    assert found.cases == ("var.b", 1, 2)
    assert value("length(var.b ? [1] : [2])", UNSET) == 1


def test_references_of_resources_with_instances(value: Any) -> None:
    keys = 'resource "aws_kms_key" "k" {\n  count = 2\n}\nresource "aws_kms_key" "e" {\n  for_each = toset(["a"])\n}\n'
    assert value("aws_kms_key.k[1].arn", keys).references == (Reference("aws_kms_key.k[1]", "arn"),)
    assert value('aws_kms_key.e["a"].arn', keys).references == (Reference('aws_kms_key.e["a"]', "arn"),)
    assert [each.text for each in value("aws_kms_key.k[*].id", keys)] == [
        "${aws_kms_key.k[0].id}",
        "${aws_kms_key.k[1].id}",
    ]
    assert value("values(aws_kms_key.e)[*].arn", keys)[0].references == (Reference('aws_kms_key.e["a"]', "arn"),)
    assert value("{ for n, k in aws_kms_key.e : n => k.arn }", keys)["a"].text == '${aws_kms_key.e["a"].arn}'
    assert value("length(aws_kms_key.k)", keys) == 2


def test_references_of_resources_of_unknown_number(value: Any) -> None:
    keys = 'variable "b" {}\nresource "aws_kms_key" "k" {\n  count = var.b ? 1 : 0\n}\n'
    assert value("aws_kms_key.k[0].arn", keys).references == ARN.references
    found = value("one(aws_kms_key.k[*].arn)", keys)
    assert (found.references, found.maybe_absent) == (ARN.references, True)
    found = value("var.b ? aws_kms_key.k[0].arn : null", keys)
    assert found.cases == ("var.b", ARN, NO_VALUE)


def test_data_sources_are_open(value: Any) -> None:
    found = value("data.aws_caller_identity.me.account_id", 'data "aws_caller_identity" "me" {}\n')
    assert found.references == (Reference("data.aws_caller_identity.me", "account_id"),)
    assert (found.origin, found.open, found.text) == ("deployment", True, "${data.aws_caller_identity.me.account_id}")


def test_nested_attributes_of_references(value: Any) -> None:
    found = value("aws_eks_cluster.c.certificate_authority[0].data", 'resource "aws_eks_cluster" "c" {}\n')
    assert found.references == (Reference("aws_eks_cluster.c", "certificate_authority[0].data"),)


@pytest.mark.parametrize("flag", ["sensitive", "ephemeral"])
def test_secrets_are_not_kept(value: Any, flag: str) -> None:
    declared = f'variable "p" {{\n  {flag} = true\n  default = "hunter2"\n}}\nvariable "q" {{\n  {flag} = true\n}}\n'
    for expression in (
        "var.p",
        '"a${var.p}"',
        "jsonencode({ a = var.p })",
        "upper(var.p)",
        "[var.p]",
        "nonsensitive(var.p)",
    ):
        assert "hunter2" not in repr(value(expression, declared))
    assert value("var.p", declared).origin == "no-echo-default"
    assert value("var.p", declared, variables={"p": "secret9"}).origin == "no-echo"
    assert "secret9" not in repr(value('"x-${var.p}"', declared, variables={"p": "secret9"}))
    assert value("var.q", declared).origin == "no-echo"
    assert "hunter2" not in repr(value('sensitive("hunter2")'))


def test_a_secret_without_a_value_may_be_null(value: Any) -> None:
    assert value("var.p == null", 'variable "p" {\n  sensitive = true\n  default = null\n}\n') is True


def test_a_condition_has_one_name_wherever_it_stands(read: Any) -> None:
    (found,) = read(
        'variable "b" {}\nresource "aws_x" "x" {\n  for_each = toset(["p"])\n  v = var.b ? 1 : 2\n'
        '  w = var.b == each.key ? 1 : 2\n  dynamic "d" {\n    for_each = [1]\n    content {\n      u = var.b ? 1 : 2\n    }\n  }\n}\n'
    )
    values = found.instances[0].values
    assert values["v"].cases[0] == values["d"][0]["u"].cases[0] == "var.b"
    assert values["w"].cases[0] == "var.b == each.key @ p"


def test_only_what_a_resource_always_has_is_never_null(value: Any) -> None:
    declared = 'resource "aws_kms_key" "k" {}\nresource "aws_sns_topic" "t" {}\ndata "aws_x" "d" {}\n'
    for attribute in ("aws_kms_key.k.key_id", "aws_sns_topic.t.arn", "data.aws_x.d.account_id", '"${var.u}-x"'):
        assert value(f"{attribute} == null", declared + 'variable "u" {}\n') is False
    for attribute in ("aws_sns_topic.t.kms_master_key_id", "data.aws_x.d.kms_key_id", "var.u"):
        assert isinstance(value(f"{attribute} == null", declared + 'variable "u" {}\n'), Unknown)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("try(aws_kms_key.k[0].arn, null)", ("aws_kms_key.k[0] is there", ARN, NO_VALUE)),
        ('try(aws_kms_key.k.0.arn, "x")', ("aws_kms_key.k[0] is there", ARN, "x")),
        ('try(aws_kms_key.k["a"].arn, "x")', ("aws_kms_key.k[a] is there", ARN, "x")),
        ("try(aws_kms_key.k[0].arn, null) == null", ("aws_kms_key.k[0] is there", False, True)),
        ("try(aws_kms_key.k[0].none[0].deep, aws_kms_key.k[0].arn, null) == 1", None),
        ('try(module.m[0].o, "x")', ("module.m[0] is there", "in", "x")),
        ("can(aws_kms_key.k[0].arn)", None),
        ("try(one(aws_kms_key.k).arn, null)", None),
        ('lookup(aws_kms_key.k, "a", null)', None),
        ("length(module.m) > 0", None),
    ],
)
def test_what_may_not_be_there_may_be_an_error(read: Any, expression: str, expected: Any) -> None:
    root = f"""variable "b" {{}}
resource "aws_kms_key" "k" {{
  count = var.b ? 1 : 0
}}
module "m" {{
  source = "./m"
  count  = var.b ? 1 : 0
}}
resource "aws_x" "x" {{
  v = {expression}
}}
"""
    found = read({"main.tf": root, "m/main.tf": 'output "o" {\n  value = "in"\n}\n'})
    value = next(each.values["v"] for one in found for each in one.instances if each.type == "aws_x")
    assert isinstance(value, Unknown)
    assert not value.why.startswith("cannot be evaluated")
    assert expected is None or value.cases == expected


def test_names_that_are_not_ascii(value: Any) -> None:
    assert value("{ größe = 1, 名 = local.é }", 'locals {\n  é = "x"\n}\n') == {"größe": 1, "名": "x"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ('"1"', '"2"', False),
        ('"1"', '"1"', True),
        ("var.u", "var.u", True),
        ("var.u", "var.w", False),
        ("upper(var.u)", "lower(var.u)", False),
    ],
)
def test_conditions_on_other_values_are_other_conditions(read: Any, one: str, other: str, same: bool) -> None:
    blocks = "".join(
        f'resource "aws_{name}" "x" {{\n  for_each = {{ k = {each} }}\n  v = each.value == var.m ? 1 : 2\n'
        f'  t = templatefile("t.tpl", {{ e = {each}, m = var.m }})\n'
        f"  l = [for s in [{each}] : s == var.m ? 1 : 2][0]\n}}\n"
        for name, each in (("a", one), ("b", other))
    )
    variables = "".join(f'variable "{name}" {{}}\n' for name in "muw")
    (found,) = read({"main.tf": variables + blocks, "t.tpl": "%{ if e == m }A%{ else }B%{ endif }"})
    first, second = found.instances
    for name in "vtl":
        assert (first.values[name].cases[0] == second.values[name].cases[0]) is same, name


def test_instances_of_other_unknown_numbers_have_other_conditions(read: Any) -> None:
    blocks = "".join(
        f'resource "aws_{name}" "x" {{\n  for_each = var.{name}\n  v = each.value == "p" ? 1 : 2\n}}\n' for name in "uw"
    )
    (found,) = read('variable "u" {}\nvariable "w" {}\n' + blocks)
    one, other = (each.values["v"].cases[0] for each in found.instances)
    assert one != other


def test_the_default_stands_where_null_is_chosen(read: Any) -> None:
    module = """variable "o" {
  type = object({ e = optional(string, "kms"), f = optional(string), g = optional(object({ h = optional(number, 1) }), {}) })
}
variable "n" {
  default  = "d"
  nullable = false
}
variable "p" {
  default = "d"
}
resource "aws_x" "x" {
  e = var.o.e
  f = var.o.f
  g = var.o.g
  n = var.n
  p = var.p
}
"""
    root = """variable "b" {}
module "m" {
  source = "./m"
  o      = { e = var.b ? "aes" : null, f = var.b ? "f" : null, g = var.b ? { h = 2 } : null }
  n      = var.b ? "n" : null
  p      = var.b ? "p" : null
}
"""
    (found,) = read({"main.tf": root, "m/main.tf": module})
    values = found.instances[0].values
    assert {name: each.cases[1:] for name, each in values.items()} == {
        "e": ("aes", "kms"),
        "f": ("f", NO_VALUE),
        "g": ({"h": 2}, {"h": 1}),
        "n": ("n", "d"),
        "p": ("p", NO_VALUE),
    }


def dynamic(collection: str) -> str:
    return f'  dynamic "rule" {{\n    for_each = {collection}\n    content {{\n      a = rule.value\n    }}\n  }}\n'


STATIC = "  rule {\n    a = 0\n  }\n"


@pytest.mark.parametrize(
    ("blocks", "one", "other"),
    [
        (STATIC + dynamic("var.b ? [1, 2] : []"), [0, 1, 2], [0]),
        (dynamic("var.b ? [1, 2] : []") + STATIC, [1, 2, 0], [0]),
        (dynamic("[0]") + dynamic("var.b ? [] : [1, 2]"), [0], [0, 1, 2]),
        (dynamic("var.b ? [1, 2] : [3]") + dynamic("[]"), [1, 2], [3]),
        (dynamic("var.b ? [] : [1, 2, 3]"), [], [1, 2, 3]),
    ],
)
def test_several_blocks_that_may_be_chosen(read: Any, blocks: str, one: list[int], other: list[int]) -> None:
    (found,) = read(f'variable "b" {{}}\nresource "aws_x" "x" {{\n{blocks}}}\n')
    rule = found.instances[0].values["rule"]
    assert rule.cases == ("var.b", *([{"a": each} for each in rules] for rules in (one, other)))


def test_blocks_that_depend_on_many_conditions(read: Any) -> None:
    blocks = STATIC + "".join(dynamic(f"var.b == {n} ? [1, 2] : []") for n in range(40))
    (found,) = read(f'variable "b" {{}}\nresource "aws_x" "x" {{\n{blocks}}}\n')
    assert len(repr(found.instances[0].values["rule"])) < 100_000


def test_a_dynamic_block_that_says_nothing_is_not_lost(read: Any) -> None:
    (found,) = read('resource "aws_x" "x" {\n  dynamic "rule" {\n    for_each = [1]\n  }\n}\n')
    assert isinstance(found.instances[0].values["rule"], Unknown)


KINDS = """
variable "l" {
  type    = list(string)
  default = []
}
variable "m" {
  type    = map(string)
  default = {}
}
variable "o" {
  type    = object({ l = optional(list(string), []), a = optional(any) })
  default = { a = [] }
}
variable "g" {
  default = {}
}
variable "b" {}
locals {
  t = []
}
"""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("var.l == []", False),
        ("var.l != []", True),
        ("var.l == tolist([])", True),
        ("(var.l) == var.o.l", True),
        ("var.o.l == []", False),
        ("var.o.a == []", True),
        ("var.m == {}", False),
        ("var.m == tomap({})", True),
        ("var.m == var.m", True),
        ("var.g == {}", True),
        ("{ for k, v in {} : k => v } == {}", True),
        ("[for x in var.l : x] == []", True),
        ('toset(["a"]) == ["a"]', False),
        ('toset(["a"]) == toset(["a", "a"])', True),
        ('keys({ a = 1 }) == ["a"]', False),
        ("local.t == local.t", True),
        ("local.t == [1]", False),
        ('(var.b ? var.l : ["a"]) == ["b"]', False),
    ],
)
def test_a_list_is_never_equal_to_a_tuple(value: Any, expression: str, expected: bool) -> None:
    assert value(expression, KINDS) is expected


@pytest.mark.parametrize(
    "expression",
    ["local.t == []", "concat(var.l, var.l) == []", "merge(var.m, var.m) != {}", '(var.b ? var.l : ["a"]) == []'],
)
def test_what_may_be_a_list_or_a_tuple(value: Any, expression: str) -> None:
    found = value(expression, KINDS)
    assert isinstance(found, Unknown)
    assert "tuple" in found.why or found.cases is not None


def test_comments_and_commas_in_the_defaults_of_types(value: Any) -> None:
    declared = """variable "o" {
  type = object({
    a = string // one
    # two
    b = optional(
      list(string),
      ["x", "y"], /* three */
    )
    c = optional(object({ d = optional(number, 4) /* four */ }), {} # five
    )
  })
  default = { a = "z" }
}
"""
    assert value("var.o", declared) == {"a": "z", "b": ["x", "y"], "c": {"d": 4}}
