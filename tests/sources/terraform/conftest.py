"""Configurations in a folder of their own, and what becomes of them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from demarcate.api import assess_estate
from demarcate.model import Estate, Ledger
from demarcate.sources import ReadOptions, read


@pytest.fixture
def estate_of(tmp_path: Path) -> Callable[..., Estate]:
    """The estate of a root module's text, or of several files by name."""

    def made(files: str | dict[str, str], **options: object) -> Estate:
        folder = tmp_path / "root"
        for name, text in ({"main.tf": files} if isinstance(files, str) else files).items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return read([str(folder)], ReadOptions(**options))  # type: ignore[arg-type]

    return made


@pytest.fixture
def ledger_of(estate_of: Callable[..., Estate]) -> Callable[..., Ledger]:
    """The ledger of a root module's text."""
    return lambda files, **options: assess_estate(estate_of(files, **options))


def outcomes(ledger: Ledger, name: str) -> dict[str, str]:
    """The outcome of each control on the resource of an address."""
    ids = {each.id for each in ledger.resources if each.name == name}
    return {each.control: each.outcome for each in ledger.findings if each.resource in ids}
