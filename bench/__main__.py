"""``make bench``: speed and memory of the whole ledger, side by side with Checkov and with merely loading the file.

Demarcate is installed as users install it (the core alone) and Checkov as it comes, each into a venv of its own below
``build/bench``. Every command is a whole process; runs alternate, so that a machine whose speed drifts slows both
alike, and the ratio is the median of the ratios pair by pair. Checkov's own downloads are switched off.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import yaml
from bench.template import template

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build/bench"
CHECKOV = "checkov==3.3.30"
RESOURCES = 2000


class Run(msgspec.Struct, frozen=True):
    """One run of a command: wall and CPU seconds, and the peak memory of its largest process in MB."""

    wall: float
    cpu: float
    memory: float


def venv(name: str, *packages: str) -> Path:
    """The folder of a venv's programs; made and filled at the first call."""
    place = FOLDER / name
    if not place.is_dir():
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    pip = [str(place / "bin/python"), "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages]
    subprocess.run(pip, check=True)
    return place / "bin"


def run(command: Sequence[str], folder: Path = ROOT) -> Run:
    """Run a command to its end; what it prints is thrown away."""
    start = time.perf_counter()
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Run(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, _megabytes(usage))


def _megabytes(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / 1024


def _is_pip(file: Path, packages: Path) -> bool:
    """Whether a file belongs to what every venv holds."""
    return file.relative_to(packages).parts[0].startswith(("pip", "setuptools", "_distutils", "pkg_resources"))


def pairs(one: Sequence[str], other: Sequence[str], times: int) -> tuple[list[Run], list[Run]]:
    """Runs of two commands in turn, after one of each that does not count."""
    run(one)
    run(other)
    ones, others = [], []
    for _ in range(times):
        ones.append(run(one))
        others.append(run(other))
    return ones, others


def compared(title: str, ours: list[Run], theirs: list[Run], name: str) -> None:
    """Print two series side by side, with the medians and the ratios pair by pair."""
    print(f"\n{title}")
    for who, runs in (("demarcate", ours), (name, theirs)):
        figures = {key: statistics.median(getattr(each, key) for each in runs) for key in ("wall", "cpu", "memory")}
        print(f"  {who:12} {figures['wall']:8.2f} s wall {figures['cpu']:8.2f} s CPU {figures['memory']:7.0f} MB")
    for key in ("wall", "cpu", "memory"):
        ratios = [getattr(b, key) / getattr(a, key) for a, b in zip(ours, theirs, strict=True)]
        low, middle, high = min(ratios), statistics.median(ratios), max(ratios)
        print(f"  {name} / demarcate, {key:6} {middle:7.1f} ({low:.1f} to {high:.1f})")


def main() -> int:
    """Measure, and print what was found."""
    arguments = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    arguments.add_argument("--times", type=int, default=3, help="pairs of runs against Checkov (default 3)")
    arguments.add_argument("--quick", action="store_true", help="without Checkov's default run, which takes minutes")
    arguments.add_argument("--without-checkov", action="store_true", help="only our own figures")
    chosen = arguments.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / f"template-{RESOURCES}.yaml"
    file.write_text(yaml.safe_dump(template(RESOURCES), sort_keys=False), encoding="utf-8")
    types = {each["Type"] for each in template(RESOURCES)["Resources"].values()}
    print(f"{file.name}: {RESOURCES} resources of {len(types)} types, {file.stat().st_size / 1e6:.1f} MB")
    programs = venv("core", str(ROOT))
    venv("core", "--force-reinstall", "--no-deps", str(ROOT))  # the code as it is now
    ours = [str(programs / "demarcate"), "assess", str(file), "--format", "json", "-o", str(FOLDER / "ledger.json")]
    ours += ["--fail-on", "never"]
    load = [str(programs / "python"), "-c", f"import yaml; yaml.load(open({str(file)!r}), yaml.CSafeLoader)"]
    mine, loading = pairs(ours, load, 5)
    compared("The whole ledger against merely loading the file (PyYAML's C loader)", mine, loading, "loading")
    median = statistics.median(each.wall for each in mine)
    ratio = statistics.median(each.cpu / base.cpu for each, base in zip(mine, loading, strict=True))
    print(f"  {RESOURCES / median:,.0f} resources a second; {ratio:.2f} × the CPU time of loading")
    for title, command in (
        ("demarcate --version", [str(programs / "demarcate"), "--version"]),
        ("demarcate explain AWS::S3::Bucket", [str(programs / "demarcate"), "explain", "AWS::S3::Bucket"]),
    ):
        run(command)
        runs = [run(command) for _ in range(5)]
        cpu, wall = (statistics.median(getattr(each, key) for each in runs) for key in ("cpu", "wall"))
        print(f"\n{title}: {cpu:.2f} s CPU, {wall:.2f} s wall")
    cold = [run(["env", "DEMARCATE_CACHE=off", *ours]) for _ in range(3)]
    print(f"\nWithout its cache on disk: {statistics.median(each.wall for each in cold):.2f} s wall")
    packages = next((FOLDER / "core/lib").glob("python*/site-packages"))
    size = sum(each.stat().st_size for each in packages.rglob("*") if each.is_file() and not _is_pip(each, packages))
    print(f"The core with all that it pulls in: {size / 1e6:.0f} MB on disk")
    if chosen.without_checkov:
        return 0
    checkov = [str(venv("checkov", CHECKOV) / "checkov"), "--compact", "--quiet", "--skip-download", "-o", "json"]
    theirs = [*checkov, "-f", str(file), "--framework", "cloudformation"]
    compared(f"(a) {file.name}, Checkov's cloudformation alone", *pairs(ours, theirs, chosen.times), "checkov")
    if not chosen.quick:
        whole = [*checkov, "-f", str(file)]
        compared(f"(a) {file.name}, Checkov as it is by default, once", [run(ours)], [run(whole)], "checkov")
    _terraform(ours[0], checkov, chosen.times)
    examples = str(ROOT / "examples")
    ours_too = [ours[0], "assess", examples, *ours[3:]]
    theirs_too = [*checkov, "-d", examples, "--framework", "cloudformation"]
    compared("(b) examples/", *pairs(ours_too, theirs_too, chosen.times), "checkov")
    return 0


def _terraform(demarcate: str, checkov: Sequence[str], times: int) -> None:
    """Terraform: a folder of 64 resources, and a plan of 2,000."""
    subprocess.run([sys.executable, "-m", "bench.terraform", str(FOLDER), str(RESOURCES)], cwd=ROOT, check=True)
    small, file = FOLDER / "terraform-64", FOLDER / f"plan-{RESOURCES}.json"
    output = ["--format", "json", "-o", str(FOLDER / "ledger.json"), "--fail-on", "never"]
    for title, path, theirs in (
        ("(c) Terraform, a folder of 64 resources", small, ["-d", str(small), "--framework", "terraform"]),
        (f"(d) Terraform, a plan of {RESOURCES} resources", file, ["-f", str(file), "--framework", "terraform_plan"]),
    ):
        one, other = pairs([demarcate, "assess", str(path), *output], [*checkov, *theirs], times)
        compared(title, one, other, "checkov")


if __name__ == "__main__":
    sys.exit(main())
