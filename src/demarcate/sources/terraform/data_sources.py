"""What a data source gives, as far as it is known without asking AWS."""

from collections.abc import Callable, Mapping
from typing import Final

from demarcate.model import Unknown, Value
from demarcate.sources.cloudformation.intrinsics import join_text
from demarcate.sources.terraform.core_network_policy import core_network_policy
from demarcate.sources.terraform.instances import Instance
from demarcate.sources.terraform.policy_documents import policy_document
from demarcate.sources.terraform.references import References

_ORIGINS: Final = {
    "aws_secretsmanager_secret_version": "secret",
    "aws_secretsmanager_secret_versions": "secret",
    "aws_secretsmanager_random_password": "secret",
    "aws_kms_secrets": "secret",
    "aws_kms_secret": "secret",
    "aws_ssm_parameter": "ssm",
    "aws_ssm_parameters_by_path": "ssm",
}
"""Data sources that read a value which is nobody's name."""
_DESCRIPTIVE: Final = frozenset({"arn", "name", "id", "version_id", "secret_id", "version_stage"})
_PARTITIONS: Final = (
    ("cn-", "aws-cn", "amazonaws.com.cn"), ("eusc-", "aws-eusc", "amazonaws.eu"),
    ("us-gov-", "aws-us-gov", "amazonaws.com"), ("", "aws", "amazonaws.com"),
)  # fmt: skip
_IDENTIFYING: Final = ("arn", "id", "name", "key_id", "bucket", "function_name", "cluster_identifier", "identifier")


def value_of(instance: Instance, attribute: str, references: References) -> Value:
    """The value of a data source's attribute; where only AWS knows it, unknown and open to be anything."""
    given = instance.values.get(attribute)
    if given is not None and not (type(given) is Unknown and _is_itself(given, instance)):
        return references.resolve(given)
    known = _KNOWN.get(instance.type)
    found = known(instance, attribute, references) if known is not None else None
    if found is not None:
        return found
    followed = _looked_up(instance, attribute, references)
    if followed is not None:
        return followed
    origin = _ORIGINS.get(instance.type)
    text = "${" + f"{instance.address}.{attribute}".replace("{", "(").replace("}", ")") + "}"
    if origin is not None and attribute not in _DESCRIPTIVE:
        kind = "Systems Manager" if origin == "ssm" else "a secret"
        return Unknown(
            f"{attribute} of {instance.address}, read from {kind} at deployment", text=text, origin=origin, open=False
        )
    return Unknown(f"{attribute} of {instance.address}, read at deployment", text=text, origin="deployment")


def _is_itself(value: Unknown, instance: Instance) -> bool:
    """Whether an unknown only says that the data source is not read yet."""
    return not value.references or any(each.resource == instance.address for each in value.references)


def _looked_up(instance: Instance, attribute: str, references: References) -> Value:
    """A data source that looks up a resource of the same configuration is that resource."""
    for argument in _IDENTIFYING:
        value = instance.values.get(argument)
        if type(value) is not Unknown or len(value.references) != 1 or _is_itself(value, instance):
            continue
        reference = value.references[0]
        for each in references.instances_of(reference.resource):
            target = references.targets.get(each.address)
            if target is not None and each.type == instance.type:
                from demarcate.sources.terraform.references import attribute_name, to_target

                return to_target(target, attribute_name(attribute, target.entry))
    return None


def _pseudo(name: str, hint: str = "") -> Unknown:
    return Unknown(f"{name} is known at deployment{hint}", text="${" + name + "}", origin="pseudo", open=False)


def account_id(references: References, instance: Instance | None = None) -> Value:
    """The account's id, or ``AWS::AccountId`` as CloudFormation has it."""
    account = (instance.account if instance is not None else None) or references.account
    return account or _pseudo("AWS::AccountId", " (give --account)")


def region_name(references: References, instance: Instance | None = None) -> Value:
    """The Region's name, or ``AWS::Region`` as CloudFormation has it."""
    region = (instance.region if instance is not None else None) or references.region
    return region or _pseudo("AWS::Region", " (give --region)")


def partition(references: References, instance: Instance | None = None, *, suffix: bool = False) -> Value:
    """The partition (``aws``), or with ``suffix`` its domain."""
    region = region_name(references, instance)
    if isinstance(region, str):
        return next(each[2 if suffix else 1] for each in _PARTITIONS if region.startswith(each[0]))
    return _pseudo("AWS::URLSuffix" if suffix else "AWS::Partition")


def _caller(instance: Instance, attribute: str, references: References) -> Value:
    if attribute in ("account_id", "id"):
        return account_id(references, instance)
    return Unknown(f"{attribute} of whoever applies", origin="pseudo") if attribute in ("arn", "user_id") else None


def _region(instance: Instance, attribute: str, references: References) -> Value:
    given = instance.values.get("name") or instance.values.get("region")
    region = given if isinstance(given, str) else region_name(references, instance)
    if attribute in ("name", "id", "region"):
        return region
    return join_text(["ec2.", region, ".amazonaws.com"]) if attribute == "endpoint" else None


def _partition(instance: Instance, attribute: str, references: References) -> Value:
    if attribute in ("partition", "id"):
        return partition(references, instance)
    if attribute == "dns_suffix":
        return partition(references, instance, suffix=True)
    if attribute == "reverse_dns_prefix":
        suffix = partition(references, instance, suffix=True)
        return ".".join(reversed(suffix.split("."))) if isinstance(suffix, str) else suffix
    return None


def _kms(instance: Instance, attribute: str, references: References) -> Value:
    """A key that is looked up by an alias or a key's id is named by it."""
    if attribute not in ("arn", "id", "key_id", "target_key_arn", "target_key_id", "name"):
        return None
    named = instance.values.get("key_id" if instance.type == "aws_kms_key" else "name")
    return references.resolve(named) if named is not None else None


def _policy(instance: Instance, attribute: str, references: References) -> Value:
    arn, name = instance.values.get("arn"), instance.values.get("name")
    if attribute not in ("arn", "id", "name"):
        return None
    if isinstance(arn, str):
        return arn.rpartition("/")[2] if attribute == "name" else arn
    if isinstance(name, str) and attribute in ("arn", "id"):
        text = f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:policy/{name}"
        return Unknown(f"{attribute} of {instance.address}, read at deployment", text=text, origin="deployment")
    return name if attribute == "name" else None


def _service_principal(instance: Instance, attribute: str, references: References) -> Value:
    service = instance.values.get("service_name")
    if not isinstance(service, str) or attribute not in ("name", "id", "suffix"):
        return None
    suffix = partition(references, instance, suffix=True)
    return suffix if attribute == "suffix" else join_text([f"{service}.", suffix])


def _document(instance: Instance, attribute: str, references: References) -> Value:
    if attribute in ("json", "minified_json"):
        return policy_document(instance.values, references.resolve)
    if attribute == "id":
        return Unknown(f"id of {instance.address}", origin="deployment")
    return None


def _core_network(instance: Instance, attribute: str, references: References) -> Value:
    return core_network_policy(instance.values, references.resolve) if attribute == "json" else None


_KNOWN: Final[Mapping[str, Callable[[Instance, str, References], Value]]] = {
    "aws_caller_identity": _caller,
    "aws_region": _region,
    "aws_partition": _partition,
    "aws_kms_key": _kms,
    "aws_kms_alias": _kms,
    "aws_iam_policy": _policy,
    "aws_service_principal": _service_principal,
    "aws_iam_policy_document": _document,
    "aws_networkmanager_core_network_policy_document": _core_network,
}
