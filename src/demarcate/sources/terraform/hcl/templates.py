"""Templates: quoted text, heredocs and template files, with ``${}``, ``%{if}``, ``%{for}`` and ``~``."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec
from tree_sitter import Node

from demarcate.model import Value
from demarcate.sources.terraform.hcl.forms import conditional, for_tuple
from demarcate.sources.terraform.hcl.scope import Constant, Evaluate, Scope
from demarcate.sources.terraform.hcl.values import derived, join, to_text

if TYPE_CHECKING:
    from demarcate.sources.terraform.hcl.compiler import Compiler

_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))|\$\$(?=\{)|%%(?=\{)", re.DOTALL)
_MARKS: Final = re.compile(r"\$\$(?=\{)|%%(?=\{)")
_PLAIN: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_LINES: Final = re.compile(r"[^\n]*\n|[^\n]+")


class Part(msgspec.Struct):
    """A piece of a template: ``kind`` is ``text``, ``value``, ``if``, ``else``, ``endif``, ``for`` or ``endfor``; with
    ``before`` and ``after``, the white space on that side is stripped."""

    kind: str
    text: str = ""
    evaluate: Evaluate | None = None
    names: list[str] = []
    condition: str = ""
    before: bool = False
    after: bool = False
    place: int = 0


def template(compiler: "Compiler", node: Node) -> Evaluate:
    """A ``template_expr`` or ``string_lit`` node. Raises :class:`InputError` for escapes and directives that are no
    HCL."""
    body = node.children[0] if node.type == "template_expr" else node
    children = body.children
    if body.type == "heredoc_template":
        marks = [each for each in children if each.type == "heredoc_identifier"]
        start = compiler.source.find(b"\n", marks[0].end_byte) + 1
        end = compiler.source.rfind(b"\n", 0, marks[-1].start_byte) + 1
        parts = _parts(compiler, children, max(start, marks[0].end_byte), max(start, end))
        if b"-" in compiler.source[children[0].start_byte : children[0].end_byte]:
            _unindent(parts)
        for part in parts:
            part.text = _MARKS.sub(lambda match: match[0][0], part.text)
        return assemble(compiler, parts)
    parts = _parts(compiler, children, body.start_byte + 1, max(body.end_byte - 1, body.start_byte + 1))
    for part in parts:
        if "\\" in part.text or "{" in part.text:
            part.text = _unescaped(compiler, part)
    if len(parts) == 1 and parts[0].kind == "value" and parts[0].evaluate is not None:
        return parts[0].evaluate  # "${x}" alone is x, whatever its type
    return assemble(compiler, parts)


def bare_template(compiler: "Compiler", node: Node, start: int, end: int) -> Evaluate:
    """The text of a template file, or of a string in JSON syntax, as a heredoc from ``start`` to ``end``."""
    parts = _parts(compiler, node.children, start, end)
    for part in parts:
        part.text = _MARKS.sub(lambda match: match[0][0], part.text)
    if len(parts) == 1 and parts[0].kind == "value" and parts[0].evaluate is not None:
        return parts[0].evaluate
    return assemble(compiler, parts)


# pieces ---------------------------------------------------------------------------------------------------------------


def _parts(compiler: "Compiler", children: Sequence[Node], start: int, end: int) -> list[Part]:
    """The pieces between two places. White space is no part of the tree, so text is what stands between its nodes."""
    parts: list[Part] = []
    at = start

    def text(until: int) -> None:
        nonlocal at
        if until > at:
            lines = _LINES.findall(compiler.source[at:until].decode())
            parts.extend(Part("text", line, place=at) for line in lines)

    def walk(nodes: Sequence[Node]) -> None:
        nonlocal at
        for node in nodes:
            kind = node.type
            if kind == "template_interpolation":
                text(node.start_byte)
                parts.append(_marked(compiler, node, Part("value")))
                at = node.end_byte
            elif kind in ("template_directive", "template_if", "template_for"):
                walk(node.children)
            elif kind in _DIRECTIVES:
                text(node.start_byte)
                parts.append(_marked(compiler, node, Part(_DIRECTIVES[kind])))
                at = node.end_byte

    walk(children)
    text(end)
    _strip(parts)  # before indentation is looked at: a line whose beginning is stripped has none
    return parts


_DIRECTIVES: Final = {
    "template_if_intro": "if",
    "template_else_intro": "else",
    "template_if_end": "endif",
    "template_for_start": "for",
    "template_for_end": "endfor",
}


def _marked(compiler: "Compiler", node: Node, part: Part) -> Part:
    part.place = node.start_byte
    source = compiler.source[node.start_byte : node.end_byte]
    part.before, part.after = source[2:3] == b"~", source[-2:-1] == b"~"
    names = []
    for child in node.children:
        if child.type == "expression":
            part.evaluate = compiler.expression(child)
            part.condition = compiler.text_of(child)
        elif child.type == "identifier":
            names.append(compiler.source[child.start_byte : child.end_byte].decode())
    part.names = names
    return part


def _unescaped(compiler: "Compiler", part: Part) -> str:
    def one(match: re.Match[str]) -> str:
        if match[0][0] != "\\":
            return match[0][0]
        code = match[1] or match[2]
        if code is not None:
            number = int(code, 16)
            if number > 0x10FFFF or 0xD800 <= number < 0xE000:
                raise compiler.error(f"\\u{code} is no character", part.place)
            return chr(number)
        plain = _PLAIN.get(match[3])
        if plain is None:
            mend = "write \\\\ for a backslash"
            raise compiler.error(f"\\{match[3]} is no escape sequence", part.place, mend)
        return plain

    return _ESCAPE.sub(one, part.text)


def _unindent(parts: list[Part]) -> None:
    """``<<-``: the indentation that all lines share is taken away; lines with nothing in them do not count."""
    firsts: list[Part] = []
    least: int | None = None
    new_line = True
    for part in parts:
        if new_line:
            new_line = False
            indentation: int | None = 0
            if part.kind == "text":
                stripped = part.text.lstrip()
                if not stripped and part.text.endswith("\n"):
                    indentation = None
                else:
                    indentation = len(part.text) - len(stripped)
                    firsts.append(part)
            if indentation is not None:
                least = indentation if least is None else min(least, indentation)
        if part.kind == "text" and part.text.endswith("\n"):
            new_line = True
    for part in firsts:
        part.text = part.text[least or 0 :]


def _strip(parts: list[Part]) -> None:
    for number, part in enumerate(parts):
        if part.before and number and parts[number - 1].kind == "text":
            parts[number - 1].text = parts[number - 1].text.rstrip()
        if part.after and number + 1 < len(parts) and parts[number + 1].kind == "text":
            parts[number + 1].text = parts[number + 1].text.lstrip()


# evaluation -----------------------------------------------------------------------------------------------------------


def assemble(compiler: "Compiler", parts: list[Part]) -> Evaluate:
    """What evaluates the pieces one after the other. Raises :class:`InputError` for directives that do not pair."""
    sequence, at = _sequence(compiler, parts, 0, ())
    if at < len(parts):
        raise compiler.error(f"%{{ {parts[at].kind} }} has no beginning", parts[at].place)
    return sequence


def _sequence(compiler: "Compiler", parts: list[Part], at: int, until: tuple[str, ...]) -> tuple[Evaluate, int]:
    pieces: list[Evaluate] = []
    start = at
    while at < len(parts):
        part = parts[at]
        if part.kind == "text":
            if part.text:
                pieces.append(Constant(part.text))
        elif part.kind == "value":
            assert part.evaluate is not None
            pieces.append(part.evaluate)
        elif part.kind == "if":
            then, at = _sequence(compiler, parts, at + 1, ("else", "endif"))
            otherwise: Evaluate = Constant("")
            if parts[at].kind == "else":
                otherwise, at = _sequence(compiler, parts, at + 1, ("endif",))
            pieces.append(_if(part, then, otherwise))
        elif part.kind == "for":
            inner, at = _sequence(compiler, parts, at + 1, ("endfor",))
            pieces.append(_for(part, inner))
        else:
            break
        at += 1
    if until and (at >= len(parts) or parts[at].kind not in until):
        raise compiler.error(f"%{{ {until[-1]} }} is missing", parts[min(start, len(parts)) - 1].place)
    if all(isinstance(each, Constant) for each in pieces):
        return Constant("".join(to_text(each.value) for each in pieces)), at  # type: ignore[attr-defined]
    return (lambda scope: join([piece(scope) for piece in pieces])), at


def _if(part: Part, then: Evaluate, otherwise: Evaluate) -> Evaluate:
    assert part.evaluate is not None
    return conditional(part.evaluate, then, otherwise, part.condition)


def _for(part: Part, inner: Evaluate) -> Evaluate:
    assert part.evaluate is not None
    rounds = for_tuple(part.names, part.evaluate, inner, None)

    def evaluate(scope: Scope) -> Value:
        texts = rounds(scope)
        return join(texts) if isinstance(texts, list) else derived(texts)

    return evaluate
