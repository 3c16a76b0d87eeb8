"""``--format``, ``-o`` and what belongs to them: a ledger into one or several reports."""

import argparse
import io
import re
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from demarcate.errors import DemarcateError, InputError
from demarcate.report import formats
from demarcate.report.formats import FORMATS, WRITTEN_WIDTH, Format, RenderOptions

if TYPE_CHECKING:
    from demarcate.catalog import Catalog
    from demarcate.model import Ledger

GROUPS: Final = ("service", "offering", "responsibility", "account", "status", "file")
"""What the terminal report can be grouped by."""
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?")


class Wanted(NamedTuple):
    """A report to be written: its format, and the file or folder (empty: standard output)."""

    format: Format
    file: str


def add_arguments(command: argparse.ArgumentParser) -> None:
    """The options of commands that write reports of a ledger."""
    command.add_argument(
        "--format", action="append", default=[], type=_requested, metavar="NAME[=FILE]",
        help=f"a report, into FILE if named; repeatable, one of them to standard output: {', '.join(FORMATS)}",
    )  # fmt: skip
    command.add_argument("-o", "--output", metavar="FILE", help="where the report without =FILE goes")
    command.add_argument(
        "--group-by", choices=GROUPS, default="offering", metavar="WHAT",
        help=f"group the terminal report by {', '.join(GROUPS[:-1])} or {GROUPS[-1]} (default: offering)",
    )  # fmt: skip
    command.add_argument(
        "--timestamp", type=_moment, metavar="TIME",
        help="the time that reports state, as 2026-01-31 or 2026-01-31T12:00:00Z (default: the day of --as-of)",
    )  # fmt: skip
    command.add_argument(
        "--source-url", type=_web_address, metavar="URL",
        help="the web address of the working directory's files, for links in the markdown report",
    )  # fmt: skip
    command.add_argument(
        "--include-satisfied", action="store_true", help="SARIF, OCSF, ASFF and Markdown list what is satisfied as well"
    )
    command.add_argument("--no-color", action="store_true", help="no colours (NO_COLOR does the same)")
    command.add_argument(
        "--catalog", action="append", default=[], metavar="DIR", help="a folder of your own service files; repeatable"
    )


def _requested(text: str) -> tuple[str, str]:
    name, equals, file = text.partition("=")
    if name not in FORMATS:
        raise argparse.ArgumentTypeError(f"no format {name!r}; there are {', '.join(FORMATS)}")
    if equals and not file:
        raise argparse.ArgumentTypeError(f"{text!r} names no file; write {name}={_example(FORMATS[name])}")
    return name, file


def _example(found: Format) -> str:
    return f"{found.name}-report/" if found.folder else f"report{found.suffix}"


def _moment(text: str) -> str:
    """A day or a moment as UTC to the second."""
    if _MOMENT.fullmatch(text) is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no time; write 2026-01-31 or 2026-01-31T12:00:00Z")
    try:
        found = datetime.fromisoformat(text)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"{text!r} is no time that there is") from None
    return found.strftime("%Y-%m-%dT%H:%M:%SZ")


def _web_address(text: str) -> str:
    if re.fullmatch(r"https?://[!-~]+", text) is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no web address; write https://…")
    return text.rstrip("/")


def wanted(chosen: argparse.Namespace) -> tuple[Wanted, ...]:
    """The reports that the options ask for.

    Raises :class:`DemarcateError` for options that contradict one another and for formats that cannot be written here.
    """
    requested: list[tuple[str, str]] = chosen.format or [("terminal", "")]
    loose = [name for name, file in requested if not file]
    if len(loose) > 1:
        names = " and ".join(loose)
        raise DemarcateError(f"{names} cannot both go to {chosen.output or 'standard output'}", "", _name_files(loose))
    if chosen.output and not loose:
        raise DemarcateError(f"-o {chosen.output} has no report: every --format names its file", "", "leave -o out")
    found = tuple(Wanted(formats.available(name), file or chosen.output or "") for name, file in requested)
    files = [str(Path(each.file).absolute()) for each in found if each.file]
    for number, each in enumerate(files):
        if each in files[:number]:
            raise DemarcateError("named for two reports", each, "give each its own file")
    for report in found:
        _check_target(report)
    return found


def _name_files(names: Iterable[str]) -> str:
    return "name files: " + " ".join(f"--format {each}={_example(FORMATS[each])}" for each in dict.fromkeys(names))


def _check_target(report: Wanted) -> None:
    """Say at once what would fail after a long run."""
    name = report.format.name
    if not report.file:
        if report.format.folder:
            raise DemarcateError(f"{name} is a folder of files", "", _name_files([name]))
        if report.format.binary and sys.stdout.isatty():
            raise DemarcateError(f"{name} is not for a terminal", "", _name_files([name]))
        return
    file = Path(report.file)
    if report.format.folder and file.exists() and not file.is_dir():
        raise InputError(f"is a file; {name} writes a folder", report.file, "name a folder")
    if not report.format.folder and file.is_dir():
        raise InputError(f"is a folder; {name} writes a file", report.file, "name a file")
    if not file.absolute().parent.is_dir():
        raise InputError("cannot be written: there is no such folder", str(file.parent), "make it first")


def options_of(chosen: argparse.Namespace) -> RenderOptions:
    """What the options choose of every report."""
    return RenderOptions(
        timestamp=chosen.timestamp or "",
        satisfied=chosen.include_satisfied,
        source_url=chosen.source_url or "",
        group_by=chosen.group_by,
    )


def write(chosen: argparse.Namespace, reports: Iterable[Wanted], ledger: "Ledger", data: "Catalog") -> None:
    """Write every report; those without a file last, so that what a pipe breaks off does not cost a file."""
    options = options_of(chosen)
    quiet: bool = getattr(chosen, "quiet", False)
    for name, file in sorted(reports, key=lambda each: not each.file):
        if name.folder:
            _write_folder(Path(file), formats.render_files(name.name, ledger, data, options))
        elif name.name == "terminal" and not file:
            if not quiet:
                from demarcate.report import terminal

                on_console(chosen, lambda console: terminal.show(ledger, data, console, options.group_by))
        elif file or not quiet:
            write_pieces(file, formats.render(name.name, ledger, data, options))


def _write_folder(folder: Path, files: Iterable[tuple[str, Iterable[bytes]]]) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot be made: {error.strerror}", str(folder)) from None
    for name, pieces in files:
        write_pieces(str(folder / name), pieces)


def write_pieces(file: str, pieces: Iterable[bytes]) -> None:
    """Write a report into a file, or onto standard output if ``file`` is empty.

    A file is opened once the report has begun, so that one that cannot be made leaves an older file as it is.
    """
    remaining = iter(pieces)
    first = next(remaining, b"")
    if file:
        try:
            with Path(file).open("wb") as opened:
                opened.write(first)
                opened.writelines(remaining)
        except OSError as error:
            raise InputError(f"cannot be written: {error.strerror}", file) from None
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(first)
    for piece in remaining:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def on_console(chosen: argparse.Namespace, show: Callable[[Any], None]) -> None:
    """Print onto standard output as a terminal can take it, or into ``-o`` as plain text."""
    from rich.console import Console

    if chosen.output:
        text = io.StringIO()
        show(Console(file=text, width=WRITTEN_WIDTH, no_color=True, legacy_windows=False))
        write_pieces(chosen.output, [text.getvalue().encode()])
        return
    console = Console(no_color=chosen.no_color or None, legacy_windows=False, highlight=False)
    if not console.is_terminal and "COLUMNS" not in console._environ:
        console = Console(no_color=True, width=WRITTEN_WIDTH, highlight=False)
    try:
        show(console)
    except SystemExit:  # rich leaves on a closed pipe
        raise BrokenPipeError from None
