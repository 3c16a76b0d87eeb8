"""Values for variables that no root module declares: noted once a file, but for those of the environment."""

from pathlib import Path
from typing import Any

import pytest

from demarcate.sources import ReadOptions, read

ROOT = 'variable "v" {}\n'
TEMPLATE = '{"Parameters": {"p": {"Type": "String"}}, "Resources": {"T": {"Type": "AWS::SNS::Topic"}}}'
NOT_DECLARED = "not used: the root module does not declare a variable of that name"
BY_NONE = "not used: no root module declares a variable of that name"

CASES: dict[str, tuple[dict[str, str], dict[str, Any], list[tuple[str, str, str]]]] = {
    "declared": ({"main.tf": ROOT, "terraform.tfvars": "v = 1\n"}, {"parameters": {"v": "2"}}, []),
    "terraform.tfvars": (
        {"main.tf": ROOT, "terraform.tfvars": "v = 1\nw = 2\n"},
        {},
        [("terraform.tfvars:2", "variable values: w", NOT_DECLARED)],
    ),
    "JSON": (
        {"main.tf": ROOT, "a.auto.tfvars.json": '{\n"v": 1,\n"w": 2}\n'},
        {},
        [("a.auto.tfvars.json:3", "variable values: w", NOT_DECLARED)],
    ),
    "many of one file": (
        {"main.tf": ROOT, "terraform.tfvars": "".join(f"v{n} = 1\n" for n in range(7))},
        {},
        [("terraform.tfvars:1", "variable values: v0, v1, v2, v3, v4 and 2 more", NOT_DECLARED)],
    ),
    "the environment": ({"main.tf": ROOT}, {"environment": {"TF_VAR_w": "1"}}, []),
    "a value that is given": (
        {"main.tf": ROOT},
        {"parameters": {"w": "1"}},
        [("--parameters", "variable values: w", "not used: neither a root module nor a template declares a variable of that name")],
    ),
    "a value for one of several roots": ({"a/main.tf": ROOT, "b/main.tf": ""}, {"parameters": {"v": "1"}}, []),
    "a value for a template": ({"main.tf": ROOT, "t.json": TEMPLATE}, {"parameters": {"p": "1"}}, []),
    "templates alone": ({"t.json": TEMPLATE}, {"parameters": {"w": "1"}}, []),
    "a value file for several roots": (
        {"a/main.tf": ROOT, "b/main.tf": "", "x.tfvars": "v = 1\nw = 1\n"},
        {"var_files": ["x.tfvars"]},
        [("x.tfvars:2", "variable values: w", BY_NONE)],
    ),
    "only a called module declares it": (
        {"main.tf": 'module "m" {\n  source = "./m"\n}\n', "m/main.tf": ROOT, "terraform.tfvars": "v = 1\n"},
        {},
        [("terraform.tfvars:1", "variable values: v", NOT_DECLARED)],
    ),
    "it may be declared in what was not read": ({"main.tf": ROOT, "bad.tf": "x {", "terraform.tfvars": "w = 1\n"}, {"parameters": {"w": "1"}}, []),
    "it may be declared in a module that is not here": (
        {"terragrunt.hcl": 'terraform {\n  source = "git::https://example.com/m"\n}\n'}, {"parameters": {"w": "1"}}, []
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_values_that_nothing_declares(tmp_path: Path, case: str) -> None:
    files, options, expected = CASES[case]
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    given = {**options, "var_files": tuple(tmp_path / each for each in options.get("var_files", ()))}
    skipped = [each for each in read([str(tmp_path)], ReadOptions(**given)).skipped if "values" in each.what]
    assert [(each.where.removeprefix(f"{tmp_path}/"), each.what, each.why) for each in skipped] == expected
    assert all(each.level == "note" for each in skipped)
