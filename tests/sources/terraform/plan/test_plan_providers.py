"""Plans: what the provider's own ways, of one version or another, leave of what was written."""

import json

import pytest
from tests.sources.terraform.conftest import outcomes

from demarcate.api import assess_estate
from demarcate.model import Unknown
from demarcate.sources import ReadOptions, read

RULE = {"type": "ingress", "protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["10.0.0.0/8"]}
HASH = "44c6c808e6449ee36dfcfc4ebd66c1b9634b40f2"
SCRIPT = "#!/bin/sh\nexport AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nexport AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@pytest.fixture
def planned(tmp_path):
    def made(kind, after, unknown=None, expressions=None):
        entry = {"address": f"{kind}.r", "mode": "managed", "type": kind, "name": "r"}
        plan = {
            "format_version": "1.2",
            "resource_changes": [
                {**entry, "change": {"actions": ["create"], "after": after, "after_unknown": unknown or {}}}
            ],
            "configuration": {"root_module": {"resources": [{**entry, "expressions": expressions or {}}]}},
        }
        (tmp_path / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        return read([str(tmp_path / "plan.json")], ReadOptions())

    return made


def test_a_rule_whose_group_the_provider_computes_is_one(planned):
    (rule,) = planned("aws_security_group_rule", RULE, {"source_security_group_id": True}).resources
    assert rule.properties["CidrIp"] == "10.0.0.0/8"
    assert "SourceSecurityGroupId" not in rule.properties


@pytest.mark.parametrize(("written", "outcome"), [
    ({"constant_value": SCRIPT}, "not-satisfied"), ({"references": ["var.script"]}, "unknown"),
], ids=["a script in the code", "any other"])  # fmt: skip
@pytest.mark.parametrize("kind", ["aws_instance", "aws_launch_configuration"])
def test_a_hash_is_not_the_script_that_it_is_of(planned, kind, written, outcome):
    estate = planned(kind, {"user_data": HASH}, expressions={"user_data": written})
    assert HASH not in repr(estate.resources)
    found = outcomes(assess_estate(estate), f"{kind}.r")
    assert {each for name, each in found.items() if name.endswith("user-data-no-secrets")} <= {outcome}


def test_an_empty_text_of_what_is_there_already_sets_nothing(planned):
    (topic,) = planned("aws_sns_topic", {"name": "t", "kms_master_key_id": "", "policy": ""}).resources
    assert topic.properties == {"TopicName": "t"}


def test_a_text_that_is_no_hash_is_the_script(planned):
    (instance,) = planned("aws_instance", {"user_data": "#!/bin/sh"}).resources
    assert type(instance.properties["UserData"]) is not Unknown


def test_a_document_that_is_read_by_a_key_is_its_json(tmp_path):
    statement = [
        {"effect": "Allow", "actions": ["sts:AssumeRole"], "principals": [{"type": "*", "identifiers": ["*"]}]}
    ]
    data = {"mode": "data", "type": "aws_iam_policy_document", "name": "d"}
    role = {"mode": "managed", "type": "aws_iam_role", "name": "r"}
    changes = [
        {**data, "address": 'data.aws_iam_policy_document.d["a"]', "index": "a",
         "change": {"actions": ["read"], "after": {"statement": statement}, "after_unknown": {"json": True}}},
        {**role, "address": 'aws_iam_role.r["a"]', "index": "a",
         "change": {"actions": ["create"], "after": {"name": "r"}, "after_unknown": {"assume_role_policy": True}}},
    ]  # fmt: skip
    written = {"assume_role_policy": {"references": ["data.aws_iam_policy_document.d", "each.key"]}}
    blocks = [{**role, "address": "aws_iam_role.r", "expressions": written},
              {**data, "address": "data.aws_iam_policy_document.d", "expressions": {}}]  # fmt: skip
    plan = {
        "format_version": "1.2",
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": blocks}},
    }
    (tmp_path / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    estate = read([str(tmp_path / "plan.json")], ReadOptions())
    assert outcomes(assess_estate(estate), 'aws_iam_role.r["a"]')["iam-role-trust-not-public"] == "not-satisfied"
