"""``--format``, ``-o`` and ``demarcate report``: which reports go where, and ledgers that cannot be read."""

import io
import json
import sys
from pathlib import Path

import pytest

from demarcate.cli import main
from demarcate.errors import DemarcateError
from demarcate.report import formats
from demarcate.report.formats import FORMATS

ALWAYS = [each for each in FORMATS if each != "pdf"]
"""The formats that need nothing but Python packages."""


@pytest.fixture
def saved(tmp_path, capsys):
    """A saved ledger of the folder's two templates."""
    arguments = ["assess", "queue.yaml", "vault.yaml", "--catalog", "acme", "--profile", "strict", "--fail-on", "never"]
    assert main([*arguments, "--format", "json=ledger.json"]) == 0
    assert capsys.readouterr().out == ""
    return tmp_path / "ledger.json"


def content(path):
    """The bytes of a file, or of the files in a folder."""
    if path.is_dir():
        return b"".join(each.read_bytes() for each in sorted(path.iterdir()))
    return path.read_bytes()


# where reports go ----------------------------------------------------------------------------------------------------


def test_several_reports_at_once(tmp_path, capsys):
    requested = [
        "--format",
        "sarif=out.sarif",
        "--format",
        "csv=out.csv",
        "--format",
        "json",
        "--format",
        "junit=o.xml",
    ]
    assert main(["assess", "queue.yaml", "--fail-on", "never", *requested]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "demarcate.ledger/1"
    assert json.loads((tmp_path / "out.sarif").read_bytes())["version"] == "2.1.0"
    assert (tmp_path / "out.csv").read_text().startswith("scope,resource,")
    assert (tmp_path / "o.xml").read_text().startswith("<?xml")


def test_the_report_without_a_file_goes_where_o_says(tmp_path, capsys):
    requested = ["--format", "markdown", "--format", "json=l.json", "-o", "summary.md"]
    assert main(["assess", "queue.yaml", "--fail-on", "never", *requested]) == 0
    assert capsys.readouterr().out == ""
    assert (tmp_path / "summary.md").read_text().startswith("## Demarcate")
    assert json.loads((tmp_path / "l.json").read_bytes())["schema"]


def test_a_terminal_report_in_a_file_beside_another_on_standard_output(tmp_path, capsys):
    assert main(["assess", "queue.yaml", "--fail-on", "never", "--format", "terminal=t.txt", "--format", "csv"]) == 0
    assert capsys.readouterr().out.startswith("scope,resource,")
    assert "SECURITY IN THE CLOUD" in (tmp_path / "t.txt").read_text()


def test_quiet_writes_files_only(tmp_path, capsys):
    assert (
        main(["assess", "queue.yaml", "--quiet", "--fail-on", "never", "--format", "json", "--format", "csv=c.csv"])
        == 0
    )
    assert capsys.readouterr().out == ""
    assert (tmp_path / "c.csv").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--format", "json", "--format", "csv"], "json and csv cannot both go to standard output (name files: "
         "--format json=report.json --format csv=report.csv)"),
        (["--format", "json", "--format", "csv", "-o", "x"], "cannot both go to x"),
        (["--format", "json=a", "-o", "x"], "-o x has no report"),
        (["--format", "json=a", "--format", "csv=./a"], "named for two reports"),
        (["--format", "json=acme"], "acme: is a folder; json writes a file"),
        (["--format", "parquet=queue.yaml"], "queue.yaml: is a file; parquet writes a folder"),
        (["--format", "json=no/such/x"], "no/such: cannot be written: there is no such folder"),
        (["--format", "parquet"], "parquet is a folder of files (name files: --format parquet=parquet-report/)"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_before_anything_is_read(options, words, capsys, tmp_path):
    before = {each.name for each in tmp_path.iterdir()}
    assert main(["assess", "nowhere.yaml", *options]) == 2
    assert words in capsys.readouterr().err
    assert {each.name for each in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--format", "pdx"], "no format 'pdx'; there are terminal, json, html"),
        (["--format", "xlsx="], "'xlsx=' names no file; write xlsx=report.xlsx"),
        (["--group-by", "colour"], "invalid choice"),
        (["--timestamp", "yesterday"], "'yesterday' is no time"),
        (["--timestamp", "2026-02-30"], "'2026-02-30' is no time that there is"),
        (["--timestamp", "2026-01-31T12:00:00"], "is no time"),
        (["--source-url", "javascript:alert(1)"], "is no web address"),
        (["--source-url", "https://x y"], "is no web address"),
    ],
)
def test_mistaken_options_are_a_usage_error(options, words, capsys):
    with pytest.raises(SystemExit) as left:
        main(["assess", "queue.yaml", *options])
    assert left.value.code == 2
    assert words in capsys.readouterr().err


def test_a_binary_report_is_not_for_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert main(["assess", "queue.yaml", "--format", "xlsx"]) == 2
    assert "xlsx is not for a terminal" in capsys.readouterr().err


def test_a_missing_package_is_said_before_anything_is_read(capsys, monkeypatch):
    monkeypatch.setattr(formats, "find_spec", lambda _: None)
    assert main(["assess", "nowhere.yaml", "--format", "parquet=p"]) == 2
    assert "pip install 'demarcate[parquet]'" in capsys.readouterr().err


def test_a_report_that_cannot_be_made_leaves_the_older_file(tmp_path, capsys, monkeypatch):
    (tmp_path / "r.csv").write_text("older")

    def broken(*_):
        raise DemarcateError("no")
        yield b""

    monkeypatch.setattr(formats, "render", broken)
    assert main(["assess", "queue.yaml", "--format", "csv=r.csv"]) == 2
    assert capsys.readouterr().err == "demarcate: no\n"
    assert (tmp_path / "r.csv").read_text() == "older"


def test_the_timestamp_is_in_utc(tmp_path):
    requested = ["--timestamp", "2026-01-31T12:00:00+02:00", "--format", "asff=a.json", "--fail-on", "never"]
    assert main(["assess", "queue.yaml", *requested]) == 0
    found = json.loads((tmp_path / "a.json").read_bytes())
    assert {each["CreatedAt"] for each in found} == {"2026-01-31T10:00:00Z"}


def test_what_could_not_be_read_is_said_beside_reports_in_files(tmp_path, capsys):
    (tmp_path / "broken.yaml").write_text("Resources: [\n")
    assert main(["assess", "queue.yaml", "broken.yaml", "--format", "markdown=m.md"]) == 2
    assert "broken.yaml:2" in capsys.readouterr().err
    assert "broken.yaml" in (tmp_path / "m.md").read_text()


# saved ledgers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALWAYS)
def test_a_saved_ledger_gives_the_same_report_as_assessing(name, saved, tmp_path, capsys):
    arguments = ["queue.yaml", "vault.yaml", "--profile", "strict", "--fail-on", "never"]
    assert main(["assess", *arguments, "--catalog", "acme", "--format", f"{name}=first"]) == 0
    assert main(["report", "ledger.json", "--catalog", "acme", "--format", f"{name}=second"]) == 0
    assert content(tmp_path / "first") == content(tmp_path / "second")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", ALWAYS)
def test_a_saved_ledger_without_the_users_catalogue(name, saved, tmp_path):
    assert main(["report", "ledger.json", "--format", f"{name}=report"]) == 0
    assert content(tmp_path / "report")


def test_the_terminal_report_of_a_saved_ledger(saved, capsys):
    assert main(["report", "ledger.json", "--group-by", "file"]) == 0
    found = capsys.readouterr()
    assert "Who does what, by file" in found.out
    assert found.err == ""


def test_a_ledger_on_standard_input(saved, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(saved.read_bytes())))
    assert main(["report", "-", "--format", "json"]) == 0
    assert capsys.readouterr().out.encode() == saved.read_bytes()


def test_the_gate_is_open_unless_asked_for(saved):
    assert main(["report", "ledger.json", "--format", "csv=c"]) == 0
    assert main(["report", "ledger.json", "--format", "csv=c", "--fail-on", "high"]) == 0
    assert main(["report", "ledger.json", "--format", "csv=c", "--fail-on", "low"]) == 1


def test_a_ledger_of_another_version_is_taken_with_a_note(saved, capsys):
    document = json.loads(saved.read_bytes())
    document["tool"]["catalog"] = "cfn-lint 1.0.0"
    saved.write_text(json.dumps(document))
    assert main(["report", "ledger.json", "--format", "csv=c"]) == 0
    assert "note: the ledger is of Demarcate 0.1.0 with cfn-lint 1.0.0; this is Demarcate" in capsys.readouterr().err


def _change(**paths):
    """A change of a ledger: keys as ``duties__0__resource``, with what is put there."""

    def change(document):
        for path, value in paths.items():
            *steps, last = (int(step) if step.isdecimal() else step for step in path.split("__"))
            target = document
            for step in steps:
                target = target[step]
            target[last] = value
        return document

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_change(schema="demarcate.ledger/2"), "a ledger of schema demarcate.ledger/2; this version"),
        (_change(schema="other"), "JSON, but no ledger"),
        (lambda document: {"Resources": {}}, "JSON, but no ledger"),
        (lambda document: [], "no ledger in JSON"),
        (_change(duties__0__party="nobody"), "no valid ledger: Invalid enum value 'nobody'"),
        (_change(duties__0__resource="elsewhere"), "a duty names resource 'elsewhere', which is not listed"),
        (_change(duties__0__responsibility="gardening"), "knows no responsibility 'gardening'"),
        (_change(duties__0__findings=["x"]), "names a finding that is not listed"),
        (_change(resources__0__offering="x.y"), "is of offering 'x.y', which splits lacks"),
        (_change(findings__0__severity="dire"), "with severity 'dire'"),
        (_change(findings__0__outcome="maybe"), "is 'maybe'"),
        (_change(findings__0__responsibility="gardening"), "knows no responsibility 'gardening'"),
        (_change(summary__by_status={}), "summary.by_status lacks"),
    ],
)
def test_what_is_no_whole_ledger_is_refused_with_its_reason(change, words, saved, capsys):
    saved.write_text(json.dumps(change(json.loads(saved.read_bytes()))))
    assert main(["report", "ledger.json", "--catalog", "acme"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("demarcate: ledger.json: ")
    assert words in error


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty, so no ledger"),
        (b"Resources: {}\n", "no JSON, so no ledger"),
        (b'{"schema": "\xff"}', "no JSON, so no ledger: "),
        (b'{"x": ' + b"[" * 100_000, "no ledger"),
    ],
)
def test_other_files_are_refused(data, words, tmp_path, capsys):
    (tmp_path / "x").write_bytes(data)
    assert main(["report", "x"]) == 2
    assert words in capsys.readouterr().err


def test_truncated_ledgers_are_refused(saved, capsys):
    whole = saved.read_bytes()
    for size in range(1, len(whole) - 2, len(whole) // 40):
        saved.write_bytes(whole[:size])
        assert main(["report", "ledger.json"]) == 2
        assert "ends in the middle: the ledger is truncated" in capsys.readouterr().err


def test_a_ledger_that_is_not_there(capsys):
    assert main(["report", "nowhere.json"]) == 2
    assert "nowhere.json: cannot be read: No such file" in capsys.readouterr().err
    assert main(["report", str(Path.cwd())]) == 2
    assert "cannot be read: Is a directory" in capsys.readouterr().err
