"""Who does what on a terminal, by offering, service, account, file, responsibility or status."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from demarcate.catalog import Catalog
from demarcate.model import Duty, Ledger, LedgerResource, Scope, Status
from demarcate.report.terminal_text import PARTY_STYLE, PARTY_WORD, STATUS_MARK, count_of, safe

WIDEST: Final = 120
_SHORT: Final[Mapping[str, str]] = {
    "infrastructure": "infra", "platform": "platf", "workload": "workld", "resilience": "resil",
    "network": "netwk", "detection": "logs",
}  # fmt: skip
_LETTER: Final[Mapping[str, str]] = {"aws": "A", "shared": "B", "customer": "Y", "unknown": "?"}
_WHOLE: Final[Mapping[str, str]] = {"aws": "AWS", "shared": "both", "customer": "you", "unknown": "?"}
_OF_RESOURCES: Final[Mapping[str, Callable[[LedgerResource], str]]] = {
    "offering": lambda each: each.offering,
    "service": lambda each: each.offering.partition(".")[0],
    "account": lambda each: each.account,
    "file": lambda each: each.declared.file,
}
"""The groupings that put each resource, with all its duties, into one group."""


def group_of(resource: LedgerResource, group_by: str) -> str:
    """The group of a resource by offering, service, account or file."""
    return _OF_RESOURCES[group_by](resource)


def is_of_resources(group_by: str) -> bool:
    """Whether a grouping puts each resource into one group."""
    return group_by in _OF_RESOURCES


def groups(ledger: Ledger, data: Catalog, console: Console, group_by: str) -> None:
    """Print the table of who does what, a row a group."""
    if group_by == "responsibility":
        _responsibilities(ledger, data, console)
    elif group_by == "status":
        _statuses(ledger, data, console)
    else:
        _resources(ledger, data, console, group_by)
    _above(ledger, console)
    console.print()


def _table(title: str, console: Console) -> Table:
    wide = _is_wide(console)
    return Table(title=title, title_justify="left", title_style="bold", border_style="dim",
                 width=min(console.width, WIDEST), padding=(0, 1) if wide else (0, 0), pad_edge=False)  # fmt: skip


def _is_wide(console: Console) -> bool:
    return console.width >= 100


def _columns(data: Catalog) -> list[str]:
    """The groups of responsibilities that resources have, in the catalogue's order."""
    return list(dict.fromkeys(each.group for each in data.responsibilities.values() if each.scope is Scope.RESOURCE))


def _head_of(group: str, *, whole: bool) -> str:
    return group if whole else _SHORT.get(group, group[:6])


# offerings, services, accounts, files --------------------------------------------------------------------------------


def _resources(ledger: Ledger, data: Catalog, console: Console, group_by: str) -> None:
    by_id = {each.id: group_of(each, group_by) for each in ledger.resources}
    columns = _columns(data)
    cells: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    states: dict[str, Counter[str]] = defaultdict(Counter)
    for duty in ledger.duties:
        if duty.status is not Status.NOT_APPLICABLE and duty.scope is Scope.RESOURCE:
            group = by_id[duty.resource]
            cells[group][data.responsibilities[duty.responsibility].group][_key(duty)] += 1
            states[group][duty.status.value] += 1
    numbers = Counter(by_id.values())
    table = _table(f"Who does what, by {group_by}", console)
    table.add_column(group_by.capitalize(), ratio=1, no_wrap=not _is_wide(console), overflow="ellipsis")
    table.add_column("n", justify="right")
    marks = _marks(group_by, console)
    for column in columns:
        table.add_column(_head_of(column, whole=_is_wide(console) and not marks), justify="center", no_wrap=True)
    for status in marks:
        table.add_column(STATUS_MARK[status][0], justify="right", no_wrap=True, header_style=STATUS_MARK[status][1])
    room = min(console.width, WIDEST) // 4 - 4
    for group in sorted(numbers):
        shown = _end(safe(group), room) if group_by == "file" else safe(group)
        parties = (_party_cell(cells[group][column]) for column in columns)
        statuses = (_number(states[group][status], STATUS_MARK[status][1]) for status in marks)
        table.add_row(Text(shown), str(numbers[group]), *parties, *statuses)
    console.print(table)
    legend = Text("AWS", style=PARTY_STYLE["aws"])
    legend.append(" AWS's  ", style="default").append("you", style=PARTY_STYLE["customer"])
    legend.append(" yours  ", style="default").append("both", style=PARTY_STYLE["shared"])
    legend.append(" shared  A/B/Y some of each  ? not known  – no such duty", style="default")
    console.print(legend)
    if marks:
        console.print(Text("  ".join(f"{STATUS_MARK[each][0]} {each}" for each in marks), style="dim"))


def _marks(group_by: str, console: Console) -> tuple[str, ...]:
    """The statuses that are counted beside the parties: groups of several offerings have some of each party anyway."""
    if group_by == "offering":
        return ()
    return ("satisfied", "not-satisfied", "unknown", "open") if _is_wide(console) else ("not-satisfied", "open")


def _end(text: str, room: int) -> str:
    """The end of a path, which tells more than its beginning."""
    return text if len(text) <= room else "…" + text[1 - room :]


def _key(duty: Duty) -> str:
    return "unknown" if duty.status is Status.UNKNOWN else duty.party.value


def _party_cell(count: Counter[str]) -> Text:
    present = [party for party in ("aws", "shared", "customer", "unknown") if count[party]]
    if not present:
        return Text("–", style="dim")
    if len(present) == 1:
        return Text(_WHOLE[present[0]], style=PARTY_STYLE.get(present[0], "red"))
    text = Text()
    for number, party in enumerate(present):
        text.append("/" if number else "", style="dim")
        text.append(_LETTER[party], style=PARTY_STYLE.get(party, "red"))
    return text


# responsibilities, statuses ------------------------------------------------------------------------------------------


def _responsibilities(ledger: Ledger, data: Catalog, console: Console) -> None:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for duty in ledger.duties:
        if duty.status is not Status.NOT_APPLICABLE:
            counts[duty.responsibility][duty.party.value] += 1
            counts[duty.responsibility][duty.status.value] += 1
    table = _table("Who does what, by responsibility", console)
    table.add_column("Responsibility", ratio=1, no_wrap=not _is_wide(console), overflow="ellipsis")
    for party in ("aws", "shared", "customer"):
        table.add_column(PARTY_WORD[party], justify="right", no_wrap=True, header_style=PARTY_STYLE[party])
    for mark, style in STATUS_MARK.values():
        table.add_column(mark, justify="right", no_wrap=True, header_style=style)
    table.add_column("done", justify="right", no_wrap=True)
    for name, each in data.responsibilities.items():
        count = counts[name]
        if not count:
            continue
        numbers = [_number(count[party], PARTY_STYLE[party]) for party in ("aws", "shared", "customer")]
        numbers += [_number(count[status], style) for status, (_, style) in STATUS_MARK.items()]
        yours = sum(count[status] for status in STATUS_MARK)
        done = sum(count[status] for status in ("satisfied", "attested", "accepted"))
        share = f"{100 * done // yours} %" if yours else "–"
        table.add_row(Text(each.title, style=f"link {each.source}"), *numbers, share)
    console.print(table)
    _legend(console)


def _statuses(ledger: Ledger, data: Catalog, console: Console) -> None:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    beside: Counter[str] = Counter()
    for duty in ledger.duties:
        if duty.scope is Scope.RESOURCE:
            counts[duty.status.value][data.responsibilities[duty.responsibility].group] += 1
        else:
            beside[duty.status.value] += 1
    table = _table("Duties by status", console)
    table.add_column("Status", ratio=1, no_wrap=True)
    table.add_column("n", justify="right")
    columns = _columns(data)
    for column in columns:
        table.add_column(_head_of(column, whole=False), justify="right", no_wrap=True)
    table.add_column("beside", justify="right", no_wrap=True)
    for status in Status:
        count = counts[status.value]
        number = sum(count.values()) + beside[status.value]
        if number:
            mark, style = STATUS_MARK.get(status.value, ("", "dim"))
            name = Text(f"{mark} {status.value}".strip(), style=style)
            cells = (_number(count[column], style) for column in columns)
            table.add_row(name, f"{number:,}", *cells, _number(beside[status.value], style))
    console.print(table)


def _number(number: int, style: str) -> Text:
    return Text(f"{number:,}", style=style) if number else Text("–", style="dim")


def _legend(console: Console) -> None:
    shown = "  ".join(f"{mark} {status}" for status, (mark, _) in STATUS_MARK.items())
    console.print(Text(shown, style="dim"))


def _above(ledger: Ledger, console: Console) -> None:
    """The duties of accounts and of the organisation, in a line each."""
    above: dict[str, Counter[str]] = defaultdict(Counter)
    for duty in ledger.duties:
        if duty.scope is not Scope.RESOURCE and duty.status is not Status.NOT_APPLICABLE:
            above[duty.scope.value][duty.party.value] += 1
    for scope, count in above.items():
        parts = ", ".join(
            f"{count[party]} {PARTY_WORD[party]}" for party in ("customer", "shared", "aws") if count[party]
        )
        noun = count_of(ledger.summary.accounts, "account") if scope == "account" else "the organisation"
        console.print(Text(f"Beside them, once for {noun}: {parts}"), style="dim")
