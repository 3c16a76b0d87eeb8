"""Controls on a terminal: one in full, or a list."""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from demarcate.catalog import Catalog
from demarcate.catalog.snippets import example_template
from demarcate.model import Control
from demarcate.report.terminal_findings import SEVERITY_STYLE


def control_in_full(control: Control, data: Catalog, console: Console) -> None:
    """Print everything that the catalogue says of a control."""
    responsibility = data.responsibilities[control.responsibility]
    console.print(
        Text.assemble(
            (control.severity.value, SEVERITY_STYLE[control.severity.value]),
            f"   {responsibility.title.lower()}   profile {control.profile}",
            "   derived from the property's name" if control.derived else "",
        )
    )
    console.print(Text.assemble(("On  ", "dim"), ", ".join(control.types)))
    console.print()
    for title, text in (("Why", control.why), ("Fix", control.fix)):
        console.print(Text.assemble((f"{title}  ", "bold"), text))
    console.print()
    for title, expression in (("when", control.when), ("unless", control.unless), ("expect", control.expect)):
        if expression:
            console.print(Text.assemble((f"{title:7}", "dim"), (expression, "cyan")))
    if control.params:
        console.print(Text.assemble(("params ", "dim"), ", ".join(f"{k}: {v}" for k, v in control.params.items())))
    console.print()
    written = control.snippets.cloudformation
    for title, snippet in (
        ("CloudFormation", written),
        ("Terraform", control.snippets.terraform),
        ("An example that satisfies it", "" if written else example_template(control)),
    ):
        if snippet:
            console.print(Text(title, style="bold"))
            console.print(Padding(Text(snippet.rstrip(), style="green"), (0, 0, 0, 2), expand=False))
    for framework, ids in data.framework_ids(control).items():
        console.print(Text.assemble((f"{framework}  ", "dim"), ", ".join(ids)))
    console.print(Text(control.source, style=f"dim blue link {control.source}", overflow="fold"))
    if not data.is_verified(control):
        console.print(Text("unverified: the page could not be confirmed", style="red"))
    counts = {
        "satisfied": control.examples.satisfied,
        "not-satisfied": control.examples.not_satisfied,
        "unknown": control.examples.unknown,
        "not-applicable": control.examples.not_applicable,
    }
    shown = ", ".join(f"{len(examples)} {outcome}" for outcome, examples in counts.items() if examples)
    if shown:
        console.print(Text(f"Examples that are its tests: {shown}", style="dim"))


def control_list(controls: Sequence[Control], console: Console) -> None:
    """Print a line a control."""
    table = Table(border_style="dim", pad_edge=False)
    table.add_column("Control", overflow="fold")
    table.add_column("Severity", no_wrap=True)
    table.add_column("Responsibility", no_wrap=True)
    table.add_column("What holds", ratio=1, overflow="fold")
    for each in controls:
        severity = Text(each.severity.value, style=SEVERITY_STYLE[each.severity.value])
        mark = " (strict)" if each.profile == "strict" else ""
        table.add_row(each.id, severity, each.responsibility, each.title + mark)
    console.print(table)
    console.print(f"{len(controls):,} controls over {len({t for each in controls for t in each.types}):,} types")
