"""The component for GitLab: its form, and its script run as a runner runs it."""

import copy
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tests.integrations.forge import TOKEN, serving

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "templates/demarcate.yml"
SPEC, JOBS = yaml.safe_load_all(FILE.read_text(encoding="utf-8"))
INPUTS = SPEC["spec"]["inputs"]
BAD = "Resources: {Queue: {Type: AWS::SQS::Queue, Properties: {SqsManagedSseEnabled: false}}}\n"


def configuration(**given):
    """What GitLab makes of the component with some inputs: the values are put in, and ``extends`` is followed."""
    values = {name: each["default"] for name, each in INPUTS.items()} | given

    def put_in(found):
        if isinstance(found, dict):
            return {put_in(key): put_in(value) for key, value in found.items()}
        if isinstance(found, list):
            return [put_in(each) for each in found]
        if not isinstance(found, str):
            return found
        return re.sub(r"\$\[\[ inputs\.([a-z-]+) \]\]", lambda match: str(values[match[1]]).lower()
                      if isinstance(values[match[1]], bool) else str(values[match[1]]), found)  # fmt: skip

    return put_in(copy.deepcopy(JOBS))


def problems(document, folder):
    """What GitLab's schema says of a configuration."""
    (folder / ".gitlab-ci.yml").write_text(yaml.safe_dump(document))
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci"]
    command += ["--data-transform", "gitlab-ci", folder / ".gitlab-ci.yml"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if run.returncode == 0 else run.stdout + run.stderr


@pytest.mark.parametrize("security", [True, False])
def test_the_form_is_gitlabs(tmp_path, security):
    assert problems(configuration(**{"security-report": security}), tmp_path) == ""
    assert problems(SPEC, tmp_path) == ""


def test_the_schema_would_tell(tmp_path):
    broken = configuration()
    broken["demarcate"]["artifacts"]["when"] = "sometimes"
    assert "sometimes" in problems(broken, tmp_path)


def test_every_input_is_used_and_every_used_input_is_there():
    used = set(re.findall(r"\$\[\[ inputs\.([a-z-]+) \]\]", FILE.read_text(encoding="utf-8")))
    assert used == set(INPUTS)


def test_no_input_reaches_the_script():
    assert "inputs." not in json.dumps(JOBS["$[[ inputs.job-name ]]"]["script"])


def test_sarif_is_a_report_only_when_it_is_asked_for():
    with_it, without = (configuration(**{"security-report": each}) for each in (True, False))
    assert "sarif" in with_it[with_it["demarcate"]["extends"]]["artifacts"]["reports"]
    assert without[without["demarcate"]["extends"]] == {}


# the script ----------------------------------------------------------------------------------------------------------


@pytest.fixture(name="forge")
def _forge():
    with serving() as forge:
        yield forge


@pytest.fixture(name="project")
def _project(tmp_path):
    (tmp_path / "project/live").mkdir(parents=True)
    (tmp_path / "project/live/a queue.yaml").write_text(BAD)
    return tmp_path / "project"


def run_job(project, forge=None, shell="sh", more=None, **inputs):
    """Run the job's script as a runner does: all entries in one shell that stops at the first failure."""
    job = configuration(package="", **inputs)["demarcate"]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
        **{name: each["value"] for name, each in job["variables"].items()},
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "CI_PROJECT_URL": "https://gitlab.com/octo/shop", "CI_COMMIT_SHA": "0123abc", "CI_PROJECT_ID": "5",
        "CI_JOB_NAME": "demarcate", "CI_API_V4_URL": forge.url if forge else "http://127.0.0.1:9",
        **(more or {}),
    }  # fmt: skip
    script = "\n".join(["set -e", *job["script"]])
    return subprocess.run(
        [shell, "-c", script], cwd=project, env=environment, capture_output=True, text=True, check=False
    )


def report(project, name):
    return json.loads((project / "demarcate-report" / name).read_text())


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_one_run_writes_what_the_job_keeps(project, shell):
    run = run_job(project, shell=shell, **{"fail-on": "low"})
    assert run.returncode == 1, run.stderr
    reports = configuration(**{"security-report": True})
    named = (
        reports["demarcate"]["artifacts"]["reports"]
        | reports[".demarcate-security-report-true"]["artifacts"]["reports"]
    )
    for file in named.values():
        assert (project / file).stat().st_size > 0
    (path,) = {each["location"]["path"] for each in report(project, "code-quality.json")}
    assert path == "live/a queue.yaml"
    assert (
        "https://gitlab.com/octo/shop/-/blob/0123abc/live/" in (project / "demarcate-report/demarcate.md").read_text()
    )
    assert "sqs.queue" in run.stdout


@pytest.mark.parametrize(("fail_on", "status"), [("never", 0), ("low", 1)])
def test_the_gate(project, fail_on, status):
    assert run_job(project, **{"fail-on": fail_on}).returncode == status


def test_an_input_that_cannot_be_read_fails(project):
    assert run_job(project, paths="nowhere").returncode == 2


def test_every_input_arrives(project):
    (project / "mine.yaml").write_text("profile: baseline\n")
    run = run_job(
        project, paths="  live/a queue.yaml\n", profile="strict", config="mine.yaml", region="eu-west-1",
        account="123456789012", parameters="One=a b\nTwo='$(touch evil)'", formats="csv=demarcate-report/duties.csv",
        **{"fail-on": "never"},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    ledger = report(project, "demarcate.json")
    assert ledger["tool"]["profile"] == "strict"
    (resource,) = ledger["resources"]
    assert (resource["region"], resource["account"]) == ("eu-west-1", "123456789012")
    assert (project / "demarcate-report/duties.csv").stat().st_size > 0


@pytest.mark.parametrize(
    "hostile", ["$(touch evil)", "`touch evil`", "; touch evil", "-o evil", "'; touch evil; '", "a\\"]
)
@pytest.mark.parametrize("name", ["paths", "profile", "parameters"])
def test_hostile_inputs_are_only_values(project, name, hostile):
    assert run_job(project, **{name: hostile}).returncode == 2
    assert not list(project.rglob("evil"))


def test_a_note_is_written_once_and_then_updated_in_place(project, forge):
    forge.add("<!-- demarcate:demarcate -->\nsomebody else's", author={"id": 8})
    more = {"CI_MERGE_REQUEST_IID": "3", "DEMARCATE_GITLAB_TOKEN": TOKEN}
    run_job(project, forge, more=more)
    (project / "live/a queue.yaml").write_text(BAD.replace("Queue:", "Renamed:"))
    run = run_job(project, forge, more=more, **{"fail-on": "low"})
    assert run.returncode == 1
    theirs, ours = forge.comments
    assert theirs["body"].endswith("somebody else's")
    assert ours["body"].startswith("<!-- demarcate:demarcate -->\n")
    assert "Renamed" in ours["body"]
    notes = "/projects/5/merge_requests/3/notes"
    assert [method for method, _ in forge.requests] == ["GET", "GET", "GET", "POST", "GET", "GET", "PUT"]
    assert {path.partition("?")[0] for method, path in forge.requests if method != "GET"} == {notes, f"{notes}/1001"}


def test_a_token_that_may_not_write_does_not_change_the_outcome(project, forge):
    forge.refuse = True
    more = {"CI_MERGE_REQUEST_IID": "3", "DEMARCATE_GITLAB_TOKEN": TOKEN}
    run = run_job(project, forge, more=more, **{"fail-on": "never"})
    assert run.returncode == 0
    assert "403" in run.stdout
    assert TOKEN not in run.stdout + run.stderr


@pytest.mark.parametrize("more", [{}, {"CI_MERGE_REQUEST_IID": "3"}])
def test_no_note_without_a_merge_request_or_a_token(project, forge, more):
    assert run_job(project, forge, more=more, **{"fail-on": "never"}).returncode == 0
    assert forge.requests == []
