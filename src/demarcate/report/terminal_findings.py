"""Findings on a terminal: what is not satisfied, most severe first, and what could not be decided."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from demarcate.catalog import Catalog
from demarcate.model import Ledger, Severity
from demarcate.report.rows import FindingRow, Standing, finding_rows, place, short_name
from demarcate.report.terminal_groups import WIDEST, group_of, is_of_resources
from demarcate.report.terminal_text import count_of, safe

SEVERITY_STYLE = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "default"}
SHOWN = 40
_SHOWN_UNKNOWN = 10
_SHOWN_ACCEPTED = 10
_BESIDE = "account settings"


def findings(ledger: Ledger, data: Catalog, console: Console, group_by: str = "offering") -> None:
    """Print the findings that ask for something to be done; satisfied ones are counted.

    They stand by severity, and under a head for each service, account, file or responsibility if ``group_by`` is that.
    """
    if not ledger.findings:
        return
    rows = finding_rows(ledger, data)
    wrong = [each for each in rows if each.standing == Standing.NOT_SATISFIED]
    unknown = [each for each in rows if each.standing == Standing.UNKNOWN]
    accepted = [each for each in rows if each.standing == Standing.ACCEPTED]
    by_severity = Counter(each.finding.severity for each in wrong)
    parts = [f"{by_severity[each.value]:,} {each.value}" for each in Severity if by_severity[each.value]]
    satisfied = ledger.summary.findings.get("satisfied", 0)
    head = Text.assemble(("Findings  ", "bold"), f"{satisfied:,} satisfied, {len(wrong):,} not satisfied")
    head.append(f" ({', '.join(parts)})" if parts else "")
    head.append(f", {len(unknown):,} undecided, {len(accepted):,} accepted")
    console.print(head)
    for title, found in _groups(wrong[:SHOWN], group_by):
        if title:
            console.print(Text(f"{safe(title)}  ", style="bold").append(count_of(len(found), "finding"), style="dim"))
        console.print(_table(found, console))
    if len(wrong) > SHOWN:
        console.print(Text(f"… and {len(wrong) - SHOWN:,} more (all are in --format json)", style="dim"))
    _undecided(unknown, console)
    _accepted(accepted, console)
    console.print()


def _groups(rows: Sequence[FindingRow], group_by: str) -> Iterator[tuple[str, list[FindingRow]]]:
    """Rows under their heads, which stand in the order of their most severe finding."""
    found: dict[str, list[FindingRow]] = {}
    for row in rows:
        found.setdefault(_title(row, group_by), []).append(row)
    yield from found.items()


def _title(row: FindingRow, group_by: str) -> str:
    if group_by == "responsibility":
        return row.responsibility.title
    if group_by in ("offering", "status") or not is_of_resources(group_by):
        return ""
    if group_by == "file":
        return row.finding.declared.file
    return group_of(row.resource, group_by) if row.resource is not None else _BESIDE


def _table(shown: Sequence[FindingRow], console: Console) -> Table:
    names = [safe(short_name(each.finding.resource)) for each in shown]
    places = [safe(place(each)) for each in shown]
    whole = min(console.width, WIDEST)
    width = min(max(map(len, (*names, *places))), whole // 3)
    table = Table(width=whole, border_style="dim", pad_edge=False, padding=(0, 1), show_lines=False)
    table.add_column("Severity", no_wrap=True)
    table.add_column("Where", overflow="fold", width=width)
    table.add_column("What", ratio=1, overflow="fold")
    for row, name, where in zip(shown, names, places, strict=True):
        each = row.finding
        # the end of a place tells more than its beginning; all of it is in the JSON
        short = where if len(where) <= width else f"…{where[1 - width :]}"
        style = f"dim link {row.source}" if row.source else "dim"
        what = Text.assemble(safe(each.message), "\n", (safe(each.control), style))
        severity = Text(each.severity, style=SEVERITY_STYLE[each.severity])
        table.add_row(severity, Text.assemble((name, "bold"), "\n", (short, "dim")), what)
    return table


def _undecided(unknown: Sequence[FindingRow], console: Console) -> None:
    if not unknown:
        return
    console.print(Text(f"{count_of(len(unknown), 'control')} could not be decided", style="bold"))
    for each in unknown[:_SHOWN_UNKNOWN]:
        _item(f"{short_name(each.finding.resource)}: {each.finding.message}", console)
    if len(unknown) > _SHOWN_UNKNOWN:
        _item(f"… and {len(unknown) - _SHOWN_UNKNOWN:,} more (all are in --format json)", console)


def _accepted(accepted: Sequence[FindingRow], console: Console) -> None:
    if not accepted:
        return
    console.print(Text(f"{count_of(len(accepted), 'finding')} accepted", style="bold"))
    for each in accepted[:_SHOWN_ACCEPTED]:
        reason = each.finding.accepted.reason if each.finding.accepted is not None else ""
        _item(f"{each.finding.control} on {each.finding.resource}: {reason}", console)
    if len(accepted) > _SHOWN_ACCEPTED:
        _item(f"… and {len(accepted) - _SHOWN_ACCEPTED:,} more (all are in --format json)", console)


def _item(text: str, console: Console) -> None:
    """A line of a list; what does not fit goes on below, as far in."""
    console.print(Padding(Text(safe(text), style="dim", overflow="fold"), (0, 0, 0, 2), expand=False))
