"""How schemas become the property index: the expander on small schemas, and the order of the rules."""

import importlib
from typing import Any

import pytest

build: Any = importlib.import_module("build_properties")
property_rules: Any = importlib.import_module("property_rules")

IDS = ["service-configuration", "network-controls", "logging", "authorization"]
DEFAULT, NETWORK, LOGGING, AUTHORIZATION = range(4)
STRING = {"type": "string"}


def rule(identifier: str, responsibility: str, **conditions: Any) -> Any:
    return property_rules.Rule(id=identifier, responsibility=responsibility, **conditions)


RULES = property_rules.Rules(
    (
        rule("roles", "authorization", ends=("role arn",)),
        rule("ports", "network-controls", is_=("port",)),
        rule("logs", "logging", has=("log( \\w+)*",)),
        rule("within", "inherit", within=("logging",)),
    ),
    {},
    IDS,
)


def coded(properties: dict[str, Any], **schema: Any) -> Any:
    return build._Expander("AWS::Test::Thing", {"properties": properties, **schema}, RULES).trie()


def trie(properties: dict[str, Any], **schema: Any) -> Any:
    return _labels(coded(properties, **schema))


def _labels(node: Any) -> Any:
    """The trie with the responsibilities alone, without the kinds of scalars."""
    if isinstance(node, dict):
        return {key: _labels(each) for key, each in node.items()}
    if isinstance(node, list):
        return [_labels(node[0]), *(_labels(each) if isinstance(each, dict) else each for each in node[1:])]
    return node & 31


@pytest.mark.parametrize(
    ("kind", "bits"), [("boolean", 1), ("integer", 2), ("number", 3), ("string", 4), (["string", "object"], 0)]
)
def test_scalars_keep_their_kind(kind: Any, bits: int) -> None:
    node = coded({"A": {"type": kind}})["A"]
    assert (node if isinstance(node, int) else node[0]) >> 5 == bits


@pytest.mark.parametrize(
    ("schema", "name"),
    [
        ({"primaryIdentifier": ["/properties/Name"]}, "Name"),
        ({"primaryIdentifier": ["/properties/Id"], "readOnlyProperties": ["/properties/Id"]}, None),
        ({"primaryIdentifier": ["/properties/Name", "/properties/Other"]}, None),
        ({}, None),
    ],
)
def test_the_name_of_a_resource_is_its_writable_identifier(schema: dict[str, Any], name: str | None) -> None:
    assert build.own_name({"properties": {"Name": STRING, "Id": STRING}, **schema}) == name


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        pytest.param({"Name": STRING}, {"Name": DEFAULT}, id="scalar"),
        pytest.param({"Port": {"type": "integer"}}, {"Port": NETWORK}, id="labelled scalar"),
        pytest.param({"Names": {"type": "array", "items": STRING}}, {"Names[]": DEFAULT}, id="array of scalars"),
        pytest.param(
            {"Things": {"type": "array", "items": {"type": "object", "properties": {"A": STRING, "Port": STRING}}}},
            {"Things[]": [DEFAULT, {"A": DEFAULT, "Port": NETWORK}]},
            id="array of objects",
        ),
        pytest.param(
            {"Rows": {"type": "array", "items": {"type": "array", "items": STRING}}},
            {"Rows[][]": DEFAULT},
            id="array of arrays",
        ),
        pytest.param(
            {"Map": {"type": "object", "patternProperties": {".*": {"type": "object", "properties": {"A": STRING}}}}},
            {"Map{}": [DEFAULT, {"A": DEFAULT}]},
            id="map by pattern",
        ),
        pytest.param(
            {"Map": {"type": "object", "additionalProperties": STRING}}, {"Map{}": DEFAULT}, id="map of the rest"
        ),
        pytest.param({"Any": {"type": "object"}}, {"Any": [DEFAULT, "json"]}, id="object without properties"),
        pytest.param({"Any": {"type": ["string", "object"]}}, {"Any": [DEFAULT, "json"]}, id="object or string"),
        pytest.param({"Text": {"type": "string", "format": "json"}}, {"Text": [DEFAULT, "json"]}, id="JSON text"),
        pytest.param({"Kind": {"enum": ["a", "b"]}}, {"Kind": DEFAULT}, id="values without a type"),
        pytest.param(
            {"Id": {"type": "string", "format": "AWS::EC2::VPC.Id"}},
            {"Id": [DEFAULT, None, "AWS::EC2::VPC.Id"]},
            id="format",
        ),
        pytest.param(
            {"Ids": {"type": "array", "items": {"type": "string", "format": "AWS::EC2::VPC.Id"}}},
            {"Ids[]": [DEFAULT, None, "AWS::EC2::VPC.Id"]},
            id="format of items",
        ),
        pytest.param({"Time": {"type": "string", "format": "date-time"}}, {"Time": DEFAULT}, id="format without type"),
        pytest.param(
            {"One": {"type": "object", "oneOf": [{"properties": {"A": STRING}}, {"properties": {"B": STRING}}]}},
            {"One": [DEFAULT, {"A": DEFAULT, "B": DEFAULT}]},
            id="oneOf",
        ),
        pytest.param(
            {"LogSettings": {"type": "object", "properties": {"Level": STRING, "RoleArn": STRING}}},
            {"LogSettings": [LOGGING, {"Level": LOGGING, "RoleArn": AUTHORIZATION}]},
            id="container gives its label to plain parts only",
        ),
        pytest.param(
            {"Box": {"type": "object", "properties": {"LogLevel": STRING, "LogGroup": STRING, "Port": STRING}}},
            {"Box": [LOGGING, {"LogLevel": LOGGING, "LogGroup": LOGGING, "Port": NETWORK}]},
            id="most of the content labels an unknown container",
        ),
        pytest.param(
            {"Box": {"type": "object", "properties": {"LogLevel": STRING, "Port": STRING}}},
            {"Box": [DEFAULT, {"LogLevel": LOGGING, "Port": NETWORK}]},
            id="half is not most",
        ),
    ],
)
def test_expander(properties: dict[str, Any], expected: Any) -> None:
    assert trie(properties) == expected


def test_references_are_followed_until_they_recur() -> None:
    reference = {"$ref": "#/definitions/Node"}
    node = {"type": "object", "properties": {"Value": STRING, "Next": reference, "All": {"items": reference}}}
    assert trie({"First": reference}, definitions={"Node": node}) == {
        "First": [DEFAULT, {"Value": DEFAULT, "Next": [DEFAULT, "recursive"], "All[]": [DEFAULT, "recursive"]}]
    }


def test_alternatives_are_followed_through_references() -> None:
    one = {"type": "object", "oneOf": [{"$ref": "#/definitions/A"}, {"$ref": "#/definitions/B"}]}
    definitions = {"A": {"properties": {"Same": STRING, "A": STRING}}, "B": {"properties": {"Same": STRING}}}
    assert trie({"One": one}, definitions=definitions) == {"One": [DEFAULT, {"Same": DEFAULT, "A": DEFAULT}]}


@pytest.mark.parametrize(
    ("read_only", "expected"),
    [
        ("/properties/Arn", {"Box": [DEFAULT, {"A": DEFAULT, "B": DEFAULT}], "List[]": [DEFAULT, {"C": DEFAULT}]}),
        ("/properties/Box/A", {"Arn": DEFAULT, "Box": [DEFAULT, {"B": DEFAULT}], "List[]": [DEFAULT, {"C": DEFAULT}]}),
        ("/properties/List/*/C", {"Arn": DEFAULT, "Box": [DEFAULT, {"A": DEFAULT, "B": DEFAULT}]}),
        ("/properties/List/items/C", {"Arn": DEFAULT, "Box": [DEFAULT, {"A": DEFAULT, "B": DEFAULT}]}),
    ],
)
def test_read_only_properties_are_left_out(read_only: str, expected: dict[str, Any]) -> None:
    properties = {
        "Arn": STRING,
        "Box": {"type": "object", "properties": {"A": STRING, "B": STRING}},
        "List": {"type": "array", "items": {"type": "object", "properties": {"C": STRING}}},
    }
    found = trie(properties, readOnlyProperties=[read_only])
    assert {name: node for name, node in found.items() if name in expected} == expected
    if read_only.endswith("/C"):
        assert "C" not in str(found)
    else:
        assert found.keys() == expected.keys()


def context(path: str, type_name: str = "AWS::Test::Thing", above: tuple[Any, ...] = (), form: str = "") -> Any:
    return property_rules.Context(
        type_name=type_name, path=path, name=path.rpartition(".")[2], value_type="string", format=form,
        description="", above=above,
    )  # fmt: skip


def test_the_first_rule_that_holds_decides() -> None:
    first = rule("first", "logging", has=("log",))
    second = rule("second", "authorization", ends=("role",))
    for rules, expected in (((first, second), "first"), ((second, first), "second")):
        decided = property_rules.Rules(rules, {}, IDS).decide(context("LogRole"))
        assert decided == ("logging" if expected == "first" else "authorization", expected)


@pytest.mark.parametrize(
    ("conditions", "path", "holds"),
    [
        ({"has": ("log",)}, "AccessLogName", True),
        ({"has": ("log",)}, "CatalogName", False),
        ({"ends": ("role",)}, "TaskRole", True),
        ({"ends": ("role",)}, "RoleName", False),
        ({"is_": ("port",)}, "Port", True),
        ({"is_": ("port",)}, "HostPort", False),
        ({"is_": ("port",), "ends": ("host port",)}, "HostPort", True),
        ({"path": "^box / "}, "Box[].Port", True),
        ({"path": "^box / "}, "Other.Box", False),
        ({"path": ("^other / ", "^box / ")}, "Box.Port", True),
        ({"has": ("log",), "unless": "audit"}, "Audit.Log", False),
        ({"type": "::Thing$"}, "A", True),
        ({"has": ("a",), "unless_type": "::Thing$"}, "A", False),
        ({"top": True}, "A", True),
        ({"own": True}, "ThingName", True),
        ({"own": True}, "OtherName", False),
    ],
)
def test_conditions(conditions: dict[str, Any], path: str, holds: bool) -> None:
    rules = property_rules.Rules((rule("it", "logging", **conditions),), {}, IDS)
    assert rules.responsibility(context(path)) == ("logging" if holds else "service-configuration")


def test_overrides_come_before_rules() -> None:
    override = property_rules.Override(responsibility="authorization", why="known")
    rules = property_rules.Rules(RULES_OF_LOGS, {"AWS::Test::Thing": {"Log": override, "Box/**": override}}, IDS)
    assert [rules.responsibility(context(path)) for path in ("Log", "Box[].Log", "Other.Log")] == [
        "authorization",
        "authorization",
        "logging",
    ]


RULES_OF_LOGS = (rule("logs", "logging", has=("log",)),)


def test_rules_name_only_responsibilities() -> None:
    with pytest.raises(SystemExit, match="nonsense"):
        property_rules.Rules((rule("it", "nonsense"),), {}, IDS)


@pytest.mark.parametrize(
    ("type_name", "path", "expected"),
    [
        ("AWS::RDS::DBInstance", "StorageEncrypted", "encryption-at-rest"),
        ("AWS::RDS::DBInstance", "KmsKeyId", "key-management"),
        ("AWS::S3::Bucket", "BucketEncryption", "encryption-at-rest"),
        ("AWS::Athena::WorkGroup", "WorkGroupConfiguration.ResultConfiguration.EncryptionConfiguration",
         "connection-security"),
        ("AWS::KinesisFirehose::DeliveryStream", "DeliveryStreamEncryptionConfigurationInput", "encryption-at-rest"),
        ("AWS::KinesisFirehose::DeliveryStream", "S3DestinationConfiguration.EncryptionConfiguration",
         "connection-security"),
        ("AWS::SSM::ResourceDataSync", "S3Destination.KMSKeyArn", "connection-security"),
    ],
)  # fmt: skip
def test_a_destinations_encryption_is_not_the_resources_own(type_name: str, path: str, expected: str) -> None:
    schema_rules = property_rules.load_rules(build.FOLDER)
    assert schema_rules.responsibility(context(path, type_name)) == expected
