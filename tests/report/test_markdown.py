"""The Markdown summary, rendered by an independent parser."""

import re
from html.parser import HTMLParser

import msgspec
import pytest
from markdown_it import MarkdownIt

from demarcate.catalog import catalog
from demarcate.model import Skipped
from demarcate.report import markdown
from demarcate.report.formats import RenderOptions
from demarcate.report.markdown import LIMIT, code, prose

DEFAULT = RenderOptions()
HOSTILE = [
    "`", "``", "` `` ```", "a`b", "|", "\\|", "a\\", "<img src=x onerror=alert(1)>", "[x](https://evil.example)", "](x",
    "![x](https://evil.example/x.png)", "@octocat", "#1", "https://evil.example", "www.evil.example", "a@evil.example",
    "**b**", "_i_", "~~s~~", "--> <!--", "</details>", "</code>", "\n\n# head", "  ", "", ":tada:", "$x$", "&lt;b&gt;",
]  # fmt: skip


def text_of(ledger_and_data, options=DEFAULT):
    ledger, data = ledger_and_data
    return b"".join(markdown.render(ledger, data, options)).decode()


class _Page(HTMLParser):
    """The tags of a page, the addresses that it links to, and its text inside and outside of code."""

    def __init__(self):
        super().__init__()
        self.tags, self.links, self.plain, self.coded, self.within = set(), [], [], [], 0

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.within += tag == "code"
        self.links += [value for name, value in attrs if name in ("href", "src")]

    def handle_endtag(self, tag):
        self.within -= tag == "code"

    def handle_data(self, data):
        (self.coded if self.within else self.plain).append(data)


def page(text):
    """The text as GitHub's flavour renders it, as far as the parser knows it: tables, strikethrough, links, HTML."""
    found = _Page()
    found.feed(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text))
    return found


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize("table", [False, True])
def test_text_from_the_estate_is_code_and_nothing_else(text, table):
    written = f"| a | b |\n| --- | --- |\n| {code(text)} | end |\n" if table else f"- {code(text)} end\n"
    found = page(written)
    assert found.links == []
    assert found.tags <= {"p", "ul", "li", "code", "table", "thead", "tbody", "tr", "th", "td"}
    (coded,) = ["".join(found.coded)]
    expected = text.replace("\n", "␊").replace("|", "¦").strip() or "–"
    assert coded.strip() == expected
    assert "".join(found.plain).split() == (["a", "b", "end"] if table else ["end"])


@pytest.mark.parametrize("text", [each for each in HOSTILE if each.strip() and "|" not in each], ids=ascii)
def test_prose_is_text_and_nothing_else(text):
    found = page(f"x {prose(text)} y\n")
    assert found.links == []
    assert found.tags == {"p"}
    shown = "".join(found.plain).replace("\u200b", "").strip()
    assert shown == f"x {text.replace(chr(10), '␊')} y"


def test_mentions_in_prose_reach_nobody():
    assert re.search(r"@\w", prose("ask @octocat")) is None


@pytest.mark.parametrize("which", ["vaults", "attacks", "shop"])
def test_it_is_well_formed_and_holds_only_links_to_the_documentation(which, request):
    text = text_of(request.getfixturevalue(which))
    found = page(text)
    assert {"script", "img", "a"} & found.tags <= {"a"}
    assert all(each.startswith(("https://docs.example.com/", "https://docs.aws.amazon.com/")) for each in found.links)
    assert text.count("<details>") == text.count("</details>")
    assert "<h3>" not in "".join(found.plain)


def test_the_most_pressing_stand_first_and_open(shop):
    text = text_of(shop)
    places = [text.index(f"Not satisfied, {each} (") for each in ("critical", "high", "medium", "low")]
    assert places == sorted(places)
    assert text.index("### Not satisfied, critical") < text.index("<details>")
    assert "| not satisfied | 1 | 8 | 28 | 12 |" in text
    assert "`examples/webshop/data.yaml:98`" in text
    assert "Yours and undecided: 478 duties" in text


def test_files_are_linked_if_their_address_is_known(vaults):
    text = text_of(vaults, RenderOptions(source_url="https://git.example/o/r/blob/abc"))
    assert "[`shop.yaml:7`](<https://git.example/o/r/blob/abc/shop.yaml#L7>)" in text
    assert "https://git.example/o/r/blob/abc/shop.yaml#L7" in page(text).links


def test_hostile_files_are_linked_harmlessly(attacks):
    text = text_of(attacks, RenderOptions(source_url="https://git.example/o/r/blob/abc"))
    for each in page(text).links:
        assert re.fullmatch(r"https://(docs|git)\.example(\.com)?/[A-Za-z0-9._~%/#L-]+", each)


def test_a_large_summary_is_cut_and_says_so(thousands):
    text = text_of(thousands)
    assert 60_000 < len(text) <= LIMIT
    (shown,) = re.findall(r"… and ([\d,]+) findings more", text)
    rows = text.count("[acme-vault-locked](<")
    assert rows + int(shown.replace(",", "")) == 3000
    assert text.count("<details>") == text.count("</details>")
    assert "as of" in text.splitlines()[-1]


def test_long_names_are_cut(vaults):
    ledger, data = vaults
    resources = tuple(msgspec.structs.replace(each, name="x" * 5000) for each in ledger.resources)
    assert len(text_of((msgspec.structs.replace(ledger, resources=resources), data))) < 10_000


def test_what_could_not_be_read_stands_openly(vaults):
    ledger, data = vaults
    skipped = tuple(Skipped(f"f{n}.yaml", "template", "no <b>YAML</b>", "error") for n in range(30))
    text = text_of((msgspec.structs.replace(ledger, skipped=skipped), data))
    assert "**30 things could not be read**" in text
    assert "- `f0.yaml` `template`: `no <b>YAML</b>`" in text
    assert "… and 10 more" in text


def test_satisfied_ones_if_asked_for(vaults):
    assert "Satisfied (" not in text_of(vaults)
    assert "Satisfied (" in text_of(vaults, RenderOptions(satisfied=True))


def test_a_control_that_is_not_known_is_code(vaults):
    assert "| `acme-vault-locked` |" in re.sub(r" +", " ", text_of((vaults[0], catalog())))
