"""The ledger on a terminal: the two-part picture, a table by offering, totals, and what was skipped."""

import io
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from demarcate.catalog import Catalog
from demarcate.model import Ledger, Responsibility, Status
from demarcate.report.formats import WRITTEN_WIDTH, RenderOptions
from demarcate.report.terminal_findings import findings
from demarcate.report.terminal_groups import groups
from demarcate.report.terminal_text import PARTY_STYLE, PARTY_WORD, STATUS_MARK, count_of, safe

_SHOWN_SKIPS = 12


def render(ledger: Ledger, data: Catalog, options: RenderOptions) -> Iterator[bytes]:
    """The report as plain text, UTF-8, 120 columns wide."""
    text = io.StringIO()
    show(ledger, data, Console(file=text, width=WRITTEN_WIDTH, no_color=True, legacy_windows=False), options.group_by)
    yield text.getvalue().encode()


def show(ledger: Ledger, data: Catalog, console: Console, group_by: str = "offering") -> None:
    """Print the whole report to a console, its table by what ``group_by`` names."""
    _head(ledger, console)
    if ledger.resources:
        _picture(ledger, data, console)
        groups(ledger, data, console, group_by)
        _totals(ledger, console)
        findings(ledger, data, console, group_by)
    _skipped(ledger, console)


def _head(ledger: Ledger, console: Console) -> None:
    summary = ledger.summary
    regions = sorted({each.region for each in ledger.resources})
    offerings = {each.offering for each in ledger.resources}
    facts = [
        count_of(summary.resources, "resource"),
        count_of(len(offerings), "offering"),
        count_of(summary.accounts, "account"),
        count_of(len(ledger.connections), "connection"),
        f"{summary.duties:,} duties",
    ]
    console.print(Text.assemble(("Demarcate", "bold"), "  ", " · ".join(facts)))
    if regions and regions != ["unspecified"]:
        console.print(Text(f"Regions: {', '.join(map(safe, regions))}", style="dim"))
    console.print()


# the picture ---------------------------------------------------------------------------------------------------------


def _picture(ledger: Ledger, data: Catalog, console: Console) -> None:
    """Security in the cloud above, of the cloud below; a responsibility that both have stands in both halves."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for duty in ledger.duties:
        if duty.status is not Status.NOT_APPLICABLE:
            counts[duty.responsibility][duty.party.value] += 1
            counts[duty.responsibility][duty.status.value] += 1
    beside = [each for each in data.responsibilities.values() if each.layer is None]
    stack = sorted(
        (each for each in data.responsibilities.values() if each.layer is not None), key=_layer, reverse=True
    )
    upper = [each for each in (*beside, *stack) if counts[each.id]["customer"] or counts[each.id]["shared"]]
    lower = [each for each in (*stack, *beside) if counts[each.id]["aws"]]
    yours = sum(counts[each.id]["customer"] for each in upper)
    both = sum(counts[each.id]["shared"] for each in upper)
    theirs = sum(counts[each.id]["aws"] for each in lower)
    width = min(console.width, 120)
    head = Text.assemble(("SECURITY IN THE CLOUD", "bold"), f"  {yours:,} duties yours, {both:,} shared with AWS")
    console.print(head)
    _blocks(upper, counts, ("customer", "shared"), width, console)
    legend = "  ".join(f"{mark} {status}" for status, (mark, _) in STATUS_MARK.items())
    console.print(Text(legend, style="dim"))
    console.print(Text(_rule(" the line: drawn per offering, below ", width), style="bold"))
    _blocks(lower, counts, ("aws",), width, console)
    console.print(Text.assemble(("SECURITY OF THE CLOUD", "bold"), f"  {theirs:,} duties are AWS's"))
    console.print()


def _layer(each: Responsibility) -> int:
    return each.layer if each.layer is not None else -1


def _rule(text: str, width: int) -> str:
    side = max(2, (width - len(text)) // 2)
    return "═" * side + text + "═" * max(2, width - side - len(text))


def _blocks(
    responsibilities: Sequence[Responsibility],
    counts: Mapping[str, Counter[str]],
    parties: Sequence[str],
    width: int,
    console: Console,
) -> None:
    columns = max(2, width // 26)
    table = Table(show_header=False, show_lines=True, width=width, padding=(0, 1), border_style="dim")
    for _ in range(columns):
        table.add_column(ratio=1)
    cells = [_block(each, counts[each.id], parties) for each in responsibilities]
    for start in range(0, len(cells), columns):
        table.add_row(*cells[start : start + columns])
    console.print(table)


def _block(each: Responsibility, count: Counter[str], parties: Sequence[str]) -> Text:
    text = Text(each.title, style="bold")
    text.append("\n")
    shown = [party for party in parties if count[party]]
    for number, party in enumerate(shown):
        text.append(" · " if number else "", style="dim")
        text.append(f"{count[party]:,} {PARTY_WORD[party]}", style=f"not bold {PARTY_STYLE[party]}")
    if "customer" in parties:
        text.append("\n")
        for status, (mark, style) in STATUS_MARK.items():
            if count[status]:
                text.append(f"{mark}{count[status]:,} ", style=f"not bold {style}")
    return text


# totals --------------------------------------------------------------------------------------------------------------


_MEANING: Mapping[str, str] = {
    "satisfied": "controls find it done",
    "not-satisfied": "a control finds it not done",
    "unknown": "the input cannot tell, or which offering it is",
    "attested": "a person says so",
    "accepted": "the risk is accepted",
}


def _totals(ledger: Ledger, console: Console) -> None:
    summary = ledger.summary
    table = Table(title="Totals", title_justify="left", title_style="bold", border_style="dim", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_column(style="dim")
    applicable = summary.duties - summary.by_status["not-applicable"]
    table.add_row("duties", f"{summary.duties:,}", _sum(ledger))
    table.add_row("not applicable", f"{summary.by_status['not-applicable']:,}", "the resource's role cannot have them")
    table.add_row(Text("inherited", style=PARTY_STYLE["aws"]), f"{summary.by_status['inherited']:,}", "AWS's")
    for status, (_, style) in STATUS_MARK.items():
        if summary.by_status[status] and status != "open":
            table.add_row(Text(status, style=style), f"{summary.by_status[status]:,}", _MEANING[status])
    share = f"{100 * summary.by_status['open'] / applicable:.0f} % of the applicable duties" if applicable else ""
    table.add_row(
        Text("open", style="bold yellow"),
        f"{summary.by_status['open']:,}",
        f"yours or shared, nothing decides them yet; {share}",
    )
    console.print(table)
    unsure = [each for each in ledger.resources if each.candidates]
    if unsure:
        console.print(
            Text(
                f"{count_of(len(unsure), 'resource')} may be one of several offerings; "
                "taken: the one that leaves most to you",
                style="red",
            )
        )
        for each in unsure[:_SHOWN_SKIPS]:
            where = f"{each.declared.file}:{each.declared.line}"
            console.print(Text(f"  {safe(each.name)} ({safe(where)}): {', '.join(each.candidates)}"), style="dim")
    console.print()


def _sum(ledger: Ledger) -> str:
    scopes = ledger.summary.by_scope
    resources, accounts, organisations = ledger.summary.resources, ledger.summary.accounts, ledger.summary.organisations
    parts = [
        f"{number} × {scopes[name] // number}"
        for number, name in ((resources, "resource"), (accounts, "account"), (organisations, "organisation"))
        if number
    ]
    return " + ".join(parts) + " (resources, accounts, organisation)"


def _skipped(ledger: Ledger, console: Console) -> None:
    errors = [each for each in ledger.skipped if each.level == "error"]
    notes = [each for each in ledger.skipped if each.level != "error"]
    for title, style, entries in (("could not be read", "bold red", errors), ("skipped", "bold", notes)):
        if not entries:
            continue
        console.print(Text(f"{count_of(len(entries), 'thing')} {title}", style=style))
        for each in entries[:_SHOWN_SKIPS]:
            line = Text(f"  {safe(each.where)}: {safe(each.what)}: ")
            line.append(safe(each.why), style="dim")
            console.print(line)
        if len(entries) > _SHOWN_SKIPS:
            console.print(Text(f"  … and {len(entries) - _SHOWN_SKIPS:,} more (all are in --format json)", style="dim"))
        console.print()
