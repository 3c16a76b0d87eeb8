"""The connections as a graph: Mermaid, for Markdown and wikis, and DOT, for Graphviz. Resources stand by offering.

Large estates are cut, those with most connections kept, and the graph says so.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Final, NamedTuple

from demarcate.catalog import Catalog
from demarcate.model import Duty, Ledger, LedgerResource, Status
from demarcate.report.formats import RenderOptions
from demarcate.report.terminal_text import safe

MAX_NODES: Final = {"mermaid": 200, "dot": 2000}
MAX_EDGES: Final = {"mermaid": 400, "dot": 8000}
"""Mermaid draws 500 edges unless it is set up for more."""
_LONGEST: Final = 60
_WORST: Final = (Status.NOT_SATISFIED, Status.UNKNOWN, Status.OPEN)
_FILL: Final = {Status.NOT_SATISFIED: "#f4b6b6", Status.UNKNOWN: "#e3c6f0", Status.OPEN: "#f7e3a1"}
_MARK: Final = {Status.NOT_SATISFIED: "✗", Status.UNKNOWN: "?", Status.OPEN: "○"}
_DONE: Final = ("#c9e7cb", "✓")


class _Graph(NamedTuple):
    """What is drawn: nodes by offering with their number, edges with their kinds, and what was left out."""

    clusters: dict[str, list[LedgerResource]]
    numbers: dict[str, int]
    edges: list[tuple[str, str, str]]
    worst: dict[str, Status]
    note: str


def render_mermaid(ledger: Ledger, _data: Catalog, _options: RenderOptions) -> Iterator[bytes]:
    """A flowchart, from left to right."""
    graph = _graph(ledger, "mermaid")
    lines = ["flowchart LR"]
    if graph.note:
        lines.append(f"  note>{_mermaid(graph.note)}]")
    for number, (offering, resources) in enumerate(graph.clusters.items()):
        lines.append(f"  subgraph g{number}[{_mermaid(offering)}]")
        for each in resources:
            mark = _look(graph, each.id)[1]
            lines.append(f"    n{graph.numbers[each.id]}[{_mermaid(f'{mark} {each.name}')}]")
        lines.append("  end")
    for source, target, kinds in graph.edges:
        lines.append(f"  n{graph.numbers[source]} -->|{_mermaid(kinds)}| n{graph.numbers[target]}")
    for status, style in (*((each, _FILL[each]) for each in _WORST), (None, _DONE[0])):
        found = [f"n{number}" for each, number in graph.numbers.items() if graph.worst.get(each) is status]
        if found:
            name = status.value.replace("-", "_") if status is not None else "done"
            lines += [f"  classDef {name} fill:{style},stroke:#555,color:#111", f"  class {','.join(found)} {name}"]
    yield ("\n".join(lines) + "\n").encode()


def _mermaid(text: str) -> str:
    """A quoted label in which every character that is more than text is a character reference."""
    plain = "".join(
        each if each.isalnum() or each in " .,:-_/()…✗✓○" else f"#{ord(each)};" for each in _short(safe(text))
    )
    return f'"{plain}"'


def render_dot(ledger: Ledger, _data: Catalog, _options: RenderOptions) -> Iterator[bytes]:
    """A directed graph, from left to right."""
    graph = _graph(ledger, "dot")
    lines = ["digraph demarcate {", "  rankdir=LR;", '  node [shape=box, style=filled, fontname="sans-serif"];',
             '  edge [fontname="sans-serif", fontsize=9];']  # fmt: skip
    if graph.note:
        lines.append(f"  label={_dot(graph.note)};")
    for number, (offering, resources) in enumerate(graph.clusters.items()):
        lines += [f"  subgraph cluster_{number} {{", f"    label={_dot(offering)};"]
        for each in resources:
            fill, mark = _look(graph, each.id)
            label = _dot(f"{mark} {each.name}")
            lines.append(f'    n{graph.numbers[each.id]} [label={label}, tooltip={_dot(each.id)}, fillcolor="{fill}"];')
        lines.append("  }")
    for source, target, kinds in graph.edges:
        lines.append(f"  n{graph.numbers[source]} -> n{graph.numbers[target]} [label={_dot(kinds)}];")
    yield ("\n".join([*lines, "}"]) + "\n").encode()


def _dot(text: str) -> str:
    """A quoted string; a backslash would begin an escape of Graphviz's, and an ampersand a character reference."""
    shown = _short(safe(text)).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
    return f'"{shown}"'


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _look(graph: _Graph, resource: str) -> tuple[str, str]:
    status = graph.worst.get(resource)
    return _DONE if status is None else (_FILL[status], _MARK[status])


def _graph(ledger: Ledger, name: str) -> _Graph:
    kinds: dict[tuple[str, str], set[str]] = defaultdict(set)
    for each in ledger.connections:
        kinds[each.source, each.target].add(each.kind)
    weight = Counter(end for pair in kinds for end in pair)
    resources = sorted(ledger.resources, key=lambda each: (-weight[each.id], each.id))[: MAX_NODES[name]]
    kept = {each.id for each in resources}
    pairs = sorted(pair for pair in kinds if kept.issuperset(pair))
    shown = pairs[: MAX_EDGES[name]]
    clusters: dict[str, list[LedgerResource]] = defaultdict(list)
    for resource in sorted(resources, key=lambda each: (each.offering, each.id)):
        clusters[resource.offering].append(resource)
    ordered = [each for found in clusters.values() for each in found]
    left_out = len(ledger.resources) - len(resources), len(kinds) - len(shown)
    note = f"left out: {left_out[0]:,} resources and {left_out[1]:,} connections" if any(left_out) else ""
    return _Graph(
        clusters=dict(clusters),
        numbers={each.id: number for number, each in enumerate(ordered)},
        edges=[(source, target, ", ".join(sorted(kinds[source, target]))) for source, target in shown],
        worst=_worst(ledger.duties),
        note=note,
    )


def _worst(duties: tuple[Duty, ...]) -> dict[str, Status]:
    """The status of each resource's duty that presses most, if any does."""
    found: dict[str, Status] = {}
    for duty in duties:
        if duty.status in _WORST:
            before = found.get(duty.resource)
            if before is None or _WORST.index(duty.status) < _WORST.index(before):
                found[duty.resource] = duty.status
    return found
