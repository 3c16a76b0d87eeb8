"""The hooks for pre-commit: their form, and what each does with the files of a commit."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
HOOKS = {each["id"]: each for each in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
BAD = """
Resources:
  Door:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: everybody's
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}]
"""
FINE = '{"Resources": {"Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}}'


def run_hook(name, folder, files=()):
    """What pre-commit runs: the entry, the arguments, and the files if the hook takes them."""
    hook = HOOKS[name]
    passed = list(files) if hook.get("pass_filenames", True) else []
    command = [*shlex.split(hook["entry"]), *hook.get("args", []), *passed]
    command[0] = str(Path(sys.executable).parent / command[0])
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_manifest_is_pre_commits():
    run = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout


@pytest.fixture(name="repo")
def _repo(tmp_path):
    (tmp_path / "door.template.yaml").write_text(BAD)
    (tmp_path / "other.template.json").write_text(FINE)
    (tmp_path / "config.yaml").write_text("colour: green\n")
    (tmp_path / "chart").mkdir()
    (tmp_path / "chart/service.yaml").write_text("name: {{ .Values.name }}\n")
    return tmp_path


def test_the_estate_is_assessed_and_what_is_no_template_is_passed_over(repo):
    run = run_hook("demarcate", repo, ["config.yaml"])
    assert run.returncode == 1
    assert "Door" in run.stdout
    (repo / "door.template.yaml").write_text(FINE)
    assert run_hook("demarcate", repo, ["config.yaml"]).returncode == 0


def test_only_the_changed_templates_are_assessed(repo):
    assert run_hook("demarcate-files", repo, ["other.template.json"]).returncode == 0
    assert run_hook("demarcate-files", repo, ["other.template.json", "door.template.yaml"]).returncode == 1


@pytest.mark.parametrize(
    ("hook", "file", "meant"),
    [
        ("demarcate", "infra/a.yml", True),
        ("demarcate", "infra/a.json", True),
        ("demarcate", "infra/a.template", True),
        ("demarcate", "infra/a.py", False),
        ("demarcate-files", "template.yaml", True),
        ("demarcate-files", "shop/template.yml", True),
        ("demarcate-files", "cdk.out/Shop.template.json", True),
        ("demarcate-files", "legacy/shop.template", True),
        ("demarcate-files", "chart/templates/service.yaml", False),
        ("demarcate-files", "mytemplate.yaml", False),
    ],
)
def test_the_files_that_start_a_hook(hook, file, meant):
    assert bool(re.search(HOOKS[hook]["files"], file)) is meant
