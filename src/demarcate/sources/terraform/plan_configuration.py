"""The configuration part of a plan's JSON: what the arguments of a resource refer to, followed through modules.

A plan lists what an expression refers to, not the expression: ``k[each.key].arn`` is ``k`` and ``each.key``, a splat is
the resource alone, and locals are names. Every reference is followed once for each module instance and remembered.
"""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final, NamedTuple

from demarcate.sources.terraform.addresses import KEY, base_of, key_of, module_keys, step

MAX_STEPS: Final = 150
"""How many variables and outputs a reference is followed through."""
_RESOURCE: Final = re.compile(rf"((?:data\.)?[^.\[]+\.[^.\[]+)({KEY.pattern})?(.*)", re.DOTALL)
_NAMED: Final = re.compile(rf"[^.\[]+\.([^.\[]+)({KEY.pattern})?(.*)", re.DOTALL)
_OUTPUT: Final = re.compile(r"\.([^.\[]+)(.*)", re.DOTALL)

_HEADS: Final = frozenset({"var", "module", "each", "local", "self", "ephemeral"})
"""What references to other things than resources begin with."""

Keys = tuple[str | None, ...]
"""The instance keys of a module and those above it: empty for one without, ``None`` where it is not known."""


class Found(NamedTuple):
    """What a reference leads to: a resource and ``attribute``, with the ``path`` that is read of what a variable or
    output gives; or a ``gap``, the name of what a plan does not say. The resource's address without keys is ``base``;
    ``keys`` are those of its modules, ``key`` its own where one is written, ``near`` its own if there is such an
    instance."""

    base: str = ""
    keys: Keys = ()
    key: str = ""
    near: str = ""
    attribute: str = ""
    path: str = ""
    gap: str = ""


class Module:
    """A module call of the plan: its ``address`` without keys and its configuration."""

    def __init__(
        self, address: str, content: Mapping[str, Any], parent: "Module | None", call: Mapping[str, Any]
    ) -> None:
        self.address = address
        self.parent = parent
        self.call = call
        self.content = content
        self.resources: dict[str, Mapping[str, Any]] = {}
        for each in _dicts(content.get("resources")):
            if isinstance(each.get("address"), str):
                self.resources[each["address"]] = each
        self.children: dict[str, Module] = {}
        calls = content.get("module_calls")
        for name, inner in calls.items() if isinstance(calls, dict) else ():
            if isinstance(inner, dict):
                own = inner.get("module")
                prefix = f"{address}.module.{name}" if address else f"module.{name}"
                self.children[name] = Module(prefix, own if isinstance(own, dict) else {}, self, inner)

    def part(self, kind: str, name: str) -> Mapping[str, Any] | None:
        """An entry of the module's ``outputs`` or ``variables``."""
        entries = self.content.get(kind)
        found = entries.get(name) if isinstance(entries, dict) else None
        return found if isinstance(found, dict) else None


class Scope(NamedTuple):
    """Where an expression stands: the ``module`` and its instance, the ``block`` whose ``each`` and ``count`` it sees,
    and that block's own ``key``."""

    module: Module
    keys: Keys = ()
    block: Mapping[str, Any] | None = None
    key: str = ""


class Configurations:
    """Finds the expressions of an argument and what they refer to."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        configuration = data.get("configuration")
        configuration = configuration if isinstance(configuration, dict) else {}
        root = configuration.get("root_module")
        self.root = Module("", root if isinstance(root, dict) else {}, None, {})
        providers = configuration.get("provider_config")
        self.providers: Mapping[str, Any] = providers if isinstance(providers, dict) else {}
        given = data.get("variables")
        self.variables: Mapping[str, Any] = given if isinstance(given, dict) else {}
        self._by_address: dict[str, tuple[Module, Mapping[str, Any]]] = {}
        self._known: dict[tuple[object, ...], tuple[Found, ...]] = {}
        self._steps = 0
        pending = [self.root]
        while pending:
            module = pending.pop()
            for address, each in module.resources.items():
                full = f"{module.address}.{address}" if module.address else address
                self._by_address[full] = module, each
            pending.extend(module.children.values())

    def scope_of(self, address: str) -> Scope | None:
        """Where the arguments of an instance stand; its ``block`` is the resource's configuration."""
        found = self._by_address.get(base_of(address))
        if found is None:
            return None
        return Scope(found[0], module_keys(address), found[1], key_of(address))

    def expression(self, scope: Scope, expression: Any) -> tuple[Found, ...]:
        """What all references of an expression, or of the expressions of a block, lead to."""
        references = whole(references_of(expression))
        if not references:
            return ()
        if len(references) == 1:
            return self.follow(scope, references[0])
        found: dict[Found, None] = {}
        indexed = scope.key and any(each.startswith(("each.", "count.")) for each in references)
        near = self._index(scope, references) if indexed else ""
        for reference in references:
            for each in self.follow(scope, reference):
                found[each._replace(near=near) if near and not each.near else each] = None
        return tuple(found)

    def follow(self, scope: Scope, reference: str) -> tuple[Found, ...]:
        """What a reference leads to."""
        head = reference.partition(".")[0]
        own = head in ("each", "count", "module")
        place = (id(scope.module), scope.keys, id(scope.block) if own else 0, scope.key if own else "", reference)
        known = self._known.get(place)
        if known is None:
            if self._steps > MAX_STEPS:
                return (Found(gap=reference),)
            self._known[place] = (Found(gap=reference),)  # what it is if it leads back to itself
            self._steps += 1
            try:
                known = self._known[place] = self._followed(scope, head, reference)
            finally:
                self._steps -= 1
        return known

    def _followed(self, scope: Scope, head: str, reference: str) -> tuple[Found, ...]:
        if head in ("path", "terraform", "count"):
            return ()  # known when the plan is made
        if head not in _HEADS:
            parts = _RESOURCE.fullmatch(reference)
            if parts is None:
                return (Found(gap=reference),)
            module = scope.module.address
            base = f"{module}.{parts[1]}" if module else parts[1]
            return (Found(base, scope.keys, parts[2] or "", attribute=parts[3].removeprefix(".")),)
        parts = _NAMED.fullmatch(reference)
        if parts is None or head in ("local", "self", "ephemeral"):
            return (Found(gap=reference),)
        if head == "each":
            return self._each(scope, (parts[2] or "") + parts[3]) if parts[1] == "value" else ()
        if head == "module":
            return self._output(scope, parts[1], parts[2] or "", parts[3], reference)
        return _read(self._variable(scope, parts[1]), (parts[2] or "") + parts[3])

    def _each(self, scope: Scope, path: str) -> tuple[Found, ...]:
        """What ``each.value`` leads to: the item of the ``for_each`` that has the block's own key."""
        over = (scope.block or {}).get("for_each_expression")
        above = Scope(scope.module, scope.keys)
        found: dict[Found, None] = {}
        for reference in whole(references_of(over)):
            if re.fullmatch(r"module\.[^.\[]+", reference):
                found.update(dict.fromkeys(self.follow(above, f"{reference}{scope.key}{path}")))
            else:
                found.update(dict.fromkeys(_read(self.follow(above, reference), scope.key + path)))
        return tuple(found)

    def _output(self, scope: Scope, name: str, key: str, path: str, reference: str) -> tuple[Found, ...]:
        child = scope.module.children.get(name)
        if child is None:
            return (Found(gap=reference),)
        several = "count_expression" in child.call or "for_each_expression" in child.call
        parts = _OUTPUT.fullmatch(path)
        output, rest = (parts[1], parts[2]) if parts is not None else ("", "")
        if not output:  # k[each.key].arn is listed as k; the only output it has is the one that is read
            outputs = child.content.get("outputs")
            if not isinstance(outputs, dict) or len(outputs) != 1:
                return (Found(gap=reference),)
            (output,) = outputs
            key = key or scope.key
        entry = child.part("outputs", output)
        if entry is None:
            return (Found(gap=reference),)
        keys: Keys = (*scope.keys, (key or None) if several else "")
        return _read(self.expression(Scope(child, keys), entry.get("expression")), rest)

    def _variable(self, scope: Scope, name: str) -> tuple[Found, ...]:
        """What a variable's value refers to: nothing if it is known."""
        module = scope.module
        declared = module.part("variables", name) or {}
        if module.parent is None:
            given = self.variables.get(name)
            known = (isinstance(given, dict) and given.get("value") is not None) or "default" in declared
            return () if known else (Found(gap=f"var.{name}"),)
        expressions = module.call.get("expressions")
        expression = expressions.get(name) if isinstance(expressions, dict) else None
        if expression is None:
            return () if "default" in declared else (Found(gap=f"var.{name}"),)
        above = scope.keys[:-1] if scope.keys else ()
        key = (scope.keys[-1] or "") if scope.keys else ""
        return self.expression(Scope(module.parent, above, module.call, key), expression)

    def _index(self, scope: Scope, references: list[str]) -> str:
        """The key that an expression which holds ``each`` or ``count.index`` reads: the block's own, or for
        ``each.value`` what a map whose content is known has at it."""
        over = (scope.block or {}).get("for_each_expression")
        if "each.value" not in references or "each.key" in references or not isinstance(over, dict):
            return scope.key
        content = over.get("constant_value")
        names = whole(references_of(over))
        if len(names) == 1 and scope.module.parent is None and names[0].startswith("var."):
            given = self.variables.get(names[0][4:])
            content = given.get("value") if isinstance(given, dict) else None
        for key, value in content.items() if isinstance(content, dict) else ():
            if isinstance(value, str) and step(key) == scope.key:
                return step(value)
        return scope.key


def _read(found: tuple[Found, ...], path: str) -> tuple[Found, ...]:
    """What is found when a path is read of it."""
    return tuple(each if each.gap else each._replace(path=each.path + path) for each in found) if path else found


def references_of(expression: Any) -> list[str]:
    """The references of an expression as the plan lists them; of a nested block those of all its arguments."""
    if isinstance(expression, list):
        return [each for item in expression for each in references_of(item)]
    if not isinstance(expression, dict):
        return []
    found = expression.get("references")
    if isinstance(found, list):
        return [each for each in found if isinstance(each, str)]
    if "constant_value" in expression:
        return []
    return [each for item in expression.values() for each in references_of(item)]


def whole(references: list[str]) -> list[str]:
    """Without those that are the beginning of another: Terraform lists ``a.b.arn`` and ``a.b``."""
    unique = dict.fromkeys(references)
    if len(unique) < 2:
        return list(unique)
    if len(unique) == 2:  # the usual
        one, other = unique
        if one.startswith(other) and one[len(other)] in ".[":
            return [one]
    ordered = sorted(f"{each.replace('[', '.[')}." for each in unique)
    short = {one for one, other in pairwise(ordered) if other.startswith(one)}
    return [each for each in unique if f"{each.replace('[', '.[')}." not in short]


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
