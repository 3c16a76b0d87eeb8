"""The HTML report as a reader uses it, in headless Chromium, wide and narrow."""

import csv
import io
from urllib.parse import quote

import pytest
from tests.browser.conftest import ACCOUNTS

from demarcate.model import Outcome, Status

WIDTHS = (1440, 390)
DISTRIBUTION = "examples/webshop/shop.yaml#Edge/Distribution"
ROWS = ".vt-body [role=row]"
COUNT = ".result b"


def yours(ledger):
    usual = (Status.NOT_APPLICABLE, Status.INHERITED)
    return [each for each in ledger.duties if each.status not in usual]


def duties_shown(tab):
    return int(tab.inner_text(COUNT).split()[0].replace(",", ""))


@pytest.mark.parametrize("width", WIDTHS)
def test_the_picture_shows_every_responsibility_and_leads_to_its_duties(reader, shop_page, shop_ledger, width):
    read = reader(shop_page, width=width)
    tab = read.open()
    wanted = {each.responsibility for each in yours(shop_ledger)}
    blocks = "a[role=button][data-responsibility], a[role=button][data-layer]"
    found = tab.eval_on_selector_all(blocks, "all => all.map(e => e.dataset.responsibility ?? e.dataset.layer)")
    assert wanted <= set(found)
    tab.click("[data-responsibility=encryption-at-rest]")
    read.shows("duties")
    assert duties_shown(tab) == sum(each.responsibility == "encryption-at-rest" for each in yours(shop_ledger))
    read.open()
    tab.focus("[data-responsibility=secrets]")
    tab.keyboard.press("Space")  # a block is a button, so the space bar presses it
    read.shows("duties")
    assert "responsibility=secrets" in tab.url


def test_the_line_is_a_stair_with_aws_below(reader, shop_page):
    tab = reader(shop_page).open()
    path = tab.get_attribute(".line-stroke", "d")
    assert path.count("V") == 3  # EC2, Fargate, RDS and the rest have their lines at four heights
    parties = tab.eval_on_selector_all("[data-layer=facilities]", "all => all.map(e => e.dataset.party)")
    assert parties == ["aws"]
    system = tab.eval_on_selector_all("[data-layer=platform-software]", "all => all.map(e => e.dataset.party)")
    assert system == ["customer", "aws"]


def test_the_matrix_is_walked_with_arrow_keys(reader, shop_page):
    tab = reader(shop_page).open()
    tab.focus(".matrix-scroll >> nth=0")
    tab.keyboard.press("ArrowDown")
    first = tab.evaluate("document.activeElement.textContent")
    tab.keyboard.press("ArrowRight")
    second = tab.evaluate("document.activeElement.textContent")
    assert first.split(", ")[0] == second.split(", ")[0]
    assert first != second
    tab.keyboard.press("Enter")
    tab.wait_for_selector("html[data-ready=duties]", state="attached")


@pytest.mark.parametrize("width", WIDTHS)
def test_duties_are_filtered_searched_and_sorted(reader, shop_page, shop_ledger, width):
    tab = reader(shop_page, width=width).open("duties")
    assert duties_shown(tab) == len(yours(shop_ledger))
    tab.select_option("#f-service", "s3")
    of_s3 = {each.id for each in shop_ledger.resources if each.offering.startswith("s3.")}
    assert duties_shown(tab) == sum(each.resource in of_s3 for each in yours(shop_ledger))
    for box in ("open", "satisfied", "unknown"):
        tab.uncheck(f".statuses input[value={box}]")
    failed = [each for each in shop_ledger.duties if each.resource in of_s3 and each.status is Status.NOT_SATISFIED]
    assert duties_shown(tab) == len(failed)
    tab.select_option("#f-severity", "medium")
    assert 0 < duties_shown(tab) < len(failed)
    severities = tab.eval_on_selector_all(f"{ROWS} .sev", "all => all.map(e => e.textContent)")
    assert set(severities) == {"medium"}
    tab.select_option("#f-severity", "")
    tab.select_option("#f-framework", "fsbp")
    assert 0 < duties_shown(tab) <= len(failed)
    tab.click("[role=columnheader] button:has-text('Resource')")
    names = tab.eval_on_selector_all(f"{ROWS} .subject", "all => all.map(e => e.textContent.toLowerCase())")
    assert names == sorted(names)
    tab.click("[role=columnheader] button:has-text('Resource')")
    names = tab.eval_on_selector_all(f"{ROWS} .subject", "all => all.map(e => e.textContent.toLowerCase())")
    assert names == sorted(names, reverse=True)
    tab.fill("#f-q", "no such words at all")
    tab.wait_for_selector(".vt-empty:visible")


def test_a_link_brings_back_what_was_chosen(reader, shop_page):
    read = reader(shop_page)
    tab = read.open("duties")
    tab.fill("#f-q", "exports")
    tab.select_option("#f-responsibility", "authorization")
    tab.wait_for_url(lambda url: "q=exports" in url and "responsibility=authorization" in url)
    number, link = duties_shown(tab), tab.url.partition("#/duties")[2]
    again = reader(shop_page)
    other = again.open("duties", link)
    assert duties_shown(other) == number
    assert other.input_value("#f-q") == "exports"
    assert other.input_value("#f-responsibility") == "authorization"


def test_only_the_rows_in_sight_are_in_the_page(reader, shop_page, shop_ledger):
    tab = reader(shop_page).open("duties")
    assert tab.locator(ROWS).count() < 60 < len(yours(shop_ledger))
    tab.eval_on_selector(".vt-scroll", "e => { e.scrollTop = e.scrollHeight }")
    tab.wait_for_selector(f"{ROWS}[aria-rowindex='{len(yours(shop_ledger)) + 1}']")


def test_the_filtered_rows_are_exported(reader, shop_page, shop_ledger):
    tab = reader(shop_page).open("duties", "?status=not-satisfied")
    with tab.expect_download() as download:
        tab.click(".export")
    text = download.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    failed = {
        (each.resource, each.responsibility) for each in shop_ledger.duties if each.status is Status.NOT_SATISFIED
    }
    assert {(each["resource"], each["responsibility"]) for each in rows} == failed
    assert all(each["source"].startswith("https://") for each in rows)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_resource_shows_its_stack_findings_settings_and_connections(reader, shop_page, shop_ledger, width):
    read = reader(shop_page, width=width)
    tab = read.open("resources")
    tab.fill("#f-q", "edge/distribution")
    tab.click(f"{ROWS} .subject")
    read.shows("resource")
    assert tab.inner_text("h1") == "Edge/Distribution"
    layers = tab.eval_on_selector_all(".towers > li", "all => all.map(e => e.className || e.innerText.split('\\n')[0])")
    assert layers.index("tower-line") == layers.index("Application") + 1
    failed = [
        each for each in shop_ledger.findings
        if each.resource == DISTRIBUTION and each.outcome == Outcome.NOT_SATISFIED
    ]  # fmt: skip
    assert tab.locator("article.finding").count() == len(failed) > 0
    body = tab.inner_text("main")
    for each in failed:
        assert each.control in body
        assert f"{each.declared.file}:{each.declared.line}" in body
    assert "DistributionConfig.DefaultCacheBehavior.ViewerProtocolPolicy" in tab.inner_text(".evidence >> nth=1")
    tab.click("#duty-logging .knobs > summary")
    assert "DistributionConfig.Logging.Bucket" in tab.inner_text("#duty-logging .knobs")
    ends = [each for each in shop_ledger.connections if DISTRIBUTION in (each.source, each.target)]
    others = {(each.source, each.target) for each in ends}
    assert tab.locator(".ego-edge").count() == len(others)


def test_a_resource_opens_at_a_duty(reader, shop_page):
    tab = reader(shop_page).open("resource", f"/{quote(DISTRIBUTION, safe='')}?r=application")
    assert tab.locator("#duty-application[open]").count() == 1
    assert tab.locator("#duty-application .halves-list").is_visible()


def test_the_graph_is_chosen_from_found_in_and_walked(reader, shop_page, shop_ledger):
    tab = reader(shop_page).open("connections")
    ends = {end for each in shop_ledger.connections for end in (each.source, each.target)}
    assert tab.locator(".node").count() == len(ends)
    tab.fill("#g-q", "OrderFunction")
    tab.wait_for_selector(".graph-panel:visible")
    assert "OrderFunction" in tab.inner_text(".graph-panel h2")
    assert tab.locator(".edge.out").count() > 0
    tab.focus("svg.graph")
    tab.keyboard.press("Enter")
    tab.keyboard.press("ArrowDown")
    label = tab.evaluate("document.activeElement.getAttribute('aria-label')")
    tab.keyboard.press("Enter")
    assert tab.inner_text(".graph-panel h2") in label
    before = tab.get_attribute("svg.graph > g", "transform")
    tab.click(".graph-tools button[aria-label='Zoom in']")
    assert tab.get_attribute("svg.graph > g", "transform") != before
    tab.click("text=by offering")
    tab.wait_for_selector(".segment[aria-current]:has-text('by offering')")
    assert 0 < tab.locator(".node").count() < len(ends)


def test_nist_controls_say_what_each_party_does(reader, shop_page):
    tab = reader(shop_page).open("nist")
    tab.fill("#f-q", "PE-")
    assert tab.locator("details.nist").count() > 5
    assert set(tab.locator("details.nist .party").all_inner_texts()) == {"AWS provides it"}
    tab.fill("#f-q", "ac-3")
    tab.click("#nist-AC-3 > summary")
    assert tab.inner_text("#nist-AC-3 .half.b-customer ul")
    assert tab.inner_text("#nist-AC-3 .half.b-aws ul")


def test_the_keyboard_reaches_everything_from_the_top(reader, shop_page):
    tab = reader(shop_page).open()
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to content"
    reached = set()
    for _ in range(90):
        tab.keyboard.press("Tab")
        reached.add(tab.evaluate("document.activeElement.className.baseVal ?? document.activeElement.className"))
    wanted = ("brand", "theme", "block b-customer", "matrix-scroll")
    for each in wanted:
        assert any(name.startswith(each) for name in reached), each


def test_the_theme_is_the_systems_until_one_is_chosen(reader, shop_page):
    tab = reader(shop_page, scheme="dark").open()
    background = "getComputedStyle(document.documentElement).backgroundColor"
    dark = tab.evaluate(background)
    tab.click(".theme")
    assert tab.evaluate(background) != dark
    tab.click(".theme")
    assert tab.evaluate(background) == dark


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("view", ["overview", "duties", "resources", "connections", "nist", "print"])
def test_no_view_is_wider_than_the_screen(reader, shop_page, view, width):
    tab = reader(shop_page, width=width).open(view)
    assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_an_account_is_chosen_where_there_are_several(reader, two_accounts_page, two_accounts_ledger):
    tab = reader(two_accounts_page).open("duties")
    assert tab.locator("#f-account option").all_inner_texts() == ["all", *ACCOUNTS]
    tab.select_option("#f-account", ACCOUNTS[1])
    mine = {each.id for each in two_accounts_ledger.resources if each.account == ACCOUNTS[1]} | {ACCOUNTS[1]}
    wanted = [each for each in yours(two_accounts_ledger) if each.resource in mine]
    assert duties_shown(tab) == len(wanted) > 0
    assert f"account={ACCOUNTS[1]}" in tab.url


def test_one_account_needs_no_filter(reader, shop_page):
    assert reader(shop_page).open("duties").locator("#f-account").count() == 0


def test_a_phone_draws_connections_by_offering_until_asked_otherwise(reader, shop_page, shop_ledger):
    tab = reader(shop_page, width=390).open("connections")
    drawn = tab.locator(".node").count()
    assert tab.inner_text(".segment[aria-current]") == "by offering"
    tab.click("text=each resource")
    tab.wait_for_selector(".segment[aria-current]:has-text('each resource')")
    assert tab.locator(".node").count() > drawn > 0


def test_a_graph_of_hundreds_has_its_nodes_apart_and_in_sight(reader, hundreds_page):
    tab = reader(hundreds_page).open("connections", "?mode=resources")
    boxes = tab.eval_on_selector_all(
        ".node > rect:first-child",
        "all => all.map(e => e.getBoundingClientRect()).map(r => [r.left, r.top, r.right, r.bottom])",
    )
    assert len(boxes) > 400
    apart = [
        a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]  # left, top, right, bottom
        for number, a in enumerate(boxes)
        for b in boxes[:number]
    ]
    assert all(apart)
    frame = tab.eval_on_selector("svg.graph", "e => { const r = e.getBoundingClientRect(); return [r.left, r.right] }")
    assert all(frame[0] <= left and right <= frame[1] for left, _, right, _ in boxes)


@pytest.mark.parametrize("mode", ["resources", "offerings"])
def test_words_in_the_graph_end_where_their_boxes_do(reader, hundreds_page, mode):
    tab = reader(hundreds_page).open("connections", f"?mode={mode}")
    wide = "e => e.getBoundingClientRect().width"
    over = f"all => all.map(e => ({wide})(e) - ({wide})(e.closest('g').querySelector('rect'))).filter(each => each > 0)"
    for _ in range(6):
        assert tab.locator(".box-title").count() > 10
        assert tab.eval_on_selector_all(".box-title, .node text", over) == []
        tab.click(".graph-tools button[aria-label='Zoom in']")


def test_five_thousand_resources_can_be_used_within_two_seconds(reader, thousands_page):
    assert thousands_page.stat().st_size < 8_000_000
    read = reader(thousands_page)
    tab = read.open()
    assert tab.evaluate("performance.getEntriesByType('navigation')[0].domComplete") < 2000
    assert tab.locator("[data-responsibility]").count() > 10
    tab.click("nav a[href='#/duties']")
    read.shows("duties")
    assert duties_shown(tab) > 5000
    assert tab.locator(ROWS).count() < 60
