"""``python -m bench.html``: the size of the HTML report of large estates and how soon it can be used in a browser.

It prints, for each number of resources, the seconds to render, the page's megabytes, and in headless Chromium the
seconds until the first view is drawn and until the duties can be filtered. It fails where a limit is not kept.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import msgspec
from bench.template import template

from demarcate import assess
from demarcate.catalog import catalog
from demarcate.model import Ledger
from demarcate.report import html
from demarcate.report.formats import RenderOptions
from demarcate.report.pdf import find_browser

LIMITS = {5000: (8.0, 2.0)}
"""What is promised: resources → megabytes of the page, seconds until it is interactive."""
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


class Measured(msgspec.Struct, frozen=True):
    """Seconds to render and bytes of the page; seconds to the first view, to the duties, and to a search of them."""

    render: float
    size: int
    first: float
    duties: float
    search: float


def ledger_of(resources: int, folder: Path) -> Ledger:
    """The ledger of a made template of so many resources."""
    file = folder / f"{resources}.json"
    file.write_bytes(msgspec.json.encode(template(resources)))
    return assess(file)


def measure(ledger: Ledger, folder: Path) -> Measured:
    """Render a ledger and open it in headless Chromium."""
    from playwright.sync_api import sync_playwright

    start = time.perf_counter()
    page = folder / "report.html"
    page.write_bytes(b"".join(html.render(ledger, catalog(), RenderOptions())))
    rendered = time.perf_counter() - start
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=find_browser(), args=list(FLAGS))
        tab = browser.new_page(viewport={"width": 1440, "height": 900})
        tab.set_default_timeout(120_000)
        start = time.perf_counter()
        tab.goto(page.as_uri(), wait_until="commit")
        tab.wait_for_selector("html[data-ready=overview]", state="attached")
        first = time.perf_counter() - start
        start = time.perf_counter()
        tab.click("nav a[href='#/duties']")
        tab.wait_for_selector(".view-duties .vt-body [role=row]")
        duties = time.perf_counter() - start
        start = time.perf_counter()
        tab.fill("#f-q", "kms")
        tab.wait_for_url(lambda url: "q=kms" in url)
        search = time.perf_counter() - start
        browser.close()
    return Measured(rendered, page.stat().st_size, first, duties, search)


def main() -> int:
    """Measure each size asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("resources", nargs="*", type=int, default=[5000, 50_000])
    late = False
    for number in parser.parse_args().resources:
        with tempfile.TemporaryDirectory() as name:
            found = measure(ledger_of(number, Path(name)), Path(name))
        megabytes = found.size / 1e6
        print(
            f"{number:,} resources: rendered in {found.render:.1f} s, {megabytes:.2f} MB; "
            f"first view {found.first:.2f} s, duties {found.duties:.2f} s, search {found.search:.2f} s"
        )
        most, seconds = LIMITS.get(number, (float("inf"), float("inf")))
        if megabytes > most or found.first > seconds:
            print(f"over the limit of {most} MB and {seconds} s", file=sys.stderr)
            late = True
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
