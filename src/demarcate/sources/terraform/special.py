"""What neither the naming rule nor mapping data can express: security-group rules, flow logs, keyed blocks."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from demarcate.model import NO_VALUE, Unknown, Value
from demarcate.sources.terraform.choices import is_choice, items, over
from demarcate.sources.terraform.instances import Instance
from demarcate.sources.terraform.plan import COMPUTED
from demarcate.sources.terraform.references import References

_PROTOCOLS: Final = {"all": "-1", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
_SOURCES: Final = (
    ("cidr_blocks", "CidrIp", "CidrIp"),
    ("ipv6_cidr_blocks", "CidrIpv6", "CidrIpv6"),
    ("prefix_list_ids", "SourcePrefixListId", "DestinationPrefixListId"),
    ("security_groups", "SourceSecurityGroupId", "DestinationSecurityGroupId"),
    ("source_security_group_id", "SourceSecurityGroupId", "DestinationSecurityGroupId"),
)
"""An argument that names who is let through, and the property of an ingress and of an egress rule."""


def security_rules(block: Mapping[str, Value], references: References, own: Value, *, egress: bool) -> list[Value]:
    """CloudFormation's rules for one block of a security group: one for each range, prefix list and group.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-ec2-securitygroup-ingress.html
    """
    common: dict[str, Value] = {}
    protocol = over(references.resolve(block.get("protocol")), _protocol)
    if protocol is not None:
        common["IpProtocol"] = protocol
    for argument, name in (("from_port", "FromPort"), ("to_port", "ToPort"), ("description", "Description")):
        value = references.resolve(block.get(argument))
        if name.endswith("Port"):  # of all protocols, all ports, whatever it says
            value = _port(protocol, value)
        if value not in (None, "", NO_VALUE):
            common[name] = value
    found: list[Value] = []
    for argument, inbound, outbound in _SOURCES:
        value = references.resolve(block.get(argument))
        computed = type(value) is Unknown and value.origin == COMPUTED  # by the provider: nobody wrote it
        sources = [] if value in (None, "") or computed else items(value)
        found += [{**common, (outbound if egress else inbound): each} for each in sources]
    itself = references.resolve(block.get("self"))
    if itself is True:
        rule = {**common, ("DestinationSecurityGroupId" if egress else "SourceSecurityGroupId"): own}
        found += [rule] if rule not in found else []  # a state has it as `source_security_group_id` too
    elif type(itself) is Unknown and itself.references:
        found.append(Unknown(itself.why, maybe_absent=True))
    return found


def rules_of(value: Value, references: References, own: Value, *, egress: bool) -> Value:
    """The rules of all blocks of a security group; what is not known stays an item that is not known."""
    if type(value) is Unknown:
        return references.unknown(value, lambda each: rules_of(each, references, own, egress=egress))
    found: list[Value] = []
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict):
            found += [_lifted(rule) for rule in security_rules(each, references, own, egress=egress)]
        elif is_choice(each):
            found += items(references.unknown(each, lambda one: rules_of(one, references, own, egress=egress)))
        else:
            found.append(references.resolve(each))
    return found


def _lifted(rule: Value) -> Value:
    """A rule that is there only with the one whom it lets through: itself a choice."""
    if isinstance(rule, dict):
        for name, value in rule.items():
            if name.startswith(("Cidr", "Source", "Destination")) and is_choice(value) and value.maybe_absent:
                return _naming(rule, name, value)
    return rule


def _naming(rule: Mapping[str, Value], name: str, value: Value) -> Value:
    return over(value, lambda each: {**rule, name: each})


def _port(protocol: Value, value: Value) -> Value:
    return over(protocol, lambda each: NO_VALUE if each == "-1" else value)


def _protocol(value: Value) -> Value:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value
    text = str(value).lower()
    return _PROTOCOLS.get(text, text)


def keyed(value: Value) -> Value:
    """Blocks as a map: the key is ``name`` or what else names a block."""
    if not isinstance(value, list):
        return value
    found: dict[str, Value] = {}
    for each in value:
        if isinstance(each, dict):
            key = next((each[name] for name in _KEYS if isinstance(each.get(name), str)), None)
            if key is not None:
                found[key] = each
    return found


_KEYS: Final = (
    "map_block_key", "physical_table_map_id", "logical_table_map_id", "field_folders_id",
    "name", "log_type", "key", "id", "identity_provider", "field", "path", "status_code", "region",
)  # fmt: skip


def method_path(value: Value) -> dict[str, Value]:
    """``method_path`` of a stage's settings (``*/*``, ``orders/GET``) as CloudFormation's path and method."""
    if not isinstance(value, str):
        return {"ResourcePath": value, "HttpMethod": value}
    path, _, method = value.rpartition("/")
    return {"ResourcePath": "/*" if path == "*" else f"/{path.lstrip('/')}".replace("~1", "/"), "HttpMethod": method}


def _one_rule_each(instance: Instance, properties: dict[str, Value], references: References) -> list[dict[str, Value]]:
    group = references.resolve(instance.values.get("security_group_id"))
    egress = instance.values.get("type") == "egress"
    rules = security_rules(instance.values, references, group, egress=egress)
    return [{"GroupId": group, **each} for each in rules if isinstance(each, dict)] or [
        {"GroupId": group, **properties}
    ]


_WATCHED: Final = (
    ("vpc_id", "VPC"), ("subnet_id", "Subnet"), ("eni_id", "NetworkInterface"),
    ("transit_gateway_id", "TransitGateway"),
    ("transit_gateway_attachment_id", "TransitGatewayAttachment"), ("regional_nat_gateway_id", "RegionalNatGateway"),
)  # fmt: skip


def _flow_log(instance: Instance, properties: dict[str, Value], references: References) -> list[dict[str, Value]]:
    kind = next((each for argument, each in _WATCHED if instance.values.get(argument) not in (None, "")), None)
    return [{**properties, "ResourceType": kind}] if kind is not None else [properties]


def _user_pool(instance: Instance, properties: dict[str, Value], references: References) -> list[dict[str, Value]]:
    """The provider offers second factors by text message wherever there is a block for them."""
    on = references.resolve(instance.values.get("mfa_configuration")) in ("ON", "OPTIONAL")
    factors = properties.get("EnabledMfas", [])
    if on and properties.get("SmsConfiguration") and isinstance(factors, list):
        return [{**properties, "EnabledMfas": ["SMS_MFA", *factors]}]
    return [properties]


def _safety_rule(instance: Instance, properties: dict[str, Value], _references: References) -> list[dict[str, Value]]:
    """A gating rule waits too; the mapping puts the time into the other kind of rule."""
    assertion, gating = properties.get("AssertionRule"), properties.get("GatingRule")
    if not isinstance(gating, dict) or not isinstance(assertion, dict) or "AssertedControls" in assertion:
        return [properties]
    rest = {name: value for name, value in properties.items() if name != "AssertionRule"}
    return [{**rest, "GatingRule": {**gating, **assertion}}]


def _signing(instance: Instance, properties: dict[str, Value], references: References) -> list[dict[str, Value]]:
    """In CloudFormation a zone is signed where there is such a resource; here the resource may say that it is not."""
    off = references.resolve(instance.values.get("signing_status")) == "NOT_SIGNING"
    return [] if off else [properties]


def _statements(instance: Instance, properties: dict[str, Value], references: References) -> list[dict[str, Value]]:
    """The policy of an event bus, of which CloudFormation's resource holds one statement."""
    policy = properties.get("Statement")
    found = policy.get("Statement") if isinstance(policy, dict) else None
    made: list[dict[str, Value]] = []
    for each in found if isinstance(found, list) else [found]:
        name = {"StatementId": each["Sid"]} if isinstance(each, dict) and "Sid" in each else {}
        made.append({**properties, "Statement": each, **name})
    return made if found else [properties]


CONVERT: Final[Mapping[str, Callable[[Instance, dict[str, Any], References], list[dict[str, Any]]]]] = {
    "rules": _one_rule_each,
    "flow-log": _flow_log,
    "user-pool": _user_pool,
    "statements": _statements,
    "safety-rule": _safety_rule,
    "signing": _signing,
}
"""Functions for whole resources: from an instance and its properties to those of one resource or several."""
