"""Writes the plan that Terraform would make of a configuration whose resources do not exist yet.

``python scripts/make_plan.py FOLDER PLAN.json``. It stands in for ``terraform plan`` and ``terraform show -json`` where
there is neither Terraform nor an account: values, ``after_unknown`` and the configuration's references in the form of
https://developer.hashicorp.com/terraform/internals/json-format. What the provider computes comes from the names of its
attributes (``catalog/terraform/arguments.json.gz``).
"""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tree_sitter
import tree_sitter_hcl

from demarcate.model import Unknown, Value, contains_unknown
from demarcate.sources.terraform.arguments import arguments_of, attributes_of
from demarcate.sources.terraform.hcl.reader import read_folder
from demarcate.sources.terraform.instances import Instance, Json

META = frozenset({"count", "for_each", "provider", "depends_on", "lifecycle", "source", "version", "providers"})
_PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))
Node = tree_sitter.Node
_MODULE = re.compile(r"(?:module\.[^.]+\.)*")


# the configuration ----------------------------------------------------------------------------------------------------


def module_of(folder: Path, top: bool = True) -> dict[str, Any]:
    """A module's configuration as a plan holds it."""
    found: dict[str, Any] = {"resources": [], "module_calls": {}, "outputs": {}, "variables": {}}
    for file in sorted(folder.glob("*.tf")):
        tree = _PARSER.parse(file.read_bytes())
        for block in _blocks(_child(tree.root_node, "body")):
            kind, *labels = _labels(block)
            body = _child(block, "body")
            if kind in ("resource", "data"):
                found["resources"].append(_resource(kind, labels, body))
            elif kind == "module":
                attributes = _attributes(body)
                inner = folder / str(_constant(attributes["source"]))
                expressions = {name: _expression(node) for name, node in attributes.items() if name not in META}
                call: dict[str, Any] = {"source": _constant(attributes["source"]), "expressions": expressions}
                for name in ("count", "for_each"):
                    if name in attributes:
                        call[f"{name}_expression"] = _expression(attributes[name])
                found["module_calls"][labels[0]] = {**call, "module": module_of(inner, top=False)}
            elif kind == "output":
                found["outputs"][labels[0]] = {"expression": _expression(_attributes(body)["value"])}
            elif kind == "variable":
                found["variables"][labels[0]] = {}
    return {key: value for key, value in found.items() if value}


def providers_of(folder: Path) -> dict[str, Any]:
    """The provider configurations of a root module."""
    found: dict[str, Any] = {}
    for file in sorted(folder.glob("*.tf")):
        tree = _PARSER.parse(file.read_bytes())
        for block in _blocks(_child(tree.root_node, "body")):
            kind, *labels = _labels(block)
            if kind == "provider":
                body = _child(block, "body")
                full = f"registry.terraform.io/hashicorp/{labels[0]}"
                found[labels[0]] = {"name": labels[0], "full_name": full, "expressions": _expressions(body)}
    return found


def variables_of(folder: Path) -> dict[str, Any]:
    """The values of a root module's variables, as far as they are literals: its files of values, and the defaults."""
    found: dict[str, Any] = {}
    for file in sorted(folder.glob("*.tf")):
        tree = _PARSER.parse(file.read_bytes())
        for block in _blocks(_child(tree.root_node, "body")):
            kind, *labels = _labels(block)
            default = _attributes(_child(block, "body")).get("default") if kind == "variable" else None
            if default is not None and _constant(default) is not None:
                found[labels[0]] = {"value": _constant(default)}
    for file in sorted(folder.glob("*.tfvars")):
        tree = _PARSER.parse(file.read_bytes())
        for name, value in _attributes(_child(tree.root_node, "body")).items():
            found[name] = {"value": _constant(value)}
    return found


def _resource(kind: str, labels: list[str], body: Node | None) -> dict[str, Any]:
    data = kind == "data"
    attributes = _attributes(body)
    made: dict[str, Any] = {
        "address": f"{'data.' if data else ''}{labels[0]}.{labels[1]}",
        "mode": "data" if data else "managed",
        "type": labels[0],
        "name": labels[1],
        "provider_config_key": labels[0].partition("_")[0],
        "expressions": _expressions(body),
    }
    for name in ("count", "for_each"):
        if name in attributes:
            made[f"{name}_expression"] = _expression(attributes[name])
    return made


def _expressions(body: Node | None, meta: frozenset[str] = META) -> dict[str, Any]:
    found: dict[str, Any] = {name: _expression(node) for name, node in _attributes(body).items() if name not in meta}
    for block in _blocks(body):
        kind, *labels = _labels(block)
        if kind in meta:
            continue
        if kind == "dynamic":
            found[labels[0]] = {"references": _references(block)}
        else:
            found.setdefault(kind, []).append(_expressions(_child(block, "body"), frozenset()))
    return found


def _expression(node: Node) -> dict[str, Any]:
    references = _references(node)
    if references:
        return {"references": references}
    value = _constant(node)
    return {} if value is None else {"constant_value": value}


def _constant(node: Node) -> Any:
    """The value of a literal; ``None`` for anything else."""
    text = _text(node)
    try:
        return json.loads(text)
    except ValueError:
        return None


def _references(node: Node) -> list[str]:
    """What an expression refers to, with the beginnings that Terraform lists beside it."""
    found: dict[str, None] = {}
    pending = [node]
    bound: set[str] = set()
    while pending:
        each = pending.pop()
        if each.type == "for_intro":
            bound.update(_text(child) for child in each.children if child.type == "identifier")
        if each.type in ("expression", "expr_term", "template_interpolation") and each.children:
            _traversal(each, found)
        pending.extend(reversed(each.children))
    return [each for each in found if each.partition(".")[0] not in bound]


def _traversal(node: Node, found: dict[str, None]) -> None:
    children = node.children
    for number, child in enumerate(children):
        if child.type != "variable_expr":
            continue
        parts = [_text(child)]
        for follower in children[number + 1 :]:
            if follower.type == "get_attr":
                parts.append(f".{_text(follower).removeprefix('.')}")
            elif (follower.type == "index" and '"' in _text(follower)) or _text(follower)[1:-1].isdigit():
                parts.append(_text(follower))
            else:
                break
        least = 3 if parts[0] == "data" else 1 if len(parts) == 1 else 2
        if parts[0] in ("true", "false", "null") or len(parts) < 2:
            continue
        for length in range(len(parts), least - 1, -1):
            found["".join(parts[:length])] = None


def _child(node: Node, kind: str) -> Node | None:
    return next((each for each in node.children if each.type == kind), None)


def _blocks(body: Node | None) -> list[Node]:
    return [] if body is None else [each for each in body.children if each.type == "block"]


def _labels(block: Node) -> list[str]:
    return [_text(each).strip('"') for each in block.children if each.type in ("identifier", "string_lit")]


def _attributes(body: Node | None) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for each in body.children if body is not None else ():
        if each.type == "attribute":
            name, value = _child(each, "identifier"), _child(each, "expression")
            if name is not None and value is not None:
                found[_text(name)] = value
    return found


def _text(node: Node) -> str:
    return (node.text or b"").decode()


# the values -----------------------------------------------------------------------------------------------------------


def change_of(instance: Instance) -> dict[str, Any]:
    """The change that makes an instance."""
    after: dict[str, Any] = {}
    unknown: dict[str, Any] = {}
    sensitive: dict[str, Any] = {}
    for name, kind in arguments_of(instance.type).items():
        if name not in instance.values:
            after[name] = [] if isinstance(kind, list) and isinstance(kind[0], Mapping) else None
    for name, value in instance.values.items():
        given, secret = _given(value)
        if secret:
            sensitive[name] = secret
        known, marks = _known(given)
        if marks is not True:
            after[name] = known
        if marks:
            unknown[name] = marks
    for name in attributes_of(instance.type):
        if name not in instance.values:
            after.pop(name, None)
            unknown[name] = True
    data = instance.mode == "data"
    change = {
        "actions": ["read" if data else "create"],
        "before": None,
        "after": after,
        "after_unknown": unknown,
        "before_sensitive": False,
        "after_sensitive": sensitive,
    }
    return {
        "address": instance.address,
        "mode": instance.mode,
        "type": instance.type,
        "name": instance.name,
        "provider_name": instance.provider,
        "change": change,
    }


def _given(value: Value) -> tuple[Value, Any]:
    """A value in which sensitive variables have a value, and where that is (``True``: all of it)."""
    if type(value) is Unknown and value.origin.startswith("no-echo") and not value.references:
        return "given when the plan is made", True
    if isinstance(value, dict):
        found = {key: _given(each) for key, each in value.items()}
        secret = {key: at for key, (_, at) in found.items() if at}
        return {key: each for key, (each, _) in found.items()}, secret or False
    if isinstance(value, list):
        pairs = [_given(each) for each in value]
        return [each for each, _ in pairs], [at for _, at in pairs] if any(at for _, at in pairs) else False
    return value, False


def _known(value: Value) -> tuple[Any, Any]:
    """A value without what is not known, and where that is (``True``: all of it)."""
    if type(value) is Unknown:
        return None, True
    if type(value) is Json:
        inner = _settled(value.value)
        return (None, True) if contains_unknown(inner) else (json.dumps(inner, separators=(",", ":")), False)
    if isinstance(value, dict):
        found = {key: _known(each) for key, each in value.items()}
        known = {key: each for key, (each, marks) in found.items() if marks is not True}
        return known, {key: marks for key, (_, marks) in found.items() if marks} or False
    if isinstance(value, list):
        pairs = [_known(each) for each in value]
        return [each for each, _ in pairs], [marks for _, marks in pairs] if any(marks for _, marks in pairs) else False
    return value, False


def _settled(value: Value) -> Value:
    if type(value) is Json:
        return json.dumps(_settled(value.value), separators=(",", ":")) if not contains_unknown(value.value) else value
    if isinstance(value, dict):
        return {key: _settled(each) for key, each in value.items()}
    return [_settled(each) for each in value] if isinstance(value, list) else value


def plan_of(folder: Path) -> dict[str, Any]:
    """The plan of a folder's one root module."""
    (configuration,) = read_folder(folder, variables={}, environment={}, named=folder.name)
    changes = [change_of(each) for each in configuration.instances]
    return {
        "format_version": "1.2",
        "terraform_version": "1.13.4",
        "variables": variables_of(folder),
        "planned_values": {"root_module": _planned(changes)},
        "resource_changes": changes,
        "prior_state": {"format_version": "1.0", "values": {"root_module": {"resources": []}}},
        "configuration": {"provider_config": providers_of(folder), "root_module": module_of(folder)},
        "complete": True,
        "errored": False,
    }


def _planned(changes: list[dict[str, Any]]) -> dict[str, Any]:
    """The planned values by module, as a plan repeats them."""
    root: dict[str, Any] = {"resources": []}
    modules = {"": root}
    for each in changes:
        path = _MODULE.match(each["address"])
        prefix = path[0].rstrip(".") if path is not None else ""
        if prefix not in modules:
            modules[prefix] = {"address": prefix, "resources": []}
            root.setdefault("child_modules", []).append(modules[prefix])
        entry = {key: each[key] for key in ("address", "mode", "type", "name", "provider_name")}
        modules[prefix]["resources"].append({**entry, "values": each["change"]["after"], "sensitive_values": {}})
    return root


def main() -> None:
    """Write the plan of a folder."""
    folder, file = Path(sys.argv[1]), Path(sys.argv[2])
    file.write_text(json.dumps(plan_of(folder), indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
