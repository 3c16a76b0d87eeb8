"""What docs/integrations.md has for copying is what GitHub, GitLab and pre-commit take, and names what there is."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/integrations.md").read_text(encoding="utf-8")
WORKFLOW, INCLUDE, VARIABLES, HOOKS = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
SPEC, _ = yaml.safe_load_all((ROOT / "templates/demarcate.yml").read_text(encoding="utf-8"))


def check(*command):
    run = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize(
    ("block", "name", "schema"),
    [
        (WORKFLOW, "workflow.yml", "vendor.github-workflows"),
        (INCLUDE, ".gitlab-ci.yml", "vendor.gitlab-ci"),
    ],
)
def test_the_forms(tmp_path, block, name, schema):
    (tmp_path / name).write_text(block)
    check("check_jsonschema", "--builtin-schema", schema, tmp_path / name)


def test_the_configuration_of_pre_commit(tmp_path):
    (tmp_path / ".pre-commit-config.yaml").write_text(HOOKS)
    check("pre_commit", "validate-config", tmp_path / ".pre-commit-config.yaml")
    (repo,) = yaml.safe_load(HOOKS)["repos"]
    known = {each["id"] for each in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    assert {each["id"] for each in repo["hooks"]} <= known


def test_the_workflow_has_inputs_that_there_are_and_no_more_permissions_than_needed():
    workflow = yaml.safe_load(WORKFLOW)
    *_, step = workflow["jobs"]["demarcate"]["steps"]
    assert set(step["with"]) <= set(ACTION["inputs"])
    assert workflow["permissions"] == {"contents": "read", "security-events": "write", "pull-requests": "write"}


def test_the_include_has_inputs_and_variables_that_there_are():
    (include,) = yaml.safe_load(INCLUDE)["include"]
    assert set(include["inputs"]) <= set(SPEC["spec"]["inputs"])
    template = (ROOT / "templates/demarcate.yml").read_text(encoding="utf-8")
    assert all(f" {name}: " in template for name in yaml.safe_load(VARIABLES)["demarcate"]["variables"])


def test_the_table_has_every_input_with_its_default():
    table = TEXT.partition("| input |")[2].partition("\n\n")[0]
    names = set(
        re.findall(r"`([a-z-]+)`", "\n".join(row.split("|")[1] for row in table.splitlines()[1:] if "|" in row))
    )
    assert names == set(ACTION["inputs"])
    for name in ("sarif", "comment", "category", "extras", "python-version"):
        assert f"| `{name}` | `{ACTION['inputs'][name]['default']}` |" in table
