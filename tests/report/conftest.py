"""Ledgers that the tests of several formats share, and snapshots."""

import os
from pathlib import Path

import pytest
from tests.report.hostile import attacked, small
from tests.report.large import many

from demarcate import assess
from demarcate.catalog import catalog

SNAPSHOTS = Path(__file__).parent / "snapshots"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def vaults(tmp_path, monkeypatch):
    """A small ledger of every status, with its catalogue."""
    monkeypatch.chdir(tmp_path)
    return small(tmp_path)


@pytest.fixture
def attacks(tmp_path, monkeypatch):
    """A ledger whose names, files and values are attacks, with its catalogue."""
    monkeypatch.chdir(tmp_path)
    return attacked(tmp_path)


@pytest.fixture
def thousands(tmp_path, monkeypatch):
    """A ledger of 6,000 resources, with its catalogue."""
    monkeypatch.chdir(tmp_path)
    return many(tmp_path, 1000)


@pytest.fixture
def shop(monkeypatch):
    """The ledger of the web shop, with the catalogue."""
    monkeypatch.chdir(ROOT)
    return assess("examples/webshop"), catalog()


def matches(name, found):
    """Hold text against a stored snapshot; ``UPDATE_SNAPSHOTS=1`` writes it anew."""
    stored = SNAPSHOTS / name
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        stored.write_bytes(found)
    assert found.decode() == stored.read_bytes().decode(), "UPDATE_SNAPSHOTS=1 writes the snapshots anew"
