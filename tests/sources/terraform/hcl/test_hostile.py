"""Input that is broken, endless or deep: never a crash, never a hang."""

import os
from pathlib import Path
from typing import Any

import pytest

from demarcate.errors import InputError
from demarcate.model import contains_unknown
from demarcate.sources.terraform.hcl.reader import is_configuration, read_folder

BUCKET = 'resource "aws_s3_bucket" "b" {\n  bucket = "x"\n}\n'


def addresses(configuration: Any) -> list[str]:
    return [each.address for each in configuration.instances]


def test_what_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        read_folder(tmp_path / "none", variables={}, environment={}, named="none")


def test_is_configuration(tmp_path: Path) -> None:
    assert not is_configuration(tmp_path)
    for name in ("a.tf", "a.tf.json", "a.tofu", "terragrunt.hcl"):
        assert is_configuration(tmp_path / name)
    (tmp_path / "a.tf").write_text("")
    assert is_configuration(tmp_path)
    assert not is_configuration(tmp_path / "a.json")


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 5_000 + "1" + ")" * 5_000,
        "[" * 5_000 + "]" * 5_000,
        "-" * 5_000 + "1",
        "!" * 5_000 + "true",
        "1" + "+1" * 5_000,
        "true ? 1 : " * 2_000 + "1",
        "a" + ".b" * 20_000,
        "a" + "[0]" * 5_000,
        '"' + '${"' * 500 + '"}' * 500 + '"',
        "9" * 5_000,
        "1e99999",
        "[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]]",
        'join("", [for a in range(1000) : join("", [for b in range(1000) : "xxxxxxxxxxxxxxxxxxxx"])])',
        'format("%999999999d", 1)',
        'indent(999999999, "a\\nb")',
        "pow(9, 999999)",
        'regex("(.*)(.*)(.*)(.*)(.*)x", join("", [for a in range(1000) : "aaaa"]))',
        'yamldecode("a: &a [x,x,x,x,x,x,x,x,x]\\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d]\\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e]\\ng: [*f,*f,*f,*f,*f,*f,*f,*f]")',
        'jsondecode("' + "[" * 20_000 + '")',
        "setproduct(range(1000), range(1000), range(1000))",
        'templatefile("${path.module}/t.tpl", {})',
        'file("/dev/zero")',
        'fileset("/", "**")',
        'file("a\\u0000b")',
        'base64decode("/////w==")',
        "chunklist([1], 0.5)",
        'substr("abc", 1.5, 2)',
        'timeadd("9999-12-31T23:59:59Z", "999999999h")',
        'cidrsubnets("10.0.0.0/8", 99)',
        'parseint("z", 99)',
        "log(-1, 0)",
        "element([1], 1.5)",
    ],
)
def test_hostile_expressions(read: Any, expression: str) -> None:
    (found,) = read(
        {
            "main.tf": f'resource "aws_x" "x" {{\n  v = {expression}\n  w = 1\n}}\n',
            "t.tpl": '${templatefile("t.tpl", {})}',
        }
    )
    assert [each.level for each in found.skipped] == ["error"] or found.instances[0].values["w"] == 1


def test_values_that_double(read: Any) -> None:
    for pair in ("[local.a{0}, local.a{0}]", '"${{local.a{0}}}${{local.a{0}}}"', "concat(local.a{0}, local.a{0})"):
        lines = "".join(f"  a{n} = {pair.format(n + 1)}\n" for n in range(60))
        start = '"xx"' if '"' in pair else "[1, 2]"
        (found,) = read(f'locals {{\n{lines}  a60 = {start}\n}}\nresource "aws_x" "x" {{\n  v = local.a0\n}}\n')
        assert contains_unknown(found.instances[0].values["v"])
        assert len(repr(found.instances[0].values["v"])) < 5_000_000


def test_large_and_odd_files(read: Any, tmp_path: Path) -> None:
    with (tmp_path / "huge.tf").open("wb") as file:
        file.truncate(2_000_000_000)
    (tmp_path / "latin.tf").write_bytes(b'locals {\n  a = "\xff\xfe"\n}\n')
    (tmp_path / "utf16.tf").write_bytes(BUCKET.encode("utf-16"))
    (tmp_path / "null.tf").write_bytes(b"\x00\x00\x00")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "self.tf").symlink_to(tmp_path / "self.tf")
    os.mkfifo(tmp_path / "pipe.tf")
    (tmp_path / "bomb.tf.json").write_text('{"locals": ' + '{"a":' * 5_000 + "1" + "}" * 5_000 + "}")
    (tmp_path / "dir.tf").mkdir()
    (found,) = read({"ok.tf": 'resource "aws_x" "x" {}\n'})
    assert addresses(found) == ["aws_s3_bucket.b", "aws_x.x"]
    assert {each.where.split(":")[0] for each in found.skipped} == {
        f"tf/{n}" for n in ("huge.tf", "latin.tf", "null.tf", "self.tf", "pipe.tf", "bomb.tf.json")
    }
    assert {each.level for each in found.skipped} == {"error"}


def test_names_that_are_no_text(read: Any, tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.tf")).write_text(BUCKET)
    except OSError:
        pytest.skip("the file system refuses such names")
    (found,) = read({"b.tf": ""})
    found.instances[0].declared.file.encode()


@pytest.mark.parametrize(
    ("files", "line"),
    [
        (
            {
                "main.tf": 'module "a" {\n  source = "./m"\n  count = 9000\n}\n',
                "m/main.tf": 'resource "aws_x" "x" {\n  count = 9000\n}\n',
            },
            "tf/m/main.tf:1: more than 200,000 instances",
        ),
        (
            {
                "main.tf": 'module "a" {\n  source = "./m"\n  count = 9000\n}\n',
                "m/main.tf": 'module "b" {\n  source = "./n"\n  count = 9000\n}\n',
                "m/n/main.tf": 'output "o" {\n  value = 1\n}\n',
            },
            "tf/m/main.tf:1: more than 20,000 instances of modules",
        ),
        (
            {
                **{
                    f"l{n}/main.tf": "".join(f'module "{c}" {{\n  source = "../l{n + 1}"\n}}\n' for c in "abc")
                    for n in range(25)
                },
                "l25/main.tf": "",
            },
            "tf/l11/main.tf:1: more than 20,000 instances of modules",
        ),
    ],
)
def test_modules_that_multiply(read: Any, files: dict[str, str], line: str) -> None:
    found = read(files)
    assert line in {f"{each.where}: {each.why}" for one in found for each in one.skipped}
    assert all(len(each.instances) <= 200_000 for each in found)
