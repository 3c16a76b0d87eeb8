"""The text of an expression to a syntax tree: the documented subset of CEL (docs/expressions.md)."""

import difflib
import re
import warnings
from collections.abc import Mapping
from typing import Final, NoReturn, TypeAlias

import msgspec

from demarcate.errors import ExpressionError
from demarcate.expressions.vocabulary import FUNCTIONS, MACROS, METHODS, VARIABLES, Word

_MAX_DEPTH: Final = 30


class Literal(msgspec.Struct, frozen=True):
    """A constant."""

    value: str | int | float | bool | None


class Name(msgspec.Struct, frozen=True):
    """A property of the resource, or a macro's variable."""

    name: str


class Member(msgspec.Struct, frozen=True):
    """``operand.name``."""

    operand: "Node"
    name: str


class Index(msgspec.Struct, frozen=True):
    """``operand[index]``."""

    operand: "Node"
    index: "Node"


class Call(msgspec.Struct, frozen=True):
    """A function (``target`` is ``None``) or a method call."""

    target: "Node | None"
    name: str
    args: "tuple[Node, ...]"


class Macro(msgspec.Struct, frozen=True):
    """``operand.name(variable, body)`` for ``all``, ``exists``, ``exists_one``, ``filter``, ``map``."""

    operand: "Node"
    name: str
    variable: str
    body: "Node"


class Unary(msgspec.Struct, frozen=True):
    """``!operand`` or ``-operand``."""

    operator: str
    operand: "Node"


class Binary(msgspec.Struct, frozen=True):
    """``left operator right``."""

    operator: str
    left: "Node"
    right: "Node"


class Ternary(msgspec.Struct, frozen=True):
    """``condition ? then : otherwise``."""

    condition: "Node"
    then: "Node"
    otherwise: "Node"


class ListOf(msgspec.Struct, frozen=True):
    """``[a, b]``."""

    items: "tuple[Node, ...]"


Node: TypeAlias = Literal | Name | Member | Index | Call | Macro | Unary | Binary | Ternary | ListOf

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>\d+\.\d+|\d+)
  | (?P<string>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<op>\|\||&&|==|!=|<=|>=|[-+*/%!<>?:.,()\[\]])
)""",
    re.VERBOSE,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"'}
_LEVELS: Final = (("||",), ("&&",), ("==", "!=", "<", "<=", ">", ">=", "in"), ("+", "-"), ("*", "/", "%"))


def parse(text: str, where: str = "") -> Node:
    """The syntax tree of an expression.

    Raises :class:`ExpressionError` with the column for anything outside the subset; ``where`` goes into its message.
    """
    return _Parser(text, where).whole()


class _Parser:
    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.where = where
        self.tokens: list[tuple[str, str, int]] = []
        self.position = 0
        self.depth = 0
        self._tokenise()

    def _tokenise(self) -> None:
        at = 0
        end = len(self.text.rstrip())
        while at < end:
            match = _TOKEN.match(self.text, at)
            if match is None or match.lastgroup is None:
                self._fail(f"unexpected {self.text[at : at + 12].strip()!r}", at)
            self.tokens.append((match.lastgroup, match.group(match.lastgroup), match.start(match.lastgroup)))
            at = match.end()
        self.tokens.append(("end", "", end))

    def _fail(self, what: str, at: int) -> NoReturn:
        raise ExpressionError(f"expression {self.text!r}: {what} at column {at + 1}", self.where)

    @property
    def _here(self) -> tuple[str, str, int]:
        return self.tokens[self.position]

    def _take(self) -> tuple[str, str, int]:
        token = self.tokens[self.position]
        self.position += 1
        return token

    def _accept(self, op: str) -> bool:
        kind, value, _ = self._here
        if value == op and kind in ("op", "name"):
            self.position += 1
            return True
        return False

    def _expect(self, op: str) -> None:
        if not self._accept(op):
            self._fail(f"expected {op!r}, found {self._here[1] or 'the end'!r}", self._here[2])

    def whole(self) -> Node:
        node = self._ternary()
        if self._here[0] != "end":
            self._fail(f"unexpected {self._here[1]!r}", self._here[2])
        return node

    def _ternary(self) -> Node:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            self._fail("nested too deeply", self._here[2])
        node = self._binary(0)
        if self._accept("?"):
            then = self._ternary()
            self._expect(":")
            node = Ternary(node, then, self._ternary())
        self.depth -= 1
        return node

    def _binary(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        node = self._binary(level + 1)
        while self._here[1] in _LEVELS[level] and self._here[0] in ("op", "name"):
            operator = self._take()[1]
            node = Binary(operator, node, self._binary(level + 1))
        return node

    def _unary(self) -> Node:
        for operator in ("!", "-"):
            if self._accept(operator):
                self.depth += 1
                if self.depth > _MAX_DEPTH:
                    self._fail("nested too deeply", self._here[2])
                node = Unary(operator, self._unary())
                self.depth -= 1
                return node
        return self._postfix(self._primary())

    def _postfix(self, node: Node) -> Node:
        while True:
            if self._accept("."):
                kind, name, at = self._take()
                if kind != "name":
                    self._fail("expected a name after '.'", at)
                node = self._method(node, name, at) if self._accept("(") else Member(node, name)
            elif self._accept("["):
                node = Index(node, self._ternary())
                self._expect("]")
            else:
                return node

    def _method(self, target: Node, name: str, at: int) -> Node:
        if name in MACROS:
            kind, variable, place = self._take()
            if kind != "name":
                self._fail(f"{name}() takes a variable first", place)
            self._expect(",")
            body = self._ternary()
            self._expect(")")
            return Macro(target, name, variable, body)
        args = self._arguments(")")
        self._known(METHODS, name, "method", args, at)
        if name == "matches" and isinstance(args[0], Literal):
            self._pattern(str(args[0].value), at)
        return Call(target, name, args)

    def _pattern(self, text: str, at: int) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", FutureWarning)
                re.compile(text)
        except (re.error, FutureWarning) as error:
            self._fail(f"{text!r} is no regular expression: {error}", at)

    def _known(self, words: Mapping[str, Word], name: str, kind: str, args: tuple[Node, ...], at: int) -> None:
        if name not in words:
            near = difflib.get_close_matches(name, words, n=1)
            self._fail(f"unknown {kind} {name}()" + (f", did you mean {near[0]}()?" if near else ""), at)
        if len(args) not in words[name].arities:
            self._fail(f"{name}() takes {' or '.join(map(str, words[name].arities))} argument(s)", at)

    def _arguments(self, closing: str) -> tuple[Node, ...]:
        args: list[Node] = []
        while not self._accept(closing):
            if args:
                self._expect(",")
            args.append(self._ternary())
        return tuple(args)

    def _primary(self) -> Node:
        kind, value, at = self._take()
        if kind == "number":
            return Literal(float(value) if "." in value else int(value))
        if kind == "string":
            return Literal(re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[0]), value[1:-1]))
        if kind == "op" and value == "(":
            node = self._ternary()
            self._expect(")")
            return node
        if kind == "op" and value == "[":
            return ListOf(self._arguments("]"))
        if kind == "name":
            return self._named(value, at)
        return self._fail(f"unexpected {value or 'the end'!r}", at)

    def _named(self, value: str, at: int) -> Node:
        if value in ("true", "false", "null"):
            return Literal({"true": True, "false": False, "null": None}[value])
        if value == "in":
            self._fail("unexpected 'in'", at)
        if not self._accept("("):
            return Name(value)
        args = self._arguments(")")
        self._known(FUNCTIONS, value, "function", args, at)
        if value == "has" and not isinstance(args[0], Name | Member | Index):
            self._fail("has() takes a property", at)
        return Call(None, value, args)


def names(node: Node, bound: frozenset[str] = frozenset()) -> frozenset[str]:
    """The properties of the resource that an expression reads (top-level names, macro variables left out)."""
    match node:
        case Name(name):
            return frozenset() if name in bound or name in VARIABLES else frozenset({name})
        case Member(operand, _) | Unary(_, operand):
            return names(operand, bound)
        case Index(operand, index):
            return names(operand, bound) | names(index, bound)
        case Call(target, _, args):
            found = frozenset[str]().union(*(names(arg, bound) for arg in args))
            return found | names(target, bound) if target is not None else found
        case Macro(operand, _, variable, body):
            return names(operand, bound) | names(body, bound | {variable})
        case Binary(_, left, right):
            return names(left, bound) | names(right, bound)
        case Ternary(condition, then, otherwise):
            return names(condition, bound) | names(then, bound) | names(otherwise, bound)
        case ListOf(items):
            return frozenset[str]().union(*(names(item, bound) for item in items))
        case Literal(_):
            return frozenset()
