"""Whatever stands in a folder: an error with its place or a counted skip, never a crash or a hang."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demarcate.sources import ReadOptions, read

WHOLE = """
variable "n" { default = 2 }
locals { a = [for x in range(var.n) : "q${x}"] }
resource "aws_sqs_queue" "q" {
  for_each = toset(local.a)
  name     = each.key
  policy   = jsonencode({ Statement = [{ Effect = "Allow" }] })
  dynamic "rule" {
    for_each = local.a
    content { id = rule.value }
  }
}
"""

BAD: dict[str, str | bytes] = {
    "a block that does not end": 'resource "aws_sqs_queue" "q" {',
    "a text that does not end": 'locals {\n  a = "x\n}',
    "a heredoc that does not end": "locals {\n  a = <<E\nx\n",
    "not UTF-8": b"locals {\n  a = \"\xff\xfe\xff\"\n}",
    "binary": bytes(range(256)) * 10,
    "a variable of itself": 'locals {\n  a = local.b\n  b = local.a\n}\nresource "aws_sqs_queue" "q" {\n  name = local.a\n}',
    "a module of itself": 'module "m" {\n  source = "./"\n}',
    "too many": 'resource "aws_sqs_queue" "q" {\n  count = 1000000000\n}',
    "a range without end": 'resource "aws_sqs_queue" "q" {\n  for_each = toset([for x in range(1000000000) : tostring(x)])\n}',
    "a text that doubles": 'locals {\n  a = "aaaaaaaaaa"\n  b = "%s"\n  c = join("", [for x in range(100000) : local.b])\n}\nresource "aws_sqs_queue" "q" {\n  name = local.c\n}' % ("${local.a}" * 100),
    "nesting": "locals {\n  a = " + "[" * 5_000 + "]" * 5_000 + "\n}",
    "parentheses": "locals {\n  a = " + "(" * 5_000 + "1" + ")" * 5_000 + "\n}",
    "operators": 'resource "aws_sqs_queue" "q" {\n  delay_seconds = ' + "!" * 3_000 + "true\n}",
    "a pattern that never ends": 'resource "aws_sqs_queue" "q" {\n  name = regex("(a+)+$", "%sb")\n}' % ("a" * 40),
    "hostile names": 'resource "aws_sqs_queue" "<script>" {\n  name = "\\u202e<b>"\n}',
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_bad_input_is_an_error_or_a_skip(tmp_path: Path, kind: str) -> None:
    text = BAD[kind]
    (tmp_path / "main.tf").write_bytes(text if isinstance(text, bytes) else text.encode())
    estate = read([str(tmp_path)], ReadOptions())
    assert estate.skipped or estate.resources


def test_a_module_in_a_circle_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('module "m" {\n  source = "./m"\n}\n', encoding="utf-8")
    (tmp_path / "m").mkdir()
    (tmp_path / "m/main.tf").write_text('module "m" {\n  source = "../m"\n}\n', encoding="utf-8")
    assert any(each.level == "error" for each in read([str(tmp_path)], ReadOptions()).skipped)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60), st.integers(0, len(WHOLE)), st.integers(0, 40))
def test_nothing_that_is_changed_in_a_configuration_crashes(tmp_path: Path, text: str, at: int, length: int) -> None:
    changed = WHOLE[:at] + text + WHOLE[at + length :]
    (tmp_path / "main.tf").write_text(changed, encoding="utf-8", errors="replace", newline="")
    read([str(tmp_path)], ReadOptions())


def test_many_roots_are_read_side_by_side(tmp_path: Path) -> None:
    for number in range(300):
        folder = tmp_path / f"root{number}"
        folder.mkdir()
        (folder / "main.tf").write_text(
            f'resource "aws_sqs_queue" "q" {{\n  name = "q{number}"\n}}\n', encoding="utf-8"
        )
    estate = read([str(tmp_path)], ReadOptions())
    assert len(estate.resources) == 300
    assert len({each.id for each in estate.resources}) == 300
