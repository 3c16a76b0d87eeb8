"""Rules of translation, compiled lazily from mapping data, the naming rule and the schema: argument → target."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from demarcate.errors import CatalogError
from demarcate.model import Value
from demarcate.sources.terraform.mapping import PropertySpec, Spec
from demarcate.sources.terraform.names import match
from demarcate.sources.terraform.schema import Node, schema_of

IGNORED: Final = frozenset(
    {"id", "arn", "tags_all", "timeouts", "region", "lifecycle", "provider", "depends_on", "count", "for_each",
     "provisioner", "connection"}
)  # fmt: skip
"""Arguments at the top that are Terraform's own, or that AWS gives; mapping data may still name them."""
_STEP: Final = re.compile(r"([A-Za-z0-9_:-]+)(?:\[(?:(\d*)|([A-Za-z]+)=([^\]]*))\])?(?:\.|$)")
_ABSENT: Final[Any] = object()


class Step(NamedTuple):
    """One step of a target: a member ``name``, and which item of it: ``-1`` none (the member itself), ``-2`` a new
    one, a position, or the item whose ``key`` has ``value``."""

    name: str
    item: int = -1
    key: str = ""
    value: str = ""


MEMBER: Final = -1
NEW: Final = -2


def steps_of(target: str) -> tuple[Step, ...]:
    """The steps of a target. Raises :class:`CatalogError` for one that is none."""
    found: list[Step] = []
    at = 0
    while at < len(target):
        part = _STEP.match(target, at)
        if part is None:
            raise CatalogError(f"{target!r} is no target", "", "write A.B, A[], A[0].B, A[Key=x].Value, . or /A")
        name, number, key, value = part.groups()
        if key is not None:
            found.append(Step(name, 0, key, value))
        elif number is None:
            found.append(Step(name))
        else:
            found.append(Step(name, int(number) if number else NEW))
        at = part.end()
    return tuple(found)


class Rule:
    """What becomes of one argument: its ``steps`` from the current object (``absolute``: from the properties), the
    schema's ``node`` there (``None`` if it has none), the ``level`` below it, and how values change."""

    __slots__ = ("absolute", "convert", "defaults", "here", "level", "node", "single", "steps", "switch", "values")

    def __init__(
        self,
        steps: tuple[Step, ...],
        node: Node | None,
        level: "Level",
        *,
        absolute: bool = False,
        here: bool = False,
        values: Mapping[Any, Value] | None = None,
        convert: str | None = None,
    ) -> None:
        self.switch: str | None = None
        self.defaults: Mapping[str, Value] = {}
        self.steps = steps
        self.node = node
        self.level = level
        self.absolute = absolute
        self.here = here
        self.values = values or None
        self.convert = convert
        self.single = steps[0].name if len(steps) == 1 and steps[0].item == MEMBER and not absolute else ""


class Level:
    """The arguments of a resource or block, and the properties that they go to. Rules are made when first asked for."""

    __slots__ = ("_rules", "_star", "children", "root", "specs", "type_name")

    def __init__(
        self,
        children: Mapping[str, Node],
        specs: Mapping[str, Spec],
        root: Mapping[str, Node],
        type_name: str = "",
    ) -> None:
        self.children = children
        self.specs = specs
        self.root = root
        self.type_name = type_name
        self._rules: dict[str, Rule | None] = {}
        star = specs.get("*")
        self._star = steps_of(star.rstrip(".")) if isinstance(star, str) else None

    def rule(self, argument: str) -> Rule | None:
        """The rule of an argument; ``None`` if it has no counterpart. Raises :class:`CatalogError` for a target that is
        written wrongly."""
        try:
            return self._rules[argument]
        except KeyError:
            found = self._rules[argument] = self._made(argument)
            return found

    def _made(self, argument: str) -> Rule | None:
        spec = self.specs.get(argument, _ABSENT)
        if spec is None:
            return None
        if spec is _ABSENT:
            if self.type_name and argument in IGNORED:
                return None
            return self._named(argument, {}, None, None)
        if isinstance(spec, str):
            return self._to(spec, {}, None, None)
        if spec.to is None:
            rule = self._named(argument, spec.properties, spec.values, spec.as_)
        else:
            rule = self._to(spec.to, spec.properties, spec.values, spec.as_)
        if rule is not None:
            rule.switch, rule.defaults = spec.switch, spec.defaults
        return rule

    def _named(
        self, argument: str, specs: Mapping[str, Spec], values: Mapping[Any, Value] | None, convert: str | None
    ) -> Rule | None:
        name = match(argument, self.children, self.type_name) if self.children else None
        if name is not None:
            return self._rule((Step(name),), specs, values, convert)
        if self._star is not None:
            below = _walk(self.children, self._star)
            name = match(argument, below.children) if below is not None and below.children else None
            if name is not None:
                return self._rule((*self._star, Step(name)), specs, values, convert)
        return None

    def _to(
        self, target: str, specs: Mapping[str, Spec], values: Mapping[Any, Value] | None, convert: str | None
    ) -> Rule:
        if target == ".":
            level = Level(self.children, specs, self.root)
            return Rule((), None, level, here=True, values=values, convert=convert)
        if target.startswith("/"):
            return self._rule(steps_of(target[1:]), specs, values, convert, absolute=True)
        return self._rule(steps_of(target), specs, values, convert)

    def _rule(
        self,
        steps: tuple[Step, ...],
        specs: Mapping[str, Spec],
        values: Mapping[Any, Value] | None,
        convert: str | None,
        *,
        absolute: bool = False,
    ) -> Rule:
        node = _walk(self.root if absolute else self.children, steps)
        level = Level(node.children if node is not None else {}, specs, self.root)
        return Rule(steps, node, level, absolute=absolute, values=values, convert=convert)


def _walk(children: Mapping[str, Node], steps: tuple[Step, ...]) -> Node | None:
    """The schema's node at a target; ``None`` where there is none, or no schema."""
    node: Node | None = None
    for step in steps:
        if node is not None and node.free and not node.shape and not node.children:
            inside: Node | None = Node(step.name, free=True)
        else:
            inside = node._replace(shape=node.shape[2:]) if node is not None and node.is_map else None
        node = children.get(step.name, inside)  # a member of a map or of JSON has any name
        if node is None:
            return None
        if step.item != MEMBER and node.is_list:
            node = node._replace(shape=node.shape[2:])
        children = node.children
    return node


@cache
def top_level(type_name: str) -> Level:
    """The level of a type that has no exceptions."""
    return Level(schema_of(type_name), {}, schema_of(type_name), type_name)


def level_of(type_name: str, specs: Mapping[str, Spec], to: str | None = None) -> Level:
    """The level of a resource's arguments; with ``to`` those that go into an object of its properties."""
    schema = schema_of(type_name)
    if to is not None:
        node = _walk(schema, steps_of(to))
        return Level(node.children if node is not None else {}, specs, schema)
    return Level(schema, specs, schema, type_name)


def target_problems(level: Level, where: str = "") -> Iterator[str]:
    """What is wrong with the targets of a level's exceptions: those that the schema does not have."""
    for argument, spec in level.specs.items():
        if spec is None:
            continue
        path = f"{where}.{argument}" if where else argument
        try:
            if argument == "*":
                level.rule("*")
                continue
            rule = level.rule(argument)
        except CatalogError as error:
            yield f"{path}: {error.what}"
            continue
        if rule is None:
            yield f"{path}: the naming rule finds no property"
        elif rule.node is None and not rule.here and (level.root if rule.absolute else level.children):
            yield f"{path}: {'.'.join(step.name for step in rule.steps)} is not in the schema"
        elif isinstance(spec, PropertySpec) and spec.properties:
            yield from target_problems(rule.level, path)
