"""Shell completion: the script that a shell loads once, and what the command answers when the shell asks.

Everything follows from the parser of the command line and from the catalogue; argcomplete speaks to the shells and is
imported by nothing else.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from demarcate.errors import DemarcateError

SHELLS: Final = ("bash", "zsh", "fish")
Completer = Callable[..., Iterable[str]]


def script(shell: str) -> str:
    """The script that makes ``shell`` (one of :data:`SHELLS`) complete ``demarcate``, ending in a line break."""
    import argcomplete

    return str(argcomplete.shellcode(["demarcate"], shell=shell)).strip() + "\n"  # type: ignore[attr-defined]


def answer(top: argparse.ArgumentParser) -> None:
    """Tell the shell what may follow, and leave the process; returns only if the shell did not really ask."""
    import argcomplete

    for command, action in _actions(top):
        completer = _completer_of(command, action)
        if completer is not None:
            action.completer = completer  # type: ignore[attr-defined]
    argcomplete.autocomplete(top, always_complete_options=False)


def _actions(top: argparse.ArgumentParser, command: str = "") -> Iterator[tuple[str, argparse.Action]]:
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield from _actions(below, f"{command} {name}".strip())
        else:
            yield command, action


def _completer_of(command: str, action: argparse.Action) -> Completer | None:
    """What completes an argument; ``None`` leaves it to its choices, else to the names of files."""
    from argcomplete.completers import DirectoriesCompleter, FilesCompleter

    dest = action.dest
    if dest in ("region", "account", "as_of", "timestamp", "source_url"):
        return _nothing
    if dest == "format" and not action.choices:
        return _formats
    if dest == "catalog":
        return DirectoriesCompleter()
    if dest == "profile":
        return _either(_profiles, FilesCompleter((".yaml", ".yml")))
    if dest == "config":
        return FilesCompleter((".yaml", ".yml"))
    if command in ("explain", "compare") and not action.option_strings:
        return _names
    if command in ("catalog show", "catalog check") and not action.option_strings:
        return _services
    return None


def _nothing(**_: Any) -> Iterable[str]:
    return ()


def _either(*completers: Completer) -> Completer:
    def both(**given: Any) -> Iterable[str]:
        return [word for each in completers for word in each(**given)]

    return both


def _formats(prefix: str, **_: Any) -> Iterable[str]:
    """``NAME``, or files after ``NAME=``."""
    from argcomplete.completers import FilesCompleter

    from demarcate.report.formats import FORMATS

    name, equals, file = prefix.partition("=")
    return [f"{name}={each}" for each in FilesCompleter()(prefix=file)] if equals else FORMATS


def _profiles(**_: Any) -> Iterable[str]:
    from demarcate.verify.profiles import BUILT_IN

    return BUILT_IN


def _services(parsed_args: argparse.Namespace, **_: Any) -> Iterable[str]:
    from demarcate.catalog import catalog

    return catalog(_folders(parsed_args)).service_names


def _names(parsed_args: argparse.Namespace, **_: Any) -> Iterable[str]:
    """All that ``explain`` knows by name: services, types, offerings, controls, responsibilities, account settings."""
    from demarcate.catalog import catalog

    data = catalog(_folders(parsed_args))
    found: set[str] = set()
    try:
        for each in data.services():
            found.add(each.service)
            found.update(each.types)
            found.update(offering.id for offering in each.offerings)
            found.update(control.id for control in each.controls)
    except DemarcateError:  # a file of the user's own; the command itself will say what is wrong with it
        pass
    return sorted(found.union(data.responsibilities, data.account_knobs))


def _folders(parsed_args: argparse.Namespace) -> tuple[Path, ...]:
    return tuple(Path(each) for each in getattr(parsed_args, "catalog", None) or ())
