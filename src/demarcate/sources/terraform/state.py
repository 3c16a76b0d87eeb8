"""States: ``terraform show -json``, and raw ``.tfstate`` files of version 4.

https://developer.hashicorp.com/terraform/internals/json-format
"""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from demarcate.errors import InputError
from demarcate.model import Declared, Reference, Skipped, Unknown, Value
from demarcate.sources.terraform.addresses import base_of, step
from demarcate.sources.terraform.instances import Configuration, Instance
from demarcate.sources.terraform.mapping import mappings
from demarcate.sources.terraform.plan_values import HASHED, SENSITIVE, is_hash, marks_of, resources_in, without

if TYPE_CHECKING:
    from demarcate.sources.terraform.recognition import Lines

VERSION: Final = 4
_PROVIDER: Final = re.compile(r'provider\["([^"]+)"\]')
_SECRET: Final = re.compile(
    r"(?:^|_)(?:passwords?|passphrase|plaintext|secret(?:_string|_binary|_token)?|(?:auth|access|oauth|hec)_token|token|"
    r"(?:private|secret|access|api|preshared|shared|bgp_auth|host)_key|cak|activation_code|key_material_base64|"
    r"shared_secret|platform_credential|basic_auth_credentials|password_v4|customer_gateway_configuration)$"
)
_SECRETS: Final = {
    "aws_api_gateway_api_key": "value",
    "aws_appsync_api_key": "key",
    "aws_grafana_workspace_api_key": "key",
    "aws_grafana_workspace_service_account_token": "key",
    "aws_ssm_parameter": "value",
}
"""Secrets whose names do not say so."""
_OPEN: Final = frozenset({"variables", "environment_variables", "tags", "tags_all"})
"""Maps whose keys the user chose."""
_GIVEN: Final = ("url", "key_id")
"""Attributes that may be the same as the id without being a name that somebody gave."""
_NOTHING: Final[frozenset[str]] = frozenset()
_NAMES: Final = ("name", "identifier", "family", "url", "key_id", "domain_name")
_NAMING: Final = re.compile(r"_(?:ids?|arns?|names?|identifiers?|urls?)$")
_ID: Final = re.compile(r"^(?:bucket|role|user|group|function_name|.*_(?:id|ids|arn|arns|name))$")


def read_state(data: Mapping[str, Any], name: str, lines: "Lines") -> Configuration:
    """The instances of a state as ``terraform show -json`` writes it."""
    values = data.get("values")
    if values is None:
        return Configuration(root=name, skipped=(Skipped(name, "state", "it is empty"),))
    module = values.get("root_module") if isinstance(values, dict) else None
    if not isinstance(module, dict):
        raise InputError("a state without values", name, "write it with: terraform show -json")
    entries = resources_in(module)
    instances = [
        Instance(
            address=each["address"],
            mode="data" if each.get("mode") == "data" else "managed",
            type=each["type"],
            name=str(each.get("name", "")),
            provider=str(each.get("provider_name", "")),
            values=_open_of(each["type"], without(each.get("values"), each.get("sensitive_values"))),
            declared=Declared(name, lines.of(each["address"]), each["address"]),
        )
        for each in entries
    ]
    return _linked(name, instances, [], {each["address"]: _needs(each.get("depends_on")) for each in entries})


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
    needs: dict[str, frozenset[str]] = {}
    for number, each in enumerate(resources):
        if not isinstance(each, dict) or not isinstance(each.get("type"), str) or not isinstance(each.get("name"), str):
            skipped.append(Skipped(name, f"resource {number + 1}", "not in the form that Terraform writes", "error"))
            continue
        instances.extend(_instances(each, name, skipped, needs))
    return _linked(name, instances, skipped, needs)


def _needs(names: Any) -> frozenset[str]:
    return frozenset(base_of(each) for each in names if isinstance(each, str)) if isinstance(names, list) else _NOTHING


def _instances(
    resource: Mapping[str, Any], name: str, skipped: list[Skipped], needs: dict[str, frozenset[str]]
) -> Iterator[Instance]:
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
        needs[address] = _needs(each.get("dependencies"))
        yield Instance(
            address=address,
            mode=mode,
            type=resource["type"],
            name=resource["name"],
            provider=match[1] if match is not None else provider,
            values=_open_of(resource["type"], without(attributes, marks_of(each.get("sensitive_attributes")))),
            declared=Declared(name, None, address),
        )


def _open_of(kind: str, values: Mapping[str, Value]) -> dict[str, Value]:
    """The attributes that hold no secrets by their name: not all of Terraform's versions mark them as sensitive."""
    return {
        name: SENSITIVE if name == _SECRETS.get(kind) and each else _open(name, each) for name, each in values.items()
    }


def _open(name: str, value: Value) -> Value:
    """What is not secret of an attribute. A switch or a number is none (``manage_master_user_password``), nor is an
    ARN."""
    if isinstance(value, str):
        return SENSITIVE if value and not value.startswith("arn:") and _SECRET.search(name) else value
    if isinstance(value, list):
        return [_open(name, each) for each in value]
    if isinstance(value, dict) and name not in _OPEN:
        return {key: _open(key, each) for key, each in value.items()}
    return value


class _Claim(NamedTuple):
    """An id or ARN of a resource; ``by_name`` if the id is the name that somebody gave it."""

    reference: Reference
    type: str
    by_name: bool


def _linked(
    name: str, instances: list[Instance], skipped: list[Skipped], needs: Mapping[str, frozenset[str]]
) -> Configuration:
    """Attributes that are the id or ARN of another resource of the state are references to it. ``needs`` are the
    resources that Terraform says an instance depends on (address → addresses without keys)."""
    claims: dict[str, list[_Claim]] = {}
    found = {each.address: each for each in instances}
    for each in found.values():
        each.values.update({key: HASHED for key, value in each.values.items() if is_hash(each.type, key, value)})
        for value, claim in _claims(each):
            claims.setdefault(value, []).append(claim)
    for each in found.values():
        if each.mode == "managed":
            links = _Links(claims, each, needs.get(each.address, frozenset()))
            for key, value in each.values.items():
                if key != "id":
                    each.values[key] = links.of(value, key)
    return Configuration(
        root=name, instances=tuple(found[key] for key in sorted(found)), skipped=tuple(sorted(skipped))
    )


def _claims(instance: Instance) -> Iterator[tuple[str, _Claim]]:
    """The values that name an instance. An id that is taken from another resource (that of a bucket's policy is the
    bucket's name) names the other one; so does one of what is no resource of the estate."""
    entry = mappings().entry(instance.type) if instance.type.startswith(("aws_", "awscc_")) else None
    if instance.mode != "managed" or entry is None or entry.is_ is None:
        return
    given = "arn" in entry.properties  # an argument, not what AWS says
    own_names = ("id",) if given else ("id", "arn")
    texts = [(key, value) for key, value in instance.values.items() if isinstance(value, str) and key not in own_names]
    for attribute in reversed(own_names):
        own = instance.values.get(attribute)
        if not isinstance(own, str) or len(own) < 2:
            continue
        same = [key for key, value in texts if value == own]
        if any(not _is_own(key, instance.type) and (_ID.match(key) or key in entry.properties) for key in same):
            continue
        by_name = attribute == "id" and "/" not in own and any(key not in _GIVEN for key in same)
        yield own, _Claim(Reference(instance.address, attribute), instance.type, by_name)


class _Links:
    """The references among the values of one instance."""

    def __init__(self, claims: Mapping[str, list[_Claim]], instance: Instance, needs: frozenset[str]) -> None:
        self.claims = claims
        self.own = instance
        self.needs = needs

    def of(self, value: Value, key: str) -> Value:
        """A value of an argument with what names another resource as a reference to it."""
        if isinstance(value, str):
            reference = self._reference(value, key) if value in self.claims else None
            if reference is None:
                return value
            why = f"{reference.attribute} of {reference.resource}"
            return Unknown(why, (reference,), value, origin="reference", open=False)
        if isinstance(value, list):
            return [self.of(each, key) for each in value]
        if isinstance(value, dict):
            return {name: self.of(each, name) for name, each in value.items()}
        return value

    def _reference(self, value: str, key: str) -> Reference | None:
        if value == self.own.values.get("id") and _is_own(key, self.own.type):
            return None
        arn = value.startswith("arn:")
        found = [each for each in self.claims[value] if arn or _asks_for(key, each.type) or self._is_id(each, key)]
        for needed in (lambda each: each.type.endswith(f"_{_stem(key)}"), self._needed):
            if len({each.reference.resource for each in found}) > 1:
                found = [each for each in found if needed(each)] or found
        if len({each.reference.resource for each in found}) != 1 or found[-1].reference.resource == self.own.address:
            return None
        return found[-1].reference

    def _needed(self, claim: _Claim) -> bool:
        return base_of(claim.reference.resource) in self.needs

    @staticmethod
    def _is_id(claim: _Claim, key: str) -> bool:
        return not claim.by_name and _ID.match(key) is not None


def _is_own(key: str, kind: str) -> bool:
    """Whether an argument names the resource itself: ``name``, or ``bucket`` and ``cluster_id`` of what ends so."""
    return key in _NAMES or kind.endswith(f"_{_NAMING.sub('', key)}")


def _stem(key: str) -> str:
    """What an argument names: ``bucket`` for ``bucket``, ``subnet`` for ``subnet_ids`` and for ``subnets``."""
    return _NAMING.sub("", key).removesuffix("s")


def _asks_for(key: str, kind: str) -> bool:
    """Whether an argument names resources of a type: ``s3_bucket_name`` a bucket, ``role`` a role."""
    return key not in _NAMES and kind.rpartition("_")[2] == _stem(key).rpartition("_")[2]
