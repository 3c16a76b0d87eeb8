"""The command line as a whole: the other commands, mistakes, hostile names, pipes and colours."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.catalogs import ACME, VAULT, service_file
from tests.cli.conftest import QUEUE

from demarcate import __version__
from demarcate.cli import main

EVERY_OUTPUT = [
    ["assess", "queue.yaml"],
    ["explain", "sqs"],
    ["compare", "rds.instance", "ec2.instance"],
    ["catalog", "list"],
    ["catalog", "list", "--controls"],
    ["catalog", "show", "sqs"],
    ["catalog", "check", "sqs"],
    ["catalog", "stats"],
]


def start(*arguments, **options):
    """A run in a process of its own."""
    command = [sys.executable, "-m", "demarcate", *arguments]
    return subprocess.run(command, capture_output=True, timeout=120, check=False, **options)


# explain and compare -------------------------------------------------------------------------------------------------

EXPLAINED = [
    ("AWS::S3::Bucket", "type"),
    ("aws_s3_bucket", "type"),
    ("AWS_S3_Bucket", "type"),
    ("s3_bucket", "type"),
    ("aws_db_instance", "type"),
    ("rds", "service"),
    ("RDS", "service"),
    ("rds.instance", "offering"),
    ("encryption-at-rest", "responsibility"),
    ("ebs-encryption-by-default", "account-knob"),
    ("sqs-queue-encrypted", "control"),
]


@pytest.mark.parametrize(("name", "kind"), EXPLAINED)
def test_explain(name, kind, capsys):
    assert main(["explain", name, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["kind"] == kind
    assert main(["explain", name]) == 0
    assert "https://" in capsys.readouterr().out


def test_explain_all_lists_every_property(capsys):
    main(["explain", "AWS::EC2::Instance"])
    assert "more (--all)" in capsys.readouterr().out
    main(["explain", "AWS::EC2::Instance", "--all"])
    found = capsys.readouterr().out
    assert "more (--all)" not in found
    assert "MetadataOptions.HttpTokens" in found


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("AWS::S3::Buket", "AWS::S3::Bucket"),
        ("aws_s3_buckt", "AWS::S3::Bucket"),
        ("rds.instanc", "rds.instance"),
        ("encryption-at-rset", "encryption-at-rest"),
        ("sqs-queue-encryptd", "sqs-queue-encrypted"),
        ("lamdba", "lambda"),
        ("ebs-encryption-by-defalt", "ebs-encryption-by-default"),
    ],
)
def test_a_misspelt_name_is_answered_with_suggestions(name, suggestion, capsys):
    assert main(["explain", name]) == 2
    message = capsys.readouterr().err
    assert "did you mean" in message
    assert suggestion in message


def test_compare_as_a_table(capsys):
    assert main(["compare", "rds.instance", "ec2.instance"]) == 0
    found = capsys.readouterr().out
    assert "goes to AWS" in found
    assert "With rds.instance instead of ec2.instance" in found


def test_compare_as_json(capsys):
    assert main(["compare", "rds.instance", "ec2.instance", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    moves = {row["responsibility"]: row["moves"] for row in found["rows"]}
    assert moves["facilities"] == "aws"
    assert moves["operating-system"] == "to-aws"


@pytest.mark.parametrize("arguments", [["compare", "rds", "nothing"], ["compare", "rds", "encryption-at-rest"]])
def test_compare_what_is_no_offering(arguments, capsys):
    assert main(arguments) == 2
    assert arguments[2] in capsys.readouterr().err


# catalog -------------------------------------------------------------------------------------------------------------


def test_list(capsys):
    assert main(["catalog", "list"]) == 0
    assert "Amazon Simple Queue Service" in capsys.readouterr().out
    assert main(["catalog", "list", "--format", "json"]) == 0
    rows = {each["service"]: each for each in json.loads(capsys.readouterr().out)}
    assert rows["sqs"]["offerings"] == ["sqs.queue"]


def test_list_controls(capsys):
    assert main(["catalog", "list", "--controls"]) == 0
    assert "sqs-queue-encrypted" in capsys.readouterr().out
    assert main(["catalog", "list", "--controls", "--format", "json"]) == 0
    assert "sqs-queue-encrypted" in {each["id"] for each in json.loads(capsys.readouterr().out)}


def test_show(capsys):
    assert main(["catalog", "show", "SQS"]) == 0
    assert "AWS::SQS::QueuePolicy" in capsys.readouterr().out
    assert main(["catalog", "show", "sqs", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["service"] == "sqs"
    assert main(["catalog", "show", "sqss"]) == 2
    assert "did you mean sqs" in capsys.readouterr().err


def test_check_names_problems_and_fails(tmp_path, capsys):
    broken = ACME.replace("boundary: provisioning", "boundary: roof")
    service_file(tmp_path / "broken", broken)
    assert main(["catalog", "check", "acme-store", "--catalog", str(tmp_path / "broken")]) == 1
    assert "boundary 'roof' is not a layer" in capsys.readouterr().out
    assert main(["catalog", "check", "acme-store", "--catalog", str(tmp_path / "broken"), "--format", "json"]) == 1
    assert "acme-store" in {each["file"] for each in json.loads(capsys.readouterr().out)}
    assert main(["catalog", "check", "nosuch"]) == 1


def test_stats(capsys):
    assert main(["catalog", "stats"]) == 0
    assert "resource types" in capsys.readouterr().out
    assert main(["catalog", "stats", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["services"] > 300


# mistakes ------------------------------------------------------------------------------------------------------------

DEEP = "x" * 5000
MISTAKES = [
    (["assess", "nowhere.yaml"], "no such file"),
    (["assess", "no/*.yaml"], "no file matches"),
    (["assess", DEEP], "File name too long"),
    (["assess", "queue.yaml", "-o", "acme"], "is a folder"),
    (["assess", "queue.yaml", "-o", "no/where"], "there is no such folder"),
    (["explain", "sqs", "-o", "acme"], "Is a directory"),
    (["assess", "queue.yaml", "--config", "nowhere.yaml"], "no such config"),
    (["assess", "queue.yaml", "--config", "acme"], "no such config"),
    (["assess", "queue.yaml", "--config", "broken.yaml"], "broken.yaml:2"),
    (["assess", "queue.yaml", "--config", "twice.yaml"], "stands twice"),
    (["assess", "queue.yaml", "--config", "list-key.yaml"], "list-key.yaml:1"),
    (["assess", "queue.yaml", "--config", "bytes.yaml"], "utf-8"),
    (["assess", "queue.yaml", "--config", "key.yaml"], "profil"),
    (["assess", "queue.yaml", "--config", "knob.yaml"], "no account setting 'nope'"),
    (["assess", "queue.yaml", "--config", "regex.yaml"], "no regular expression"),
    (["assess", "queue.yaml", "--config", "macie.yaml"], "nowhere.json"),
    (["assess", "queue.yaml", "--config", "not-macie.yaml"], "not Macie findings"),
    (["assess", "queue.yaml", "--config", DEEP], "File name too long"),
    (["assess", "queue.yaml", "--profile", "nothing"], "no profile"),
    (["assess", "queue.yaml", "--profile", "acme"], "no profile"),
    (["assess", "queue.yaml", "--profile", DEEP], "File name too long"),
    (["assess", "queue.yaml", "--parameters", "Sse"], "neither KEY=VALUE nor a file"),
    (["assess", "queue.yaml", "--parameters", "acme"], "not a regular file"),
    (["assess", "queue.yaml", "--parameters", "broken.yaml"], "broken.yaml:2"),
    (["assess", "queue.yaml", "--parameters", "scalar.yaml"], "no parameter values"),
    (["assess", "queue.yaml", "--catalog", "nowhere"], "no services folder"),
    (["assess", "queue.yaml", "--catalog", "queue.yaml"], "no services folder"),
    (["explain", ""], "the catalogue has no ''"),
    (["explain", "../account_knobs"], "the catalogue has no"),
    (["explain", "AWS::../account_knobs::X"], "the catalogue has no"),
    (["explain", DEEP], "the catalogue has no"),
    (["catalog", "show", "../account_knobs"], "no service"),
]
FILES = {
    "broken.yaml": "profile: [\n",
    "twice.yaml": "profile: strict\nprofile: baseline\n",
    "list-key.yaml": "? [profile]\n: strict\n",
    "key.yaml": "profil: strict\n",
    "knob.yaml": "account_settings: {nope: 1}\n",
    "regex.yaml": "classification: {names: [{match: '[', level: x}]}\n",
    "macie.yaml": "macie_findings: nowhere.json\n",
    "not-macie.yaml": "macie_findings: key.yaml\n",
    "scalar.yaml": "just text\n",
}


@pytest.mark.parametrize(("arguments", "message"), MISTAKES, ids=lambda each: str(each)[:60])
def test_a_mistake_is_an_input_error(tmp_path, capsys, arguments, message):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "bytes.yaml").write_bytes(b"profile: \xff\n")
    assert main(arguments) == 2
    found = capsys.readouterr()
    assert message in found.err
    assert found.err.startswith("demarcate: ")
    assert "Traceback" not in found.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
@pytest.mark.parametrize("option", ["--config", "--profile"])
def test_a_file_that_may_not_be_read(tmp_path, capsys, option):
    (tmp_path / "mine.yaml").write_text("profile: strict\n")
    (tmp_path / "mine.yaml").chmod(0)
    assert main(["assess", "queue.yaml", option, "mine.yaml"]) == 2
    assert "mine.yaml: cannot be read" in capsys.readouterr().err


USAGE = [
    [],
    ["bogus"],
    ["assess"],
    ["assess", "queue.yaml", "--format", "xml"],
    ["assess", "queue.yaml", "--fail-on", "dire"],
    ["assess", "queue.yaml", "--nonsense"],
    ["explain"],
    ["compare", "rds"],
    ["catalog"],
    ["catalog", "bogus"],
    ["catalog", "show"],
]


@pytest.mark.parametrize("arguments", USAGE, ids=" ".join)
def test_a_wrong_command_line_is_a_usage_error(arguments, capsys):
    with pytest.raises(SystemExit) as leaving:
        main(arguments)
    assert leaving.value.code == 2
    assert "usage: demarcate" in capsys.readouterr().err


def test_version_and_help(capsys):
    for arguments in (["--version"], ["--help"], ["assess", "--help"], ["catalog", "check", "--help"]):
        with pytest.raises(SystemExit) as leaving:
            main(arguments)
        assert leaving.value.code == 0
    found = capsys.readouterr().out
    assert f"demarcate {__version__}" in found
    assert "exit status:" in found


HOSTILE_TYPES = ["AWS::" + "x" * 5000 + "::Y", "AWS::../account_knobs::Y", "AWS::S\0::Y", "AWS::/etc/passwd::Y", "::"]


@pytest.mark.parametrize("name", HOSTILE_TYPES, ids=lambda each: each[:24].replace("\0", "0"))
def test_a_type_is_never_made_a_path(tmp_path, capsys, name):
    resources = {"Odd": {"Type": name}, "Queue": {"Type": "AWS::SQS::Queue"}}
    (tmp_path / "odd.json").write_text(json.dumps({"Resources": resources}))
    assert main(["assess", "odd.json", "--format", "json"]) == 0
    ledger = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in ledger["resources"]] == ["Queue"]
    assert len(ledger["skipped"]) == 1


def test_half_a_surrogate_pair_is_named_with_its_line(tmp_path, capsys):
    (tmp_path / "odd.json").write_text('{"Resources": {\n"Q": {"Type": "AWS::SQS::Queue", "Metadata": "\\ud800"}}}')
    assert main(["assess", "odd.json", "--format", "json"]) == 2
    assert "odd.json:2" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux")
def test_a_file_name_that_is_no_text(tmp_path, capsys):
    (tmp_path / os.fsdecode(b"caf\xe9.yaml")).write_text(VAULT.replace("Acme::Store::Vault", "AWS::SQS::Queue"))
    assert main(["assess", "caf*.yaml", "--format", "json"]) in (0, 1)
    (resource,) = json.loads(capsys.readouterr().out)["resources"]
    assert resource["declared"]["file"] == "caf\ufffd.yaml"


def test_messages_hold_no_escapes_of_the_input(tmp_path, capsys):
    (tmp_path / "\x1b[31mred.yaml").write_text("Resources: [\n")
    assert main(["assess", "\x1b[31mred.yaml", "--quiet"]) == 2
    assert main(["explain", "\x1b[31mred"]) == 2
    assert "\x1b" not in capsys.readouterr().err


# terminals and pipes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", EVERY_OUTPUT, ids=" ".join)
def test_what_is_piped_has_no_escape_codes(arguments, capsys):
    main(arguments)
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize("arguments", EVERY_OUTPUT, ids=" ".join)
def test_every_output_can_be_written_to_a_file(arguments, tmp_path, capsys):
    for form in ("terminal", "json"):
        main([*arguments, "--format", form, "-o", "out"])
        assert capsys.readouterr().out == ""
        text = (tmp_path / "out").read_text(encoding="utf-8")
        assert text.endswith("\n")
        assert "\x1b" not in text
        if form == "json":
            json.loads(text)


@pytest.mark.parametrize(
    ("options", "environment", "coloured"),
    [
        ([], {}, True),
        (["--no-color"], {}, False),
        ([], {"NO_COLOR": "1"}, False),
    ],
)
def test_colours_on_a_terminal(options, environment, coloured, monkeypatch, capsys):
    for name, value in {"FORCE_COLOR": "1", "TERM": "xterm", "COLUMNS": "100", **environment}.items():
        monkeypatch.setenv(name, value)
    main(["explain", "sqs.queue", *options])
    found = capsys.readouterr().out
    assert any(code in found for code in ("\x1b[33m", "\x1b[36m", "\x1b[35m")) is coloured


@pytest.mark.parametrize("form", ["terminal", "json"])
def test_a_closed_pipe_ends_quietly(form):
    run = [sys.executable, "-m", "demarcate", "catalog", "list", "--controls", "--format", form]
    first = subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert first.stdout is not None
    first.stdout.read(10)
    first.stdout.close()
    _, complaint = first.communicate(timeout=120)
    assert (first.returncode, complaint) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux's")
@pytest.mark.parametrize("form", ["terminal", "json"])
def test_a_full_disk_is_said(form):
    with Path("/dev/full").open("wb") as full:
        run = [sys.executable, "-m", "demarcate", "explain", "sqs", "--format", form]
        found = subprocess.run(run, stdout=full, stderr=subprocess.PIPE, timeout=120, check=False)
    assert found.returncode != 0
    assert b"No space left" in found.stderr
    assert b"Traceback" not in found.stderr


def test_the_console_script_gives_the_exit_status():
    for arguments, status in ((["explain", "sqs"], 0), (["catalog", "check", "nosuch"], 1), (["explain", "nosuch"], 2)):
        found = subprocess.run(
            [sys.executable, "-c", "from demarcate.cli import entry; entry()", *arguments],
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert found.returncode == status
        assert b"Traceback" not in found.stderr


def test_python_m_demarcate():
    assert start("--version").stdout.decode().strip() == f"demarcate {__version__}"
    assert start("assess", "-", input=QUEUE.encode()).returncode == 0
