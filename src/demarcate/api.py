"""The library: what the command line does, as functions with typed results."""

from collections.abc import Callable, Mapping, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from demarcate import __version__
from demarcate import ledger as ledgers
from demarcate.catalog import Catalog, catalog
from demarcate.catalog.property_index import source
from demarcate.expressions import Neighbours
from demarcate.expressions.functions.versions import lifecycle
from demarcate.model import Estate, Ledger, ToolInfo
from demarcate.sources import ReadOptions, read
from demarcate.split import split
from demarcate.verify import VerifyOptions, verify
from demarcate.verify.profiles import profile_of


def assess(
    *paths: str | PathLike[str],
    parameters: Mapping[str, Any] | None = None,
    region: str | None = None,
    account: str | None = None,
    catalogs: Sequence[Path] = (),
    profile: str = "baseline",
    settings: Mapping[str, Any] | None = None,
    asof: str = "",
    configuration: str | PathLike[str] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Ledger:
    """The ledger of what files, folders, globs or ``-`` declare.

    ``parameters`` are values for the templates' parameters; ``region`` and ``account`` are taken where a source says
    none; ``catalogs`` are folders of the user's own service files; ``profile`` is a built-in profile or a file;
    ``settings`` are account-level settings (account knob id → value); ``asof`` is the day (``YYYY-MM-DD``) that
    versions are held against; ``configuration`` is the folder that Terraform's plans come from. What could not be read
    is in ``skipped``.

    Raises :class:`demarcate.errors.InputError` for a path that names nothing, :class:`demarcate.errors.CatalogError`
    for a catalogue that breaks its format.
    """
    estate = read(
        [fspath(path) for path in paths],
        ReadOptions(
            parameters=parameters or {},
            region=region,
            account=account,
            configuration=Path(configuration) if configuration is not None else None,
        ),
        progress,
    )
    data = catalog(tuple(catalogs))
    options = VerifyOptions(profile=profile_of(profile, data), settings=settings or {}, asof=asof)
    return assess_estate(estate, data, options)


def assess_estate(estate: Estate, data: Catalog | None = None, options: VerifyOptions | None = None) -> Ledger:
    """The ledger of an estate that was read already."""
    data = data or catalog()
    options = options or VerifyOptions()
    neighbours = Neighbours.of(estate)
    parties = split(estate, data, neighbours)
    verified = verify(estate, parties, data, options, neighbours)
    tool = ToolInfo(
        name="demarcate",
        version=__version__,
        catalog=source(),
        profile=options.profile.name if options.profile else "baseline",
        asof=options.asof or lifecycle().as_of,
    )
    skipped = (*estate.skipped, *verified.skipped)
    return ledgers.build(parties, estate.connections, skipped, verified.findings, tool, verified.classifications)
