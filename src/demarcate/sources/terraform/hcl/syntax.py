"""HCL text to blocks and attributes with their lines. Parsed by tree-sitter; what it takes too lightly is checked."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from typing import Final

from tree_sitter import Node, Parser

from demarcate.errors import InputError
from demarcate.sources.terraform.hcl.acceptances import MARK, Acceptance, placed
from demarcate.sources.terraform.hcl.compiler import MAX_DEPTH, Compiler
from demarcate.sources.terraform.hcl.mistakes import language, syntax_error
from demarcate.sources.terraform.hcl.scope import Evaluate
from demarcate.sources.terraform.hcl.templates import bare_template

_EXPONENT: Final = re.compile(rb"(?<![\w.\"-])(\d{1,9}(?:\.\d{1,9})?)[eE]([+-]?\d{1,2})(?![\w.])")

_BRACKETED_KEY: Final = re.compile(rb"(?<=\w)[ \t]*\r?\n(?=\s*\([^\n]*\)[ \t]*[=:][^=])")


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
    """``type "label" … { … }``: its ``attributes`` by name, its nested ``blocks`` in order, and what is accepted of a
    resource (of a file, the acceptances that stand at none)."""

    __slots__ = ("accepted", "attributes", "blocks", "file", "labels", "line", "type")

    def __init__(self, kind: str, labels: tuple[str, ...], file: str, line: int) -> None:
        self.type = kind
        self.labels = labels
        self.file = file
        self.line = line
        self.attributes: dict[str, Attribute] = {}
        self.blocks: list[Block] = []
        self.accepted: tuple[Acceptance, ...] = ()

    def of_type(self, kind: str) -> "Iterator[Block]":
        """The nested blocks of a type."""
        return (each for each in self.blocks if each.type == kind)


@cache
def _parser() -> Parser:
    return Parser(language())


def parse(text: str, file: str, shared: dict[bytes, Evaluate]) -> Block:
    """The body of a file as a block without a type.

    Raises :class:`InputError` with ``file:line`` for what is no HCL or nested too deeply.
    """
    source = text.encode("utf-8", "replace")
    root = _parser().parse(source).root_node
    if root.has_error and (_EXPONENT.search(source) or _BRACKETED_KEY.search(source)):
        # the grammar does not know 1e3, nor that a new line ends the member before one whose name is in brackets
        source = _BRACKETED_KEY.sub(rb",\g<0>", _EXPONENT.sub(_written_out, source))
        root = _parser().parse(source).root_node
    lines = _LineOf(source)
    if root.has_error:
        raise syntax_error(root, source, file, lines)
    compiler = Compiler(source, file, shared, lines)
    top = Block("", (), file, 1)
    for child in root.children:
        if child.type == "body":
            _fill(top, child, compiler, 0)
        elif child.type != "comment":
            raise compiler.error("only blocks and attributes can stand here", child.start_byte)
    if MARK.encode() in source:
        _accept(top, root, source, lines)
    return top


def _accept(top: Block, root: Node, source: bytes, line_of: "_LineOf") -> None:
    """Give resources the acceptances in comments in them and just above them."""
    nodes = [each for body in root.children if body.type == "body" for each in body.children if each.type == "block"]
    pairs = [(block, node) for block, node in zip(top.blocks, nodes, strict=True) if block.type == "resource"]
    found, top.accepted = placed(root, source, [(node.start_byte, node.end_byte) for _, node in pairs], line_of)
    for (block, _), accepted in zip(pairs, found, strict=True):
        block.accepted = accepted


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
        raise syntax_error(root, source, file, lines)
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
