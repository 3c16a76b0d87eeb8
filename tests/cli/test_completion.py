"""Shell completion: what bash, zsh and fish themselves offer once they have loaded the printed script."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from demarcate.catalog import catalog
from demarcate.cli import main
from demarcate.cli.completion import SHELLS, script
from demarcate.report.formats import FORMATS

BIN = Path(sys.executable).parent


def in_shell(shell, text, cwd):
    """What a shell prints, with the tests' own ``demarcate`` first on its path."""
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(cwd), "TERM": "dumb"}
    options = {"bash": ["--norc", "--noprofile"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    command = [shell, *options, "-c", text]
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=60, check=True
    ).stdout


def bash(typed, cwd):
    """The words that bash offers after ``typed``, as readline would get them."""
    text = """
    source <(demarcate completion bash)
    eval "set -- $(complete -p demarcate)"
    while [ "$1" != -F ]; do shift; done
    COMP_LINE=$TYPED COMP_POINT=${#TYPED} COMP_TYPE=9
    COMPREPLY=()
    "$2" demarcate 2>/dev/null
    printf '%s\\n' "${COMPREPLY[@]}"
    """
    os.environ["TYPED"] = typed
    try:
        return [each.rstrip() for each in in_shell("bash", text, cwd).splitlines() if each.strip()]
    finally:
        del os.environ["TYPED"]


def test_commands(tmp_path):
    expected = {"assess", "explain", "compare", "catalog", "completion", "manual"}
    assert expected <= set(bash("demarcate ", tmp_path))
    assert bash("demarcate ass", tmp_path) == ["assess"]
    assert bash("demarcate catalog ", tmp_path) == ["list", "show", "check", "stats"]


def test_options_of_the_command_that_was_typed(tmp_path):
    found = bash("demarcate assess --", tmp_path)
    assert {"--fail-on", "--parameters", "--profile", "--config", "--region"} <= set(found)
    assert "--all" not in found
    assert "--all" in bash("demarcate explain --", tmp_path)


def test_choices(tmp_path):
    assert bash("demarcate assess --fail-on ", tmp_path) == ["critical", "high", "medium", "low", "never"]
    assert bash("demarcate assess --fail-on me", tmp_path) == ["medium"]
    assert set(bash("demarcate completion ", tmp_path)) == set(SHELLS)


def test_formats(tmp_path):
    assert bash("demarcate explain x --format ", tmp_path) == ["terminal", "json"]
    assert bash("demarcate assess --format ", tmp_path) == list(FORMATS)
    assert bash("demarcate assess --format termi", tmp_path) == ["terminal"]


def test_the_file_of_a_format(tmp_path):
    (tmp_path / "out.sarif").write_text("")
    assert bash("demarcate report x.json --format sarif=ou", tmp_path) == ["out.sarif"]


def test_types_whose_colons_are_word_breaks_of_bash(tmp_path):
    assert bash("demarcate explain AWS::RDS::DBIn", tmp_path) == ["DBInstance"]


def test_every_kind_of_name_that_explain_knows(tmp_path):
    found = set(bash("demarcate explain ", tmp_path))
    data = catalog()
    for service in data.services():
        assert {service.service, *(each.id for each in service.offerings)} <= found
        assert {each.id for each in service.controls} <= found
    assert set(data.responsibilities) | set(data.account_knobs) <= found


def test_both_names_of_compare(tmp_path):
    assert "rds.instance" in bash("demarcate compare rds.", tmp_path)
    assert "ec2.instance" in bash("demarcate compare rds.instance ec2.", tmp_path)


def test_services(tmp_path):
    assert "s3" in bash("demarcate catalog show s3", tmp_path)
    assert bash("demarcate catalog check s3 kinesisvid", tmp_path) == ["kinesisvideo"]


def test_names_of_a_catalogue_of_ones_own(tmp_path):
    assert "acme-store.vault" in bash(f"demarcate explain --catalog {tmp_path}/acme acme-store.", tmp_path)


def test_a_broken_catalogue_of_ones_own_says_nothing(tmp_path):
    (tmp_path / "acme/services/broken.yaml").write_text("service: [")
    assert bash(f"demarcate explain --catalog {tmp_path}/acme encryption-at", tmp_path) == ["encryption-at-rest"]


def test_files_folders_and_profiles(tmp_path):
    (tmp_path / "mine.yaml").write_text("")
    (tmp_path / "mine.txt").write_text("")
    assert sorted(bash("demarcate assess mine", tmp_path)) == ["mine.txt", "mine.yaml"]
    assert bash("demarcate assess --config mine", tmp_path) == ["mine.yaml"]
    assert bash("demarcate assess --profile mine", tmp_path) == ["mine.yaml"]
    assert bash("demarcate assess --profile str", tmp_path) == ["strict"]
    assert bash("demarcate explain --catalog ", tmp_path) == ["acme/"]


def test_nothing_where_only_the_user_knows(tmp_path):
    (tmp_path / "eu-west-1").write_text("")
    assert bash("demarcate assess --region eu", tmp_path) == []


@pytest.mark.skipif(shutil.which("zsh") is None, reason="no zsh here")
def test_zsh(tmp_path):
    """A real line editor: a pseudo-terminal, the typed text, a tab, and what stands on the line then."""
    text = """
    zmodload zsh/zpty
    zpty line zsh -f -i
    zpty -w line "PS1='>'; autoload -Uz compinit; compinit -u -D; source <(demarcate completion zsh)"
    zpty -w line "print -r READY"
    for n in {1..100}; do zpty -rt line out && [[ $out == READY* ]] && break; sleep 0.05; done
    zpty -w -n line $'demarcate explain AWS::RDS::DBInst\\t'
    seen=
    for n in {1..100}; do zpty -rt line out && seen+=$out; [[ $seen == *DBInstance* ]] && break; sleep 0.05; done
    zpty -d line
    print -r -- $seen
    """
    assert "AWS::RDS::DBInstance" in in_shell("zsh", text, tmp_path)


@pytest.mark.skipif(shutil.which("fish") is None, reason="no fish here")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("demarcate expl", "explain"),
        ("demarcate explain AWS::RDS::DBInst", "AWS::RDS::DBInstance"),
        ("demarcate assess --fail", "--fail-on"),
        ("demarcate assess --fail-on med", "medium"),
    ],
)
def test_fish(tmp_path, typed, offered):
    text = f'demarcate completion fish | source; complete -C "{typed}"'
    assert [line.split("\t")[0] for line in in_shell("fish", text, tmp_path).splitlines()] == [offered]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_printed_script(shell, capsysbinary):
    assert main(["completion", shell]) == 0
    assert capsysbinary.readouterr().out == script(shell).encode()


@pytest.mark.parametrize("shell", ["tcsh", ""])
def test_other_shells_are_refused(shell, capsys):
    with pytest.raises(SystemExit):
        main(["completion", shell])
    error = capsys.readouterr().err
    assert all(each in error for each in SHELLS)


def test_an_ordinary_run_does_not_import_argcomplete():
    code = "import sys, demarcate.cli as c; c.main(['catalog', 'show', 's3']); print('argcomplete' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "False"
