"""JSON and YAML documents with a line for every key, safe against hostile input. Nothing in a document is executed."""

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

import msgspec
import yaml

from demarcate.errors import InputError

Path: TypeAlias = tuple[str | int, ...]

MAX_DEPTH: Final = 100
"""The deepest nesting that is read; CloudFormation's own templates stay far below."""
MAX_NODES: Final = 2_000_000
"""The most values that a document may have once its aliases are expanded."""


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


# YAML ----------------------------------------------------------------------------------------------------------------


class _Map(dict[str, Any]):
    """A YAML mapping; ``lines`` holds the line of each key, ``merged`` the keys that only ``<<`` brought."""

    __slots__ = ("lines", "merged")

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}
        self.merged: set[str] = set()


class _List(list[Any]):
    """A YAML sequence; ``lines`` holds the line of each item."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        self.lines: list[int] = []


_PREFIX: Final = "tag:yaml.org,2002:"
_NOT_RESOLVED: Final = frozenset({f"{_PREFIX}timestamp", f"{_PREFIX}value"})
_RESOLVERS: Final = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag not in _NOT_RESOLVED]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_SCALARS: Final = frozenset({"str", "null", "bool", "int", "float", "binary", "timestamp"})
_CONSTRUCT: Final = yaml.constructor.SafeConstructor()


def _plain(text: str, tag: str | None = None) -> Any:
    """The value of a plain scalar by YAML 1.1's rules, as CloudFormation reads them; a date stays text."""
    if tag is None:
        for candidate, regexp in (*_RESOLVERS.get(text[:1], ()), *_RESOLVERS.get(None, ())):
            if regexp.match(text):
                tag = candidate
                break
    kind = (tag or "").removeprefix(_PREFIX)
    node = yaml.ScalarNode(tag or "", text)
    if kind == "null":
        return None
    if kind == "bool":
        return _CONSTRUCT.construct_yaml_bool(node)
    if kind == "int":
        return _CONSTRUCT.construct_yaml_int(node)
    if kind == "float":
        return _CONSTRUCT.construct_yaml_float(node)
    return text


def _line_of(event: Any) -> int:
    """The line, from 1, on which an event begins."""
    return int(event.start_mark.line) + 1


class _Composer:
    """Builds values from libyaml's events, without recursion: depth and size are bounded as they grow."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.nodes = 0
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.open_anchors: set[str] = set()
        self.plain: dict[str, Any] = {}
        # one entry a container that is still open: (container, the key it goes under, anchor, tag, nodes before, line)
        self.stack: list[tuple[_Map | _List, str | None, str | None, str | None, int, int]] = []
        self.key: str | None = None
        self.root: Any = None

    def fail(self, what: str, line: int, mend: str = "") -> InputError:
        return InputError(what, f"{self.file}:{line}", mend)

    def compose(self, text: str) -> Any:
        documents = 0
        loader = yaml.CSafeLoader(text)
        try:
            next_event = loader.get_event
            event = next_event()
            while event is not None:
                kind = type(event)
                if kind is yaml.ScalarEvent:
                    self._scalar(event)
                elif kind is yaml.MappingStartEvent:
                    self._open(_Map(), event)
                elif kind is yaml.SequenceStartEvent:
                    self._open(_List(), event)
                elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                    self._close()
                elif kind is yaml.AliasEvent:
                    self._alias(event)
                elif kind is yaml.DocumentStartEvent:
                    documents += 1
                    if documents > 1:
                        raise self.fail("a second YAML document", _line_of(event), "keep one document a file")
                elif kind is yaml.StreamEndEvent:
                    break
                event = next_event()
        finally:
            loader.dispose()
        return self.root

    def _scalar(self, event: Any) -> None:
        text, tag = event.value, event.tag
        container = self.stack[-1][0] if self.stack else None
        if type(container) is _Map:
            key = self.key
            if key is None:
                line = event.start_mark.line + 1
                if tag is not None and tag != "!" and not tag.startswith(_PREFIX):
                    raise self.fail(f"tag {tag} on a key", line, "use the long form")
                if event.anchor is not None:
                    self.anchors[event.anchor] = (text, 1)
                self._take_key(text, line)
                return
            if tag is None and event.anchor is None and key != "<<":  # nearly every value, so the short way
                container[key] = self._untagged(text, event)
                self.key = None
                self.nodes += 1
                return
        line = event.start_mark.line + 1
        value: Any
        if tag is None or tag == "!":
            value = self._untagged(text, event)
        elif tag.startswith(_PREFIX):
            if tag.removeprefix(_PREFIX) not in _SCALARS:
                raise self.fail(f"tag {tag} is not read", line, "remove the tag")
            value = self._typed(text, tag, line)
        else:
            value = self._intrinsic(tag, text, line)
        self.nodes += 1
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, 1)
        self._add(value, line)

    def _untagged(self, text: str, event: Any) -> Any:
        """The value of a scalar without a tag: text if it is quoted, else by what it looks like."""
        if not event.implicit[0]:
            return text
        value = self.plain.get(text, self)
        if value is self:
            value = self.plain[text] = self._typed(text, None, event.start_mark.line + 1)
        return value

    def _typed(self, text: str, tag: str | None, line: int) -> Any:
        try:
            return _plain(text, tag)
        except (ValueError, KeyError, OverflowError, IndexError):
            if tag is None:
                return text
            raise self.fail(f"{text!r} is no {tag.removeprefix(_PREFIX)}", line) from None

    def _take_key(self, text: str, line: int) -> None:
        container = self.stack[-1][0]
        assert isinstance(container, _Map)
        if text in container and text != "<<" and text not in container.merged:
            raise self.fail(f"key {text!r} stands twice in one mapping", line, "keep one")
        container.merged.discard(text)
        container.lines[text] = line
        self.key = text

    def _open(self, container: _Map | _List, event: Any) -> None:
        line = event.start_mark.line + 1
        if self.stack and type(self.stack[-1][0]) is _Map and self.key is None:
            raise self.fail("a key that is not text", line, "quote the key")
        if len(self.stack) >= MAX_DEPTH:
            raise self.fail(f"nested more than {MAX_DEPTH} deep", line)
        tag = event.tag
        if tag is not None and (tag.startswith(_PREFIX) or tag == "!"):
            if tag.removeprefix(_PREFIX) not in ("map", "seq", "!", "omap"):
                raise self.fail(f"tag {tag} is not read", line, "remove the tag")
            tag = None
        if event.anchor is not None:
            self.open_anchors.add(event.anchor)
        self.stack.append((container, self.key, event.anchor, tag, self.nodes, line))
        self.key = None
        self.nodes += 1

    def _close(self) -> None:
        container, key, anchor, tag, before, line = self.stack.pop()
        value: Any = container if tag is None else self._intrinsic(tag, container, line)
        self.key = key
        if anchor is not None:
            self.anchors[anchor] = (value, self.nodes - before)
            self.open_anchors.discard(anchor)
        self._add(value, line)

    def _alias(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if event.anchor in self.open_anchors:
            raise self.fail(f"alias *{event.anchor} stands inside of what it names", line)
        if event.anchor not in self.anchors:
            raise self.fail(f"alias *{event.anchor} names nothing", line)
        value, size = self.anchors[event.anchor]
        self.nodes += size
        if self.nodes > MAX_NODES:
            raise self.fail(f"its aliases expand to more than {MAX_NODES:,} values", line, "write fewer aliases")
        if self.stack and type(self.stack[-1][0]) is _Map and self.key is None:
            if not isinstance(value, str):
                raise self.fail("a key that is not text", line, "quote the key")
            self._take_key(value, line)
            return
        self._add(value, line)

    def _add(self, value: Any, line: int) -> None:
        if not self.stack:
            self.root = value
            return
        container = self.stack[-1][0]
        if type(container) is _Map:
            key = self.key
            assert key is not None
            self.key = None
            if key == "<<":
                self._merge(container, value, line)
            else:
                container[key] = value
        else:
            assert isinstance(container, _List)
            container.append(value)
            container.lines.append(line)

    def _merge(self, container: _Map, value: Any, line: int) -> None:
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, dict):
                raise self.fail("'<<' merges a mapping", line)
            for key, item in each.items():
                if key not in container:
                    container[key] = item
                    container.merged.add(key)
                    container.lines[key] = each.lines.get(key, line) if isinstance(each, _Map) else line

    def _intrinsic(self, tag: str, value: Any, line: int) -> Any:
        """CloudFormation's short form ``!Name value`` as its long form."""
        name = tag[1:]
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*(::[A-Za-z0-9]+)?", name):
            raise self.fail(f"tag {tag} is not CloudFormation's", line, "use an intrinsic function's name")
        found = _Map()
        key = name if name in ("Ref", "Condition") else f"Fn::{name}"
        if name == "GetAtt" and isinstance(value, str):
            value = value.split(".", 1)
        found[key] = value
        found.lines[key] = line
        return found


def _parse_yaml(text: str, file: str) -> Document:
    try:
        value = _Composer(file).compose(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise InputError(f"not valid YAML: {error.problem or error.context}", f"{file}:{line}") from None
    except yaml.YAMLError as error:
        raise InputError(f"not valid YAML: {' '.join(str(error).split())[:200]}", f"{file}:1") from None

    def line_of(path: Path) -> int:
        line, here = 1, value
        for key in path:
            try:
                if isinstance(here, _Map):
                    line, here = here.lines[str(key)], here[str(key)]
                elif isinstance(here, _List) and isinstance(key, int):
                    line, here = here.lines[key], here[key]
                else:
                    break
            except (KeyError, IndexError):
                break
        return line

    return Document(file, value, line_of)
