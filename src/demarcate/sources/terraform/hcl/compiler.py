"""From syntax nodes to closures. Each file is gone through once; what is compiled knows nothing of its place."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from tree_sitter import Node

from demarcate.errors import InputError
from demarcate.model import Unknown, Value
from demarcate.sources.terraform.hcl import operations as ops
from demarcate.sources.terraform.hcl.forms import (
    Kind,
    comparison,
    conditional,
    for_object,
    for_tuple,
    junction,
    traversal,
)
from demarcate.sources.terraform.hcl.functions import call
from demarcate.sources.terraform.hcl.scope import Constant, Evaluate, Scope
from demarcate.sources.terraform.hcl.templates import template
from demarcate.sources.terraform.hcl.values import (
    Opaque,
    derived,
    json_number,
    to_text,
)

MAX_DEPTH: Final = 120
"""The deepest nesting of expressions that is read."""
_TEXT: Final = re.compile(rb'"[^"\\$%\n]*"')
_NUMBER: Final = re.compile(rb"\d+(?:\.\d+)?")
_TRAVERSAL: Final = re.compile(rb"[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)+")
_NAME: Final = re.compile(r"[^\W\d][\w-]*")
_WORDS: Final = {b"true": True, b"false": False, b"null": None}
_SPACE: Final = re.compile(r"\s+")
_LONGEST_SHARED: Final = 300

Follow = Callable[[Value, Scope], Value]


class Compiler:
    """Compiles the expressions of one text; ``shared`` keeps what was compiled before, by its text."""

    def __init__(self, source: bytes, file: str, shared: dict[bytes, Evaluate], line_of: Callable[[int], int]) -> None:
        self.source = source
        self.file = file
        self.line_of = line_of
        self._shared = shared
        self._depth = 0

    def error(self, what: str, place: int, mend: str = "") -> InputError:
        """An error at a byte of the text."""
        return InputError(what, f"{self.file}:{self.line_of(place)}", mend)

    def expression(self, node: Node) -> Evaluate:
        """An ``expression`` node. Raises :class:`InputError` for what is nested too deeply or is no HCL."""
        start, end = node.start_byte, node.end_byte
        text = self.source[start:end]
        known = self._shared.get(text)
        if known is not None:
            return known
        compiled = self._short(text)
        if compiled is None:
            compiled = self.terms(node.children)
        if len(text) <= _LONGEST_SHARED and b"<<" not in text:
            self._shared[text] = compiled
        return compiled

    @staticmethod
    def _short(text: bytes) -> Evaluate | None:
        """What can be told from the text alone, which most expressions can."""
        first = text[:1]
        if first == b'"':
            if _TEXT.fullmatch(text):
                return Constant(text[1:-1].decode())
        elif first.isdigit():
            if _NUMBER.fullmatch(text):
                return Constant(json_number(text.decode()))
        elif text in _WORDS:
            return Constant(_WORDS[text])
        elif _TRAVERSAL.fullmatch(text):
            root, *steps = text.decode().split(".")
            return traversal(root, steps)
        return None

    def terms(self, nodes: Sequence[Node]) -> Evaluate:
        """A primary expression and what follows it (attributes, indexes, splats)."""
        self._depth += 1
        try:
            if self._depth > MAX_DEPTH:
                raise self.error(f"nested more than {MAX_DEPTH} deep", nodes[0].start_byte)
            return self._terms([each for each in nodes if each.type != "comment"])
        finally:
            self._depth -= 1

    def _terms(self, nodes: Sequence[Node]) -> Evaluate:
        if not nodes:
            raise self.error("an expression is missing", 0)
        first = nodes[0]
        kind = first.type
        rest = nodes[1:]
        if kind == "variable_expr":
            root = self._text(first)
            names = []
            for each in rest:
                if each.type != "get_attr":
                    break
                names.append(self._text(each.children[-1]))
            base = traversal(root, names)
            rest = rest[len(names) :]
        elif kind == "(":
            base = self.expression(nodes[1])
            rest = nodes[3:]
        else:
            compile_it = _PRIMARY.get(kind)
            if compile_it is None:
                raise self.error(f"{self._text(first)[:40]!r} was not expected here", first.start_byte)
            base = compile_it(self, first)
        return self._followed(base, rest) if rest else base

    def _text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode()

    def text_of(self, node: Node) -> str:
        """The text of a node on one line, for messages and for the names of conditions."""
        return _SPACE.sub(" ", self._text(node)).strip()

    # what follows -----------------------------------------------------------------------------------------------------

    def _followed(self, base: Evaluate, rest: Sequence[Node]) -> Evaluate:
        follow = self._steps(rest)
        return lambda scope: follow(base(scope), scope)

    def _steps(self, nodes: Sequence[Node]) -> Follow:
        steps: list[Follow] = []
        for number, node in enumerate(nodes):
            kind = node.type
            if kind == "get_attr":
                steps.append(_attribute_step(self._text(node.children[-1])))
            elif kind == "index":
                steps.append(self._index_step(node.children[0]))
            elif kind == "splat":
                steps.append(self._splat_step(node.children[0], nodes[number + 1 :]))
                break
            else:
                raise self.error(f"{self._text(node)[:40]!r} was not expected here", node.start_byte)
        if len(steps) == 1:
            return steps[0]

        def follow(value: Value, scope: Scope) -> Value:
            for step in steps:
                value = step(value, scope)
            return value

        return follow

    def _index_step(self, node: Node) -> Follow:
        if node.type == "legacy_index":
            place = int(self._text(node)[1:])
            return lambda value, scope: _item(value, place, scope)
        key = self.expression(next(each for each in node.children if each.type == "expression"))
        return lambda value, scope: _item(value, key(scope), scope)

    def _splat_step(self, node: Node, following: Sequence[Node]) -> Follow:
        """``[*]`` takes along all that follows it, ``.*`` only attributes."""
        inside = [each for each in node.children if each.type in ("get_attr", "index", "splat")]
        after = list(following)
        if node.type == "attr_splat":
            inner = [each for each in inside if each.type == "get_attr"]
            after = [*(each for each in inside if each.type != "get_attr"), *after]
        else:
            inner = [*inside, *after]
            after = []
        each_item = self._steps(inner) if inner else None
        then = self._steps(after) if after else None

        def follow(value: Value, scope: Scope) -> Value:
            items = ops.splat(value, (lambda item: each_item(item, scope)) if each_item else (lambda item: item))
            return then(items, scope) if then else items

        return follow

    # primaries --------------------------------------------------------------------------------------------------------

    def _inner(self, node: Node) -> Evaluate:
        return self.terms(node.children)

    def _literal(self, node: Node) -> Evaluate:
        child = node.children[0]
        text = self.source[child.start_byte : child.end_byte]
        if child.type == "string_lit":
            return self._template(child)
        if text in _WORDS:
            return Constant(_WORDS[text])
        return Constant(json_number(text.decode()))

    def _template(self, node: Node) -> Evaluate:
        return template(self, node)

    def _collection(self, node: Node) -> Evaluate:
        body = node.children[0]
        return self._tuple(body) if body.type == "tuple" else self._object(body)

    def _tuple(self, node: Node) -> Evaluate:
        items = [self.expression(each) for each in node.children if each.type == "expression"]
        if all(isinstance(each, Constant) for each in items):
            return Constant([each.value for each in items])  # type: ignore[attr-defined]
        return lambda scope: [each(scope) for each in items]

    def _object(self, node: Node) -> Evaluate:
        members: list[tuple[str | Evaluate, Evaluate]] = []
        end = node.start_byte + 1
        separated = True
        for child in node.children:
            kind = child.type
            if kind == "object_elem":
                if not separated and b"\n" not in self.source[end : child.start_byte]:
                    raise self.error("two members of an object on one line", child.start_byte, "put a comma between")
                key, value = (each for each in child.children if each.type == "expression")
                members.append((self._key(key), self.expression(value)))
                separated, end = False, child.end_byte
            elif kind == ",":
                separated = True
        if all(isinstance(key, str) and isinstance(value, Constant) for key, value in members):
            return Constant({key: value.value for key, value in members})  # type: ignore[attr-defined]
        if all(isinstance(key, str) for key, _ in members):
            return lambda scope: {key: value(scope) for key, value in members}

        def evaluate(scope: Scope) -> Value:
            made: dict[str, Value] = {}
            for key, value in members:
                name = key if isinstance(key, str) else key(scope)
                if type(name) is Unknown:
                    return derived(name, *(each(scope) for _, each in members), why="a key of the object is not known")
                made[to_text(name)] = value(scope)
            return made

        return evaluate

    def _key(self, node: Node) -> str | Evaluate:
        text = self.source[node.start_byte : node.end_byte]
        if _NAME.fullmatch(text.decode()):
            return text.decode()
        if _TEXT.fullmatch(text):
            return text[1:-1].decode()
        compiled = self.expression(node)
        return to_text(compiled.value) if isinstance(compiled, Constant) and compiled.value is not None else compiled

    def _call(self, node: Node) -> Evaluate:
        name = self._text(node.children[0])
        arguments: list[Evaluate] = []
        spread = False
        for child in node.children:
            if child.type == "function_arguments":
                arguments = [self.expression(each) for each in child.children if each.type == "expression"]
                spread = any(each.type == "ellipsis" for each in child.children)
        return call(name, arguments, spread)

    def _unary(self, node: Node) -> Evaluate:
        sign, *rest = node.children
        operand = self.terms(rest)
        operation = ops.negated if sign.type == "!" else ops.minus
        if isinstance(operand, Constant) and sign.type == "-" and isinstance(operand.value, int | float):
            return Constant(operation(operand.value))
        return lambda scope: operation(operand(scope))

    def _binary(self, node: Node) -> Evaluate:
        children = [each for each in node.children if each.type != "comment"]
        place = next(number for number, each in enumerate(children) if each.type in _SIGNS)
        one, other = self.terms(children[:place]), self.terms(children[place + 1 :])
        sign = children[place].type
        if sign in ("&&", "||"):
            return junction(one, other, sign == "||")
        if sign in ("==", "!="):
            texts = [self.text_of_all(each) for each in (children[:place], children[place + 1 :])]
            kinds = [self._kind(each) for each in (children[:place], children[place + 1 :])]
            compared = comparison(one, other, kinds[0], kinds[1], same=texts[0] == texts[1])
            return compared if sign == "==" else lambda scope: ops.negated(compared(scope))
        return lambda scope: ops.on_numbers(sign, one(scope), other(scope))

    def text_of_all(self, nodes: Sequence[Node]) -> str:
        """The text of some nodes in a row."""
        return _SPACE.sub(" ", self.source[nodes[0].start_byte : nodes[-1].end_byte].decode()).strip()

    def _kind(self, nodes: Sequence[Node]) -> Kind:
        """What kind of collection an expression gives, as far as its form tells."""
        nodes = [each for each in nodes if each.type != "comment"]
        while len(nodes) == 1 and nodes[0].type in ("expression", "operation"):
            nodes = [each for each in nodes[0].children if each.type != "comment"]
        if len(nodes) == 3 and nodes[0].type == "(":
            return self._kind([nodes[1]])
        first = nodes[0]
        if len(nodes) == 1 and first.type == "collection_value":
            return first.children[0].type
        if len(nodes) == 1 and first.type == "for_expr":
            return "tuple" if first.children[0].type == "for_tuple_expr" else "object"
        if len(nodes) == 1 and first.type == "function_call":
            return _GIVES.get(self._text(first.children[0]))
        steps = nodes[1:]
        if steps and self._text(first) == "var" and all(each.type == "get_attr" for each in steps):
            return tuple(self._text(each.children[-1]) for each in steps)
        return None

    def _conditional(self, node: Node) -> Evaluate:
        """The grammar groups ``a ? b : c ? d : e`` to the left; HCL to the right."""
        condition, then, otherwise = (each for each in node.children if each.type == "expression")
        chain: list[tuple[Node, Node]] = [(condition, then)]
        while (inner := _bare_conditional(condition)) is not None:
            condition, then, following = (each for each in inner.children if each.type == "expression")
            chain[0] = (following, chain[0][1])
            chain.insert(0, (condition, then))
        result = self.expression(otherwise)
        for condition, then in reversed(chain):
            result = conditional(self.expression(condition), self.expression(then), result, self.text_of(condition))
        return result

    def _for(self, node: Node) -> Evaluate:
        body = node.children[0]
        intro = next(each for each in body.children if each.type == "for_intro")
        names = [self._text(each) for each in intro.children if each.type == "identifier"]
        collection = self.expression(next(each for each in intro.children if each.type == "expression"))
        results = [self.expression(each) for each in body.children if each.type == "expression"]
        condition = next((each for each in body.children if each.type == "for_cond"), None)
        test = None
        if condition is not None:
            test = self.expression(next(each for each in condition.children if each.type == "expression"))
        if body.type == "for_tuple_expr":
            return for_tuple(names, collection, results[0], test)
        grouped = any(each.type == "ellipsis" for each in body.children)
        return for_object(names, collection, results[0], results[1], test, grouped)


_PRIMARY: Final[dict[str, Callable[[Compiler, Node], Evaluate]]] = {
    "literal_value": Compiler._literal,
    "template_expr": Compiler._template,
    "collection_value": Compiler._collection,
    "function_call": Compiler._call,
    "for_expr": Compiler._for,
    "operation": Compiler._inner,
    "unary_operation": Compiler._unary,
    "binary_operation": Compiler._binary,
    "conditional": Compiler._conditional,
    "expression": Compiler.expression,
}
_GIVES: Final = {
    "tolist": "list",
    "toset": "set",
    "tomap": "map",
    "keys": "list",
    "split": "list",
    "compact": "list",
    "sort": "list",
}
_SIGNS: Final = frozenset({"&&", "||", "==", "!=", "+", "-", "*", "/", "%", "<", ">", "<=", ">="})


def _bare_conditional(node: Node) -> Node | None:
    children = [each for each in node.children if each.type != "comment"]
    return children[0] if len(children) == 1 and children[0].type == "conditional" else None


def _attribute_step(name: str) -> Follow:
    return lambda value, scope: ops.attribute(value, name)


def _item(value: Value, key: Value, scope: Scope) -> Value:
    """An item; of what is there an unknown number of times, with a doubt."""
    if isinstance(value, Opaque) and value.uncertain:
        whole = value.unknown()
        name = whole.references[0].resource if whole.references else (whole.text or "")[2:-1]
        place = key if isinstance(key, str | int | float) else scope.module.budget.mark(key)
        scope.module.budget.doubts.append(f"{name}[{place}]")
    return ops.index(value, key)
