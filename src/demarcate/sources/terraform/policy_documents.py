"""``aws_iam_policy_document``: its blocks as the policy document that the provider renders
(https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document)."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from demarcate.model import Unknown, Value
from demarcate.sources.terraform.choices import items, over, spread
from demarcate.sources.terraform.instances import Json

VERSION: Final = "2012-10-17"
_LISTS: Final = {
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
}
_PRINCIPALS: Final = {"principals": "Principal", "not_principals": "NotPrincipal"}


def policy_document(values: Mapping[str, Value], resolve: Callable[[Value], Value]) -> Value:
    """The document of a data source's arguments; what is not known stays a part of it.

    Documents in ``source_policy_documents`` (and ``source_json``) come first, then the statements, then those of
    ``override_policy_documents`` (and ``override_json``), which replace the statements of their ``Sid`` or are added.
    """
    statements: list[Value] = []
    for each in _documents(values, "source_policy_documents", "source_json", resolve):
        _add(statements, each, override=False)
    for block in _blocks(values.get("statement")):
        if isinstance(block, dict):
            statements.append(_statement(block, resolve))
        else:  # a choice is resolved as a whole, with what may be chosen
            statements += [over(each, _chosen_statement) for each in items(resolve(block))]
    for each in _documents(values, "override_policy_documents", "override_json", resolve):
        _add(statements, each, override=True)
    version = resolve(values.get("version"))
    found: dict[str, Value] = {"Version": version or VERSION}
    if values.get("policy_id"):
        found["Id"] = resolve(values["policy_id"])
    found["Statement"] = statements
    return found


def _documents(values: Mapping[str, Value], many: str, one: str, resolve: Callable[[Value], Value]) -> list[Value]:
    found: list[Value] = []
    for name in (one, many):
        value = values.get(name)
        if value is None:
            continue
        if type(value) is not Json:
            value = resolve(value)
        found += [_decoded(resolve(each)) for each in (value if isinstance(value, list) else [value])]
    return [each for each in found if each not in (None, "")]


def _decoded(value: Value) -> Value:
    if isinstance(value, str) and value.strip():
        try:
            return json.loads(value)
        except ValueError:
            return Unknown("a policy document that is not valid JSON")
    return value


def _add(statements: list[Value], document: Value, *, override: bool) -> None:
    """Add a document's statements; one that is not known makes one statement that is not known."""
    if type(document) is Unknown:
        if override:  # it may take the place of any that has a Sid
            why = f"a document that overrides statements is not known: {document.why}"
            statements[:] = [
                Unknown(why, maybe_absent=True, origin=document.origin)
                if isinstance(each, dict) and each.get("Sid")
                else each
                for each in statements
            ]
        statements.append(Unknown(document.why, document.references, maybe_absent=True, origin=document.origin))
        return
    added = document.get("Statement") if isinstance(document, dict) else None
    for each in added if isinstance(added, list) else [] if added is None else [added]:
        sid = each.get("Sid") if isinstance(each, dict) else None
        place = None
        if override and isinstance(sid, str) and sid:
            place = next(
                (n for n, old in enumerate(statements) if isinstance(old, dict) and old.get("Sid") == sid), None
            )
        if place is None:
            statements.append(each)
        else:
            statements[place] = each


def _statement(block: Mapping[str, Value], resolve: Callable[[Value], Value]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    if block.get("sid"):
        found["Sid"] = resolve(block["sid"])
    effect = resolve(block.get("effect"))
    found["Effect"] = effect or "Allow"
    for name, key in _LISTS.items():
        value = _items(resolve(block.get(name)))
        if value is not None:
            found[key] = value
    for name, key in _PRINCIPALS.items():
        principals = _principals(block.get(name), resolve)
        if principals is not None:
            found[key] = principals
    condition = _conditions(block.get("condition"), resolve)
    if condition is not None:
        found["Condition"] = condition
    return found


def _chosen_statement(block: Value) -> Value:
    return _statement(block, lambda each: each) if isinstance(block, dict) else block


def _items(value: Value) -> Value:
    """A list of one is written as its item, as the provider does; nothing for an empty one."""
    if value is None or value == []:
        return None
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _blocks(value: Value) -> list[Value]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _parts(value: Value, resolve: Callable[[Value], Value]) -> list[Value]:
    """Blocks, each choice between some as choices of one."""
    return [part for each in _blocks(value) for part in ([each] if isinstance(each, dict) else items(resolve(each)))]


def _principals(value: Value, resolve: Callable[[Value], Value]) -> Value:
    return spread(_parts(value, resolve), lambda blocks: _principals_of(blocks, resolve))


def _principals_of(blocks: Sequence[Value], resolve: Callable[[Value], Value]) -> Value:
    found: dict[str, list[Value]] = {}
    for block in blocks:
        if not isinstance(block, dict):
            return resolve(block)
        kind, names = resolve(block.get("type")), resolve(block.get("identifiers"))
        if type(kind) is Unknown:
            return kind
        items = names if isinstance(names, list) else [names]
        if kind == "*" and items == ["*"]:
            return "*"
        found.setdefault(str(kind), []).extend(each for each in items if each is not None)
    return {kind: _items(names) if len(names) == 1 else names for kind, names in found.items()} or None


def _conditions(value: Value, resolve: Callable[[Value], Value]) -> Value:
    return spread(_parts(value, resolve), lambda blocks: _conditions_of(blocks, resolve))


def _conditions_of(blocks: Sequence[Value], resolve: Callable[[Value], Value]) -> Value:
    found: dict[str, dict[str, Value]] = {}
    for block in blocks:
        if not isinstance(block, dict):
            return resolve(block)
        test, variable, values = (resolve(block.get(key)) for key in ("test", "variable", "values"))
        if not isinstance(test, str) or not isinstance(variable, str):
            return next((each for each in (test, variable) if type(each) is Unknown), None)
        entries = found.setdefault(test, {})
        if variable in entries:
            entries[variable] = [*_blocks(entries[variable]), *_blocks(values)]
        else:
            entries[variable] = _items(values) if isinstance(values, list) else values
    return found or None
