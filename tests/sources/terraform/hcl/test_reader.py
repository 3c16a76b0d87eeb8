"""Folders of configuration: which files, roots, modules, variables, providers, instances and lines."""

import json
from pathlib import Path
from typing import Any

import pytest

from demarcate.errors import InputError
from demarcate.model import NO_VALUE, Declared, Reference, Skipped, Unknown

BUCKET = 'resource "aws_s3_bucket" "b" {\n  bucket = "x"\n}\n'


def addresses(configuration: Any) -> list[str]:
    return [each.address for each in configuration.instances]


# files ----------------------------------------------------------------------------------------------------------------


def test_a_syntax_error_is_one_error_and_the_rest_is_read(read: Any) -> None:
    (found,) = read(
        {"a.tf": BUCKET, "bad.tf": 'resource "aws_x" "y" {\n  a = [1, 2\n}\n', "c.tf": "locals {\n  l = local.m\n}\n"}
    )
    assert addresses(found) == ["aws_s3_bucket.b"]
    (skipped,) = found.skipped
    assert skipped.where in ("tf/bad.tf:2", "tf/bad.tf:3")
    assert (skipped.what, skipped.level) == ("file", "error")
    assert "syntax error" in skipped.why


def test_what_may_stand_in_a_file_that_was_not_read_is_unknown(read: Any) -> None:
    (found,) = read({"a.tf": 'resource "aws_x" "x" {\n  v = try(local.m, 1)\n}\n', "bad.tf": "locals {\n  m = \n}\n"})
    assert "could not be read" in found.instances[0].values["v"].why


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('resource "a" "b" {\n  x = 1\n', 2),
        ("x = [1,\n 2\n", 2),
        ('a {\n  x = "abc\n}\n', 2),
        ("a {\n  x = 1 y = 2\n}\n", 2),
        ("a {\n  x = 1\n  x = 2\n}\n", 3),
        ("a {\n  x = { a = 1 b = 2 }\n}\n", 2),
        ("a {\n\n  = 3\n}\n", 3),
        ('a {\n  x = "\\q"\n}\n', 2),
        ('a {\n  x = "%{ if true }"\n}\n', 2),
        ("a {\n  x = 1 +\n}\n", 2),
        ("a }\n", 1),
    ],
)
def test_syntax_errors_have_lines(read: Any, text: str, line: int) -> None:
    (found,) = read(text)
    assert [each.where for each in found.skipped] == [f"tf/main.tf:{line}"]
    assert found.skipped[0].level == "error"


def test_opentofu_files_take_the_place_of_terraforms(read: Any) -> None:
    (found,) = read(
        {
            "a.tf": 'resource "aws_x" "tf" {}\n',
            "a.tofu": 'resource "aws_x" "tofu" {}\n',
            "b.tf": 'resource "aws_x" "b" {}\n',
        }
    )
    assert addresses(found) == ["aws_x.b", "aws_x.tofu"]


def test_overrides_are_merged(read: Any) -> None:
    override = (
        'resource "aws_s3_bucket" "b" {\n  acl = "private"\n  rule {\n    status = "On"\n  }\n}\nlocals {\n  l = 2\n}\n'
    )
    base = 'resource "aws_s3_bucket" "b" {\n  bucket = "x"\n  acl = "public-read"\n  rule {\n    status = "Off"\n  }\n  n = local.l\n}\nlocals {\n  l = 1\n}\n'
    (found,) = read({"main.tf": base, "x_override.tf": override})
    (bucket,) = found.instances
    assert bucket.values == {"bucket": "x", "acl": "private", "rule": [{"status": "On"}], "n": 2}
    assert "acl" not in bucket.lines  # it stands in another file than the block


def test_json_syntax(read: Any) -> None:
    data = {
        "variable": {"n": {"default": "v", "type": "string"}},
        "locals": {"l": "${var.n}-l"},
        "provider": {"aws": [{"region": "eu-west-1"}, {"alias": "b", "region": "eu-west-2"}]},
        "resource": {
            "aws_s3_bucket": {"b": {"bucket": "${local.l}", "tags": {"a": "${1 + 1}x"}, "provider": "aws.b"}},
            "aws_x": {"y": {"count": 2, "ref": "${aws_s3_bucket.b.arn}", "plain": "$${x}", "//": "a comment"}},
        },
    }
    (found,) = read({"main.tf.json": json.dumps(data, indent=1)})
    assert found.skipped == ()
    bucket, one, two = found.instances
    assert bucket.values == {"bucket": "v-l", "tags": {"a": "2x"}}
    assert bucket.region == "eu-west-2"
    assert bucket.lines["bucket"] > bucket.declared.line > 1
    assert one.values["ref"].references == (Reference("aws_s3_bucket.b", "arn"),)
    assert two.address == "aws_x.y[1]"


def test_lines(read: Any) -> None:
    (found,) = read(
        '\nresource "aws_x" "y" {\n  a = 1\n  rule {\n    status = "On"\n    deep {\n      d = 1\n    }\n  }\n  rule {\n    status = "Off"\n  }\n}\n'
    )
    (it,) = found.instances
    assert it.declared == Declared("tf/main.tf", 2)
    assert dict(it.lines) == {
        "a": 3,
        "rule": 4,
        "rule[0]": 4,
        "rule[0].status": 5,
        "rule[0].deep": 6,
        "rule[0].deep[0]": 6,
        "rule[0].deep[0].d": 7,
        "rule[1]": 10,
        "rule[1].status": 11,
    }


# variables ------------------------------------------------------------------------------------------------------------

VARIABLE = 'variable "v" {\n  default = "default"\n}\nresource "aws_x" "x" {\n  v = var.v\n}\n'


def test_terraform_tfvars_is_loaded(read: Any) -> None:
    (found,) = read({"main.tf": VARIABLE, "terraform.tfvars": 'v = "file"\n'})
    assert found.instances[0].values == {"v": "file"}


def test_the_order_of_values(read: Any, tmp_path: Path) -> None:
    def value(**arguments: Any) -> Any:
        return read({"main.tf": VARIABLE}, **arguments)[0].instances[0].values["v"]

    assert value() == "default"
    assert value(environment={"TF_VAR_v": "env"}) == "env"
    (tmp_path / "terraform.tfvars").write_text('v = "tfvars"\n')
    assert value(environment={"TF_VAR_v": "env"}) == "tfvars"
    (tmp_path / "terraform.tfvars.json").write_text('{"v": "tfvars.json"}')
    assert value() == "tfvars.json"
    (tmp_path / "b.auto.tfvars").write_text('v = "b.auto"\n')
    assert value() == "b.auto"
    (tmp_path / "c.auto.tfvars.json").write_text('{"v": "c.auto"}')
    assert value() == "c.auto"
    given = tmp_path / "given.tfvars"
    given.write_text('v = "given"\n')
    assert value(var_files=[given]) == "given"
    assert value(var_files=[given], variables={"v": "variable"}) == "variable"


def test_values_as_on_the_command_line(read: Any) -> None:
    text = 'variable "l" {\n  type = list(number)\n}\nvariable "n" {\n  type = number\n}\nresource "aws_x" "x" {\n  l = var.l\n  n = var.n\n}\n'
    (found,) = read(text, variables={"l": "[1, 2]"}, environment={"TF_VAR_n": "5"})
    assert found.instances[0].values == {"l": [1, 2], "n": 5}
    with pytest.raises(InputError, match="variable l"):
        read(text, variables={"l": "[1, "})


def test_types_convert(value: Any) -> None:
    declared = """
variable "o" {
  type = object({
    name = string # the name
    port = optional(number, 80)
    tags = optional(map(string), { a = "b" })
    inner = optional(object({ on = optional(bool, true) }), {})
    none = optional(string)
  })
  default = { name = 5, extra = 1 }
}
variable "s" {
  type = set(string)
  default = ["b", "a", "b"]
}
variable "n" {
  type = string
  nullable = false
  default = "d"
}
"""
    expected = {"name": "5", "port": 80, "tags": {"a": "b"}, "inner": {"on": True}, "none": None}
    assert value("var.o", declared) == expected
    assert value("var.s", declared) == ["a", "b"]
    assert value("var.n", declared, variables={"n": None}) == "d"
    assert isinstance(value("var.t", 'variable "t" {\n  type = number\n  default = "x"\n}\n'), Unknown)


def test_bad_value_files(read: Any, tmp_path: Path) -> None:
    (found,) = read({"main.tf": VARIABLE, "terraform.tfvars": "v = [\n"})
    assert found.skipped[0].level == "error"
    assert found.skipped[0].where.startswith("tf/terraform.tfvars:")
    with pytest.raises(InputError):
        read(VARIABLE, var_files=[tmp_path / "none.tfvars"])


# count, for_each, dynamic ---------------------------------------------------------------------------------------------


def test_count_and_for_each(read: Any) -> None:
    (found,) = read(
        'resource "aws_x" "c" {\n  count = 11\n  v = count.index\n}\n'
        'resource "aws_x" "f" {\n  for_each = { a = 1, "b\\"" = 2 }\n  v = "${each.key}${each.value}"\n}\n'
        'resource "aws_x" "s" {\n  for_each = toset(["q"])\n  v = each.value\n}\n'
        'resource "aws_x" "none" {\n  count = 0\n}\nresource "aws_x" "off" {\n  lifecycle {\n    enabled = false\n  }\n}\n'
    )
    assert addresses(found) == [
        *(f"aws_x.c[{n}]" for n in range(11)),
        'aws_x.f["a"]',
        'aws_x.f["b\\""]',
        'aws_x.s["q"]',
    ]
    assert [each.values["v"] for each in found.instances[-4:]] == [10, "a1", 'b"2', "q"]
    assert all(each.uncertain is None for each in found.instances)


@pytest.mark.parametrize(
    "many", ["for_each = var.u", "for_each = toset([var.u])", "count = var.u", "count = 1000000000"]
)
def test_an_unknown_number_is_one_uncertain_instance(read: Any, many: str) -> None:
    (found,) = read(f'variable "u" {{}}\nresource "aws_x" "x" {{\n  {many}\n  k = "x"\n}}\n')
    (it,) = found.instances
    assert it.address == "aws_x.x"
    assert it.uncertain is not None
    assert it.uncertain.startswith(f"{many.split()[0]} cannot be decided: ")
    assert it.values == {"k": "x"}


def test_dynamic_blocks(read: Any) -> None:
    (found,) = read(
        'variable "b" {}\nvariable "u" {}\nresource "aws_x" "x" {\n'
        '  dynamic "r" {\n    for_each = ["a", "b"]\n    iterator = it\n    content {\n      v = "${it.key}${it.value}"\n    }\n  }\n'
        '  dynamic "c" {\n    for_each = var.b ? [1] : []\n    content {\n      v = c.value\n    }\n  }\n'
        '  dynamic "u" {\n    for_each = var.u\n    content {\n      v = u.value\n    }\n  }\n'
        '  dynamic "n" {\n    for_each = []\n    content {}\n  }\n'
        '  m {\n    v = 1\n  }\n  dynamic "m" {\n    for_each = var.b ? [1] : []\n    content {\n      v = 2\n    }\n  }\n}\n'
    )
    values = found.instances[0].values
    assert values["r"] == [{"v": "0a"}, {"v": "1b"}]
    assert values["c"].cases == ("var.b", [{"v": 1}], [])
    assert values["u"].maybe_absent
    assert "n" not in values
    assert values["m"][0] == {"v": 1}
    assert values["m"][1].cases == ("var.b", {"v": 2}, NO_VALUE)
    assert found.instances[0].lines["r[1].v"] == 8


# modules --------------------------------------------------------------------------------------------------------------


def test_local_modules_and_references_through_them(read: Any) -> None:
    (found,) = read(
        {
            "main.tf": 'resource "aws_kms_key" "k" {}\nmodule "a" {\n  source = "./mod"\n  count = 1\n  key = aws_kms_key.k.arn\n}\n'
            'resource "aws_x" "y" {\n  bucket = module.a[0].bucket.arn\n  key = module.a[0].key\n}\n',
            "mod/main.tf": 'variable "key" {}\nlocals {\n  k = var.key\n}\nresource "aws_s3_bucket" "b" {\n  kms = local.k\n  path = path.module\n}\n'
            'output "bucket" {\n  value = aws_s3_bucket.b\n}\noutput "key" {\n  value = local.k\n}\n',
        }
    )
    assert found.root == "tf"
    assert addresses(found) == ["aws_kms_key.k", "aws_x.y", "module.a[0].aws_s3_bucket.b"]
    _, y, bucket = found.instances
    assert bucket.values["kms"].references == (Reference("aws_kms_key.k", "arn"),)
    assert bucket.values["path"] == "mod"
    assert bucket.declared == Declared("tf/mod/main.tf", 5)
    assert y.values["bucket"].references == (Reference("module.a[0].aws_s3_bucket.b", "arn"),)
    assert y.values["key"].references == (Reference("aws_kms_key.k", "arn"),)


def test_a_module_that_is_not_vendored_is_counted_once(read: Any) -> None:
    (found,) = read(
        'module "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n  for_each = { a = 1, b = 2 }\n}\n'
        'resource "aws_x" "x" {\n  v = module.vpc["a"].vpc_id\n}\n'
    )
    assert [(each.where, each.what, each.level) for each in found.skipped] == [("tf/main.tf:1", "module.vpc", "note")]
    assert "not read" in found.skipped[0].why
    assert isinstance(found.instances[0].values["v"], Unknown)


def test_a_vendored_module(read: Any) -> None:
    manifest = {
        "Modules": [
            {"Key": "", "Dir": "."},
            {"Key": "v", "Dir": ".terraform/modules/v"},
            {"Key": "v.in", "Dir": ".terraform/modules/v/in"},
        ]
    }
    (found,) = read(
        {
            "main.tf": 'module "v" {\n  source = "a/v/aws"\n}\n',
            ".terraform/modules/modules.json": json.dumps(manifest),
            ".terraform/modules/v/main.tf": 'module "in" {\n  source = "b/in/aws"\n}\n',
            ".terraform/modules/v/in/main.tf": BUCKET,
        }
    )
    assert addresses(found) == ["module.v.module.in.aws_s3_bucket.b"]
    assert found.skipped == ()


def test_roots(read: Any) -> None:
    found = read(
        {
            "prod/main.tf": 'module "m" {\n  source = "../modules/m"\n}\n',
            "stage/main.tf": 'module "m" {\n  source = "../modules/m"\n}\n',
            "modules/m/main.tf": BUCKET,
            "lonely/x.tf": BUCKET,
            "node_modules/x/main.tf": BUCKET,
        }
    )
    assert [each.root for each in found] == ["tf/lonely", "tf/prod", "tf/stage"]
    assert addresses(found[1]) == ["module.m.aws_s3_bucket.b"]
    assert found[1].instances[0].declared.file == "tf/modules/m/main.tf"


def test_modules_that_call_themselves(read: Any) -> None:
    (found,) = read({"main.tf": 'module "me" {\n  source = "./"\n}\n' + BUCKET})
    assert addresses(found) == ["aws_s3_bucket.b"]
    assert found.skipped[0].level == "error"
    assert "calls itself" in found.skipped[0].why


def test_modules_in_a_circle(read: Any) -> None:
    found = read(
        {
            "a/main.tf": 'module "b" {\n  source = "../b"\n}\n',
            "b/main.tf": 'module "a" {\n  source = "../a"\n}\n' + BUCKET,
        }
    )
    assert [each.root for each in found] == ["tf/a"]
    assert addresses(found[0]) == ["module.b.aws_s3_bucket.b"]
    assert [each.level for each in found[0].skipped] == ["error"]


def test_missing_local_module_is_an_error(read: Any) -> None:
    (found,) = read('module "x" {\n  source = "./nowhere"\n}\n')
    assert (found.skipped[0].level, found.skipped[0].where) == ("error", "tf/main.tf:1")


def test_a_module_of_unknown_number(read: Any) -> None:
    (found,) = read(
        {
            "main.tf": 'variable "u" {}\nmodule "m" {\n  source = "./m"\n  for_each = var.u\n}\nresource "aws_x" "x" {\n  v = module.m["a"].arn\n}\n',
            "m/main.tf": BUCKET + 'output "arn" {\n  value = aws_s3_bucket.b.arn\n}\n',
        }
    )
    x, bucket = found.instances
    assert bucket.address == "module.m.aws_s3_bucket.b"
    assert bucket.uncertain is not None
    assert x.values["v"].references == (Reference("module.m.aws_s3_bucket.b", "arn"),)


def test_conditions_in_modules_are_told_apart(read: Any) -> None:
    (found,) = read(
        {
            "main.tf": 'variable "u" {}\nmodule "m" {\n  source = "./m"\n  for_each = toset(["a", "b"])\n  on = var.u == each.key\n}\n',
            "m/main.tf": 'variable "on" {}\nresource "aws_x" "x" {\n  v = var.on ? 1 : 2\n}\n',
        }
    )
    one, two = (each.values["v"].cases[0] for each in found.instances)
    assert one != two


# cycles ---------------------------------------------------------------------------------------------------------------


def test_a_cycle_is_an_error_and_only_what_depends_on_it_is_unknown(read: Any) -> None:
    (found,) = read(
        'locals {\n  a = local.b\n  b = local.a\n  c = 1\n}\nresource "aws_x" "x" {\n  a = local.a\n  c = local.c\n}\n'
    )
    (skipped,) = found.skipped
    assert skipped == Skipped("tf/main.tf:2", "local.a", "depends on itself", "error")
    assert isinstance(found.instances[0].values["a"], Unknown)
    assert found.instances[0].values["c"] == 1


def test_resources_may_refer_to_themselves(read: Any) -> None:
    (found,) = read('resource "aws_x" "x" {\n  p = aws_x.x.arn\n  q = aws_x.x.q\n  count = length(aws_x.x)\n}\n')
    assert found.skipped[0].level == "error"
    assert found.instances[0].values["p"].text == "${aws_x.x.arn}"


def test_a_long_chain(read: Any) -> None:
    chain = "".join(f'  a{n} = "${{local.a{n + 1}}}x"\n' for n in range(900))
    (found,) = read(f'locals {{\n{chain}  a900 = "end"\n}}\nresource "aws_x" "x" {{\n  v = length(local.a0)\n}}\n')
    assert found.instances[0].values["v"] == 903


def test_meta_arguments_are_no_values(read: Any) -> None:
    (found,) = read(
        'resource "aws_x" "x" {\n  count = 1\n  depends_on = [aws_x.y]\n  provider = aws\n  a = 1\n  lifecycle {\n    prevent_destroy = true\n  }\n'
        '  provisioner "local-exec" {\n    command = self.arn\n  }\n  timeouts {\n    create = "1h"\n  }\n}\n'
        'moved {\n  from = aws_x.a\n  to = aws_x.x\n}\nimport {\n  to = aws_x.x\n  id = "i"\n}\nremoved {\n  from = aws_x.q\n}\n'
        'check "c" {\n  assert {\n    condition = true\n    error_message = "x"\n  }\n}\n'
    )
    assert found.instances[0].values == {"a": 1}


def test_data_sources_are_instances(read: Any) -> None:
    (found,) = read('data "aws_iam_policy_document" "d" {\n  statement {\n    actions = ["s3:*"]\n  }\n}\n')
    (it,) = found.instances
    assert (it.address, it.mode, it.name) == ("data.aws_iam_policy_document.d", "data", "d")
    assert it.values == {"statement": [{"actions": ["s3:*"]}]}


# Terragrunt -----------------------------------------------------------------------------------------------------------


def test_terragrunt(read: Any) -> None:
    found = read(
        {
            "live/a/terragrunt.hcl": 'locals {\n  n = "a"\n}\nterraform {\n  source = "../..//mods/m"\n}\ninputs = {\n  name = "${local.n}-x"\n}\n',
            "live/b/terragrunt.hcl": 'terraform {\n  source = "git::https://example.com/m.git?ref=v1"\n}\n',
            "live/terragrunt.hcl": "locals {}\n",
            "mods/m/main.tf": 'variable "name" {}\nresource "aws_x" "x" {\n  v = var.name\n}\n',
        }
    )
    by = {each.root: each for each in found}
    assert by["tf/live/a"].instances[0].values == {"v": "a-x"}
    assert "tf/mods/m" not in by
    assert [each.where for each in by["tf"].skipped] == ["tf/live/b/terragrunt.hcl:2"]


def test_what_the_grammar_does_not_know(read: Any) -> None:
    (found,) = read(
        'locals {\n  m = { for v in ["q"] : v => {\n    a = v\n    (v) = 2\n  } }\n  n = 1e3\n}\n'
        'resource "aws_x" "x" {\n  m = local.m\n  n = local.n + 1.5E1\n}\n'
    )
    assert found.skipped == ()
    assert found.instances[0].values == {"m": {"q": {"a": "q", "q": 2}}, "n": 1015}
    assert found.instances[0].declared.line == 8


def test_an_override_merges_the_arguments_of_lifecycle(read: Any) -> None:
    base = 'resource "aws_x" "x" {\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n'
    override = 'resource "aws_x" "x" {\n  lifecycle {\n    REST = true\n  }\n}\n'
    (found,) = read({"main.tf": base, "override.tf": override.replace("REST", "create_before_destroy")})
    assert found.instances[0].prevents_destroy
    (found,) = read({"main.tf": base, "override.tf": override.replace("REST = true", "prevent_destroy = false")})
    assert not found.instances[0].prevents_destroy
