"""Findings on a terminal: what is not satisfied, most severe first, and what could not be decided."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from demarcate.model import Finding, Ledger, Outcome, Severity
from demarcate.report.terminal_text import count_of, safe

SEVERITY_STYLE = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "default"}
SHOWN = 40
_SHOWN_UNKNOWN = 10


def findings(ledger: Ledger, console: Console) -> None:
    """Print the findings that ask for something to be done; satisfied ones are counted."""
    wrong = sorted((each for each in ledger.findings if _stands(each)), key=_order)
    unknown = [each for each in ledger.findings if each.outcome == Outcome.UNKNOWN]
    accepted = [each for each in ledger.findings if each.accepted is not None]
    if not ledger.findings:
        return
    by_severity = Counter(each.severity for each in wrong)
    parts = [f"{by_severity[each.value]:,} {each.value}" for each in Severity if by_severity[each.value]]
    satisfied = ledger.summary.findings.get("satisfied", 0)
    head = Text.assemble(("Findings  ", "bold"), f"{satisfied:,} satisfied, {len(wrong):,} not satisfied")
    head.append(f" ({', '.join(parts)})" if parts else "")
    head.append(f", {len(unknown):,} undecided, {len(accepted):,} accepted")
    console.print(head)
    if wrong:
        console.print(_table(wrong[:SHOWN], console))
        if len(wrong) > SHOWN:
            console.print(Text(f"… and {len(wrong) - SHOWN:,} more (all are in --format json)", style="dim"))
    _undecided(unknown, console)
    for each in accepted:
        reason = each.accepted.reason if each.accepted is not None else ""
        console.print(Text(f"accepted  {safe(each.control)} on {safe(each.resource)}: {safe(reason)}", style="dim"))
    console.print()


def _stands(each: Finding) -> bool:
    return each.outcome == Outcome.NOT_SATISFIED and each.accepted is None


def _order(each: Finding) -> tuple[int, str, int, str]:
    return Severity(each.severity).rank, each.declared.file, each.declared.line or 0, each.id


def _table(shown: Sequence[Finding], console: Console) -> Table:
    names = [safe(each.resource.rpartition("#")[2]) for each in shown]
    lines = [f":{each.declared.line}" if each.declared.line else "" for each in shown]
    places = [f"{safe(each.declared.file)}{line}" for each, line in zip(shown, lines, strict=True)]
    whole = min(console.width, 120)
    width = min(max(map(len, (*names, *places))), whole // 3)
    table = Table(width=whole, border_style="dim", pad_edge=False, padding=(0, 1), show_lines=False)
    table.add_column("Severity", no_wrap=True)
    table.add_column("Where", overflow="fold", width=width)
    table.add_column("What", ratio=1, overflow="fold")
    for each, name, place in zip(shown, names, places, strict=True):
        short = (
            place if len(place) <= width else f"…{place[1 - width :]}"
        )  # the end tells more; all of it is in the JSON
        where = Text.assemble((name, "bold"), "\n", (short, "dim"))
        what = Text.assemble(safe(each.message), "\n", (each.control, "dim"))
        table.add_row(Text(each.severity, style=SEVERITY_STYLE[each.severity]), where, what)
    return table


def _undecided(unknown: Sequence[Finding], console: Console) -> None:
    if not unknown:
        return
    console.print(Text(f"{count_of(len(unknown), 'control')} could not be decided", style="bold"))
    for each in unknown[:_SHOWN_UNKNOWN]:
        console.print(Text(f"  {safe(each.resource.rpartition('#')[2])}: {safe(each.message)}", style="dim"))
    if len(unknown) > _SHOWN_UNKNOWN:
        console.print(Text(f"  … and {len(unknown) - _SHOWN_UNKNOWN:,} more (all are in --format json)", style="dim"))
