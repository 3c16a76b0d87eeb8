"""Every Terraform type, with every argument set: what it is translated into fits CloudFormation's schema."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from build_properties import schemas
from demarcate.catalog.check_terraform import provider_types
from demarcate.model import Declared, Unknown
from demarcate.sources.shape import shaped
from demarcate.sources.terraform.arguments import arguments_of, awscc_names
from demarcate.sources.terraform.instances import Configuration, Instance
from demarcate.sources.terraform.mapping import mappings
from demarcate.sources.terraform.translate import translate

DEEPEST = 8


def _sample(kind: Any, text: str, deep: int = 0) -> Any:
    """A value of an argument's kind, with ``text`` for texts."""
    if isinstance(kind, list):
        return [_sample(kind[0], text, deep + 1)]
    if isinstance(kind, Mapping):
        if "map" in kind and len(kind) == 1:
            return {"key": _sample(kind["map"], text, deep + 1)}
        return {name: _sample(each, text, deep + 1) for name, each in kind.items()} if deep < DEEPEST else {}
    return {"number": 1, "boolean": True, "any": None}.get(kind, text)


@cache
def _schemas() -> dict[str, dict[str, Any]]:
    return schemas()


def _parts(schema: Any, root: Mapping[str, Any], deep: int = 0) -> Iterator[Mapping[str, Any]]:
    """A schema and all that it is made of or may be."""
    if not isinstance(schema, dict) or deep > 12:
        return
    yield schema
    if "$ref" in schema:
        target: Any = root
        for step in schema["$ref"].lstrip("#/").split("/"):
            target = target.get(step, {}) if isinstance(target, dict) else {}
        yield from _parts(target, root, deep + 1)
    for key in ("oneOf", "anyOf", "allOf"):
        for each in schema.get(key, ()):
            yield from _parts(each, root, deep + 1)


def _problems(value: Any, schema: Any, root: Mapping[str, Any], path: str) -> Iterator[str]:
    if type(value) is Unknown:
        return
    parts = list(_parts(schema, root))
    types: set[str] = set()
    for each in parts:
        kind = each.get("type")
        types.update(kind if isinstance(kind, list) else [kind] if kind else [])
    if isinstance(value, dict):
        names: dict[str, Any] = {}
        free = not parts
        for each in parts:
            names.update(each.get("properties", {}))
            free = free or bool(each.get("patternProperties")) or bool(each.get("additionalProperties"))
        if not names:
            if types and "object" not in types:
                yield f"{path}: an object, not {sorted(types)}"
            return
        for key, item in value.items():
            if key in names:
                yield from _problems(item, names[key], root, f"{path}.{key}")
            elif not free:
                yield f"{path}.{key}: no such property"
    elif isinstance(value, list):
        items = [each["items"] for each in parts if "items" in each]
        if types and "array" not in types and "object" not in types:
            yield f"{path}: a list, not {sorted(types)}"
        for item in value if items else ():
            yield from _problems(item, items[0], root, f"{path}[]")
    elif types:
        kind = "boolean" if isinstance(value, bool) else "number" if isinstance(value, int | float) else "string"
        wanted = {"number" if each == "integer" else each for each in types}
        if kind not in wanted and not (kind == "string" and wanted & {"boolean", "number"}):
            yield f"{path}: a {kind}, not {sorted(types)}"


def _translated(name: str, values: dict[str, Any]) -> tuple[Any, ...]:
    instance = Instance(address=f"{name}.x", mode="managed", type=name, name="x", provider="aws", values=values,
                        declared=Declared("main.tf", 1))  # fmt: skip
    return translate([Configuration(root="r", instances=(instance,))]).resources


OWN = [name for name in mappings().types() if (entry := mappings().entry(name)) is not None and entry.is_ is not None]


def _misfits(name: str, text: str) -> set[str]:
    """The paths that do not fit the schema."""
    values = {key: _sample(kind, text) for key, kind in arguments_of(name).items()}
    (resource, *_) = _translated(name, values)
    schema = _schemas()[resource.type]
    found: set[str] = set()
    for key, value in shaped(resource.type, dict(resource.properties)).items():
        if key not in schema["properties"]:
            found.add(key)
        else:
            found.update(each.partition(":")[0] for each in _problems(value, schema["properties"][key], schema, key))
    return found


@pytest.mark.parametrize("name", OWN)
def test_a_resource_with_every_argument_fits_the_schema(name):
    """A text may be a name or a document: what fits with neither does not fit."""
    misfits = _misfits(name, "{}") & _misfits(name, "x")
    assert misfits == set()


def test_every_type_of_the_provider_is_classified():
    assert set(provider_types().aws) <= set(mappings().types())


def test_every_type_of_cloud_control_is_cloudformations():
    lost = [name for name in awscc_names() if mappings().entry(name) is None]
    assert lost == []
