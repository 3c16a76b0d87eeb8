"""Names with markup, quotes, marks of direction and control characters: shown as text, and never more than that."""

import csv
import io
from urllib.parse import quote

import pytest
from tests.browser.hostile import CONTROL, FORMULA, INVISIBLE, MARKUP, NAMES, PLUS, RTL

VIEWS = ("overview", "duties", "resources", "connections", "nist", "not-read", "print")
ROWS = ".vt-body [role=row]"


def nothing_ran(tab):
    assert tab.evaluate("window.owned") is None
    assert tab.locator("main img, main script, main iframe, main style").count() == 0
    assert tab.evaluate("document.scripts.length") == 1


@pytest.mark.parametrize("view", VIEWS)
def test_no_name_becomes_markup(reader, hostile_page, view):
    tab = reader(hostile_page).open(view)
    nothing_ran(tab)
    links = tab.eval_on_selector_all("a[href]", "all => all.map(e => e.getAttribute('href'))")
    assert all(each.startswith(("#/", "https://docs.aws.amazon.com/", "https://aws.amazon.com/", "https://csrc.nist.gov/"))
               for each in links)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_resource_has_a_page_under_its_own_name(reader, hostile_page, name):
    read = reader(hostile_page)
    tab = read.open("resources")
    ids = tab.eval_on_selector_all(f"{ROWS} .subject", "all => all.map(e => e.getAttribute('href'))")
    (link,) = [each for each in ids if each.partition("?")[0].endswith(f"%23{quote(name, safe=EASY)}")]
    tab.goto(f"{read.file}{link}")
    read.shows("resource")
    nothing_ran(tab)
    heading = tab.inner_text("h1")
    assert heading
    if name.isprintable():
        assert heading == name


EASY = "!'()*~"
"""What JavaScript leaves as it is in an address and Python would not."""


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (RTL, "pay\\u202Egnp.exe"),
        (CONTROL, "a\\u0007b\\u001B[31mc\\u0000d"),
        (INVISIBLE, "zero\\u200Bwidth\\u2028line\\uFEFFmark"),
    ],
)
def test_what_cannot_be_seen_is_shown_as_an_escape(reader, hostile_page, name, shown):
    tab = reader(hostile_page).open("resources")
    texts = tab.locator(f"{ROWS} .subject").all_text_contents()
    assert shown in texts
    assert name not in tab.inner_text("main")
    within = "e.querySelector('bdi')"
    isolated = f"all => all.every(e => {within} && getComputedStyle({within}).unicodeBidi.includes('isolate'))"
    assert tab.eval_on_selector_all(f"{ROWS} .subject", isolated)


def test_no_formula_gets_into_the_export(reader, hostile_page):
    tab = reader(hostile_page).open("duties", "?status=any")
    with tab.expect_download() as download:
        tab.click(".export")
    text = download.value.path().read_text(encoding="utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert not any(each.lstrip().startswith(("=", "+", "-", "@")) for each in cells)
    assert any(FORMULA in each for each in cells)
    assert any(PLUS in each for each in cells)


def test_a_hostile_address_is_answered_with_text(reader, hostile_page):
    read = reader(hostile_page)
    tab = read.open("resource", f"/{quote(MARKUP, safe='')}?r=%3Cimg%20src=x%3E")
    assert MARKUP in tab.inner_text("main")
    nothing_ran(tab)
    tab.goto(
        f"{read.file}#/duties?offering={quote(MARKUP)}&status={quote(MARKUP)}&account={quote(MARKUP)}&sort=__proto__"
    )
    read.shows("duties")
    nothing_ran(tab)
