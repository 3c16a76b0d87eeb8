"""Acceptances in comments: ``# demarcate:accept CONTROL reason [owner=…] [until=YYYY-MM-DD]`` in a resource block or
just above it. Whether one counts is decided where those of templates are."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from tree_sitter import Node

MARK: Final = "demarcate:accept"
_ACCEPT: Final = re.compile(rf"^[\s#/*]*{MARK}(?:\s+|$)(.*?)(?:\*/)?\s*$")
_OPTION: Final = re.compile(r'(?:^|(?<=\s))(owner|until)=(?:"([^"]*)"|(\S+))')


class Acceptance(NamedTuple):
    """An acceptance at a ``line``, as an entry of CloudFormation's metadata."""

    line: int
    entry: Mapping[str, str]


def acceptance_of(text: str, line: int) -> Acceptance | None:
    """What a line of a comment says; ``None`` if it is no acceptance."""
    match = _ACCEPT.match(text)
    if match is None:
        return None
    control, _, rest = match[1].partition(" ")
    entry = {option[1]: option[2] if option[2] is not None else option[3] for option in _OPTION.finditer(rest)}
    reason = " ".join(_OPTION.sub("", rest).split()).lstrip("-–—: ")
    return Acceptance(line, {"control": control, "reason": reason, **entry})


def acceptances_in(value: Any, line: int) -> tuple[Acceptance, ...]:
    """Those of a comment in JSON syntax (``"//"``): a text or a list of them."""
    texts = value if isinstance(value, list) else [value]
    found = (acceptance_of(each, line) for text in texts if isinstance(text, str) for each in text.splitlines())
    return tuple(each for each in found if each is not None)


class _Comment(NamedTuple):
    first: int
    last: int
    own: bool
    found: tuple[Acceptance, ...]


def placed(
    root: Node, source: bytes, blocks: list[tuple[int, int]], line_of: Callable[[int], int]
) -> tuple[list[tuple[Acceptance, ...]], tuple[Acceptance, ...]]:
    """The acceptances of each of some ``blocks`` (from byte to byte), in a file's order, and those of none."""
    comments = list(_comments(root, source, line_of))
    ending = {each.last: each for each in comments if each.own}
    tops: list[int] = []  # the first line of each block, or of the comments just above it
    for start, _ in blocks:
        top = line_of(start)
        while top - 1 in ending:
            top = ending[top - 1].first
        tops.append(top)
    found: list[list[Acceptance]] = [[] for _ in blocks]
    left: list[Acceptance] = []
    for each in comments:
        number = bisect_right(tops, each.first) - 1
        inside = number >= 0 and each.first <= line_of(blocks[number][1] - 1)
        (found[number] if inside else left).extend(each.found)
    return [tuple(each) for each in found], tuple(left)


def _comments(root: Node, source: bytes, line_of: Callable[[int], int]) -> Iterator[_Comment]:
    pending = [root]
    while pending:
        node = pending.pop()
        if node.type == "comment":
            start = node.start_byte
            text = source[start : node.end_byte].decode("utf-8", "replace").rstrip()
            first = line_of(start)
            own = not source[source.rfind(b"\n", 0, start) + 1 : start].strip()
            found = (acceptance_of(each, first + number) for number, each in enumerate(text.split("\n")))
            yield _Comment(first, first + text.count("\n"), own, tuple(each for each in found if each is not None))
        else:
            pending.extend(reversed(node.children))
