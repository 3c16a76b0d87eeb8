"""Where a text stops being HCL, and what was expected there, from how the parser recovered."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Final

import tree_sitter_hcl
from tree_sitter import Language, Node

from demarcate.errors import InputError

_NO_STATE: Final = frozenset({0, 65535})
_OPERATORS: Final = frozenset(
    {"+", "-", "*", "/", "%", "<", ">", "<=", ">=", "==", "!=", "&&", "||", "!", "?", ":", "="}
)
_PAIRS: Final = {
    "block_start": "a closing }",
    "object_start": "a closing }",
    "tuple_start": "a closing ]",
    "(": "a closing )",
    "quoted_template_start": "a closing quotation mark",
    "template_interpolation_start": "a closing }",
    "template_directive_start": "a closing }",
}
_NAMES: Final = {
    "numeric_lit_token1": "a value",
    "block_end": "a closing }",
    "object_end": "a closing }",
    "}": "a closing }",
    "tuple_end": "a closing ]",
    "]": "a closing ]",
    ")": "a closing )",
    "quoted_template_end": "a closing quotation mark",
    "template_interpolation_end": "a closing }",
    "template_directive_end": "a closing }",
    "=": "=",
    ",": "a comma",
    "block_start": "{",
    "in": "in",
    ":": ":",
    "identifier": "a name",
}


@cache
def language() -> Language:
    """The grammar of HCL."""
    return Language(tree_sitter_hcl.language())


def syntax_error(root: Node, source: bytes, file: str, line_of: Callable[[int], int]) -> InputError:
    """What is wrong, as near as it can be told: the first thing that the parser had to skip or to make up."""
    place, what = 0, "not valid HCL"
    for node in _walk(root):
        if node.is_missing:
            if node.type == "heredoc_identifier":
                place, what = node.start_byte, "expected the end mark of the heredoc"
                break
            if node.type not in _NAMES:
                place, what = node.start_byte, f"{_shown(source, node.start_byte)} was not expected"
                break
            place = max(0, len(source[: node.start_byte].rstrip()) - 1)
            what = f"expected {_NAMES[node.type]}"
            opened = _opening(node)
            if opened is not None and line_of(opened.start_byte) != line_of(place):
                what += f" for what is opened on line {line_of(opened.start_byte)}"
            break
        if node.is_error:
            place, what = _at_error(node, source)
            break
    return InputError(f"syntax error: {what}", f"{file}:{line_of(place)}", "nothing of this file is read")


def _at_error(node: Node, source: bytes) -> tuple[int, str]:
    """The first thing in an error that does not follow from what stands before it."""
    state = node.parse_state
    last: Node | None = None
    for child in node.children:
        if child.type == "comment":
            continue
        following = child.next_parse_state
        if (following == 0 and last is not None) or child.is_error:
            return child.start_byte, f"{_shown(source, child.start_byte)} was not expected{_expected(state)}"
        state, last = following, child
    if last is not None and last.type in _OPERATORS:
        return last.start_byte, f"expected a value after {last.type}"
    place = node.end_byte
    while place < len(source) and source[place : place + 1].isspace():
        place += 1
    return min(place, max(0, len(source.rstrip()) - 1)), f"{_shown(source, place)} was not expected{_expected(state)}"


def _shown(source: bytes, place: int) -> str:
    text = source[place : place + 40].decode("utf-8", "replace").split("\n")[0].strip()
    return repr(text) if text else "the end"


def _expected(state: int) -> str:
    """What may follow in a state of the parser, if that is little enough to be of help."""
    if state in _NO_STATE:
        return ""
    ahead = language().lookahead_iterator(state)
    possible = set(ahead.names()) if ahead is not None else set()
    names = list(dict.fromkeys(name for symbol, name in _NAMES.items() if symbol in possible))
    return f" (expected {' or '.join(names[:4])})" if names else ""


def _walk(node: Node) -> Iterator[Node]:
    pending = [node]
    while pending:
        each = pending.pop()
        yield each
        if each.has_error and not each.is_error:
            pending.extend(reversed(each.children))


def _opening(node: Node) -> Node | None:
    """What the missing end of ``node`` would close."""
    parent = node.parent
    if parent is not None and parent.parent is not None and parent.type in ("block_end", "object_end", "tuple_end"):
        parent = parent.parent
    while parent is not None:
        for child in parent.children:
            if child.type in _PAIRS:
                return child
        parent = parent.parent
    return None
