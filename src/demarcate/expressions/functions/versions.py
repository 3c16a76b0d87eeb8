"""Versions of engines, runtimes and platforms against AWS's published ends of standard support (``lifecycle.yaml``)."""

import re
from functools import cache
from typing import Final

import msgspec

from demarcate.catalog.yaml_files import CATALOG_ROOT, load
from demarcate.model import Unknown, Value


class Product(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A product's versions: ``ends`` maps a version to the last day of standard support (``YYYY-MM-DD``), or to
    ``none`` where AWS has published no end; ``parts`` is how many parts of a version count (``16.4`` → ``16``)."""

    source: str
    ends: dict[str, str]
    parts: int = 0
    confidence: str | None = None


class Lifecycle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All products, and the day on which AWS's pages were read."""

    as_of: str
    products: dict[str, Product]


NO_END: Final = "none"


@cache
def lifecycle() -> Lifecycle:
    """The catalogue's version data."""
    return load(CATALOG_ROOT / "lifecycle.yaml", Lifecycle)


def end_of_support(product: str, version: str) -> str | None:
    """The last day of standard support of a version, ``none`` if no end is published; ``None`` if not in the data."""
    found = lifecycle().products.get(product)
    if found is None:
        return None
    text = version.strip()
    if found.parts:
        text = ".".join(re.split(r"[.\-_]", text)[: found.parts])
    return found.ends.get(text, found.ends.get(text.lower()))


def supported(product: Value, version: Value, asof: str) -> Value:
    """Whether a version is in standard support on ``asof``; unknown for a version that the data do not have."""
    if type(version) is Unknown:
        return version
    if not isinstance(product, str) or not isinstance(version, str | int | float) or isinstance(version, bool):
        return Unknown("no version is named")
    end = end_of_support(product, str(version))
    if end is None:
        return Unknown(f"{product} {version} is not in the version data of {lifecycle().as_of}")
    return end == NO_END or end >= asof
