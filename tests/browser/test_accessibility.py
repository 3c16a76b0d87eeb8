"""What axe-core finds in every view, light and dark, wide and narrow: nothing."""

from urllib.parse import quote

import pytest
from tests.browser.conftest import Reader

DISTRIBUTION = quote("examples/webshop/shop.yaml#Edge/Distribution", safe="")
VIEWS = {
    "overview": "", "duties": "", "resources": "", "connections": f"?focus={DISTRIBUTION}", "nist": "?open=AC-3",
    "resource": f"/{DISTRIBUTION}?r=application", "print": "",
}  # fmt: skip
OPEN_ALL = "for (const each of document.querySelectorAll('main details')) each.open = true"
RUN = """axe.run(document, {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'], resultTypes: ['violations'],
})"""


class Inspector(Reader):
    """A tab that keeps the report and axe between views, which is many times as fast as loading them anew."""

    def __init__(self, browser, file, axe):
        super().__init__(browser, file, bypass_csp=True)  # axe makes scripts, which the page itself may not
        self.tab.goto(self.file)
        self.tab.evaluate(axe)

    def violations(self, view, rest="", *, width, scheme):
        self.tab.set_viewport_size({"width": width, "height": 900})
        self.tab.emulate_media(color_scheme=scheme)
        self.tab.goto(f"{self.file}#/{view}{rest}")
        self.shows(view)
        self.tab.evaluate(OPEN_ALL)
        self.tab.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
        result = self.tab.evaluate(RUN)
        assert len(result["passes"]) > 10, "axe has run"
        return [(each["id"], [node["html"][:160] for node in each["nodes"][:3]]) for each in result["violations"]]


@pytest.fixture(scope="module")
def inspectors(browser, axe, shop_page, hostile_page):
    """A tab of the web shop, and one of the hostile estate."""
    made = [Inspector(browser, file, axe) for file in (shop_page, hostile_page)]
    yield made
    for each in made:
        each.quiet()
        each.context.close()


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", [*VIEWS, "not-read"])
def test_axe_finds_nothing(inspectors, view, scheme, width):
    shop, hostile = inspectors
    inspector = hostile if view == "not-read" else shop
    assert inspector.violations(view, VIEWS.get(view, ""), width=width, scheme=scheme) == []


def test_axe_finds_what_is_wrong(browser, axe, shop_page):
    broken = Inspector(browser, shop_page, axe)
    broken.open("duties")
    broken.tab.evaluate(axe)
    broken.tab.evaluate("document.querySelector('#f-service').closest('.field').querySelector('label').remove()")
    found = broken.tab.evaluate(RUN)["violations"]
    assert [each["id"] for each in found] == ["select-name"]
    broken.context.close()
