"""The lines of a resource's properties, looked up only when asked for."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from demarcate.model import Value
from demarcate.sources.document import Document, Path

_STEP: Final = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


class Lines(Mapping[str, int]):
    """Dotted property path (``Rules[0].Id``) → line, or the line of the nearest thing above it that was written down.

    Iterates over the paths of the evaluated ``properties``.
    """

    __slots__ = ("_document", "_path", "_properties")

    def __init__(self, document: Document, path: Path, properties: Mapping[str, Value]) -> None:
        self._document = document
        self._path = path
        self._properties = properties

    def __getitem__(self, key: str) -> int:
        if "." not in key and "[" not in key:
            return self._document.line_of((*self._path, key))
        steps = (int(number) if number else name for number, name in _STEP.findall(key))
        return self._document.line_of((*self._path, *steps))

    def __iter__(self) -> Iterator[str]:
        return iter(property_paths(self._properties))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def property_paths(value: Value, prefix: str = "") -> Iterator[str]:
    """Every dotted path of a value, parents before children."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            path = f"{prefix}.{key}" if prefix else key
            yield path
            yield from property_paths(item, path)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            path = f"{prefix}[{number}]"
            yield path
            yield from property_paths(item, path)
