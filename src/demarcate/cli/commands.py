"""What each command does: arguments to calls of the library, results to a report."""

import argparse
import contextlib
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demarcate.catalog import Catalog, catalog
from demarcate.cli import EXIT_FINE, EXIT_GATE, EXIT_INPUT, reports
from demarcate.errors import InputError, UnknownNameError
from demarcate.report import json_report
from demarcate.report.terminal_text import count_of, safe

if TYPE_CHECKING:
    from demarcate.model import Ledger
    from demarcate.verify import VerifyOptions

_VARIABLES = (".tfvars", ".tfvars.json")
"""How the names of files of Terraform's variables end."""


def run(chosen: argparse.Namespace) -> int:
    """Run the chosen command; gives the exit status."""
    if chosen.command == "catalog":
        return {"list": _list, "show": _show, "check": _check, "stats": _stats}[chosen.action](chosen)
    if chosen.command in ("completion", "manual"):
        return _shell(chosen)
    commands = {"assess": _assess, "report": _report, "explain": _explain, "compare": _compare}
    return commands[chosen.command](chosen)


def _shell(chosen: argparse.Namespace) -> int:
    from demarcate.cli import completion, manual, parser

    text = completion.script(chosen.shell) if chosen.command == "completion" else manual.page(parser())
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()
    return EXIT_FINE


def _data(chosen: argparse.Namespace) -> Catalog:
    folders = tuple(Path(each) for each in chosen.catalog)
    for folder in folders:
        if not (folder / "services").is_dir():
            raise InputError("no services folder in it", str(folder), "a catalogue folder holds services/NAME.yaml")
    return catalog(folders)


def _assess(chosen: argparse.Namespace) -> int:
    from demarcate import api
    from demarcate.sources import ReadOptions, parameters_from, read

    requested = reports.wanted(chosen)
    data = _data(chosen)
    options = _verify_options(chosen, data)
    region, account = (each and safe(each) for each in (chosen.region, chosen.account))
    var_files = tuple(Path(each) for each in chosen.parameters if each.endswith(_VARIABLES) and Path(each).is_file())
    values = parameters_from([each for each in chosen.parameters if Path(each) not in var_files])
    environment = {key: value for key, value in os.environ.items() if key.startswith("TF_")}
    reading = ReadOptions(
        parameters=values,
        region=region,
        account=account,
        var_files=var_files,
        environment=environment,
        configuration=Path(chosen.configuration) if chosen.configuration else None,
    )
    with _progress(quiet=chosen.quiet) as progress:
        ledger = api.assess_estate(read(chosen.paths, reading, progress), data, options)
    reports.write(chosen, requested, ledger, data)
    errors = [each for each in ledger.skipped if each.level == "error"]
    if not any(each.format.name == "terminal" and not each.file for each in requested) or chosen.quiet:
        for each in errors:
            print(f"demarcate: {safe(each.where)}: {safe(each.what)}: {safe(each.why)}", file=sys.stderr)
    if errors:
        return EXIT_INPUT
    return EXIT_GATE if _fails(ledger, chosen.fail_on) else EXIT_FINE


def _report(chosen: argparse.Namespace) -> int:
    requested = reports.wanted(chosen)
    data = _data(chosen)
    ledger = json_report.saved(_content(chosen.ledger), chosen.ledger, data)
    from demarcate import __version__
    from demarcate.catalog.property_index import source

    written, here = (ledger.tool.version, ledger.tool.catalog), (__version__, source())
    if written != here:
        told = [safe(f"Demarcate {version} with {known}") for version, known in (written, here)]
        print(f"demarcate: note: the ledger is of {told[0]}; this is {told[1]}", file=sys.stderr)
    reports.write(chosen, requested, ledger, data)
    return EXIT_GATE if _fails(ledger, chosen.fail_on) else EXIT_FINE


def _content(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", name) from None


def _verify_options(chosen: argparse.Namespace, data: Catalog) -> "VerifyOptions":
    from demarcate.config import read_config
    from demarcate.verify import VerifyOptions
    from demarcate.verify.profiles import profile_of

    if chosen.as_of and not _is_day(chosen.as_of):
        raise InputError(f"--as-of {chosen.as_of!r} is no day", "", "write it as YYYY-MM-DD")
    config, folder = read_config(chosen.config, data.account_knobs)
    return VerifyOptions(
        profile=profile_of(chosen.profile or config.profile, data),
        settings=config.account_settings,
        asof=chosen.as_of,
        stewardship=config.stewardship(folder),
    )


def _is_day(text: str) -> bool:
    try:
        return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _fails(ledger: "Ledger", fail_on: str) -> bool:
    """Whether a finding on a duty of the customer is not satisfied at or above a severity, and not accepted."""
    from demarcate.model import Outcome, Severity

    if fail_on == "never":
        return False
    least = Severity(fail_on).rank
    return any(
        each.outcome == Outcome.NOT_SATISFIED and each.accepted is None and Severity(each.severity).rank <= least
        for each in ledger.findings
    )


def _explain(chosen: argparse.Namespace) -> int:
    from demarcate.explanation import explain

    data = _data(chosen)
    found = explain(chosen.name, data)
    if chosen.format == "json":
        reports.write_pieces(chosen.output, [json_report.plain(found)])
    else:
        from demarcate.report import terminal_catalog

        reports.on_console(
            chosen, lambda console: terminal_catalog.explain(found, data, console, everything=chosen.all)
        )
    return EXIT_FINE


def _compare(chosen: argparse.Namespace) -> int:
    from demarcate.explanation import compare

    found = compare(chosen.first, chosen.second, _data(chosen))
    if chosen.format == "json":
        reports.write_pieces(chosen.output, [json_report.plain(found)])
    else:
        from demarcate.report import terminal_catalog

        reports.on_console(chosen, lambda console: terminal_catalog.compare(found, console))
    return EXIT_FINE


def _list(chosen: argparse.Namespace) -> int:
    data = _data(chosen)
    services = data.services()
    if chosen.controls:
        return _list_controls(chosen, data)
    if chosen.format == "json":
        rows = [
            {"service": s.service, "title": s.title, "types": len(s.types), "offerings": [o.id for o in s.offerings]}
            for s in services
        ]
        reports.write_pieces(chosen.output, [json_report.plain(rows)])
        return EXIT_FINE

    def show(console: Any) -> None:
        from rich.table import Table
        from rich.text import Text

        table = Table(border_style="dim", pad_edge=False)
        table.add_column("Service", no_wrap=True)
        table.add_column("Title")
        table.add_column("Types", justify="right")
        table.add_column("Offerings", ratio=1)
        for each in services:
            names = ", ".join(offering.id for offering in each.offerings)
            table.add_row(each.service, each.title, str(len(each.types)), Text(names, style="dim"))
        console.print(table)
        console.print(f"{len(services)} services")

    reports.on_console(chosen, show)
    return EXIT_FINE


def _list_controls(chosen: argparse.Namespace, data: Catalog) -> int:
    controls = tuple(each for service in data.services() for each in service.controls)
    if chosen.format == "json":
        reports.write_pieces(chosen.output, [json_report.plain(controls)])
        return EXIT_FINE
    from demarcate.report.terminal_controls import control_list

    reports.on_console(chosen, lambda console: control_list(controls, console))
    return EXIT_FINE


def _show(chosen: argparse.Namespace) -> int:
    data = _data(chosen)
    service = data.service(chosen.name.lower())
    if service is None:
        from demarcate.explanation import suggestions

        raise UnknownNameError(f"no service {chosen.name!r}", suggestions(chosen.name, data))
    if chosen.format == "json":
        reports.write_pieces(chosen.output, [json_report.plain(service)])
        return EXIT_FINE

    def show(console: Any) -> None:
        from rich.table import Table
        from rich.text import Text

        from demarcate.explanation import explain
        from demarcate.report import terminal_catalog

        table = Table(title=f"{service.title}: types", title_justify="left", border_style="dim", pad_edge=False)
        for name in ("Type", "Role", "Holds", "Knobs elsewhere"):
            table.add_column(name)
        for name, entry in service.types.items():
            elsewhere = ", ".join((*entry.of, *entry.governed_by)) or entry.reviewed or ""
            table.add_row(name, entry.role, entry.holds or "", Text(elsewhere, style="dim"))
        if service.types:
            console.print(table)
        for offering in service.offerings:
            terminal_catalog.explain(explain(offering.id, data), data, console)

    reports.on_console(chosen, show)
    return EXIT_FINE


def _check(chosen: argparse.Namespace) -> int:
    from demarcate.catalog.check import check
    from demarcate.catalog.stats import stats

    data = _data(chosen)
    problems = check(data, chosen.names or None)
    if chosen.format == "json":
        reports.write_pieces(chosen.output, [json_report.plain(problems)])
    else:

        def show(console: Any) -> None:
            for each in problems:
                console.print(str(each), markup=False, highlight=False)
            if problems:
                console.print(count_of(len(problems), "problem"), style="bold red")
                return
            counts = stats(data)
            console.print(
                f"whole: {counts['resource_types']:,} types of {counts['services']} services each have exactly one of "
                f"{counts['offerings']} offerings; {counts['cells']:,} duties each have a party and a reason; "
                f"{counts['facts_unverified']} of {counts['facts']:,} facts are unverified",
                highlight=False,
            )

        reports.on_console(chosen, show)
    return EXIT_GATE if problems else EXIT_FINE


def _stats(chosen: argparse.Namespace) -> int:
    from demarcate.catalog.stats import stats

    counts = stats(_data(chosen))
    if chosen.format == "json":
        reports.write_pieces(chosen.output, [json_report.plain(counts)])
        return EXIT_FINE

    def show(console: Any) -> None:
        from rich.table import Table

        table = Table(show_header=False, border_style="dim", pad_edge=False)
        table.add_column()
        table.add_column(justify="right")
        for name, number in counts.items():
            table.add_row(name.replace("_", " "), f"{number:,}")
        console.print(table)

    reports.on_console(chosen, show)
    return EXIT_FINE


# output --------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """A progress line on standard error once a run takes more than a second, only on a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task("reading", total=None)
    started = time.monotonic()
    running = False

    def report(name: str) -> None:
        nonlocal running
        if not running and time.monotonic() - started > 1:
            bar.start()
            running = True
        bar.update(task, advance=1, description=name[-60:])

    try:
        yield report
    finally:
        if running:
            bar.stop()
