"""Demarcate: for everything you run on AWS, what is AWS's responsibility, what is yours, and is yours done?

The library's public names are listed in ``__all__``; they are imported when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from demarcate.api import assess, assess_estate
    from demarcate.catalog import Catalog
    from demarcate.errors import DemarcateError
    from demarcate.explanation import Comparison, Explanation, compare, explain
    from demarcate.model import Estate, Ledger
    from demarcate.sources import ReadOptions, read

__all__ = [
    "Catalog",
    "Comparison",
    "DemarcateError",
    "Estate",
    "Explanation",
    "Ledger",
    "ReadOptions",
    "__version__",
    "assess",
    "assess_estate",
    "compare",
    "explain",
    "read",
]

_HOMES = {
    "Catalog": "catalog",
    "Comparison": "explanation",
    "DemarcateError": "errors",
    "Estate": "model",
    "Explanation": "explanation",
    "Ledger": "model",
    "ReadOptions": "sources",
    "assess": "api",
    "assess_estate": "api",
    "compare": "explanation",
    "explain": "explanation",
    "read": "sources",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
