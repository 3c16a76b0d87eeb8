"""On inputs that are wholly known, the evaluator agrees with an independent one (Go's, by tfparse)."""

import json
from pathlib import Path
from typing import Any

import pytest

from demarcate.model import Unknown
from demarcate.sources.terraform.hcl.reader import read_folder
from demarcate.sources.terraform.hcl.values import json_text
from demarcate.sources.terraform.instances import Json

tfparse = pytest.importorskip("tfparse")

LOCALS = """
locals {
  text    = "k"
  nothing = null
  list    = ["x", "y", "z"]
  map     = { k = "v", l = "w" }
  obj     = { name = "obj", inner = { deep = "down" } }
  objs    = [
    { name = "a", ports = [80, 443], tags = { a = "1" } },
    { name = "b", ports = [22], tags = { a = "2" } },
  ]
}
"""
EXPRESSIONS = [
    line
    for line in (Path(__file__).parent / "expressions.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("# ")
]


def _configuration() -> str:
    bodies = (f'resource "aws_x" "e{number}" {{\n  v = {each}\n}}\n' for number, each in enumerate(EXPRESSIONS))
    return LOCALS + "".join(bodies)


def _plain(value: Any) -> Any:
    if isinstance(value, Json):
        return json_text(value.value)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not isinstance(value, bool):
        return int(value) if value.is_integer() else round(value, 12)
    return value


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    folder = tmp_path_factory.mktemp("differential")
    (folder / "main.tf").write_text(_configuration(), encoding="utf-8")
    theirs = tfparse.load_from_path(str(folder), stop_on_hcl_error=True)
    (mine,) = read_folder(folder, variables={}, environment={}, named="d")
    assert mine.skipped == ()
    other = {each["__tfmeta"]["path"].split(".")[1]: each.get("v") for each in theirs["aws_x"]}
    return {each.name: each.values["v"] for each in mine.instances}, other


def test_there_are_enough() -> None:
    assert len(EXPRESSIONS) >= 300


@pytest.mark.parametrize("number", range(len(EXPRESSIONS)), ids=EXPRESSIONS)
def test_agrees(number: int, values: tuple[dict[str, Any], dict[str, Any]]) -> None:
    mine, theirs = values
    name = f"e{number}"
    assert not isinstance(mine[name], Unknown), mine[name]
    assert name in theirs
    assert json.dumps(_plain(mine[name]), sort_keys=True) == json.dumps(_plain(theirs[name]), sort_keys=True)
