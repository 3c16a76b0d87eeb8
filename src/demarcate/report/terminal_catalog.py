"""``explain``, ``compare`` and ``catalog list`` on a terminal."""

from collections.abc import Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from demarcate.catalog import Catalog, PropertyNode
from demarcate.explanation import Comparison, Explanation, Kind, OfferingView, Row
from demarcate.model import AccountKnob, Party, Scope, SplitCell
from demarcate.report.terminal_controls import control_in_full
from demarcate.report.terminal_text import PARTY_STYLE, PARTY_WORD

_MODEL_NAMES: Mapping[str, str] = {"iaas": "IaaS", "paas": "PaaS", "saas": "SaaS"}
_KNOBS_SHOWN = 8


def explain(found: Explanation, data: Catalog, console: Console, *, everything: bool = False) -> None:
    """Print an explanation; ``everything`` lists every property instead of the first ones of each responsibility."""
    console.print(Text(found.title, style="bold"))
    console.print(Text(found.documentation, style="dim blue"))
    console.print()
    if found.kind is Kind.CONTROL:
        control_in_full(found.controls[0], data, console)
        return
    if found.responsibility is not None:
        _responsibility(found, console)
    if found.kind is Kind.TYPE:
        _type_facts(found, console)
    if found.kind is Kind.SERVICE:
        _offering_list("Offerings", found.offerings, console)
    shown = found.offerings[:1] if found.kind is not Kind.RESPONSIBILITY else ()
    for each in shown:
        _split(each, found, data, console)
    if found.knobs:
        _knobs(found.knobs, data, console, everything=everything)
    if found.account_knobs:
        _account_knobs(found.account_knobs, console)
    if found.kind in (Kind.TYPE, Kind.OFFERING) and len(found.offerings) > 1:
        _moves(found.offerings, data, console)


def _type_facts(found: Explanation, console: Console) -> None:
    for entry in found.types.values():
        console.print(
            Text.assemble(("Role  ", "dim"), entry.role, ("   holds  ", "dim"), entry.holds or "no customer data")
        )
        if entry.of:
            console.print(Text.assemble(("Configures  ", "dim"), ", ".join(entry.of)))
        if entry.governed_by:
            console.print(Text.assemble(("Governed by  ", "dim"), ", ".join(entry.governed_by)))
        if entry.reviewed:
            console.print(Text.assemble(("Reviewed  ", "dim"), entry.reviewed))
    console.print()


def _facts(each: OfferingView) -> Text:
    return Text.assemble(
        (each.id, "bold"), ("  ", ""), each.title, ("   model  ", "dim"), _MODEL_NAMES[each.service_model],
        ("   AWS's kind  ", "dim"), each.category, ("   boundary  ", "dim"), (each.boundary, "bold cyan"),
    )  # fmt: skip


def _split(each: OfferingView, found: Explanation, data: Catalog, console: Console) -> None:
    console.print(_facts(each))
    if each.when:
        console.print(Text.assemble(("when  ", "dim"), each.when))
    if each.applies_to:
        console.print(Text.assemble(("when  ", "dim"), each.applies_to))
    console.print(Text(each.because, style="italic"))
    console.print()
    table = Table(border_style="dim", width=min(console.width, 120), show_lines=False, pad_edge=False, expand=True)
    table.add_column("Responsibility", no_wrap=True)
    table.add_column("Whose", no_wrap=True)
    table.add_column("Why", ratio=1, overflow="fold")
    stack = sorted((r for r in data.responsibilities.values() if r.layer is not None), key=lambda r: -(r.layer or 0))
    beside = [r for r in data.responsibilities.values() if r.layer is None]
    drawn = False
    for responsibility in (*beside, *stack):
        cell = each.split[responsibility.id]
        if responsibility is stack[0]:
            table.add_section()
        if not drawn and responsibility.layer is not None and responsibility.id == each.boundary:
            table.add_section()
            drawn = True
        scope = "" if responsibility.scope is Scope.RESOURCE else f" (once per {responsibility.scope.value})"
        table.add_row(
            Text(responsibility.title),
            _party(cell, found.not_applicable.get(responsibility.id)),
            _why(cell, found.not_applicable.get(responsibility.id), scope),
        )
    console.print(table)
    console.print()


def _party(cell: SplitCell, inapplicable: str | None) -> Text:
    if inapplicable is not None:
        return Text("n/a", style="dim")
    return Text(PARTY_WORD[cell.party], style=PARTY_STYLE[cell.party])


def _why(cell: SplitCell, inapplicable: str | None, scope: str) -> RenderableType:
    if inapplicable is not None:
        return Text(inapplicable, style="dim")
    parts: list[RenderableType] = []
    if cell.party is Party.SHARED:
        parts.append(Text.assemble(("AWS: ", PARTY_STYLE["aws"]), cell.aws))
        parts.append(Text.assemble(("You: ", PARTY_STYLE["customer"]), cell.customer, (scope, "dim")))
    else:
        parts.append(Text.assemble(cell.reason, (scope, "dim")))
    address = Text(cell.source, style=f"dim blue link {cell.source}", overflow="fold")
    if cell.confidence == "unverified":
        parts.append(Text("unverified: the page could not be confirmed", style="red"))
    parts.append(address)
    return Group(*parts)


def _knobs(knobs: Mapping[str, Sequence[PropertyNode]], data: Catalog, console: Console, *, everything: bool) -> None:
    total = sum(map(len, knobs.values()))
    console.print(Text(f"Your knobs: {total} configurable properties", style="bold"))
    for name, nodes in knobs.items():
        line = Text.assemble((data.responsibilities[name].title, "bold"), (f" {len(nodes)}  ", "dim"))
        top = sorted(nodes, key=lambda node: (node.path.count("."), node.path)) if not everything else list(nodes)
        shown = top if everything else top[:_KNOBS_SHOWN]
        line.append(", ".join(node.path + (" (opaque)" if node.opaque else "") for node in shown))
        if len(shown) < len(nodes):
            line.append(f" … {len(nodes) - len(shown)} more (--all)", style="dim")
        console.print(Padding(line, (0, 0, 0, 2)))
    console.print()


def _account_knobs(knobs: Sequence[AccountKnob], console: Console) -> None:
    console.print(Text("Set for the account or Region, by API only", style="bold"))
    for knob in knobs:
        console.print(Padding(Text.assemble((knob.id, "bold"), f"  {knob.title}"), (0, 0, 0, 2)))
        facts = Text.assemble(knob.set, ("   read  ", "dim"), knob.get, ("   by default  ", "dim"), knob.default)
        console.print(Padding(facts, (0, 0, 0, 4)))
        console.print(Padding(Text(knob.source, style="dim blue", no_wrap=True, overflow="ellipsis"), (0, 0, 0, 4)))
    console.print()


def _offering_list(title: str, offerings: Sequence[OfferingView], console: Console) -> None:
    console.print(Text(title, style="bold"))
    for each in offerings:
        line = Text.assemble((each.id, "bold"), f"  {each.title}  ", (f"boundary {each.boundary}", "cyan"))
        console.print(Padding(line, (0, 0, 0, 2)))
        condition = each.when or each.applies_to
        if condition:
            console.print(Padding(Text(f"when {condition}", style="dim"), (0, 0, 0, 4)))
    console.print()


def _moves(offerings: Sequence[OfferingView], data: Catalog, console: Console) -> None:
    """What would move the line: the other offerings, with the duties that change hands."""
    here = offerings[0]
    console.print(Text("What would move the line", style="bold"))
    for other in offerings[1:]:
        line = Text.assemble((other.id, "bold"), f"  {other.title}")
        console.print(Padding(line, (0, 0, 0, 2)))
        changed = [
            f"{data.responsibilities[name].title.lower()}: "
            f"{PARTY_WORD[here.split[name].party]} → {PARTY_WORD[cell.party]}"
            for name, cell in other.split.items()
            if cell.party is not here.split[name].party
        ]
        text = Text("; ".join(changed) if changed else "the same split", style="default" if changed else "dim")
        condition = other.when or other.applies_to
        if condition:
            text.append(f"   when {condition}", style="dim")
        console.print(Padding(text, (0, 0, 0, 4)))
    console.print()


def _responsibility(found: Explanation, console: Console) -> None:
    each = found.responsibility
    assert each is not None
    console.print(Text(each.definition))
    place = f"layer {each.layer} of the stack" if each.layer is not None else "beside the stack"
    facts = f"{place} · AWS calls it {each.control_class} · once per {each.scope.value}"
    console.print(Text(facts, style="dim"))
    console.print(Text.assemble(("AWS's part   ", PARTY_STYLE["aws"]), each.aws))
    console.print(Text.assemble(("Your part    ", PARTY_STYLE["customer"]), each.customer))
    if each.reason:
        console.print(Text.assemble(("Why          ", "dim"), each.reason))
    console.print(Text.assemble(("NIST SP 800-53 Rev. 5   ", "dim"), ", ".join(each.nist_800_53_r5)))
    counts = ", ".join(f"{number} {PARTY_WORD[party]}" for party, number in found.parties.items())
    console.print(Text.assemble(("Over all offerings      ", "dim"), counts))
    console.print()
    if found.exceptions:
        console.print(Text("Said of an offering itself", style="bold"))
        for offering, cell in found.exceptions.items():
            line = Text.assemble((offering, "bold"), "  ", (PARTY_WORD[cell.party], PARTY_STYLE[cell.party]), "  ")
            line.append(f"AWS: {cell.aws} You: {cell.customer}" if cell.party is Party.SHARED else cell.reason)
            console.print(Padding(line, (0, 0, 0, 2)))
        console.print()


# compare -------------------------------------------------------------------------------------------------------------

_MOVES: Mapping[str, tuple[str, str]] = {
    "to-aws": ("goes to AWS", "cyan"),
    "to-customer": ("comes to you", "yellow"),
    "stays": ("stays", "dim"),
    "aws": ("AWS's in both", "dim"),
}


def compare(found: Comparison, console: Console) -> None:
    """Print two offerings side by side, then what moves, stays and is shared."""
    console.print(_facts(found.first))
    console.print(Padding(Text(found.first.because, style="italic"), (0, 0, 0, 2)))
    console.print(_facts(found.second))
    console.print(Padding(Text(found.second.because, style="italic"), (0, 0, 0, 2)))
    console.print()
    table = Table(border_style="dim", width=min(console.width, 120), pad_edge=False)
    table.add_column("Responsibility", ratio=2)
    table.add_column(found.first.id, ratio=1)
    table.add_column(found.second.id, ratio=1)
    table.add_column(f"with {found.first.id}", ratio=1)
    for row in found.rows:
        word, style = _MOVES[row.moves]
        if row.moves == "stays" and row.first.party is Party.SHARED:
            word = "stays shared"
        table.add_row(row.title, _party(row.first, None), _party(row.second, None), Text(word, style=style))
    console.print(table)
    _summary(found, console)


def _summary(found: Comparison, console: Console) -> None:
    """The outcome in words: what choosing the first over the second means."""
    to_aws = [row for row in found.rows if row.moves == "to-aws"]
    lines = (
        ("AWS takes over", [row for row in to_aws if row.first.party is Party.AWS]),
        ("You share with AWS what was yours", [row for row in to_aws if row.first.party is not Party.AWS]),
        ("Comes to you", [row for row in found.rows if row.moves == "to-customer"]),
        ("Shared in both", [row for row in found.rows if row.moves == "stays" and row.first.party is Party.SHARED]),
        ("Stays yours", [row for row in found.rows if row.moves == "stays" and row.first.party is Party.CUSTOMER]),
        ("AWS's in both", [row for row in found.rows if row.moves == "aws"]),
    )  # fmt: skip
    console.print(Text(f"With {found.first.id} instead of {found.second.id}", style="bold"))
    for title, rows in lines:
        if rows:
            console.print(
                Padding(Text.assemble((f"{title}: ", "bold"), ", ".join(_name(r) for r in rows)), (0, 0, 0, 2))
            )
    console.print()


def _name(row: Row) -> str:
    return row.title.lower()
