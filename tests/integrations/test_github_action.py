"""The GitHub Action: its form, and its scripts run as a runner runs them."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tests.integrations.forge import TOKEN, serving

from demarcate import __version__

ROOT = Path(__file__).resolve().parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {each.get("name", each.get("uses")): each for each in ACTION["runs"]["steps"]}
BAD = "Resources: {Queue: {Type: AWS::SQS::Queue, Properties: {SqsManagedSseEnabled: false}}}\n"


# the form ------------------------------------------------------------------------------------------------------------


def test_the_form_is_githubs():
    schema = ["--builtin-schema", "vendor.github-actions", "action.yml"]
    run = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *schema], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_no_script_has_an_expression_in_it():
    scripts = [each["run"] for each in STEPS.values() if "run" in each]
    assert len(scripts) >= 4
    assert [each for each in scripts if "${{" in each] == []


def test_every_input_is_used_and_every_used_input_is_there():
    text = (ROOT / "action.yml").read_text(encoding="utf-8").partition("\nruns:")[2]
    assert set(re.findall(r"\binputs\.([a-z-]+)", text)) == set(ACTION["inputs"])


def test_what_a_script_reads_is_given_by_its_step():
    given = {
        "install": "PYTHON ACTION VERSION EXTRAS",
        "assess": "ACTION PATHS PROFILE CONFIG FAIL_ON PARAMETERS CONFIGURATION REGION ACCOUNT FORMATS SHA",
    }
    for script, names in given.items():
        (step,) = (each for each in STEPS.values() if each.get("run", "").endswith(f'/action/{script}"'))
        assert set(step["env"]) == set(names.split())
        used = set(re.findall(r"\$\{?([A-Z][A-Z_]+)", (ROOT / "action" / script).read_text(encoding="utf-8")))
        assert {each for each in used if not each.startswith(("GITHUB_", "RUNNER_"))} <= {*names.split(), "PWD"}


def test_the_outcome_comes_last_and_whatever_happened_before():
    *_, last = ACTION["runs"]["steps"]
    assert last["name"] == "Give the outcome"
    assert last["if"].startswith("always()")


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
@pytest.mark.parametrize("script", ["install", "assess"])
def test_the_scripts_are_executable_bash(script):
    assert os.access(ROOT / "action" / script, os.X_OK)
    subprocess.run(["bash", "-n", ROOT / "action" / script], check=True)


# installing ----------------------------------------------------------------------------------------------------------


def install(temp, **given):
    environment = {
        **os.environ,
        "PYTHON": sys.executable, "ACTION": str(ROOT), "VERSION": "", "EXTRAS": "", "RUNNER_TEMP": str(temp),
        **given,
    }  # fmt: skip
    return subprocess.run(
        ["bash", ROOT / "action/install"], env=environment, capture_output=True, text=True, check=False
    )


def test_installing_what_the_action_belongs_to(tmp_path):
    run = install(tmp_path)
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-1] == f"demarcate {__version__}"
    assert (tmp_path / "demarcate-venv/share/man/man1/demarcate.1").read_bytes() == (
        ROOT / "man/demarcate.1"
    ).read_bytes()


@pytest.mark.parametrize(
    "version", ["--index-url=https://example.com", "1.0; touch x", "1.0 evil", "git+https://x", "*"]
)
def test_what_is_no_version_is_refused(tmp_path, version):
    run = install(tmp_path, VERSION=version)
    assert run.returncode == 2
    assert "::error" in run.stdout
    assert not (tmp_path / "demarcate-venv").exists()


@pytest.mark.parametrize("extras", ["sam]evil[", "sam,", "$(touch x)", "sam xlsx"])
def test_what_are_no_extras_is_refused(tmp_path, extras):
    assert install(tmp_path, EXTRAS=extras).returncode == 2
    assert not (tmp_path / "demarcate-venv").exists()


# assessing -----------------------------------------------------------------------------------------------------------


@pytest.fixture(name="runner")
def _runner(tmp_path):
    """A runner with a checked-out repository, and this tree's demarcate where the install step puts it."""
    (tmp_path / "temp/demarcate-venv").mkdir(parents=True)
    (tmp_path / "temp/demarcate-venv/bin").symlink_to(Path(sys.executable).parent)
    (tmp_path / "repo/live").mkdir(parents=True)
    (tmp_path / "repo/live/a queue.yaml").write_text(BAD)
    return tmp_path


def assess(runner, below="", **given):
    """Run the script; gives its run, the outputs and the step's summary."""
    (runner / "output").write_text("")
    (runner / "summary").write_text("")
    environment = {
        **os.environ,
        **dict.fromkeys(("PROFILE", "CONFIG", "PARAMETERS", "CONFIGURATION", "REGION", "ACCOUNT", "FORMATS"), ""),
        "ACTION": str(ROOT), "PATHS": ".", "FAIL_ON": "high", "SHA": "0123abc",
        "RUNNER_TEMP": str(runner / "temp"), "GITHUB_WORKSPACE": str(runner / "repo"),
        "GITHUB_OUTPUT": str(runner / "output"), "GITHUB_STEP_SUMMARY": str(runner / "summary"),
        "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "octo/shop",
        **given,
    }  # fmt: skip
    run = subprocess.run(
        ["bash", ROOT / "action/assess"],
        cwd=runner / "repo" / below, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    outputs = dict(line.split("=", 1) for line in (runner / "output").read_text().splitlines())
    return run, outputs, (runner / "summary").read_text()


def locations(file):
    results = json.loads(Path(file).read_text())["runs"][0]["results"]
    return {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in results}


def test_one_run_writes_all_reports_and_does_not_fail_yet(runner):
    run, outputs, summary = assess(runner, FAIL_ON="low")
    assert run.returncode == 0, run.stderr
    assert outputs["exit-status"] == "1"
    ledger = json.loads(Path(outputs["json"]).read_text())
    assert ledger["summary"]["resources"] == 1
    assert locations(outputs["sarif"]) == {"live/a%20queue.yaml"}
    assert summary == Path(outputs["markdown"]).read_text()
    assert "https://github.com/octo/shop/blob/0123abc/live/" in summary
    assert "sqs.queue" in run.stdout


def test_fine(runner):
    _, outputs, _ = assess(runner, FAIL_ON="never")
    assert outputs["exit-status"] == "0"


def test_code_scanning_gets_paths_from_the_root(runner):
    _, outputs, summary = assess(runner, below="live")
    assert locations(outputs["sarif"]) == {"live/a%20queue.yaml"}
    assert "/blob/0123abc/live/a" in summary


def test_every_option_arrives(runner):
    (runner / "repo/mine.yaml").write_text("profile: baseline\n")
    (runner / "repo/values.json").write_text('{"Stage": "live"}')
    _, outputs, _ = assess(
        runner, PROFILE="strict", CONFIG="mine.yaml", REGION="eu-west-1", ACCOUNT="123456789012",
        PARAMETERS="values.json\n  Other=a b $(touch evil) `touch evil`\n\n", FORMATS="csv=duties.csv\njunit=all.xml",
        PATHS="\n  live/a queue.yaml  \r\n",
    )  # fmt: skip
    ledger = json.loads(Path(outputs["json"]).read_text())
    assert ledger["tool"]["profile"] == "strict"
    (resource,) = ledger["resources"]
    assert (resource["region"], resource["account"]) == ("eu-west-1", "123456789012")
    assert (runner / "repo/duties.csv").stat().st_size > 0
    assert (runner / "repo/all.xml").stat().st_size > 0


@pytest.mark.parametrize(
    "hostile", ["$(touch evil)", "`touch evil`", "; touch evil", "--config=/etc/passwd", "-o evil", "'\"&& touch evil"]
)
def test_a_hostile_path_is_only_a_path(runner, hostile):
    _, outputs, _ = assess(runner, PATHS=hostile)
    assert outputs["exit-status"] == "2"
    assert not list(runner.rglob("evil"))


def test_a_usage_error_leaves_no_reports_to_upload(runner):
    run, outputs, summary = assess(runner, FAIL_ON="sometimes")
    assert outputs == {"exit-status": "2"}
    assert summary == ""
    assert "sometimes" in run.stderr


def test_nothing_that_is_printed_is_a_command_of_the_runner(runner):
    (runner / "repo/live/evil.yaml").write_text(
        'Resources: {"X\\n::add-mask::x": {Type: "AWS::SQS::Queue\\n::error::y"}}\n'
    )
    run, _, _ = assess(runner)
    lines = run.stdout.splitlines()
    commands = [number for number, line in enumerate(lines) if line.startswith("::")]
    assert lines[commands[0]].startswith("::stop-commands::")
    token = lines[commands[0]].removeprefix("::stop-commands::")
    assert re.fullmatch(r"[0-9a-f]{32}", token)
    assert lines[commands[-1]] == f"::{token}::"
    assert commands[0] == 0


# commenting ----------------------------------------------------------------------------------------------------------


@pytest.fixture(name="forge")
def _forge():
    with serving() as forge:
        yield forge


def comment(tmp_path, forge, text, *, event=None, **given):
    (tmp_path / "event.json").write_text(json.dumps(event or {"pull_request": {"number": 12}}))
    (tmp_path / "summary.md").write_text(text, encoding="utf-8")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
        "ACTION": str(ROOT), "PYTHON": sys.executable, "MARKDOWN": str(tmp_path / "summary.md"),
        "CATEGORY": "demarcate", "TOKEN": TOKEN, "GITHUB_API_URL": forge.url, "GITHUB_REPOSITORY": "octo/shop",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"), **given,
    }  # fmt: skip
    script = STEPS["Comment on the pull request"]["run"]
    return subprocess.run(["bash", "-e", "-c", script], env=environment, capture_output=True, text=True, check=True)


def test_a_comment_is_written_once_and_then_updated_in_place(tmp_path, forge):
    forge.add("a person's", user={"type": "User"}, author_association="NONE")
    comment(tmp_path, forge, "first")
    comment(tmp_path, forge, "second ünïcode")
    assert [each["body"] for each in forge.comments] == ["a person's", "<!-- demarcate:demarcate -->\nsecond ünïcode"]
    assert [method for method, _ in forge.requests] == ["GET", "GET", "POST", "GET", "PATCH"]


def test_it_is_found_beyond_the_first_page(tmp_path, forge):
    for number in range(205):
        forge.add(f"chat {number}", user={"type": "User"}, author_association="NONE")
    comment(tmp_path, forge, "first")
    comment(tmp_path, forge, "second")
    assert len(forge.comments) == 206
    assert forge.comments[-1]["body"].endswith("second")


def test_a_marker_that_a_passer_by_wrote_is_not_ours(tmp_path, forge):
    forge.add("<!-- demarcate:demarcate -->\nall fine!", user={"type": "User"}, author_association="NONE")
    comment(tmp_path, forge, "ours")
    assert [each["body"].rpartition("\n")[2] for each in forge.comments] == ["all fine!", "ours"]


def test_categories_have_comments_of_their_own_and_cannot_end_the_marker(tmp_path, forge):
    comment(tmp_path, forge, "one", CATEGORY="live")
    comment(tmp_path, forge, "two", CATEGORY="--> <b>x")
    assert [each["body"] for each in forge.comments] == ["<!-- demarcate:live -->\none", "<!-- demarcate:-b-x -->\ntwo"]


def test_a_token_that_may_not_write_fails_nothing(tmp_path, forge):
    forge.refuse = True
    run = comment(tmp_path, forge, "text")
    assert run.stdout.startswith("::warning")
    assert "403" in run.stdout
    assert "pull-requests: write" in run.stdout
    assert TOKEN not in run.stdout + run.stderr


def test_without_a_pull_request_nothing_is_asked(tmp_path, forge):
    assert "No pull request" in comment(tmp_path, forge, "text", event={"ref": "refs/heads/main"}).stdout
    assert forge.requests == []


def test_a_long_summary_is_cut_after_a_line(tmp_path, forge):
    comment(tmp_path, forge, "a line of the summary\n" * 4000)
    body = forge.comments[0]["body"]
    assert 65_000 < len(body) <= 65_536
    assert body.rstrip().splitlines()[-1].startswith("… cut here")
    assert body.splitlines()[-3] == "a line of the summary"


# the other linters ---------------------------------------------------------------------------------------------------


SHELLCHECK = shutil.which("shellcheck", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")


@pytest.mark.skipif(SHELLCHECK is None, reason="no shellcheck for this platform")
def test_shellcheck():
    assert SHELLCHECK is not None
    scripts = [ROOT / "action/install", ROOT / "action/assess"]
    run = subprocess.run([SHELLCHECK, *scripts], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "")
