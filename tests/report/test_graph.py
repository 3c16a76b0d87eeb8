"""The graphs: every node and edge once, names that break out of nothing, and a stated cut."""

import re

import msgspec
import pytest

from demarcate.model import Connection
from demarcate.report import graph
from demarcate.report.formats import RenderOptions

OPTIONS = RenderOptions()
MERMAID_LINE = re.compile(
    r"""flowchart\ LR|\s*end
    |\s*subgraph\ g\d+\["[^"]*"\]
    |\s*n\d+\["[^"]*"\]
    |\s*n\d+\ -->\|"[^"]*"\|\ n\d+
    |\s*note>"[^"]*"\]
    |\s*classDef\ \w+\ fill:\#[0-9a-f]{6},stroke:\#555,color:\#111
    |\s*class\ n\d+(,n\d+)*\ \w+""",
    re.VERBOSE,
)
STRING = r'"(?:[^"\\\n]|\\["\\])*"'
DOT_LINE = re.compile(
    rf"""digraph\ demarcate\ \{{|\s*\}}|\s*rankdir=LR;|\s*(?:node|edge)\ \[[^\]]*\];
    |\s*label={STRING};
    |\s*subgraph\ cluster_\d+\ \{{
    |\s*n\d+\ \[label={STRING},\ tooltip={STRING},\ fillcolor="\#[0-9a-f]{{6}}"\];
    |\s*n\d+\ ->\ n\d+\ \[label={STRING}\];""",
    re.VERBOSE,
)
FORMS = {"mermaid": (graph.render_mermaid, MERMAID_LINE, r"^\s*n\d+\[", " -->|"),
         "dot": (graph.render_dot, DOT_LINE, r"^\s*n\d+ \[", " -> ")}  # fmt: skip


def lines(name, ledger_and_data):
    ledger, data = ledger_and_data
    text = b"".join(FORMS[name][0](ledger, data, OPTIONS)).decode()
    assert text.endswith("\n")
    return text.removesuffix("\n").split("\n")


def counts(name, found):
    _, _, node, edge = FORMS[name]
    return sum(bool(re.match(node, line)) for line in found), sum(edge in line and '" ->' not in line for line in found)


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("which", ["vaults", "attacks", "shop", "thousands"])
def test_every_line_is_one_of_the_grammar(name, which, request):
    for line in lines(name, request.getfixturevalue(which)):
        assert FORMS[name][1].fullmatch(line), line


@pytest.mark.parametrize("name", FORMS)
def test_every_resource_and_connection_is_there(name, shop):
    ledger, _ = shop
    nodes, edges = counts(name, lines(name, shop))
    assert nodes == len(ledger.resources)
    assert edges == len({(each.source, each.target) for each in ledger.connections})


@pytest.mark.parametrize("name", FORMS)
def test_a_large_estate_is_cut_and_says_so(name, thousands):
    ledger, _ = thousands
    found = lines(name, thousands)
    nodes, edges = counts(name, found)
    assert nodes == graph.MAX_NODES[name]
    assert edges <= graph.MAX_EDGES[name]
    left_out = (
        f"left out: {len(ledger.resources) - nodes:,} resources and {len(ledger.connections) - edges:,} connections"
    )
    assert any(left_out in line for line in found)


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("text", ['"];x["', "\\", 'a\\"', "x\n  end", "#quot;", "&amp;", "%%{init}%%", "`md`", "]]>"])
def test_names_break_out_of_nothing(name, text, vaults):
    ledger, data = vaults
    resources = tuple(msgspec.structs.replace(each, name=text, offering=text) for each in ledger.resources)
    connections = (Connection(resources[0].id, resources[1].id, text, text),)
    changed = msgspec.structs.replace(ledger, resources=resources, connections=connections)
    found = lines(name, (changed, data))
    assert all(FORMS[name][1].fullmatch(line) for line in found)
    assert counts(name, found) == (len(resources), 1)


def test_kinds_of_one_pair_stand_on_one_edge(vaults):
    ledger, data = vaults
    first, second = (each.id for each in ledger.resources[:2])
    connections = tuple(Connection(first, second, kind, "x") for kind in ("b", "a"))
    found = lines("dot", (msgspec.structs.replace(ledger, connections=connections), data))
    assert sum('[label="a, b"]' in line for line in found) == 1
