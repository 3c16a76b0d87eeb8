"""Type constraints of variables: their syntax, and the conversion of values to them."""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from demarcate.errors import InputError
from demarcate.model import Unknown, Value
from demarcate.sources.terraform.hcl.operations import kind_of, to_bool, to_number
from demarcate.sources.terraform.hcl.values import (
    EvaluationError,
    Opaque,
    SetList,
    by_cases,
    derived,
    is_known,
    json_text,
    to_text,
)
from demarcate.sources.terraform.instances import Json

_TOKEN: Final = re.compile(
    r"""(?:\s+|\#[^\n]*|//[^\n]*|/\*.*?\*/)+ | ("(?:[^"\\]|\\.)*") | ([A-Za-z_][\w-]*) | ([-+.\d]+) | (.)""",
    re.VERBOSE | re.DOTALL,
)
MAX_DEPTH: Final = 50


class Type(msgspec.Struct, frozen=True):
    """A type: ``kind`` is ``any``, ``string``, ``number``, ``bool``, ``list``, ``set``, ``map``, ``tuple`` or
    ``object``; ``item`` the type of the items, ``items`` of a tuple's, ``members`` of an object's attributes with
    whether they are optional and their default."""

    kind: str
    item: "Type | None" = None
    items: "tuple[Type, ...]" = ()
    members: "dict[str, tuple[Type, bool, Any]]" = {}

    def member(self, name: str) -> "Type | None":
        """The type of an attribute or of a value of a map."""
        if self.kind == "object":
            return self.members[name][0] if name in self.members else None
        return self.item if self.kind == "map" else None


ANY: Final = Type("any")
_SIMPLE: Final = frozenset({"any", "string", "number", "bool"})


class _Reader:
    def __init__(self, text: str, constant: Callable[[str], Value]) -> None:
        self._tokens = [match for match in _TOKEN.finditer(text) if match.lastindex]
        self._text = text
        self._constant = constant
        self._at = 0
        self._depth = 0

    def _next(self) -> str:
        if self._at >= len(self._tokens):
            raise EvaluationError("the type constraint ends too early")
        self._at += 1
        return self._tokens[self._at - 1][0]

    def _expect(self, sign: str) -> None:
        found = self._next()
        if found != sign:
            raise EvaluationError(f"{found!r} in a type constraint where {sign!r} was expected")

    def _peek(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def type(self) -> Type:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise EvaluationError(f"a type constraint nested more than {MAX_DEPTH} deep")
        try:
            return self._type()
        finally:
            self._depth -= 1

    def _type(self) -> Type:
        name = self._next().strip('"')
        if name in _SIMPLE:
            return Type(name)
        if name in ("list", "set", "map") and self._peek() != "(":
            return Type(name, ANY)
        self._expect("(")
        if name in ("list", "set", "map"):
            made = Type(name, self.type())
        elif name == "tuple":
            made = Type("tuple", items=self._items())
        elif name == "object":
            made = Type("object", members=self._members())
        else:
            raise EvaluationError(f"there is no type {name!r}")
        self._expect(")")
        return made

    def _items(self) -> tuple[Type, ...]:
        self._expect("[")
        found = []
        while self._peek() != "]":
            found.append(self.type())
            if self._peek() == ",":
                self._next()
        self._next()
        return tuple(found)

    def _members(self) -> dict[str, tuple[Type, bool, Any]]:
        self._expect("{")
        found: dict[str, tuple[Type, bool, Any]] = {}
        while self._peek() != "}":
            name = self._next().strip('"')
            if self._next() not in ("=", ":"):
                raise EvaluationError(f"the type of {name!r} is missing")
            if self._peek() == "optional":
                self._next()
                self._expect("(")
                kind, default = self.type(), None
                if self._peek() == ",":
                    self._next()
                    default = self._default()
                self._expect(")")
                found[name] = (kind, True, default)
            else:
                found[name] = (self.type(), False, None)
            if self._peek() == ",":
                self._next()
        self._next()
        return found

    def _default(self) -> Value:
        start = self._tokens[self._at].start() if self._at < len(self._tokens) else 0
        depth = 0
        while depth or self._peek() != ")":
            sign = self._next()
            depth += (sign in "([{") - (sign in ")]}") if len(sign) == 1 else 0
        last = self._tokens[self._at - 1]  # comments are no tokens, and a comma may stand at the end
        return self._constant(self._text[start : last.start() if last[0] == "," else last.end()])


def parse_type(text: str, constant: Callable[[str], Value]) -> Type:
    """The type that a constraint's text names; ``constant`` evaluates the defaults of optional attributes.

    Raises :class:`EvaluationError` for what is no type.
    """
    try:
        return _Reader(text, constant).type()
    except EvaluationError:
        raise
    except InputError as error:
        raise EvaluationError(error.what) from None


def make_set(values: Iterable[Value]) -> SetList:
    """A set of values: sorted, each once."""
    known: dict[Any, Value] = {}
    for value in values:
        known.setdefault(_order(value), value)
    return SetList(known[key] for key in sorted(known))


def _order(value: Value) -> tuple[int, Any, str]:
    if isinstance(value, str):
        return (2, 0, value)
    if isinstance(value, bool):
        return (0, value, "")
    if isinstance(value, int | float):
        return (1, value, "")
    if isinstance(value, Unknown):
        return (4, 0, repr(value))
    return (3, 0, json_text(value) if is_known(value) else repr(value))


def convert(value: Value, kind: Type) -> Value:
    """A value as a type has it; what is not known stays so. Raises :class:`EvaluationError` where it does not fit."""
    name = kind.kind
    if value is None or name == "any":
        return value
    if isinstance(value, Unknown):
        if value.cases is None:
            return value
        found = by_cases(lambda each: convert(each, kind), value)
        return value if found is None else found
    if name == "string":
        return value if isinstance(value, Json) else to_text(value)
    if name == "number":
        return to_number(value)
    if name == "bool":
        return to_bool(value)
    if name in ("list", "set"):
        if not isinstance(value, list):
            raise EvaluationError(f"{kind_of(value)} where a {name} is wanted")
        items = [convert(each, kind.item or ANY) for each in value]
        return make_set(items) if name == "set" else items
    if name == "map":
        if not isinstance(value, dict):
            if isinstance(value, Opaque):
                return value
            raise EvaluationError(f"{kind_of(value)} where a map is wanted")
        return {key: convert(each, kind.item or ANY) for key, each in value.items()}
    if name == "tuple":
        if not isinstance(value, list) or len(value) != len(kind.items):
            raise EvaluationError(f"a tuple of {len(kind.items)} items is wanted")
        return [convert(each, item) for each, item in zip(value, kind.items, strict=True)]
    return _to_object(value, kind)


def _to_object(value: Value, kind: Type) -> Value:
    if not isinstance(value, dict | Opaque):
        raise EvaluationError(f"{kind_of(value)} where an object is wanted")
    made: dict[str, Value] = {}
    for name, (item, optional, default) in kind.members.items():
        if isinstance(value, Opaque):
            given = value.attribute(name)
        elif name in value:
            given = value[name]
        elif optional:
            given = None
        else:
            raise EvaluationError(f"the attribute {name!r} is missing")
        made[name] = convert(default if given is None else or_default(given, default), item)
    return made


def or_default(value: Value, default: Value) -> Value:
    """A value, with the default where null was chosen."""
    if not isinstance(value, Unknown):
        return default if value is None else value
    if not value.maybe_absent or default is None:
        return value
    found = by_cases(lambda each: or_default(each, default), value)
    return derived(value, default, why=value.why) if found is None else found
