"""Small templates as text, and what becomes of them."""

from pathlib import Path
from textwrap import dedent
from typing import Any

from demarcate import ReadOptions, read
from demarcate.model import Estate, Ledger, Resource


def estate_of(folder: Path, text: str, name: str = "template.yaml", **options: Any) -> Estate:
    """The estate of one template's text."""
    file = folder / name
    file.write_text(dedent(text), encoding="utf-8")
    return read([str(file)], ReadOptions(**options))


def by_name(estate: Estate) -> dict[str, Resource]:
    """The resources of an estate by logical id."""
    return {each.name: each for each in estate.resources}


def statuses(ledger: Ledger, resource: str) -> dict[str, str]:
    """The status of each duty of the resource of a logical id."""
    (found,) = [each.id for each in ledger.resources if each.name == resource]
    return {duty.responsibility: duty.status.value for duty in ledger.duties if duty.resource == found}
