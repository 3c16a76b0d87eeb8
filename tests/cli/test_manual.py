"""The manual page: it says all that ``--help`` says, in roff that man's own tools take."""

import argparse
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from demarcate import __version__
from demarcate.cli import main, parser
from demarcate.cli.manual import page

ROOT = Path(__file__).resolve().parents[2]


def plain(roff):
    """The page's words without roff's escapes, on one line."""
    bare = re.sub(r"\\f[BIR]|\\&", "", roff).replace("\\-", "-").replace("\\(aq", "'").replace("\\(dq", '"')
    return " ".join(re.sub(r"^\.\w+ ?", "", bare, flags=re.MULTILINE).split())


def commands(top):
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from list(commands(each)) or [each]


@pytest.mark.parametrize("command", list(commands(parser())), ids=lambda each: each.prog)
def test_every_command_with_all_of_its_help(command):
    text = plain(page(parser()))
    assert command.prog in text
    for action in command._actions:
        for option in action.option_strings:
            assert option in text
        if action.help:
            shown = command._get_formatter()._expand_help(action)
            assert " ".join(shown.split()) in text


def test_the_exit_status_and_the_version():
    text = page(parser())
    assert plain(f"demarcate {__version__}") in plain(text)
    assert re.findall(r"^\.TP\n\\fB(\d)\\fR$", text, re.MULTILINE) == ["0", "1", "2"]


def test_the_command_prints_the_page_that_is_committed(capsysbinary):
    assert main(["manual"]) == 0
    assert capsysbinary.readouterr().out == (ROOT / "man/demarcate.1").read_bytes()


def test_hostile_words_stay_words():
    top = argparse.ArgumentParser(prog="demarcate", description=".SH INJECTED")
    top.add_argument("--odd", metavar="X", help=r"'quoted' \fB and 100%% – é" + "\n.TH evil")
    text = page(top)
    assert "\\&.SH INJECTED" in text
    assert "\\(aqquoted\\(aq \\efB and 100% \\[u2013] \\[u00E9] .TH evil" in text
    assert text.isascii()
    assert text.count("\n.TH") == 0


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="no mandoc here")
def test_mandoc_finds_nothing_wrong():
    lint = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning"], input=page(parser()), capture_output=True, text=True, check=False
    )
    found = [each for each in (lint.stdout + lint.stderr).splitlines() if "missing date" not in each]
    assert found == []


@pytest.mark.skipif(shutil.which("man") is None, reason="no man here")
def test_man_shows_it():
    shown = subprocess.run(
        ["man", "--warnings", "-P", "cat", "-l", "-"], input=page(parser()), capture_output=True, text=True, check=True
    )
    assert shown.stderr == ""
    assert "demarcate assess" in shown.stdout
