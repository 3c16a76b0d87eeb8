"""YAML to values that remember their lines, from libyaml's events: bounded in depth and size, nothing is executed."""

import re
from typing import Any, Final

import yaml

from demarcate.errors import InputError

MAX_DEPTH: Final = 100
"""The deepest nesting that is read; CloudFormation's own templates stay far below."""
MAX_NODES: Final = 2_000_000
"""The most values that a document may have once its aliases are expanded."""


class _Map(dict[str, Any]):
    """A YAML mapping; ``lines`` holds the line of each key, ``merged`` the keys that only ``<<`` brought, if it has
    one."""

    __slots__ = ("lines", "merged")

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}
        self.merged: set[str] | None = None


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
            stack, plain, scalar, mapping = self.stack, self.plain, yaml.ScalarEvent, yaml.MappingStartEvent
            event: Any = next_event()
            while event is not None:
                kind = type(event)
                if kind is scalar:
                    # nearly every event is a key or a plain value of a mapping, so the short way for those
                    key, text = self.key, event.value
                    if event.tag is not None or event.anchor is not None or not stack:
                        self._scalar(event)
                    elif key is None:
                        container = stack[-1][0]
                        if type(container) is not _Map:
                            self._scalar(event)
                        elif text in container:
                            self._take_key(text, event.start_mark.line + 1)
                        else:
                            container.lines[text] = event.start_mark.line + 1
                            self.key = text
                    elif key != "<<":
                        value = text
                        if event.implicit[0]:
                            value = plain.get(text, plain)
                            if value is plain:
                                value = self._untagged(text, event)
                        stack[-1][0][key] = value  # type: ignore[call-overload]  # a key waits in mappings only
                        self.key = None
                        self.nodes += 1
                    else:
                        self._scalar(event)
                elif kind is mapping or kind is yaml.SequenceStartEvent:
                    opened = _Map() if kind is mapping else _List()
                    if event.tag is not None or event.anchor is not None or self.key is None or len(stack) >= MAX_DEPTH:
                        self._open(opened, event)
                    else:
                        stack.append((opened, self.key, None, None, 0, 0))
                        self.key = None
                        self.nodes += 1
                elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                    if stack[-1][5] or stack[-1][1] == "<<":
                        self._close()
                    else:  # opened by the short way above
                        closed, key, *_ = stack.pop()
                        stack[-1][0][key] = closed  # type: ignore[call-overload, index]
                        self.key = None
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
        if text in container and text != "<<" and text not in (container.merged or ()):
            raise self.fail(f"key {text!r} stands twice in one mapping", line, "keep one")
        if container.merged is not None:
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
        if container.merged is None:
            container.merged = set()
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


def compose(text: str, file: str) -> Any:
    """The value of a YAML text. Raises :class:`InputError` with ``file:line`` for what it does not read."""
    try:
        return _Composer(file).compose(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise InputError(f"not valid YAML: {error.problem or error.context}", f"{file}:{line}") from None
    except yaml.YAMLError as error:
        raise InputError(f"not valid YAML: {' '.join(str(error).split())[:200]}", f"{file}:1") from None


def line_in(value: Any, path: tuple[str | int, ...]) -> int:
    """The line of the key or item at a path of a composed value, or of the nearest thing above it."""
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
