"""The library: what the command line does, as functions with typed results."""

from collections.abc import Callable, Mapping, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from demarcate import ledger as ledgers
from demarcate.catalog import Catalog, catalog
from demarcate.catalog.property_index import source
from demarcate.model import Estate, Ledger
from demarcate.sources import ReadOptions, read
from demarcate.split import split


def assess(
    *paths: str | PathLike[str],
    parameters: Mapping[str, Any] | None = None,
    region: str | None = None,
    account: str | None = None,
    catalogs: Sequence[Path] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> Ledger:
    """The ledger of what files, folders, globs or ``-`` declare.

    ``parameters`` are values for the templates' parameters; ``region`` and ``account`` are taken where a source says
    none; ``catalogs`` are folders of the user's own service files. What could not be read is in ``skipped``. Raises
    :class:`demarcate.errors.InputError` for a path that names nothing, :class:`demarcate.errors.CatalogError` for a
    catalogue that breaks its format.
    """
    estate = read(
        [fspath(path) for path in paths],
        ReadOptions(parameters=parameters or {}, region=region, account=account),
        progress,
    )
    return assess_estate(estate, catalog(tuple(catalogs)))


def assess_estate(estate: Estate, data: Catalog | None = None) -> Ledger:
    """The ledger of an estate that was read already."""
    data = data or catalog()
    return ledgers.build(split(estate, data), estate.connections, estate.skipped, catalog_version=source())
