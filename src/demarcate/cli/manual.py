"""The manual page, written from the parser of the command line: what ``--help`` says, in the form that man reads."""

import argparse
import re
from collections.abc import Iterator
from typing import Final

from demarcate import __version__

_ENVIRONMENT: Final = {
    "DEMARCATE_CACHE": "The folder that catalogue and schema files are cached in once they have been read, or off. "
    "A cache that cannot be written is done without.",
    "XDG_CACHE_HOME": "Where the folder of the cache is made if DEMARCATE_CACHE does not say; ~/.cache if unset.",
    "NO_COLOR": "If set to anything, no colours are printed.",
    "COLUMNS": "The width of tables.",
}
_FILES: Final = {
    "demarcate.yaml": "Your settings: profile, account-level settings, acceptances and attestations. Read from the "
    "working folder unless --config names another file."
}
_EXAMPLES: Final = {
    "demarcate assess templates/ cdk.out/": "Assess all templates of two folders; exit 1 if a duty fails.",
    "demarcate assess . --format json -o ledger.json": "Write every duty with its party, status and findings.",
    "demarcate assess . --profile strict --fail-on medium --parameters Stage=live": "Ask more, and be stricter.",
    "demarcate explain AWS::RDS::DBInstance": "The split of a managed database, with reasons and pages.",
    "demarcate compare rds.instance ec2.instance": "What a managed database takes off your hands.",
}


def page(top: argparse.ArgumentParser) -> str:
    """The whole page, in the man macros of roff, in ASCII, ending in a line break; the same at any time and place."""
    return "\n".join(_lines(top)) + "\n"


def _lines(top: argparse.ArgumentParser) -> Iterator[str]:
    commands = list(_commands(top))
    yield f'.TH {top.prog.upper()} 1 "" "{_text(f"{top.prog} {__version__}")}" "User Commands"'
    yield ".SH NAME"
    yield f"{_text(top.prog)} \\- {_text((top.description or '').rstrip('.?'))}"
    yield ".SH SYNOPSIS"
    for number, (command, _) in enumerate(commands):
        if number:
            yield ".br"
        yield " ".join([_bold(command.prog), *_synopsis(command)])
    yield ".SH DESCRIPTION"
    yield _paragraph(top.description or "")
    yield ".SH OPTIONS"
    yield from _arguments(top)
    yield ".SH COMMANDS"
    for command, summary in commands:
        yield f".SS {_quoted(command.prog)}"
        yield _paragraph(command.description or f"{summary[:1].upper()}{summary[1:]}.")
        yield from _arguments(command)
    yield ".SH EXIT STATUS"
    for status, meaning in re.findall(r"^  (\d+)  (.+)$", top.epilog or "", re.MULTILINE):
        yield from _entry(_bold(status), meaning)
    for title, entries in (("ENVIRONMENT", _ENVIRONMENT), ("FILES", _FILES), ("EXAMPLES", _EXAMPLES)):
        yield f".SH {title}"
        for name, meaning in entries.items():
            yield from _entry(_bold(name), meaning)


def _commands(parser: argparse.ArgumentParser) -> Iterator[tuple[argparse.ArgumentParser, str]]:
    """Every command that does something, with its line of help, in the order of ``--help``."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            summaries = {each.dest: each.help or "" for each in action._choices_actions}
            for name, command in action.choices.items():
                below = list(_commands(command))
                yield from below or [(command, summaries.get(name, ""))]


def _synopsis(command: argparse.ArgumentParser) -> Iterator[str]:
    if any(action.option_strings for action in command._actions if action.dest != "help"):
        yield "[" + _italic("options") + "]"
    for action in command._actions:
        if not action.option_strings:
            yield _text(_values(command, action))


def _arguments(command: argparse.ArgumentParser) -> Iterator[str]:
    for action in command._actions:
        if action.help in (None, argparse.SUPPRESS) and not action.choices:
            continue
        if isinstance(action, argparse._SubParsersAction) or (action.dest == "help" and " " in command.prog):
            continue
        values = _values(command, action)
        if action.option_strings:
            head = ", ".join(map(_bold, action.option_strings)) + (f" {_italic(values)}" if values else "")
        else:
            head = _italic(values)
        yield from _entry(head, command._get_formatter()._expand_help(action) if action.help else "")


def _values(command: argparse.ArgumentParser, action: argparse.Action) -> str:
    """What stands for an argument's values: ``FILE``, ``PATH [PATH ...]``, ``{json,terminal}``, or nothing."""
    if action.nargs == 0:
        return ""
    formatter = command._get_formatter()
    if action.option_strings:
        return formatter._format_args(action, formatter._get_default_metavar_for_optional(action))
    return formatter._format_args(action, formatter._get_default_metavar_for_positional(action))


def _entry(head: str, meaning: str) -> Iterator[str]:
    yield ".TP"
    yield head
    yield _paragraph(meaning)


def _paragraph(text: str) -> str:
    """Filled text, a line a sentence: what man's macros ask for, and what keeps the differences of versions small."""
    words = re.sub(r"([.?!]) (?=[A-Z])", r"\1\n", " ".join(text.split()))
    return "\n".join(_text(line) for line in words.split("\n")) if words else "\\&"


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace('"', "\\(dq")
    plain = "".join(each if each.isascii() else f"\\[u{ord(each):04X}]" for each in escaped)
    return f"\\&{plain}" if plain.startswith(".") else plain


def _bold(text: str) -> str:
    return f"\\fB{_text(text)}\\fR"


def _italic(text: str) -> str:
    return f"\\fI{_text(text)}\\fR"


def _quoted(text: str) -> str:
    return f'"{_text(text)}"'
