"""Arbitrary and mutated text: nothing but errors that a user can mend, and always within bounds."""

import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demarcate.errors import DemarcateError
from demarcate.sources.terraform.hcl.functions.table import FUNCTIONS, LAZY
from demarcate.sources.terraform.hcl.reader import read_folder

VALID = """
variable "v" {
  type    = object({ a = optional(string, "x"), b = list(number) })
  default = { b = [1, 2] }
}
locals {
  l = { for k, v in var.v : k => v if v != null }
  t = <<-EOT
    %{ for x in var.v.b ~}
    - ${x} "q" $${y}
    %{ endfor ~}
  EOT
}
resource "aws_s3_bucket" "b" {
  for_each = toset(["a", "b"])
  bucket   = "b-${each.key}"
  policy   = jsonencode({ Statement = [{ Resource = "${aws_s3_bucket.c[0].arn}/*" }] })
  dynamic "rule" {
    for_each = local.l
    content {
      id = rule.key
    }
  }
}
resource "aws_s3_bucket" "c" {
  count = length(var.v.b) > 1 ? 1 : 0
  tags  = merge({ a = 1 }, { b = aws_s3_bucket.b["a"].id })
  list  = [for i, x in var.v.b : x * i][*]
}
module "m" {
  source = "./m"
  x      = one(aws_s3_bucket.c[*].arn)
}
output "o" {
  value = try(module.m.x, "none")
}
"""
PIECES = [
    *(
        '"',
        "${",
        "%{",
        "}",
        "{",
        "[",
        "]",
        "(",
        ")",
        "<<EOT\n",
        "EOT\n",
        "\\",
        "~",
        "...",
        "=>",
        "=",
        ":",
        "?",
        ",",
        ".",
        "*",
        "\n",
    ),
    *(
        "for ",
        " in ",
        "if ",
        "else",
        "endif",
        "null",
        "each.key",
        "var.v",
        "local.l",
        "module.m",
        "[*]",
        ".0",
        "1e9",
        "-",
        "!",
        "&&",
    ),
    *(
        "aws_s3_bucket.b",
        "resource",
        "dynamic",
        "count",
        "\x00",
        "é",
        "\ud7ff",
        "#",
        "//",
        "/*",
        "$$",
        "%%",
        "<<-EOT\n",
        "\r\n",
    ),
]
SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def _read(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        for path, data in files.items():
            (Path(name) / path).write_bytes(data)
        with suppress(DemarcateError):
            for configuration in read_folder(Path(name), variables={}, environment={}, named="f"):
                for each in configuration.instances:
                    repr(each)


@SETTINGS
@given(
    st.binary(max_size=200),
    st.sampled_from(["a.tf", "a.tf.json", "terraform.tfvars", "terragrunt.hcl", "t.tfvars.json"]),
)
def test_arbitrary_bytes(data: bytes, name: str) -> None:
    _read({name: data, "z.tf": b'resource "a" "b" {}\n'})


@SETTINGS
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_arbitrary_pieces(pieces: list[str]) -> None:
    _read({"a.tf": ("locals {\n  l = " + "".join(pieces) + '\n}\nresource "a" "b" {\n  v = local.l\n}\n').encode()})


@SETTINGS
@given(st.data())
def test_mutated_configuration(data: st.DataObject) -> None:
    text = VALID
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 8)))
        text = text[:start] + data.draw(st.sampled_from(["", *PIECES])) + text[end:]
    _read({"a.tf": text.encode("utf-8", "replace")})


VALUES = st.recursive(
    st.sampled_from(
        [
            "1",
            "-1",
            "0.5",
            '""',
            '"a"',
            '"10.0.0.0/8"',
            '"1h"',
            "true",
            "null",
            "var.u",
            "aws_x.x.arn",
            "aws_x.x",
            '"(a*)*"',
            "99999999",
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.lists(inner, max_size=3).map(
            lambda items: "{" + ", ".join(f"k{n} = {each}" for n, each in enumerate(items)) + "}"
        )
        | st.lists(inner, max_size=2).map(lambda items: f"toset([{', '.join(items)}])")
    ),
    max_leaves=6,
)


@SETTINGS
@given(st.sampled_from(sorted([*FUNCTIONS, *LAZY])), st.lists(VALUES, max_size=4), st.sampled_from(["", "..."]))
def test_functions_of_anything(name: str, arguments: list[str], spread: str) -> None:
    call = f"{name}({', '.join(arguments)}{spread if arguments else ''})"
    _read({"a.tf": f'variable "u" {{}}\nresource "aws_x" "x" {{}}\nresource "a" "b" {{\n  v = {call}\n}}\n'.encode()})
