"""Builds the program and the style of the HTML report from ``web/src`` with esbuild (``make web``).

With ``--check`` nothing is written: it fails if what is committed is not what the sources build, and passes with a word
where npm is not installed.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
ASSETS = ROOT / "src/demarcate/report/html/assets"
ENTRIES = {"report.js": "src/main.js", "report.css": "src/css/report.css"}
OPTIONS = ("--bundle", "--minify", "--charset=ascii", "--legal-comments=none", "--log-level=warning")
TARGETS = "--target=chrome123,firefox121,safari17.5"
"""The first browsers with everything that the page uses (light-dark() in styles came last)."""


def install() -> None:
    """The pinned packages, from the lock file; installed anew if it is newer than they are."""
    stamp = WEB / "node_modules/.package-lock.json"
    lock = WEB / "package-lock.json"
    if stamp.is_file() and stamp.stat().st_mtime >= lock.stat().st_mtime:
        return
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=WEB, check=True)


def build(folder: Path) -> None:
    """Both assets, written into a folder."""
    for name, entry in ENTRIES.items():
        form = ["--format=iife"] if name.endswith(".js") else []
        esbuild = [str(WEB / "node_modules/.bin/esbuild"), entry, f"--outfile={folder / name}", TARGETS]
        subprocess.run([*esbuild, *OPTIONS, *form], cwd=WEB, check=True)


def check() -> int:
    """Whether the committed assets are what the sources build, as an exit status."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        print("web-check skipped: no npm")
        return 0
    install()
    with tempfile.TemporaryDirectory() as place:
        build(Path(place))
        stale = [name for name in ENTRIES if (Path(place) / name).read_bytes() != (ASSETS / name).read_bytes()]
    for name in stale:
        print(f"{(ASSETS / name).relative_to(ROOT)} is not what web/src builds; run 'make web'", file=sys.stderr)
    return 1 if stale else 0


def main() -> int:
    """Build, or check."""
    if "--check" in sys.argv[1:]:
        return check()
    install()
    build(ASSETS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
