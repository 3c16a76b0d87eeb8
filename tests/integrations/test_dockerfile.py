"""The Dockerfile: what it promises, and that its build context is enough to build the wheel from."""

import fnmatch
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def instructions():
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [tuple(each.split(maxsplit=1)) for each in lines if each.strip()]


def last_stage():
    found = instructions()
    start = max(number for number, (word, _) in enumerate(found) if word == "FROM")
    return dict(found[start:])


def test_the_image_is_pinned_slim_and_built_in_two_stages():
    froms = [rest for word, rest in instructions() if word == "FROM"]
    assert froms == ["python:${PYTHON} AS build", "python:${PYTHON}"]
    ((_, version),) = [each for each in instructions() if each[0] == "ARG" and each[1].startswith("PYTHON=")]
    assert re.fullmatch(r"PYTHON=3\.\d+(\.\d+)?-slim-[a-z]+", version)


def test_the_user_is_a_number_and_not_root():
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", last_stage()["USER"])


def test_entry_point_folder_and_cache():
    stage = last_stage()
    assert stage["ENTRYPOINT"] == '["demarcate"]'
    assert stage["WORKDIR"] == "/workspace"
    assert "DEMARCATE_CACHE=off" in stage["ENV"]
    assert "RUN" not in stage


def test_the_build_context_is_enough_and_holds_nothing_else(tmp_path):
    patterns = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    kept = [each[1:] for each in patterns if each.startswith("!")]
    dropped = [each.removeprefix("**/") for each in patterns if each.startswith("**/")]
    assert "*" in patterns
    context = tmp_path / "context"
    context.mkdir()
    for name in kept:
        source = ROOT / name
        if source.is_dir():
            ignored = lambda _, names: {n for n in names if any(fnmatch.fnmatch(n, each) for each in dropped)}  # noqa: E731
            shutil.copytree(source, context / name, ignore=ignored)
        else:
            shutil.copy(source, context / name)
    assert {".git", ".venv", "tests", "Dockerfile"}.isdisjoint(kept)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, context], check=True
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    tracked = subprocess.run(
        ["git", "ls-files", "src/demarcate"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    for each in tracked.stdout.splitlines():
        if (ROOT / each).exists():
            assert each.removeprefix("src/") in names
    assert "demarcate/catalog/services/s3.yaml" in names
    assert any(each.endswith("share/man/man1/demarcate.1") for each in names)


HADOLINT = shutil.which("hadolint", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")


@pytest.mark.skipif(HADOLINT is None, reason="no hadolint for this platform")
def test_hadolint():
    assert HADOLINT is not None
    run = subprocess.run([HADOLINT, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "")
