"""What holds for every format: the registry, snapshots, determinism, hostile names, ledgers of unknown controls."""

import hashlib
import re

import msgspec
import pytest
from tests.report.conftest import ROOT, matches

from demarcate import assess
from demarcate.catalog import catalog
from demarcate.errors import DemarcateError
from demarcate.report import formats
from demarcate.report.formats import FORMATS, MissingPackageError, RenderOptions

DEFAULT = RenderOptions()
OWN = ("sarif", "junit", "csv", "csv-findings", "markdown", "ocsf", "asff", "mermaid", "dot")
"""The text formats that this folder's snapshots hold in full."""
LINES = 14


def rendered(name, ledger_and_data, options=DEFAULT):
    ledger, data = ledger_and_data
    if FORMATS[name].folder:
        return b"".join(piece for _, pieces in formats.render_files(name, ledger, data, options) for piece in pieces)
    return b"".join(formats.render(name, ledger, data, options))


def excerpt(found):
    """The first lines of a report, and what identifies the whole."""
    lines = found.decode().splitlines()
    head = "\n".join(line[:400] for line in lines[:LINES])
    return f"{head}\n… {len(lines)} lines in all\n".encode()


@pytest.mark.parametrize("name", OWN)
def test_hostile_names_look_as_they_did(name, attacks):
    found = rendered(name, attacks)
    matches(f"attacks-{name}.txt", excerpt(found) if name == "csv" else found)  # every duty would fill a book


@pytest.mark.parametrize("name", OWN)
def test_the_web_shop_looks_as_it_did(name, shop):
    matches(f"webshop-{name}.txt", excerpt(rendered(name, shop)))


@pytest.mark.parametrize("name", [*OWN, "json", "terminal", "parquet"])
def test_the_same_ledger_gives_the_same_bytes(name, shop, monkeypatch):
    monkeypatch.chdir(ROOT)
    again = assess("examples/webshop"), catalog()
    first, second = (hashlib.sha256(rendered(name, each)).hexdigest() for each in (shop, again))
    assert first == second


@pytest.mark.parametrize("name", OWN)
def test_a_control_that_the_catalogue_does_not_have_is_shown_by_its_id(name, vaults):
    ledger, _ = vaults
    found = rendered(name, (ledger, catalog()))  # the catalogue without the user's own folder
    if name not in ("csv", "mermaid", "dot"):
        assert b"acme-vault-locked" in found
    assert found


@pytest.mark.parametrize("name", OWN)
def test_no_control_character_or_direction_mark_gets_out(name, attacks):
    found = rendered(name, attacks).decode()
    if name in ("sarif", "ocsf", "asff"):  # JSON escapes control characters
        assert not re.search(r"[\x00-\x09\x0b-\x1f]", found)
        return
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069\ufffe]", found)


@pytest.mark.parametrize("name", OWN)
def test_an_empty_ledger_can_be_written(name, tmp_path):
    (tmp_path / "t.yaml").write_text("Resources: {}\n")
    assert rendered(name, (assess(tmp_path / "t.yaml"), catalog()))[-1:] in (b"\n", b"")


def test_every_format_has_a_module_and_a_function():
    for found in FORMATS.values():
        assert callable(formats._function(found)), found.name
        assert found.help
        assert found.suffix.startswith(".") or found.folder


def test_an_unknown_format_is_answered_with_those_there_are():
    with pytest.raises(DemarcateError, match="there are terminal, json"):
        formats.format_of("pdx")


def test_a_missing_package_is_named_with_the_command_that_brings_it(monkeypatch, vaults):
    monkeypatch.setattr(formats, "find_spec", lambda _: None)
    with pytest.raises(MissingPackageError, match=r"needs the package pyarrow.*pip install 'demarcate\[parquet\]'"):
        formats.available("parquet")
    with pytest.raises(MissingPackageError, match=r"demarcate\[xlsx\]"):
        next(formats.render("xlsx", vaults[0], vaults[1], DEFAULT))


def test_the_time_is_the_users_or_the_day_of_the_assessment(vaults):
    ledger, _ = vaults
    assert formats.timestamp(ledger, DEFAULT) == f"{ledger.tool.asof}T00:00:00Z"
    assert formats.timestamp(ledger, RenderOptions(timestamp="2026-01-31T12:00:00Z")) == "2026-01-31T12:00:00Z"
    without = msgspec.structs.replace(ledger, tool=msgspec.structs.replace(ledger.tool, asof=""))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", formats.timestamp(without, DEFAULT))
