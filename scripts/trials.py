"""Assesses the templates that packages on the registry ship, and writes the counts to docs/trials.md.

The packages are fetched as source distributions into ``build/trials`` by pip; only text is read, nothing of them is run
by this script or committed. (pip itself may prepare a distribution's metadata.)
"""

import subprocess
import sys
import tarfile
from collections import Counter
from pathlib import Path

import msgspec

from demarcate import Ledger, ReadOptions, assess_estate, read
from demarcate.model import Outcome

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build/trials"
PACKAGES = ("cfn-lint==1.58.0", "aws-sam-translator==1.115.0", "aws-sam-cli==1.170.0")
OWN = ("examples",)
COLUMNS = (
    "files with resources",
    "resources",
    "types",
    "duties",
    "satisfied",
    "not satisfied",
    "undecided",
    "errors",
    "notes",
)


class Trial(msgspec.Struct, frozen=True):
    """The counts of one set of templates."""

    name: str
    files: int
    ledger: Ledger


def fetch(package: str) -> Path | None:
    """The unpacked source distribution of a package, or ``None`` where the registry has none."""
    place = FOLDER / package.replace("==", "-")
    if not place.is_dir():
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:"]
        found = subprocess.run([*command, "-d", str(FOLDER / "sdists"), package], check=False)
        if found.returncode:
            return None
        name = package.partition("==")[0].replace("-", "_").lower()
        archives = [f for f in (FOLDER / "sdists").iterdir() if f.name.lower().replace("-", "_").startswith(name)]
        with tarfile.open(archives[0]) as archive:
            archive.extractall(place, filter="data")
    return place


def trial(name: str, folder: Path) -> Trial:
    """Assess every template below a folder."""
    estate = read([str(folder)], ReadOptions(region="us-east-1"))
    ledger = assess_estate(estate)
    files = {each.declared.file for each in ledger.resources}
    return Trial(name, len(files), ledger)


def report(trials: list[Trial]) -> str:
    """The Markdown of docs/trials.md."""
    lines = [
        "# Trials on real input",
        "",
        "Written by `make trials`: every template that these packages ship, beside our own examples. The packages'",
        "tests hold broken templates on purpose; each is a counted error with its place, and the rest goes on.",
        "",
        f"| templates of | {' | '.join(COLUMNS)} |",
        "| --- |" + " ---: |" * len(COLUMNS),
    ]
    for each in trials:
        outcomes = Counter(finding.outcome for finding in each.ledger.findings)
        levels = Counter(skip.level for skip in each.ledger.skipped)
        types = {resource.type for resource in each.ledger.resources}
        numbers = [
            each.files, each.ledger.summary.resources, len(types), each.ledger.summary.duties,
            outcomes[Outcome.SATISFIED], outcomes[Outcome.NOT_SATISFIED], outcomes[Outcome.UNKNOWN],
            levels["error"], levels["note"],
        ]  # fmt: skip
        lines.append(f"| {each.name} | " + " | ".join(f"{number:,}" for number in numbers) + " |")
    lines += ["", "## What could not be read", ""]
    kinds: Counter[str] = Counter()
    for each in trials:
        for skip in each.ledger.skipped:
            if skip.level == "error":
                kinds[_kind(skip.why)] += 1
    lines += [f"- {count} × {kind}" for kind, count in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))]
    return "\n".join(lines) + "\n"


def _kind(why: str) -> str:
    """A message without what is particular to its file."""
    words = ["…" if any(mark in word for mark in "'\"/<>*") else word for word in why.split()]
    return " ".join(words)[:90]


def main() -> int:
    """Fetch, assess, write."""
    trials = []
    for package in PACKAGES:
        place = fetch(package)
        if place is None:
            print(f"{package} has no source distribution here; left out")
            continue
        trials.append(trial(package, place))
    trials += [trial(f"our own {name}/", ROOT / name) for name in OWN]
    (ROOT / "docs/trials.md").write_text(report(trials), encoding="utf-8")
    print(f"{sum(each.ledger.summary.resources for each in trials):,} resources")
    return 0


if __name__ == "__main__":
    sys.exit(main())
