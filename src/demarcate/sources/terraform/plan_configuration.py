"""The configuration part of a plan's JSON: what the arguments of a resource refer to, followed through modules."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

MAX_STEPS: Final = 200
"""How many variables and outputs a reference is followed through."""
_INDEX: Final = re.compile(r"\[[^\]]*\]")


class Found(NamedTuple):
    """What a reference leads to: a resource's ``address`` (with what is written of its instance) and ``attribute``, or
    a ``gap``, the name of what the plan does not say (a local, a variable without a value)."""

    address: str = ""
    attribute: str = ""
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
        pending = [self.root]
        while pending:
            module = pending.pop()
            for address, each in module.resources.items():
                full = f"{module.address}.{address}" if module.address else address
                self._by_address[full] = module, each
            pending.extend(module.children.values())

    def block_of(self, address: str) -> tuple[Module, Mapping[str, Any]] | None:
        """The module and the configuration of an instance's resource."""
        return self._by_address.get(_INDEX.sub("", address))

    def follow(
        self, module: Module, reference: str, block: Mapping[str, Any] | None, steps: int = 0
    ) -> Iterator[Found]:
        """What a reference in a module leads to."""
        if steps > MAX_STEPS:
            yield Found(gap=reference)
            return
        head, _, rest = reference.partition(".")
        name, _, attribute = rest.partition(".")
        name = name.partition("[")[0]
        if head == "var":
            yield from self._variable(module, name, steps)
        elif head == "module":
            child = module.children.get(name)
            output = _INDEX.sub("", attribute).partition(".")[0]
            if child is None or not output:
                yield Found(gap=reference)
                return
            outputs = child.content.get("outputs")
            found = outputs.get(output) if isinstance(outputs, dict) else None
            expression = found.get("expression") if isinstance(found, dict) else None
            yield from self.expression(child, expression, None, steps + 1)
        elif head in ("each", "count", "self"):
            over = (block or {}).get("for_each_expression" if head == "each" else "count_expression")
            if head == "each" and name == "value" and over is not None:
                yield from self.expression(module, over, None, steps + 1)
        elif head in ("local", "path", "terraform"):
            yield Found(gap=reference)
        else:
            yield self._resource(module, reference)

    def _resource(self, module: Module, reference: str) -> Found:
        parts = re.match(r"((?:data\.)?[^.\[]+\.[^.\[]+(?:\[[^\]]*\])?)\.?(.*)", reference)
        if parts is None:
            return Found(gap=reference)
        address = f"{module.address}.{parts[1]}" if module.address else parts[1]
        return Found(address, parts[2])

    def _variable(self, module: Module, name: str, steps: int) -> Iterator[Found]:
        if module.parent is None:
            given = self.variables.get(name)
            if not isinstance(given, dict) or given.get("value") is None:
                yield Found(gap=f"var.{name}")
            return  # its value is known, so nothing that is not comes from it
        expressions = module.call.get("expressions")
        expression = expressions.get(name) if isinstance(expressions, dict) else None
        if expression is None:
            yield Found(gap=f"var.{name}")
            return
        yield from self.expression(module.parent, expression, module.call, steps + 1)

    def expression(
        self, module: Module, expression: Any, block: Mapping[str, Any] | None, steps: int = 0
    ) -> Iterator[Found]:
        """What all references of an expression, or of the expressions of a block, lead to."""
        for reference in whole(references_of(expression)):
            yield from self.follow(module, reference, block, steps)


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
    unique = list(dict.fromkeys(references))
    return [
        each
        for each in unique
        if not any(other != each and other.startswith((f"{each}.", f"{each}[")) for other in unique)
    ]


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
