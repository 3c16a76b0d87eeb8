"""Terraform's arguments into CloudFormation's properties, by the rules of a level and the schema."""

import json
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from demarcate.catalog.property_index import Scalar
from demarcate.model import Unknown, Value, contains_unknown
from demarcate.sources.terraform import special
from demarcate.sources.terraform.choices import is_choice, items
from demarcate.sources.terraform.conversions import CONVERSIONS, decoded
from demarcate.sources.terraform.instances import Json
from demarcate.sources.terraform.plan import COMPUTED
from demarcate.sources.terraform.references import References, references_in
from demarcate.sources.terraform.rules import MEMBER, NEW, Level, Rule, Step
from demarcate.sources.terraform.schema import Node

NOTHING: Final[tuple[Value, ...]] = (None, "", [])
MAX_DEPTH: Final = 60
"""The deepest nesting of blocks and values; what is deeper is unknown."""
_JSON_CONVERSIONS: Final = frozenset({"json", "documents", "pascal"})


class Filler:
    """Fills the properties of one resource. ``places`` collects the line of each property path that it sets."""

    def __init__(self, references: References, lines: Mapping[str, int], own: Value = None) -> None:
        self.references = references
        self.lines = lines
        self.own = own
        self.places: dict[str, int] = {}
        self._depth = 0

    def fill(
        self,
        level: Level,
        values: Mapping[str, Value],
        target: dict[str, Value],
        root: dict[str, Value],
        at: str = "",
        path: str = "",
    ) -> None:
        """Put what ``values`` say into ``target``, an object at ``path`` of the properties ``root``; ``at`` is the
        block's place in the configuration. An empty text or list is what the provider takes, and keeps, for an
        argument that nobody wrote."""
        for argument, value in values.items():
            if value in NOTHING:
                continue
            rule = level.rule(argument)
            if rule is not None:
                self._put(rule, value, target, root, f"{at}.{argument}" if at else argument, path)

    def _put(
        self, rule: Rule, value: Value, target: dict[str, Value], root: dict[str, Value], at: str, path: str
    ) -> None:
        if rule.defaults:
            value = _with_defaults(value, rule.defaults)
        if rule.here:
            if rule.convert == "method-path":
                target.update(special.method_path(self.references.resolve(value)))
                return
            value = decoded(value)
            blocks = value if isinstance(value, list) else [value]
            for number, block in enumerate(blocks):
                if isinstance(block, dict):
                    self.fill(rule.level, block, target, root, f"{at}[{number}]", path)
                elif type(block) is Unknown:
                    self._unsure(rule.level, block, target, root, at, path)
            return
        if rule.switch is not None:
            value = self._switched(rule.switch, value)
        base, prefix = (root, "") if rule.absolute else (target, path)
        where = ".".join((prefix, *(step.name for step in rule.steps))) if prefix else _dotted(rule.steps)
        node = rule.node
        several = any(step.item == NEW for step in rule.steps)
        if several and is_choice(value) and (rule.steps[-1].item == NEW or (node is not None and not node.is_list)):
            value = items(value)  # lists of which one is chosen: each item is a choice of its own
        spread = isinstance(value, list) and node is not None and not node.is_list
        if rule.steps[-1].item == NEW or (spread and several):
            for number, each in enumerate(value if isinstance(value, list) else [value]):
                made = self._changed(rule, each, root, f"{at}[{number}]" if isinstance(value, list) else at, where)
                if made is not None:
                    _store(base, rule.steps, made)
        else:
            made = self._changed(rule, value, root, at, where)
            if made is not None:
                _store(base, rule.steps, made)
        line = self.lines.get(at)
        if line is not None:
            self.places.setdefault(where, line)

    def _switched(self, switch: str, value: Value) -> Value:
        """A block, unless one of its arguments switches it off."""
        block = value[0] if isinstance(value, list) and value else value
        if not isinstance(block, dict):
            return value
        on = self.references.resolve(block.get(switch))
        if type(on) is Unknown:
            return Unknown(f"{switch}: {on.why}", maybe_absent=True, origin=on.origin)
        return value if on in (True, "true") else None

    def _unsure(
        self, level: Level, value: Unknown, target: dict[str, Value], root: dict[str, Value], at: str, path: str
    ) -> None:
        """A block that may be there: what it could set is not known."""
        unsure = Unknown(value.why, maybe_absent=True, origin=value.origin)
        for argument, spec in level.specs.items():
            rule = level.rule(argument) if spec is not None and argument != "*" else None
            if rule is not None and not rule.here:
                self._put(rule, unsure, target, root, f"{at}.{argument}", path)

    # values -----------------------------------------------------------------------------------------------------------

    def _changed(self, rule: Rule, value: Value, root: dict[str, Value], at: str, path: str) -> Value:
        self._depth += 1
        try:
            if self._depth > MAX_DEPTH:
                return Unknown("nested too deeply")
            return self._change(rule, value, root, at, path)
        finally:
            self._depth -= 1

    def _change(self, rule: Rule, value: Value, root: dict[str, Value], at: str, path: str) -> Value:
        node = rule.node
        if rule.convert == "rules" and not (type(value) is Unknown and value.origin == COMPUTED):
            egress = rule.steps[-1].name.endswith("Egress")
            return special.rules_of(value, self.references, self.own, egress=egress)
        if type(value) is Unknown and value.origin == COMPUTED:
            # an argument that the provider computes has AWS's default; blocks may be there
            return msgspec.structs.replace(value, origin="deployment") if node is not None and node.children else None
        if type(value) is Unknown:
            read = decoded(value) if node is None or node.free or node.children else value
            if type(read) is Unknown:
                return self._unknown(rule, read, root, at, path)
            value = read
        if rule.values is not None and not isinstance(value, dict | list):
            value = self.references.resolve(value)
            if type(value) is not Unknown:
                value = _mapped(rule.values, value)
        if value is None or (value == [] and node is not None and node.children):
            return None  # no block of this kind stands there
        if rule.convert == "keyed":
            value = special.keyed(value)
        elif rule.convert is not None:
            if rule.convert not in _JSON_CONVERSIONS:
                value = self.references.resolve(value)
            if type(value) is not Unknown:
                value = CONVERSIONS[rule.convert](value, node)
        if value is None or rule.convert == "lists":
            return value  # as it is: a list of lists is no list of blocks
        return self._shaped(node, value, rule.level, root, at, path)

    def _unknown(self, rule: Rule, value: Unknown, root: dict[str, Value], at: str, path: str) -> Value:
        found = self.references.unknown(
            value, lambda each: None if each in NOTHING else self._changed(rule, each, root, at, path)
        )
        if type(found) is not Unknown:
            return self._changed(rule, found, root, at, path) if found is not None else None
        if rule.values is not None or (rule.convert is not None and rule.convert not in _JSON_CONVERSIONS):
            # what the value is mapped to is not known either
            return found if found.cases is not None else msgspec.structs.replace(found, text=None, open=True)
        node = rule.node
        if node is not None and node.is_list and node.shape == "[]" and _is_one(found):
            return [found]
        return found

    def _shaped(
        self, node: Node | None, value: Value, level: Level, root: dict[str, Value], at: str, path: str
    ) -> Value:
        """A known value in the shape that the schema gives it."""
        if type(value) is Unknown:
            return self.references.resolve(value)
        if node is None:
            return self.references.resolve(decoded(value))
        if node.is_list:
            return self._list(node, value, level, root, at, path)
        if node.is_map:
            inner = node._replace(shape=node.shape[2:])
            value = decoded(value)
            if isinstance(value, dict):
                return {
                    key: self._shaped(inner, each, level, root, f"{at}.{key}", f"{path}.{key}")
                    for key, each in value.items()
                    if each is not None
                }
            return self.references.resolve(value)
        if node.children:
            return self._object(value, level, root, at, path)
        if node.free:
            if isinstance(value, list) and value and isinstance(value[0], dict):
                blocks = [_renamed(each) for each in value]
                return self.references.resolve(blocks[0] if len(blocks) == 1 else blocks)
            return self.references.resolve(decoded(value))
        return self._scalar(node, value)

    def _list(self, node: Node, value: Value, level: Level, root: dict[str, Value], at: str, path: str) -> Value:
        if isinstance(value, list) and node.free and not node.children:
            value = [_renamed(each) for each in value]  # blocks, not items of a document
        value = decoded(value) if node.children or node.free else value
        pair = node.pair
        if isinstance(value, dict) and pair is not None and not _is_pair(value, pair):
            return [
                {pair[0]: key, pair[1]: self.references.resolve(each)}
                for key, each in value.items()
                if each is not None
            ]
        inner = node._replace(shape=node.shape[2:])
        items = value if isinstance(value, list) else [value]
        found = []
        for number, each in enumerate(items):
            if each is None:
                continue
            made = self._shaped(inner, each, level, root, f"{at}[{number}]", f"{path}[{number}]")
            if made == {} and _is_empty(each):
                continue
            if made is not None:
                found.append(made)
        return found if found or not any(_is_empty(each) for each in items) else None

    def _object(self, value: Value, level: Level, root: dict[str, Value], at: str, path: str) -> Value:
        value = decoded(value)
        if isinstance(value, list):
            if not value:
                return None
            value, at = value[0], f"{at}[0]"
            if type(value) is Unknown:
                return self.references.resolve(value)
        if not isinstance(value, dict):
            return self.references.resolve(value)
        made: dict[str, Value] = {}
        self.fill(level, value, made, root, at, path)
        return made

    def _scalar(self, node: Node, value: Value) -> Value:
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if type(value) is Json:
            resolved = self.references.resolve(value)
            if node.scalar is not Scalar.STRING:
                return resolved
            if contains_unknown(resolved):
                return Unknown("a JSON text of which a part is not known", references_in(resolved), origin="deployment")
            return json.dumps(resolved, separators=(",", ":"))
        return self.references.resolve(value)


def _is_empty(block: Value) -> bool:
    """Whether a block is a state's way to say that there is none."""
    return isinstance(block, dict) and "" in block.values() and all(each in NOTHING for each in block.values())


def _with_defaults(value: Value, defaults: Mapping[str, Value]) -> Value:
    """Blocks with the provider's defaults of what is not written in them."""
    if isinstance(value, list):
        return [_with_defaults(each, defaults) for each in value]
    if not isinstance(value, dict):
        return value
    return {**value, **{name: each for name, each in defaults.items() if value.get(name) in (None, "")}}


def _renamed(block: Value) -> Value:
    """A block that no schema describes, with CloudFormation's spelling of its arguments; maps keep their keys."""
    if not isinstance(block, dict):
        return block
    return {
        "".join(word.capitalize() for word in key.split("_")): [_renamed(each) for each in value]
        if isinstance(value, list)
        else value
        for key, value in block.items()
    }


def _is_one(value: Unknown) -> bool:
    """Whether an unknown is one value, not a list: a reference to one resource's name."""
    return len(value.references) == 1 and not value.open and value.references[0].attribute in ("Ref", "Arn", "GroupId")


def _is_pair(value: Mapping[str, Value], pair: tuple[str, str]) -> bool:
    return {each.lower() for each in value} >= {pair[0].lower(), pair[1].lower()} and len(value) <= 3


def _mapped(values: Mapping[Any, Value], value: Value) -> Value:
    for each in (value, _TRUTH.get(value) if isinstance(value, str) else None):
        if each is not None and not isinstance(each, dict | list) and each in values:
            return values[each]
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return values.get(text, value)


_TRUTH: Final = {"true": True, "false": False}


def _dotted(steps: tuple[Step, ...]) -> str:
    return ".".join(step.name for step in steps)


def _store(base: dict[str, Value], steps: tuple[Step, ...], value: Value) -> None:
    """Put a value at a target, making what stands above it; what is there already is added to."""
    here = base
    for number, step in enumerate(steps):
        last = number == len(steps) - 1
        if step.item == MEMBER:
            if last:
                merge(here, step.name, value)
                return
            inner = here.setdefault(step.name, {})
            if not isinstance(inner, dict):
                return
            here = inner
            continue
        items = here.setdefault(step.name, [])
        if not isinstance(items, list):
            return
        if step.item == NEW:
            if last:
                items.append(value)
                return
            here = {}
            items.append(here)
            continue
        found = _item(items, step)
        if last:
            items[items.index(found)] = value
            return
        here = found


def _item(items: list[Value], step: Step) -> dict[str, Value]:
    if step.key:
        for each in items:
            if isinstance(each, dict) and each.get(step.key) == step.value:
                return each
        made: dict[str, Value] = {step.key: step.value}
        items.append(made)
        return made
    while len(items) <= step.item:
        items.append({})
    found = items[step.item]
    return found if isinstance(found, dict) else {}


def merge(target: dict[str, Value], name: str, value: Value) -> None:
    """Set a member, or add to the object or list that is there."""
    old = target.get(name)
    if isinstance(old, dict) and isinstance(value, dict):
        for key, each in value.items():
            merge(old, key, each)
    elif isinstance(old, list) and isinstance(value, list):
        target[name] = [*old, *(each for each in value if each not in old)]
    else:
        target[name] = value


def set_default(properties: dict[str, Value], path: str, value: Value, *, only_absent: bool = True) -> None:
    """Set a property at a dotted path: only where it is not there, unless ``only_absent`` is false."""
    here: Any = properties
    *above, last = path.split(".")
    for name in above:
        if name not in here and only_absent and not isinstance(here.get(name), dict):
            here[name] = {}
        here = here.setdefault(name, {})
        if not isinstance(here, dict):
            return
    if not only_absent or last not in here:
        here[last] = list(value) if isinstance(value, list) else value


store = _store
