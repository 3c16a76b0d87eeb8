"""Syntax trees to Python source: straight-line code over local variables, short-circuiting where CEL does."""

from collections.abc import Callable, Mapping
from types import CodeType
from typing import Final

import msgspec

from demarcate.errors import ExpressionError
from demarcate.expressions import parser as ast
from demarcate.expressions.vocabulary import VARIABLES

_OPERATORS: Final = {
    "==": "equal", "!=": "unequal", "<": "less", "<=": "less_or_equal", ">": "greater", ">=": "greater_or_equal",
    "in": "contained", "+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "modulo",
}  # fmt: skip
_FUNCTIONS: Final = {
    "has": "present", "size": "size", "string": "text_of", "int": "whole", "text": "written", "literal": "literal",
    "origin": "origin",
}  # fmt: skip
_METHODS: Final = {
    "startsWith": "starts_with", "endsWith": "ends_with", "contains": "contains", "matches": "matches", "size": "size",
    "lowerAscii": "lower", "upperAscii": "upper", "trim": "trim", "split": "split",
}  # fmt: skip
_MACROS: Final = {"exists": "exists", "all": "every", "exists_one": "exists_one", "filter": "chosen", "map": "mapped"}


class Place(msgspec.Struct, frozen=True):
    """Where a value stands: a property ``path`` (``Rules[].Id``) of a resource of a ``type``."""

    type: str
    path: str


class _Atom(msgspec.Struct, frozen=True):
    """A Python expression without side effects that holds a value, and where that value stands if that is known."""

    code: str
    place: Place | None = None


Scope = Mapping[str, _Atom]


class Writer:
    """Writes the body of one function that evaluates expressions on one resource type.

    ``defaults`` maps a type and property path to the expression of its documented default. Top-level properties are
    read once, at the head of the body. ``configures(setting, of)`` says whether a type is a setting of another: such
    settings name what they configure, so ``related('SETTING')`` has them all.
    """

    def __init__(
        self,
        type_name: str,
        defaults: Mapping[tuple[str, str], str] | None = None,
        configures: Callable[[str, str], bool] = lambda _setting, _of: False,
    ) -> None:
        self.type_name = type_name
        self.defaults = defaults or {}
        self.configures = configures
        self.head: list[str] = ["p = s.properties"]
        self.lines: list[str] = []
        self._indent = 0
        self._count = 0
        self._properties: dict[tuple[str, bool], str] = {}
        self._defaulting: list[tuple[str, str]] = []
        self._where = ""
        self.touched: dict[Place, None] = {}
        """Every property that the expressions name, also inside of macros and of connected resources."""
        self.reads: dict[str, None] = {}
        """The property paths that the expressions written since it was last cleared read, in order."""

    # code -------------------------------------------------------------------------------------------------------------

    def emit(self, line: str) -> None:
        """Add a line at the present indentation."""
        self.lines.append("    " * self._indent + line)

    def fresh(self, prefix: str = "t") -> str:
        """A variable name that is not in use."""
        self._count += 1
        return f"{prefix}{self._count}"

    def block(self, opening: str) -> "_Block":
        """A context in which lines are indented below ``opening``."""
        return _Block(self, opening)

    def body(self) -> list[str]:
        """The lines of the function: reading the properties, then what was emitted."""
        return [*self.head, *self.lines]

    def value(self, text: str, where: str = "") -> str:
        """Write the evaluation of an expression; gives the Python name of its value.

        Raises :class:`ExpressionError` for a text outside the documented subset.
        """
        self._where = where
        return self._write(ast.parse(text, where), {}).code

    def value_of_and(self, one: str, other: str) -> str:
        """Write the three-valued conjunction of two values; gives the Python name of the result."""
        return self._set(f"conjunction({one}, {other})").code

    def _set(self, code: str, place: Place | None = None) -> _Atom:
        name = self.fresh()
        self.emit(f"{name} = {code}")
        return _Atom(name, place)

    # nodes ------------------------------------------------------------------------------------------------------------

    def _write(self, node: ast.Node, scope: Scope, *, raw: bool = False) -> _Atom:
        match node:
            case ast.Literal(value):
                return _Atom(repr(value))
            case ast.Name(name):
                return self._name(name, scope, raw)
            case ast.Member(operand, name):
                return self._member(self._write(operand, scope), name, raw)
            case ast.Index(operand, index):
                return self._index(self._write(operand, scope), self._write(index, scope))
            case ast.Unary(operator, operand):
                inner = self._write(operand, scope)
                if operator == "-" and isinstance(operand, ast.Literal):
                    return _Atom(f"(-{inner.code})")
                return self._set(f"{'negation' if operator == '!' else 'negative'}({inner.code})")
            case ast.Binary("&&" | "||" as operator, left, right):
                return self._logic(operator, left, right, scope)
            case ast.Binary(operator, left, right):
                one, other = self._write(left, scope), self._write(right, scope)
                return self._set(f"{_OPERATORS[operator]}({one.code}, {other.code})")
            case ast.Ternary(condition, then, otherwise):
                chosen = self._write(condition, scope)
                branches = f"{self._closure('', then, scope)}, {self._closure('', otherwise, scope)}"
                return self._set(f"choice({chosen.code}, {branches})")
            case ast.ListOf(items):
                return self._set(f"[{', '.join(self._write(each, scope).code for each in items)}]")
            case ast.Macro(operand, name, variable, body):
                return self._macro(self._write(operand, scope), name, variable, body, scope)
            case ast.Call(None, name, args):
                return self._function(name, args, scope)
            case ast.Call(target, name, args):
                assert target is not None
                return self._method(self._write(target, scope), name, args, scope)

    def _name(self, name: str, scope: Scope, raw: bool) -> _Atom:
        if name in scope:
            return scope[name]
        if name in VARIABLES:
            return _Atom(f"s.{name}")
        self.reads[name] = None
        place = Place(self.type_name, name)
        self.touched[place] = None
        key = (name, raw)
        if key not in self._properties:
            variable = f"{'h' if raw else 'v'}{len(self._properties)}"
            self._properties[key] = variable
            lines, self.lines, indent, self._indent = self.lines, [], self._indent, 0
            self.emit(f"{variable} = p.get({name!r})")
            if not raw:
                self._default(variable, place)
            self.head += self.lines
            self.lines, self._indent = lines, indent
        return _Atom(self._properties[key], place)

    def _default(self, variable: str, place: Place) -> None:
        """Fill in the documented default of a property that is absent."""
        key = (place.type, place.path)
        text = self.defaults.get(key)
        if text is None:
            return
        if key in self._defaulting:
            raise ExpressionError(f"the default of {place.path} depends on itself", self._where)
        self._defaulting.append(key)
        where, reads = self._where, dict(self.reads)
        tree = ast.parse(text, f"default of {place.type} {place.path}")
        of_self = place.type == self.type_name
        if not of_self and ast.names(tree):
            self._defaulting.pop()
            return  # a default that depends on the resource's other properties is read only on that resource
        with self.block(f"if {variable} is None:"):
            found = self._write(tree, {})
            self.emit(f"{variable} = {found.code}")
        self._where, self.reads = where, reads
        self._defaulting.pop()

    def _member(self, operand: _Atom, name: str, raw: bool) -> _Atom:
        place = Place(operand.place.type, f"{operand.place.path}.{name}") if operand.place else None
        if operand.place is not None and operand.place.path == "":
            place = Place(operand.place.type, name)
        found = self._set(f"member({operand.code}, {name!r})", place)
        if place is not None:
            self.touched[place] = None
            if place.type == self.type_name and "[" not in place.path:
                assert operand.place is not None
                self.reads.pop(operand.place.path, None)
                self.reads[place.path] = None
            if not raw:
                self._default(found.code, place)
        return found

    def _index(self, operand: _Atom, key: _Atom) -> _Atom:
        place = operand.place
        if place is not None and place.path:
            place = Place(place.type, f"{place.path}[]")
        return self._set(f"index({operand.code}, {key.code})", place)

    def _logic(self, operator: str, left: ast.Node, right: ast.Node, scope: Scope) -> _Atom:
        result = self.fresh()
        self.emit(f"{result} = {self._write(left, scope).code}")
        if operator == "&&":
            with self.block(f"if {result} is True or type({result}) is Unknown:"):
                other = self._set(self._write(right, scope).code).code
                with self.block(f"if type({other}) is Unknown:"), self.block(f"if {result} is True:"):
                    self.emit(f"{result} = {other}")
                with self.block(f"elif {other} is not True:"):
                    self.emit(f"{result} = False")
            with self.block("else:"):
                self.emit(f"{result} = False")
        else:
            with self.block(f"if {result} is not True:"):
                other = self._set(self._write(right, scope).code).code
                with self.block(f"if {other} is True:"):
                    self.emit(f"{result} = True")
                with self.block(f"elif type({result}) is not Unknown:"):
                    self.emit(f"{result} = {other} if type({other}) is Unknown else False")
        with self.block(f"if type({result}) is Unknown:"):
            self.emit(f"{result} = bare({result})")
        return _Atom(result)

    def _closure(self, parameter: str, body: ast.Node, scope: Scope) -> str:
        name = self.fresh("f")
        with self.block(f"def {name}({parameter}):"):
            self.emit(f"return {self._write(body, scope).code}")
        return name

    def _macro(self, operand: _Atom, name: str, variable: str, body: ast.Node, scope: Scope) -> _Atom:
        place = operand.place
        item = Place(place.type, f"{place.path}[]" if place.path else "") if place else None
        parameter = self.fresh("x")
        test = self._closure(parameter, body, {**scope, variable: _Atom(parameter, item)})
        at = ""
        if name in ("exists", "all") and place is not None and place.type == self.type_name and "[" not in place.path:
            at = f", s, {place.path!r}"
        kept = place if name == "filter" else None
        return self._set(f"{_MACROS[name]}({operand.code}, {test}{at})", kept)

    def _function(self, name: str, args: tuple[ast.Node, ...], scope: Scope) -> _Atom:
        if name in ("is", "related", "account"):
            texts = [self._quoted(name, each) for each in args]
            if name == "related":
                inbound = len(texts) == 1 and self.configures(texts[0], self.type_name)
                more = ", None, True" if inbound else ""
                return self._set(f"s.related({', '.join(map(repr, texts))}{more})", Place(texts[0], ""))
            return self._set(f"s.{'is_a' if name == 'is' else 'account'}({texts[0]!r})")
        values = [self._write(each, scope, raw=name == "has").code for each in args]
        if name in _FUNCTIONS:
            return self._set(f"{_FUNCTIONS[name]}({', '.join(values)})")
        return self._set(f"s.{name}({', '.join(values)})")  # a function of the domain, see subject.py

    def _method(self, target: _Atom, name: str, args: tuple[ast.Node, ...], scope: Scope) -> _Atom:
        if name == "related":
            texts = [self._quoted(name, each) for each in args]
            inbound = len(texts) == 1 and target.place is not None and self.configures(texts[0], target.place.type)
            more = ", None, True" if inbound else ""
            return self._set(f"s.related_of({target.code}, {', '.join(map(repr, texts))}{more})", Place(texts[0], ""))
        values = [self._write(each, scope).code for each in args]
        return self._set(f"{_METHODS[name]}({', '.join([target.code, *values])})")

    def _quoted(self, function: str, node: ast.Node) -> str:
        if not isinstance(node, ast.Literal) or not isinstance(node.value, str):
            raise ExpressionError(f"{function}() takes a text in quotes", self._where)
        return node.value


class _Block:
    def __init__(self, writer: Writer, opening: str) -> None:
        self._writer = writer
        self._opening = opening

    def __enter__(self) -> None:
        self._writer.emit(self._opening)
        self._writer._indent += 1

    def __exit__(self, *_: object) -> None:
        self._writer._indent -= 1


def function_source(name: str, parameters: str, lines: list[str]) -> str:
    """The source of a function with a body."""
    return f"def {name}({parameters}):\n" + "\n".join(f"    {line}" for line in lines) + "\n"


def compiled(source: str, where: str) -> CodeType:
    """The code object of generated source."""
    return compile(source, f"<{where}>", "exec")
