"""Reports opened in Chromium from a file, as a reader opens them; what a page says, asks for or downloads is kept."""

import contextlib
import shutil
import sys
from pathlib import Path

import msgspec
import pytest
from bench.html import ledger_of
from tests.browser.hostile import hostile_ledger

from demarcate import assess
from demarcate.api import assess_estate
from demarcate.catalog import catalog
from demarcate.errors import DemarcateError
from demarcate.report import html
from demarcate.report.formats import RenderOptions
from demarcate.report.pdf import find_browser
from demarcate.sources import ReadOptions, read

ROOT = Path(__file__).parents[2]
ACCOUNTS = ("111122223333", "444455556666")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip


def written(ledger, file):
    file.write_bytes(b"".join(html.render(ledger, catalog(), RenderOptions())))
    return file


@pytest.fixture(scope="session")
def shop_ledger():
    with contextlib.chdir(ROOT):
        return assess("examples/webshop")


@pytest.fixture(scope="session")
def shop_page(shop_ledger, tmp_path_factory):
    return written(shop_ledger, tmp_path_factory.mktemp("shop") / "report.html")


@pytest.fixture(scope="session")
def two_accounts_ledger():
    """The web shop with its data in another account."""
    with contextlib.chdir(ROOT):
        estate = read(["examples/webshop"], ReadOptions(account=ACCOUNTS[0]))
    resources = tuple(
        msgspec.structs.replace(each, account=ACCOUNTS[1]) if "#Data/" in each.id else each for each in estate.resources
    )
    return assess_estate(msgspec.structs.replace(estate, resources=resources))


@pytest.fixture(scope="session")
def two_accounts_page(two_accounts_ledger, tmp_path_factory):
    return written(two_accounts_ledger, tmp_path_factory.mktemp("accounts") / "report.html")


@pytest.fixture(scope="session")
def hundreds_page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hundreds")
    return written(ledger_of(500, folder), folder / "report.html")


@pytest.fixture(scope="session")
def thousands_page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("thousands")
    return written(ledger_of(5000, folder), folder / "report.html")


@pytest.fixture(scope="session")
def hostile_page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    return written(hostile_ledger(folder), folder / "report.html")


@pytest.fixture(scope="session")
def browser():
    try:
        path = find_browser()
    except DemarcateError:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=path, args=list(FLAGS))
        yield found
        found.close()


class Reader:
    """A tab with a report; ``said`` are errors and warnings of its console, ``asked`` what it fetched beside itself."""

    def __init__(self, browser, file, *, width=1440, scheme="light", **options):
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, accept_downloads=True, **options
        )
        self.tab = self.context.new_page()
        self.tab.set_default_timeout(15_000)
        self.file = file.as_uri()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.tab.on("console", lambda each: self.said.append(each.text) if each.type in ("error", "warning") else None)
        self.tab.on("pageerror", lambda each: self.said.append(str(each)))
        self.tab.on("request", lambda each: self.asked.append(each.url) if not self.own(each.url) else None)

    def own(self, url):
        return url.partition("#")[0] == self.file or url.startswith("blob:")

    def open(self, view="overview", rest=""):
        """Load the page anew at a view."""
        self.tab.goto("about:blank")
        self.asked.clear()
        self.tab.goto(f"{self.file}#/{view}{rest}")
        self.shows(view)
        return self.tab

    def shows(self, view):
        self.tab.wait_for_selector(f"html[data-ready={view}]", state="attached")

    def quiet(self):
        assert self.said == []
        assert self.asked == []


@pytest.fixture
def reader(browser):
    """Makes readers; each must end with a quiet console and nothing fetched."""
    made = []

    def make(file, **options):
        made.append(Reader(browser, file, **options))
        return made[-1]

    yield make
    for each in made:
        each.quiet()
        each.context.close()


@pytest.fixture(scope="session")
def axe():
    """The source of axe-core, from the pinned npm package."""
    if shutil.which("npm") is None:
        pytest.skip("no npm, which brings axe-core")
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        import build_web

        build_web.install()
    finally:
        sys.path.pop(0)
    return (ROOT / "web/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
