"""JSON and YAML documents with a line for every key, safe against hostile input. Nothing in a document is executed."""

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

import msgspec

from demarcate.errors import InputError
from demarcate.sources.composer import MAX_DEPTH, compose, line_in

Path: TypeAlias = tuple[str | int, ...]


class Document(msgspec.Struct, frozen=True):
    """A parsed file: its ``file`` name as the user gave it, its ``value``, and ``line_of``, which gives the line (from
    1) of the key or item at a path, or of the nearest thing above it. ``loops`` is false if its text has no
    ``Fn::ForEach``."""

    file: str
    value: Any
    line_of: Callable[[Path], int]
    loops: bool = True

    def where(self, path: Path = ()) -> str:
        """``file:line`` of a path, for messages."""
        return f"{self.file}:{self.line_of(path)}"


def parse_document(text: str, file: str) -> Document:
    """The document of a text, as JSON if it starts like JSON, else as YAML.

    Raises :class:`InputError` with ``file:line`` for what is truncated, malformed, too deep, or too large once
    expanded, and for keys that stand twice.
    """
    is_json = text.lstrip()[:1] in ("{", "[") and _looks_json(text)
    document = _parse_json(text, file) if is_json else _parse_yaml(text, file)
    return document if "Fn::ForEach" in text else msgspec.structs.replace(document, loops=False)


def _looks_json(text: str) -> bool:
    """Whether a text that opens with a bracket is JSON rather than YAML's flow style: its first key is quoted."""
    return re.match(r'\s*(?:\{\s*(?:"|\}|$)|\[\s*(?:["{\[\]\d\-tfn]|$))', text) is not None


# JSON ----------------------------------------------------------------------------------------------------------------

_SPACE: Final = re.compile(r"[ \t\n\r]*")


def _parse_json(text: str, file: str) -> Document:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            seen: set[str] = set()
            twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
            raise _TwiceError(twice)
        return found

    try:
        value = json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise InputError(f"not valid JSON: {error.msg}", f"{file}:{error.lineno}", "is the file whole?") from None
    except _TwiceError as error:
        line = _line_of_second(text, error.key)
        raise InputError(f"key {error.key!r} stands twice in one object", f"{file}:{line}", "keep one") from None
    except (RecursionError, ValueError) as error:
        what = "nested too deeply" if isinstance(error, RecursionError) else f"not valid JSON: {error}"
        raise InputError(what, f"{file}:1") from None
    _check_depth(value, file)
    half = _SURROGATE.search(text)
    if half is not None and not _encodes(value):
        line = text.count("\n", 0, half.start()) + 1
        raise InputError("half of a surrogate pair, which is no character", f"{file}:{line}")
    return Document(file, value, _JsonLines(text).line_of)


_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")


def _encodes(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


class _TwiceError(Exception):
    def __init__(self, key: str) -> None:
        self.key = key


def _line_of_second(text: str, key: str) -> int:
    places = [match.start() for match in re.finditer(re.escape(json.dumps(key)) + r"\s*:", text)]
    return text.count("\n", 0, places[-1]) + 1 if places else 1


def _check_depth(value: Any, file: str) -> None:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        following: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                following.extend(each for each in item.values() if isinstance(each, dict | list))
            elif isinstance(item, list):
                following.extend(each for each in item if isinstance(each, dict | list))
        if not following:
            return
        level = following
    raise InputError(f"nested more than {MAX_DEPTH} deep", f"{file}:1")


class _JsonLines:
    """Finds lines by walking the text again, only where asked: the C scanner skips what is not on the way."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._skip: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]
        self._entries: dict[Path, dict[str | int, tuple[int, int]]] = {}
        self._line_starts: list[int] | None = None

    def line_of(self, path: Path) -> int:
        place = _SPACE.match(self._text).end()  # type: ignore[union-attr]
        start = place
        for depth, key in enumerate(path):
            entries = self._entries.get(path[:depth])
            if entries is None:
                entries = dict(self._scan(start))
                if depth <= 1:  # the sections and the resources are asked for again and again
                    self._entries[path[:depth]] = entries
            if key not in entries:
                break
            place, start = entries[key]
        return self._line(place)

    def _line(self, place: int) -> int:
        if self._line_starts is None:
            self._line_starts = [0, *(match.end() for match in re.finditer("\n", self._text))]
        return bisect_right(self._line_starts, place)

    def _scan(self, start: int) -> Iterator[tuple[str | int, tuple[int, int]]]:
        """The entries of the object or array at ``start``: key or index → (place of the key, place of the value)."""
        text, space = self._text, _SPACE.match
        opening = text[start]
        if opening not in "{[":
            return
        at = space(text, start + 1).end()  # type: ignore[union-attr]
        number = 0
        while text[at] not in "}]":
            place = at
            key: str | int = number
            if opening == "{":
                key, at = self._skip(text, at)
                at = space(text, space(text, at).end() + 1).end()  # type: ignore[union-attr]
            yield key, (place, at)
            _, at = self._skip(text, at)
            at = space(text, at).end()  # type: ignore[union-attr]
            if text[at] == ",":
                at = space(text, at + 1).end()  # type: ignore[union-attr]
            number += 1


def _parse_yaml(text: str, file: str) -> Document:
    value = compose(text, file)
    return Document(file, value, lambda path: line_in(value, path))
