"""``Fn::ForEach``: loops over resources, outputs, conditions and properties, unrolled before anything is evaluated."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from demarcate.errors import InputError
from demarcate.model import Unknown, Value

MARK: Final = "Fn::ForEach::"
MAX_COPIES: Final = 20_000
"""The most copies that the loops of one template may make."""


class Unroller:
    """Unrolls the loops of one template.

    ``collection`` evaluates what a loop runs over; ``unrolled`` maps each key that a loop made to the path of its
    pattern in the template; ``undecided`` lists the loops whose collection is not known: (path, why).
    """

    def __init__(self, collection: Callable[[Any], Value], where: Callable[[tuple[str | int, ...]], str]) -> None:
        self._collection = collection
        self._where = where
        self._copies = 0
        self.undecided: list[tuple[tuple[str | int, ...], str]] = []

    def unroll(
        self, section: Mapping[str, Any], path: tuple[str | int, ...]
    ) -> dict[str, tuple[Any, tuple[str | int, ...]]]:
        """The entries of a section with its loops unrolled: key → (value, path of the entry or of its pattern).

        Raises :class:`InputError` for a loop that is not of the form ``[Identifier, Collection, {Key: Value}]`` or
        that makes more than :data:`MAX_COPIES` copies.
        """
        found: dict[str, tuple[Any, tuple[str | int, ...]]] = {}
        for key, value in section.items():
            if key.startswith(MARK):
                found.update(self._loop(value, (*path, key)))
            else:
                found[key] = (self._inside(value, (*path, key)), (*path, key))
        return found

    def _inside(self, value: Any, path: tuple[str | int, ...]) -> Any:
        if isinstance(value, dict):
            if any(key.startswith(MARK) for key in value):
                return {key: each for key, (each, _) in self.unroll(value, path).items()}
            return {key: self._inside(each, (*path, key)) for key, each in value.items()}
        if isinstance(value, list):
            return [self._inside(each, (*path, number)) for number, each in enumerate(value)]
        return value

    def _loop(self, loop: Any, path: tuple[str | int, ...]) -> dict[str, tuple[Any, tuple[str | int, ...]]]:
        if not (isinstance(loop, list) and len(loop) == 3 and isinstance(loop[0], str) and isinstance(loop[2], dict)):
            raise InputError("a loop is not [Identifier, Collection, {Key: Value}]", self._where(path))
        identifier, over, body = loop
        items = self._collection(over)
        if isinstance(items, Unknown) or (isinstance(items, list) and any(isinstance(i, Unknown) for i in items)):
            why = items.why if isinstance(items, Unknown) else "an item of the collection is not known"
            self.undecided.append((path, why))
            return {}
        if not isinstance(items, list):
            raise InputError("a loop runs over what is no list", self._where(path))
        found: dict[str, tuple[Any, tuple[str | int, ...]]] = {}
        for item in items:
            self._copies += 1
            if self._copies > MAX_COPIES:
                raise InputError(f"loops make more than {MAX_COPIES:,} copies", self._where(path))
            replaced = _replace(body, identifier, str(item))
            patterns = {_replace_text(key, identifier, str(item)): key for key in body}
            for key, (value, place) in self.unroll(replaced, (*path, 2)).items():
                pattern = patterns.get(key)
                found[key] = (value, (*path, 2, pattern) if pattern is not None else place)
        return found


def _replace_text(text: str, identifier: str, item: str) -> str:
    pattern = r"[$&]\{" + re.escape(identifier) + r"\}"
    return re.sub(pattern, lambda match: item if match[0][0] == "$" else re.sub(r"[^A-Za-z0-9]", "", item), text)


def _replace(value: Any, identifier: str, item: str) -> Any:
    if isinstance(value, str):
        return _replace_text(value, identifier, item) if "{" in value else value
    if isinstance(value, dict):
        if len(value) == 1 and value.get("Ref") == identifier:
            return item
        return {_replace_text(key, identifier, item): _replace(each, identifier, item) for key, each in value.items()}
    if isinstance(value, list):
        return [_replace(each, identifier, item) for each in value]
    return value
