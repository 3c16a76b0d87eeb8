"""Terragrunt: what a unit takes of the files that it includes and reads, and what of them is not read."""

from pathlib import Path
from typing import Any

import pytest

from demarcate.model import Unknown

MODULE = {
    "mods/m/main.tf": 'variable "a" {\n  default = "default"\n}\nvariable "b" {\n  default = null\n}\n'
    'resource "aws_x" "x" {\n  a = var.a\n  b = var.b\n}\n'
}
INCLUDE = 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n'
SOURCE = 'terraform {\n  source = "../..//mods/m"\n}\n'
CHILD, ROOT = "live/a/terragrunt.hcl", "live/root.hcl"
UNREAD = object()
"""A value that is not known."""

UNITS: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "inputs of both, the child's win": (
        {CHILD: INCLUDE + SOURCE + 'inputs = {\n  a = "child"\n}\n', ROOT: 'inputs = {\n  a = "root"\n  b = "root"\n}\n'},
        {"a": "child", "b": "root"},
    ),
    "the source of the parent, below the child": (
        {CHILD: INCLUDE, ROOT: SOURCE + 'inputs = {\n  b = path_relative_to_include()\n}\n'},
        {"a": "default", "b": "a"},
    ),
    "a parent terragrunt.hcl, found by default": (
        {CHILD: 'include {\n  path = find_in_parent_folders()\n}\n', "live/terragrunt.hcl": SOURCE + 'inputs = { a = "p" }\n'},
        {"a": "p", "b": None},
    ),
    "root.hcl, found by default": (
        {CHILD: 'include {\n  path = find_in_parent_folders()\n}\n' + SOURCE, ROOT: 'inputs = { a = "p" }\n'},
        {"a": "p", "b": None},
    ),
    "in JSON syntax": (
        {
            "live/a/terragrunt.hcl.json": '{"include": {"path": "${find_in_parent_folders(\\"root.hcl\\")}"}, '
            '"terraform": {"source": "../..//mods/m"}, "inputs": {"a": "json"}}',
            ROOT: 'inputs = { b = "root" }\n',
        },
        {"a": "json", "b": "root"},
    ),
    "a path that is written down": (
        {CHILD: 'include "e" {\n  path = "../env/e.hcl"\n}\n' + SOURCE, "live/env/e.hcl": 'inputs = { a = "e" }\n'},
        {"a": "e", "b": None},
    ),
    "the last of several includes wins": (
        {
            CHILD: INCLUDE + 'include "e" {\n  path = "${get_terragrunt_dir()}/../e.hcl"\n}\n' + SOURCE,
            ROOT: 'inputs = { a = "root", b = "root" }\n',
            "live/e.hcl": 'inputs = { a = "e" }\n',
        },
        {"a": "e", "b": "root"},
    ),
    "merged deeply": (
        {
            CHILD: INCLUDE.replace("}", '  merge_strategy = "deep"\n}') + SOURCE + "inputs = { a = { y = [2] } }\n",
            ROOT: "inputs = { a = { x = 1, y = [1] } }\n",
        },
        {"a": {"x": 1, "y": [1, 2]}, "b": None},
    ),
    "not merged, but exposed": (
        {
            CHILD: INCLUDE.replace("}", '  merge_strategy = "no_merge"\n  expose = true\n}')
            + SOURCE
            + "inputs = { a = include.root.locals.n }\n",
            ROOT: 'locals {\n  n = "n"\n}\ninputs = { b = "root" }\n',
        },
        {"a": "n", "b": None},
    ),
    "a configuration that is read": (
        {
            CHILD: 'locals {\n  e = read_terragrunt_config(find_in_parent_folders("env.hcl"))\n}\n'
            + SOURCE
            + 'inputs = merge(local.e.locals, { b = read_terragrunt_config("none.hcl", { i = 1 }).i })\n',
            "live/env.hcl": 'locals {\n  a = basename(get_terragrunt_dir())\n}\n',
        },
        {"a": "live", "b": 1},
    ),
    "files beside the file, paths that stay in the module": (
        {
            CHILD: SOURCE + 'inputs = {\n  a = file("${get_terragrunt_dir()}/t.txt")\n  b = "${get_terragrunt_dir()}/t.txt"\n}\n',
            "live/a/t.txt": "text",
        },
        {"a": "text", "b": "../../live/a/t.txt"},
    ),
    "outputs of other units": (
        {CHILD: INCLUDE + SOURCE, ROOT: 'dependency "d" {\n  config_path = "../d"\n}\ninputs = { a = dependency.d.outputs.x }\n'},
        {"a": UNREAD, "b": None},
    ),
    "a member that is not known": (
        {CHILD: INCLUDE + SOURCE, ROOT: 'inputs = { a = get_env("A", "x"), b = ["k", get_aws_account_id()] }\n'},
        {"a": UNREAD, "b": ["k", UNREAD]},
    ),
    "inputs that are not known as a whole": (
        {CHILD: INCLUDE + SOURCE + 'inputs = { b = "b" }\n', ROOT: 'inputs = jsondecode(get_env("A"))\n'},
        {"a": UNREAD, "b": "b"},
    ),
    "a child's inputs that are not known": (
        {CHILD: INCLUDE + SOURCE + 'inputs = jsondecode(get_env("A"))\n', ROOT: 'inputs = { b = "b" }\n'},
        {"a": UNREAD, "b": UNREAD},
    ),
}  # fmt: skip


def known(value: Any) -> Any:
    """A value with :data:`UNREAD` for what is not known."""
    if isinstance(value, Unknown):
        return UNREAD
    return [known(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("case", UNITS)
def test_what_a_unit_takes(read: Any, case: str) -> None:
    files, expected = UNITS[case]
    found = [each for each in read({**MODULE, **files}) if each.instances]
    assert [each.root for each in found] == ["tf/live/a"]
    assert {name: known(each) for name, each in found[0].instances[0].values.items()} == expected


NOT_READ: dict[str, tuple[dict[str, str], list[tuple[str, str, str]]]] = {
    "above the folder that was given": (
        {CHILD: SOURCE + INCLUDE},
        [(f"{CHILD}:4", "note", "lies outside is not read")],
    ),
    "outside by a path": (
        {CHILD: SOURCE + 'include {\n  path = "../../../secret.hcl"\n}\n'},
        [(f"{CHILD}:4", "note", "outside of the folder")],
    ),
    "not there": (
        {CHILD: SOURCE + 'include {\n  path = "../none.hcl"\n}\n'},
        [(f"{CHILD}:4", "error", "no such file")],
    ),
    "itself": (
        {CHILD: SOURCE + 'include {\n  path = "terragrunt.hcl"\n}\n'},
        [(f"{CHILD}:4", "error", "includes itself")],
    ),
    "in a circle": (
        {
            CHILD: SOURCE + 'include {\n  path = "../b/terragrunt.hcl"\n}\n',
            "live/b/terragrunt.hcl": 'include {\n  path = "../a/terragrunt.hcl"\n}\n',
        },
        [
            (f"{CHILD}:4", "note", "no include of an included file"),
            ("live/b/terragrunt.hcl:1", "note", "no include of an included file"),
        ],
    ),
    "by what it includes": (
        {CHILD: SOURCE + 'include {\n  path = include.x.locals.p\n}\n'},
        [(f"{CHILD}:4", "note", "depends on itself")],
    ),
    "broken": (
        {CHILD: SOURCE + INCLUDE, ROOT: "inputs = {\n"},
        [(f"{CHILD}:4", "error", "live/root.hcl:1: syntax error")],
    ),
    "of a name that is not known": (
        {CHILD: SOURCE + 'include {\n  path = get_env("ROOT")\n}\n'},
        [(f"{CHILD}:4", "note", "environment variable ROOT")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", NOT_READ)
def test_what_is_not_read_is_counted_and_its_inputs_are_unknown(read: Any, tmp_path: Path, case: str) -> None:
    files, expected = NOT_READ[case]
    (tmp_path.parent / "secret.hcl").write_text('inputs = { a = "secret" }\n')
    found = read({**MODULE, **files})
    skipped = [each for configuration in found for each in configuration.skipped]
    assert [(each.where, each.level) for each in skipped] == [(f"tf/{where}", level) for where, level, _ in expected]
    assert all(why in each.why for each, (_, _, why) in zip(skipped, expected, strict=True))
    (unit,) = (each for each in found if each.root == "tf/live/a")
    assert isinstance(unit.instances[0].values["a"], Unknown)


def test_messages_name_what_the_user_named(read: Any, tmp_path: Path) -> None:
    include = 'include "r" {\n  path = "/etc/r.hcl"\n}\n'
    inputs = 'inputs = { a = file("${get_terragrunt_dir()}/none") }\n'
    (one,) = read({CHILD: include + inputs + 'terraform {\n  source = "${get_terragrunt_dir()}/../none"\n}\n'})
    assert [each.why for each in one.skipped] == [
        "not read: it lies outside of the folder that was given",
        "not read: cannot be evaluated: there is no file tf/live/a/none",
        "not read: there is no configuration in tf/live/a/../none",
    ]
    found = read({**MODULE, CHILD: SOURCE + inputs})
    (unit,) = (each for each in found if each.instances)
    assert unit.instances[0].values["a"].why.endswith("there is no file tf/live/a/none")
    inputs = 'inputs = { a = path_relative_to_include("r") }\n'
    (unit,) = (each for each in read({CHILD: SOURCE + include + inputs}) if each.instances)
    assert isinstance(unit.instances[0].values["a"], Unknown)
    assert str(tmp_path) not in repr(found)


def test_files_that_read_each_other(read: Any) -> None:
    found = read(
        {
            **MODULE,
            CHILD: SOURCE + 'inputs = { a = read_terragrunt_config("../x.hcl").locals.v }\n',
            "live/x.hcl": 'locals {\n  v = read_terragrunt_config("y.hcl").locals.v\n}\n',
            "live/y.hcl": 'locals {\n  v = read_terragrunt_config("x.hcl").locals.v\n}\n',
        }
    )
    assert "circle" in found[0].instances[0].values["a"].why


def test_what_others_include_is_no_unit(read: Any) -> None:
    found = read(
        {
            **MODULE,
            "live/terragrunt.hcl": 'terraform {\n  source = "git::https://example.com/${path_relative_to_include()}"\n}\n',
            "live/a/terragrunt.hcl": "include {\n  path = find_in_parent_folders()\n}\n",
        }
    )
    skipped = [(each.where, each.why) for configuration in found for each in configuration.skipped]
    assert skipped == [("tf/live/terragrunt.hcl:2", "not read: git::https://example.com/a is not here")]
