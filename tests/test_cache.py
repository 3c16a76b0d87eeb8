import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.catalogs import service_file

from demarcate import cache, programs
from demarcate.catalog import Catalog
from demarcate.catalog.yaml_files import load
from demarcate.errors import CatalogError
from demarcate.expressions import Subject


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A cache in a folder of its own that only this user can write."""
    chosen = tmp_path / "cache"
    monkeypatch.setenv(cache.SWITCH, str(chosen))
    cache._folder.cache_clear()
    yield chosen
    cache._folder.cache_clear()


def fresh():
    cache._folder.cache_clear()


def test_what_is_put_is_got(folder):
    assert cache.get("a") is None
    for content in (b"", b"content", b"\0" * 100_000):
        cache.put("a", content)
        assert cache.get("a") == content
    assert [each.name for each in folder.iterdir()] == ["a"]


def test_the_folder_and_its_entries_are_the_users_own(folder):
    cache.put("a", b"x")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "a").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("value", ["off", "OFF", "0", "no", "false"])
def test_it_can_be_switched_off(folder, monkeypatch, value, tmp_path):
    monkeypatch.setenv(cache.SWITCH, value)
    monkeypatch.chdir(tmp_path)
    fresh()
    cache.put("a", b"x")
    assert cache.get("a") is None
    assert list(tmp_path.iterdir()) == []


def test_without_a_choice_it_is_the_users_cache(folder, monkeypatch, tmp_path):
    monkeypatch.delenv(cache.SWITCH)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    fresh()
    cache.put("a", b"x")
    assert (tmp_path / "xdg" / "demarcate" / "a").read_bytes() == b"x"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    fresh()
    cache.put("a", b"y")
    assert (tmp_path / "home" / ".cache" / "demarcate" / "a").read_bytes() == b"y"


# what is not trusted -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o707, 0o1777])
def test_a_folder_that_others_can_write_is_not_trusted(folder, mode):
    cache.put("a", b"x")
    folder.chmod(mode)
    fresh()
    assert cache.get("a") is None
    cache.put("b", b"x")
    assert [each.name for each in folder.iterdir()] == ["a"]


@pytest.mark.parametrize(("mode", "trusted"), [(0o777, False), (0o775, False), (0o1777, True), (0o755, True)])
def test_nor_is_one_whose_parent_others_can_write_unless_it_is_sticky(folder, mode, trusted):
    cache.put("a", b"x")
    folder.parent.chmod(mode)
    fresh()
    assert (cache.get("a") == b"x") is trusted


def test_the_folder_that_a_symlink_leads_to_counts(folder, monkeypatch, tmp_path):
    cache.put("a", b"x")
    (tmp_path / "link").symlink_to(folder)
    monkeypatch.setenv(cache.SWITCH, str(tmp_path / "link"))
    fresh()
    assert cache.get("a") == b"x"
    folder.chmod(0o777)
    fresh()
    assert cache.get("a") is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_is_not_trusted(folder):
    cache.put("a", b"x")
    os.chown(folder, 12345, 12345)
    fresh()
    assert cache.get("a") is None


def test_a_symlink_is_not_read(folder, tmp_path):
    cache.put("real", b"x")
    (folder / "a").symlink_to(folder / "real")
    (folder / "b").symlink_to(tmp_path / "nowhere")
    assert cache.get("a") is None
    assert cache.get("b") is None


def test_a_symlink_is_replaced_not_followed(folder, tmp_path):
    outside = tmp_path / "outside"
    outside.write_bytes(b"untouched")
    cache.put("real", b"x")
    (folder / "a").symlink_to(outside)
    cache.put("a", b"new")
    assert outside.read_bytes() == b"untouched"
    assert cache.get("a") == b"new"


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_an_entry_that_others_can_write_is_not_read(folder, mode):
    cache.put("a", b"x")
    (folder / "a").chmod(mode)
    assert cache.get("a") is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_an_entry_of_somebody_else_is_not_read(folder):
    cache.put("a", b"x")
    os.chown(folder / "a", 12345, 12345)
    assert cache.get("a") is None


def test_what_is_no_file_is_not_read(folder):
    cache.put("x", b"x")
    (folder / "a").mkdir()
    assert cache.get("a") is None
    cache.put("a", b"x")
    assert cache.get("a") is None


def test_a_pipe_does_not_hold_it_up(folder):
    cache.put("x", b"x")
    os.mkfifo(folder / "a")
    code = "from demarcate import cache; print(cache.get('a'))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=20, check=False)
    assert found.stdout.strip() == b"None"


def test_a_folder_that_cannot_be_made(folder, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    for chosen in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/nowhere/x")):
        monkeypatch.setenv(cache.SWITCH, str(chosen))
        fresh()
        cache.put("a", b"x")
        assert cache.get("a") is None


def test_an_entry_that_cannot_be_written_leaves_nothing(folder, monkeypatch):
    cache.put("a", b"x")

    def refuse(*_):
        raise OSError

    monkeypatch.setattr(Path, "replace", refuse)
    cache.put("b", b"x")
    assert [each.name for each in folder.iterdir()] == ["a"]


# names ---------------------------------------------------------------------------------------------------------------


def test_a_name_depends_on_all_parts_and_where_they_end(monkeypatch):
    names = {cache.key_of(*parts) for parts in ((), (b"",), (b"ab",), (b"a", b"b"), (b"b", b"a"), (b"a", b"", b"b"))}
    assert len(names) == 6
    assert cache.key_of(b"a") == cache.key_of(b"a")
    before = cache.key_of(b"a")
    monkeypatch.setattr(cache, "__version__", "9.9.9")
    assert cache.key_of(b"a") != before


# side by side --------------------------------------------------------------------------------------------------------

WRITER = """
import sys
from demarcate import cache
letter = sys.argv[1].encode()
for _ in range(300):
    cache.put("shared", letter * 50_000)
    found = cache.get("shared")
    assert found is not None and len(found) == 50_000 and len(set(found)) == 1, found
"""


def test_processes_that_write_the_same_entry(folder):
    runs = [subprocess.Popen([sys.executable, "-c", WRITER, letter], stderr=subprocess.PIPE) for letter in "abcd"]
    for run in runs:
        _, complaint = run.communicate(timeout=120)
        assert (run.returncode, complaint) == (0, b"")
    assert [each.name for each in folder.iterdir()] == ["shared"]


# what is made of entries ---------------------------------------------------------------------------------------------


class Shape(msgspec.Struct):
    a: int
    b: str = ""


def entries(folder):
    return sorted(each.name for each in folder.iterdir())


def test_yaml_is_parsed_once(folder, tmp_path, monkeypatch):
    file = tmp_path / "x.yaml"
    file.write_text("a: 1\nb: x\n")
    assert load(file, Shape) == Shape(1, "x")
    assert len(entries(folder)) == 1
    monkeypatch.setattr("demarcate.catalog.yaml_files._parse", None)
    assert load(file, Shape) == Shape(1, "x")


def test_yaml_that_changes_is_parsed_anew(folder, tmp_path):
    file = tmp_path / "x.yaml"
    file.write_text("a: 1\n")
    assert load(file, Shape).a == 1
    file.write_text("a: 2\n")
    assert load(file, Shape).a == 2
    assert len(entries(folder)) == 2


def test_broken_yaml_is_not_kept(folder, tmp_path):
    file = tmp_path / "x.yaml"
    file.write_text("a: [\n")
    for _ in range(2):
        with pytest.raises(CatalogError, match=r"x\.yaml:2"):
            load(file, Shape)


@pytest.mark.parametrize("content", [b"", b"\xff", b"\x80", b"\xc1" * 100, b"no msgpack"])
def test_a_corrupt_yaml_entry_is_made_anew(folder, tmp_path, content):
    file = tmp_path / "x.yaml"
    file.write_text("a: 1\n")
    load(file, Shape)
    (name,) = entries(folder)
    good = cache.get(name)
    cache.put(name, content)
    assert load(file, Shape) == Shape(1)
    assert cache.get(name) == good


def decided(data):
    found = programs.program("Acme::Store::Vault", data)
    out: list[Any] = []
    found.assess(Subject("Acme::Store::Vault", {"Locked": True, "Keys": 2}), frozenset({0}), {0: {"keys": 2}}, out)
    return out, found.whens["acme-store.bare"](Subject("Acme::Store::Vault", {"Mode": "bare"}))


def test_programs_are_compiled_once(folder, tmp_path, monkeypatch):
    own = service_file(tmp_path / "own")
    expected = ([(0, True, None)], True)
    assert decided(Catalog((own,))) == expected
    monkeypatch.setattr(programs, "_compile", None)
    assert decided(Catalog((own,))) == expected


@pytest.mark.parametrize("content", [b"", b"\xff\xff", b"N", b"i\x01\x00\x00\x00", b"garbage" * 50, b"cut"])
def test_a_corrupt_program_is_made_anew(folder, tmp_path, content):
    own = service_file(tmp_path / "own")
    before = set(entries(folder)) if folder.is_dir() else set()
    Catalog((own,)).controls_of("Acme::Store::Vault")
    before = set(entries(folder))
    expected = decided(Catalog((own,)))
    (name,) = set(entries(folder)) - before
    good = cache.get(name)
    assert good is not None
    cache.put(name, good[: len(good) // 2] if content == b"cut" else content)
    assert decided(Catalog((own,))) == expected
    assert cache.get(name) == good


def test_a_changed_expression_is_another_program(folder, tmp_path):
    own = service_file(tmp_path / "own")
    assert decided(Catalog((own,)))[0] == [(0, True, None)]
    text = (own / "services" / "acme-store.yaml").read_text()
    service_file(own, text.replace("Locked == true", "Locked == false"))
    assert decided(Catalog((own,)))[0] == [(0, False, None)]


def test_a_run_with_a_cache_gives_the_same_ledger(folder, tmp_path):
    (tmp_path / "t.yaml").write_text("Resources: {Q: {Type: 'AWS::SQS::Queue'}, B: {Type: 'AWS::S3::Bucket'}}\n")
    run = [sys.executable, "-m", "demarcate", "assess", "t.yaml", "--format", "json"]
    outputs = []
    for setting in (str(folder), str(folder), "off"):
        found = subprocess.run(run, cwd=tmp_path, env={**os.environ, cache.SWITCH: setting}, capture_output=True,
                               timeout=120, check=False)  # fmt: skip
        assert found.stderr == b""
        outputs.append(found.stdout)
    assert entries(folder)
    assert len(set(outputs)) == 1
