"""States: ``terraform show -json``, and raw ``.tfstate`` files of version 4.

https://developer.hashicorp.com/terraform/internals/json-format
"""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from demarcate.errors import InputError
from demarcate.model import Declared, Reference, Skipped, Unknown, Value
from demarcate.sources.terraform.addresses import step
from demarcate.sources.terraform.instances import Configuration, Instance
from demarcate.sources.terraform.plan_values import SENSITIVE, marks_of, resources_in, without

if TYPE_CHECKING:
    from demarcate.sources.terraform.recognition import Lines

VERSION: Final = 4
_PROVIDER: Final = re.compile(r'provider\["([^"]+)"\]')
_SECRET: Final = re.compile(r"(?:password|secret_string|secret_binary|auth_token|private_key|secret_key|secret)$")
_ID: Final = re.compile(r"^(?:bucket|role|user|group|function_name|.*_(?:id|ids|arn|arns|name))$")


def read_state(data: Mapping[str, Any], name: str, lines: "Lines") -> Configuration:
    """The instances of a state as ``terraform show -json`` writes it."""
    values = data.get("values")
    if values is None:
        return Configuration(root=name, skipped=(Skipped(name, "state", "it is empty"),))
    module = values.get("root_module") if isinstance(values, dict) else None
    if not isinstance(module, dict):
        raise InputError("a state without values", name, "write it with: terraform show -json")
    instances = [
        Instance(
            address=each["address"],
            mode="data" if each.get("mode") == "data" else "managed",
            type=each["type"],
            name=str(each.get("name", "")),
            provider=str(each.get("provider_name", "")),
            values=without(each["values"], each.get("sensitive_values"))
            if isinstance(each.get("values"), dict)
            else {},
            declared=Declared(name, lines.of(each["address"]), each["address"]),
        )
        for each in resources_in(module)
    ]
    return _linked(name, instances, [])


def read_tfstate(data: Mapping[str, Any], name: str, lines: "Lines") -> Configuration:
    """The instances of a raw state. Raises :class:`InputError` for one of another version."""
    version = data.get("version")
    if version != VERSION:
        mend = "write it with a newer Terraform: terraform show -json STATE"
        raise InputError(f"a state of version {version!r}, not {VERSION}", name, mend)
    resources = data.get("resources")
    if not isinstance(resources, list):
        raise InputError("a state without resources", name, "is the file whole?")
    instances: list[Instance] = []
    skipped: list[Skipped] = []
    for number, each in enumerate(resources):
        if not isinstance(each, dict) or not isinstance(each.get("type"), str) or not isinstance(each.get("name"), str):
            skipped.append(Skipped(name, f"resource {number + 1}", "not in the form that Terraform writes", "error"))
            continue
        instances.extend(_instances(each, name, skipped))
    return _linked(name, instances, skipped)


def _instances(resource: Mapping[str, Any], name: str, skipped: list[Skipped]) -> Iterator[Instance]:
    mode = "data" if resource.get("mode") == "data" else "managed"
    module = resource.get("module")
    base = f"{'data.' if mode == 'data' else ''}{resource['type']}.{resource['name']}"
    base = f"{module}.{base}" if isinstance(module, str) and module else base
    provider = str(resource.get("provider", ""))
    match = _PROVIDER.search(provider)
    items = resource.get("instances")
    for each in items if isinstance(items, list) else ():
        if not isinstance(each, dict):
            skipped.append(Skipped(name, base, "not in the form that Terraform writes", "error"))
            continue
        if each.get("deposed"):
            skipped.append(Skipped(name, base, "a deposed object, which Terraform will destroy"))
            continue
        key = each.get("index_key")
        address = base + step(key) if isinstance(key, str | int | float) else base
        attributes = each.get("attributes")
        if attributes is None and each.get("attributes_flat"):
            skipped.append(Skipped(name, address, "written by Terraform 0.11; write it anew with: terraform refresh"))
            continue
        yield Instance(
            address=address,
            mode=mode,
            type=resource["type"],
            name=resource["name"],
            provider=match[1] if match is not None else provider,
            values=_attributes(attributes, each.get("sensitive_attributes")),
            declared=Declared(name, None, address),
        )


def _attributes(attributes: Any, paths: Any) -> dict[str, Value]:
    """Attributes in which those at the paths of ``sensitive_attributes``, and those that hold secrets by their name
    (which older versions of Terraform do not mark), are not kept."""
    return {
        name: SENSITIVE if each and _SECRET.search(name) else each
        for name, each in without(attributes, marks_of(paths)).items()
    }


def _linked(name: str, instances: list[Instance], skipped: list[Skipped]) -> Configuration:
    """Attributes that are the id or ARN of another resource of the state are references to it."""
    named: dict[str, Reference | None] = {}
    for each in instances:
        if each.mode != "managed" or not each.type.startswith(("aws_", "awscc_")):
            continue
        for attribute in ("arn", "id"):
            value = each.values.get(attribute)
            if isinstance(value, str) and len(value) > 1:
                known = named.get(value)
                other = known is not None and known.resource != each.address
                named[value] = None if other else Reference(each.address, attribute)
    for each in instances:
        if each.mode == "managed":
            for key, value in each.values.items():
                if key not in ("id", "arn"):
                    each.values[key] = _link(value, named, each.address, _ID.match(key) is not None)
    found = {each.address: each for each in instances}
    return Configuration(
        root=name, instances=tuple(found[key] for key in sorted(found)), skipped=tuple(sorted(skipped))
    )


def _link(value: Value, named: Mapping[str, Reference | None], own: str, by_id: bool) -> Value:
    if isinstance(value, str):
        reference = named.get(value) if by_id or value.startswith("arn:") else None
        if reference is None or reference.resource == own:
            return value
        return Unknown(
            f"{reference.attribute} of {reference.resource}", (reference,), value, origin="reference", open=False
        )
    if isinstance(value, list):
        return [_link(each, named, own, by_id) for each in value]
    if isinstance(value, dict):
        return {key: _link(each, named, own, _ID.match(key) is not None) for key, each in value.items()}
    return value
