"""The HTML report as a PDF: Chromium prints the page's paper view. The browser must be on the machine."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from demarcate.errors import DemarcateError
from demarcate.report import html
from demarcate.report.formats import RenderOptions, timestamp

if TYPE_CHECKING:
    from demarcate.catalog import Catalog
    from demarcate.model import Ledger

BROWSERS: Final = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)  # fmt: skip
"""The browsers that can print, as they are called; ``DEMARCATE_CHROMIUM`` names another one."""
_SECONDS: Final = 180
_FLAGS: Final = (
    "--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--no-pdf-header-footer",
    "--virtual-time-budget=20000",
)  # fmt: skip
_DATE: Final = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}([^)]*)\)")


def render(ledger: "Ledger", data: "Catalog", options: RenderOptions) -> Iterator[bytes]:
    """The PDF, whole. The same ledger gives the same bytes on the same machine; fonts and Chromium's version show.

    Raises :class:`DemarcateError` if no Chromium is found, or if it prints nothing.
    """
    browser = find_browser()
    with tempfile.TemporaryDirectory(prefix="demarcate-") as name:
        folder = Path(name)
        page, printed = folder / "report.html", folder / "report.pdf"
        with page.open("wb") as file:
            file.writelines(html.render(ledger, data, options))
        _print(browser, f"{page.as_uri()}#/print", printed, folder / "profile")
        yield _dated(printed.read_bytes(), timestamp(ledger, options))


def find_browser() -> str:
    """The path of a browser that can print. Raises :class:`DemarcateError` if there is none."""
    named = os.environ.get("DEMARCATE_CHROMIUM")
    for each in (named,) if named else BROWSERS:
        found = shutil.which(each)
        if found:
            return found
    if named:
        raise DemarcateError(f"DEMARCATE_CHROMIUM names {named!r}, which is no program", "", "name Chromium's path")
    mend = "install Chromium or Chrome, or name it in DEMARCATE_CHROMIUM; or write --format html and print it"
    raise DemarcateError("--format pdf prints with Chromium, and there is none on this machine", "", mend)


def _print(browser: str, url: str, printed: Path, profile: Path) -> None:
    # Chromium's own sandbox cannot start as root; the page may load nothing and is made here
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    command = [browser, *_FLAGS, *root, f"--user-data-dir={profile}", f"--print-to-pdf={printed}", url]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603  # no shell
    except subprocess.TimeoutExpired as error:
        raise DemarcateError(f"Chromium did not print within {_SECONDS} s", "", "write --format html") from error
    if done.returncode or not printed.is_file() or not printed.stat().st_size:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        last = f": {said[-1]}" if said else ""
        raise DemarcateError(f"{browser} printed nothing (exit status {done.returncode}){last}")


def _dated(pdf: bytes, moment: str) -> bytes:
    """The PDF with the report's own moment in place of the time of printing, of the same length."""
    digits = re.sub(r"\D", "", moment)[:14].ljust(14, "0").encode()
    return _DATE.sub(lambda found: b"/" + found[1] + b" (D:" + digits + found[2] + b")", pdf)
