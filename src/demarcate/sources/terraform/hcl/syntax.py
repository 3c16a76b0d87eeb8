"""HCL text to blocks and attributes with their lines. Parsed by tree-sitter; what it takes too lightly is checked."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cache
from typing import Final

import tree_sitter_hcl
from tree_sitter import Language, Node, Parser

from demarcate.errors import InputError
from demarcate.sources.terraform.hcl.compiler import MAX_DEPTH, Compiler
from demarcate.sources.terraform.hcl.scope import Evaluate
from demarcate.sources.terraform.hcl.templates import bare_template

_EXPONENT: Final = re.compile(rb"(?<![\w.\"-])(\d{1,9}(?:\.\d{1,9})?)[eE]([+-]?\d{1,2})(?![\w.])")


class Attribute:
    """``name = expression``: its ``line`` (from 1) and ``file``, the expression's ``text`` and what evaluates it."""

    __slots__ = ("evaluate", "file", "line", "name", "text")

    def __init__(self, name: str, file: str, line: int, text: str, evaluate: Evaluate) -> None:
        self.name = name
        self.file = file
        self.line = line
        self.text = text
        self.evaluate = evaluate


class Block:
    """``type "label" … { … }``: its ``attributes`` by name and its nested ``blocks`` in order."""

    __slots__ = ("attributes", "blocks", "file", "labels", "line", "type")

    def __init__(self, kind: str, labels: tuple[str, ...], file: str, line: int) -> None:
        self.type = kind
        self.labels = labels
        self.file = file
        self.line = line
        self.attributes: dict[str, Attribute] = {}
        self.blocks: list[Block] = []

    def of_type(self, kind: str) -> "Iterator[Block]":
        """The nested blocks of a type."""
        return (each for each in self.blocks if each.type == kind)


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_hcl.language()))


def parse(text: str, file: str, shared: dict[bytes, Evaluate]) -> Block:
    """The body of a file as a block without a type.

    Raises :class:`InputError` with ``file:line`` for what is no HCL or nested too deeply.
    """
    source = text.encode("utf-8", "replace")
    root = _parser().parse(source).root_node
    if root.has_error and _EXPONENT.search(source):
        source = _EXPONENT.sub(_written_out, source)  # the grammar does not know 1e3
        root = _parser().parse(source).root_node
    lines = _LineOf(source)
    if root.has_error:
        raise _syntax_error(root, source, file, lines)
    compiler = Compiler(source, file, shared, lines)
    top = Block("", (), file, 1)
    for child in root.children:
        if child.type == "body":
            _fill(top, child, compiler, 0)
        elif child.type != "comment":
            raise compiler.error("only blocks and attributes can stand here", child.start_byte)
    return top


def parse_template(text: str, file: str, shared: dict[bytes, Evaluate]) -> Evaluate:
    """The text of a template file, or of a string in JSON syntax.

    Raises :class:`InputError` with ``file:line`` for what is no template.
    """
    mark = "DEMARCATE_END"
    while mark in text:
        mark += "_"
    head = f"x = <<{mark}\n".encode()
    body = text.encode("utf-8", "replace")
    source = head + body + f"\n{mark}\n".encode()
    root = _parser().parse(source).root_node
    lines = _LineOf(source, 1)
    if root.has_error:
        raise _syntax_error(root, source, file, lines)
    node = root
    while node.type != "heredoc_template":
        if node.child_count == 0:
            raise InputError("not a template", f"{file}:1")
        node = node.children[-1] if node.type == "attribute" else node.children[0]
    compiler = Compiler(source, file, shared, lines)
    return bare_template(compiler, node, len(head), len(head) + len(body))


def _written_out(match: re.Match[bytes]) -> bytes:
    text = format(float(match[0]), "f").rstrip("0").rstrip(".")
    return text.encode()


class _LineOf:
    """The line of a byte, from 1."""

    def __init__(self, source: bytes, less: int = 0) -> None:
        self._starts = [0, *(match.end() for match in re.finditer(b"\n", source))]
        self._less = less

    def __call__(self, place: int) -> int:
        return max(1, bisect_right(self._starts, place) - self._less)


def _fill(block: Block, body: Node, compiler: Compiler, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise compiler.error(f"nested more than {MAX_DEPTH} deep", body.start_byte)
    source, file, line_of = compiler.source, compiler.file, compiler.line_of
    end = -1
    for child in body.children:
        kind = child.type
        if kind == "comment":
            continue
        start = child.start_byte
        if end >= 0 and b"\n" not in source[end:start] and not source[end - 1 : end] == b"\n":
            raise compiler.error("expected a new line before this", start, "one attribute or block a line")
        end = child.end_byte
        if kind == "attribute":
            parts = [each for each in child.children if each.type != "comment"]
            name = source[parts[0].start_byte : parts[0].end_byte].decode()
            if name in block.attributes:
                raise compiler.error(f"{name} is set twice", start, "keep one")
            value = parts[2]
            text = source[value.start_byte : value.end_byte].decode()
            block.attributes[name] = Attribute(name, file, line_of(start), text, compiler.expression(value))
        elif kind == "block":
            block.blocks.append(_block(child, compiler, depth))
        else:
            raise compiler.error("only blocks and attributes can stand here", start)


def _block(node: Node, compiler: Compiler, depth: int) -> Block:
    source = compiler.source
    kind = ""
    labels = []
    body = None
    for child in node.children:
        each = child.type
        if each == "identifier" or each == "string_lit":
            text = source[child.start_byte : child.end_byte].decode()
            if each == "string_lit":
                text = text[1:-1]
            if kind:
                labels.append(text)
            else:
                kind = text
        elif each == "body":
            body = child
    made = Block(kind, tuple(labels), compiler.file, compiler.line_of(node.start_byte))
    if body is not None:
        _fill(made, body, compiler, depth + 1)
    return made


# errors ---------------------------------------------------------------------------------------------------------------


def _syntax_error(root: Node, source: bytes, file: str, line_of: Callable[[int], int]) -> InputError:
    """What is wrong, as near as the parser's recovery tells: the first thing it had to skip or to make up."""
    where, what, mend = 0, "not valid HCL", ""
    for node in _walk(root):
        if node.is_missing:
            where, what = _before(source, node.start_byte), f"expected {_NAMES.get(node.type, node.type)}"
            opened = _opening(node)
            if opened is not None and line_of(opened.start_byte) != line_of(where):
                what += f" for what is opened on line {line_of(opened.start_byte)}"
            break
        if node.is_error:
            where, what = _at_error(node, source, line_of)
            break
    return InputError(f"syntax error: {what}", f"{file}:{line_of(where)}", mend or "the rest of the file is not read")


def _at_error(node: Node, source: bytes, line_of: Callable[[int], int]) -> tuple[int, str]:
    unclosed: list[Node] = []
    last = node.start_byte
    for child in node.children:
        last = child.start_byte
        if child.type in _PAIRS:
            unclosed.append(child)
        elif unclosed and child.type == _PAIRS[unclosed[-1].type]:
            unclosed.pop()
    text = source[node.start_byte : node.end_byte].decode("utf-8", "replace").strip().split("\n")[0][:40]
    if unclosed:
        opened = line_of(unclosed[-1].start_byte)
        sign = _NAMES[_PAIRS[unclosed[-1].type]]
        return (last, f"expected {sign} for what is opened on line {opened}")
    return node.start_byte, f"{text!r} was not expected" if text else "something is missing"


def _walk(node: Node) -> Iterator[Node]:
    pending = [node]
    while pending:
        each = pending.pop()
        yield each
        if each.has_error and not each.is_error:
            pending.extend(reversed(each.children))


def _before(source: bytes, place: int) -> int:
    """The last byte before a place that is no white space."""
    return max(0, len(source[:place].rstrip()) - 1)


def _opening(node: Node) -> Node | None:
    parent = node.parent
    if parent is not None and parent.parent is not None and parent.type in ("block_end", "object_end", "tuple_end"):
        parent = parent.parent
    while parent is not None:
        for child in parent.children:
            if child.type in _PAIRS:
                return child
        parent = parent.parent
    return None


_PAIRS: Final = {
    "block_start": "block_end",
    "object_start": "object_end",
    "tuple_start": "tuple_end",
    "(": ")",
    "quoted_template_start": "quoted_template_end",
    "template_interpolation_start": "template_interpolation_end",
    "template_directive_start": "template_directive_end",
    "{": "}",
    "[": "]",
}
_NAMES: Final = {
    "block_end": "a closing }",
    "object_end": "a closing }",
    "tuple_end": "a closing ]",
    "quoted_template_end": "a closing quotation mark",
    "template_interpolation_end": "a closing }",
    "template_directive_end": "a closing }",
    "}": "a closing }",
    "]": "a closing ]",
    ")": "a closing )",
    "identifier": "a name",
    "heredoc_identifier": "the end mark of the heredoc",
}
