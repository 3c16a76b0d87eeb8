"""Nested blocks in JSON syntax: the same values as in HCL."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from demarcate.model import Ledger

UNSET = 'variable "u" {}\n'

SAME: dict[str, tuple[str, str, Any]] = {
    "an object is a block": ("aws_s3_bucket", 'logging {\n target_bucket = "l"\n}', {"logging": {"target_bucket": "l"}}),
    "objects are blocks": (
        "aws_s3_bucket",
        'grant {\n type = "Group"\n}\ngrant {\n permissions = ["READ"]\n}',
        {"grant": [{"type": "Group"}, {"permissions": ["READ"]}]},
    ),
    "blocks in blocks": (
        "aws_s3_bucket",
        'server_side_encryption_configuration {\n rule {\n apply_server_side_encryption_by_default {\n sse_algorithm = "AES256"\n }\n }\n}',
        {
            "server_side_encryption_configuration": {
                "rule": [{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}]
            }
        },
    ),
    "maps stay maps": (
        "aws_lambda_function",
        'tags = {\n a = "b"\n}\nenvironment {\n variables = {\n k = "v"\n }\n}',
        {"tags": {"a": "b"}, "environment": {"variables": {"k": "v"}}},
    ),
    "a block's arguments are expressions": (
        "aws_s3_bucket",
        'logging {\n target_bucket = var.u\n target_prefix = "x"\n}',
        {"logging": {"target_bucket": "${var.u}", "target_prefix": "x"}},
    ),
    "no blocks": ("aws_security_group", "ingress = []", {"ingress": []}),
    "blocks as an expression": ("aws_security_group", "ingress = var.u", {"ingress": "${var.u}"}),
    "comments": ("aws_s3_bucket", "logging {}", {"logging": {"//": "x"}, "//": "y"}),
    "dynamic": (
        "aws_security_group",
        'dynamic "ingress" {\n for_each = [1, 2]\n iterator = i\n content {\n from_port = i.value\n }\n}',
        {"dynamic": {"ingress": {"for_each": [1, 2], "iterator": "i", "content": {"from_port": "${i.value}"}}}},
    ),
    "dynamic beside blocks, of unknown number": (
        "aws_security_group",
        'ingress {\n from_port = 1\n}\ndynamic "ingress" {\n for_each = var.u\n content {\n from_port = 2\n }\n}',
        {
            "ingress": {"from_port": 1},
            "dynamic": [{"ingress": [{"for_each": "${var.u}", "content": [{"from_port": 2}]}]}],
        },
    ),
    "dynamic inside of a block, blocks inside of dynamic": (
        "aws_s3_bucket",
        'replication_configuration {\n dynamic "rules" {\n for_each = ["a"]\n content {\n id = rules.value\n destination {\n bucket = "d"\n }\n }\n }\n}',
        {
            "replication_configuration": {
                "dynamic": {
                    "rules": {"for_each": ["a"], "content": {"id": "${rules.value}", "destination": {"bucket": "d"}}}
                }
            }
        },
    ),
    "what is no argument": (
        "aws_s3_bucket",
        'timeouts {\n create = "1h"\n}\nlifecycle {\n prevent_destroy = true\n}\nprovisioner "local-exec" {}',
        {"timeouts": {"create": "1h"}, "lifecycle": {"prevent_destroy": True}, "provisioner": [{"local-exec": {}}]},
    ),
    "of a type that is not known": ("aws_x", 'm = {\n a = "b"\n}', {"m": {"a": "b"}}),
}  # fmt: skip


@pytest.mark.parametrize("case", SAME)
def test_the_same_values_as_in_hcl(read: Any, tmp_path: Any, case: str) -> None:
    kind, text, data = SAME[case]
    (hcl,) = read({"hcl/main.tf": f'{UNSET}resource "{kind}" "x" {{\n{text}\n}}\n'})
    both = read({"json/main.tf.json": json.dumps({"variable": {"u": {}}, "resource": {kind: {"x": data}}})})
    assert [each.skipped for each in both] == [(), ()]
    (found,) = next(each for each in both if each.root == "tf/json").instances
    assert found.values == hcl.instances[0].values


def test_policy_documents(read: Any) -> None:
    statement = {"actions": ["s3:*"], "principals": {"type": "AWS", "identifiers": ["*"]}, "condition": [{"test": "x"}]}
    data = {"data": {"aws_iam_policy_document": {"d": {"statement": statement}}}}
    (found,) = read({"main.tf.json": json.dumps(data)})
    assert found.instances[0].values["statement"] == [
        {"actions": ["s3:*"], "principals": [{"type": "AWS", "identifiers": ["*"]}], "condition": [{"test": "x"}]}
    ]


def test_names_that_are_blocks_elsewhere_are_plain_in_modules_and_locals(read: Any) -> None:
    data = {
        "locals": {"content": {"a": 1}, "dynamic": [1]},
        "module": {"m": {"source": "./m", "lifecycle": {"b": 2}}},
        "resource": {"aws_x": {"x": {"v": "${local.content.a}"}}},
    }
    module = 'variable "lifecycle" {}\nresource "aws_x" "y" {\n  v = var.lifecycle.b\n}\n'
    (found,) = read({"main.tf.json": json.dumps(data), "m/main.tf": module})
    assert [each.values["v"] for each in found.instances] == [1, 2]


def test_lines_in_blocks(read: Any) -> None:
    data = {"resource": {"aws_s3_bucket": {"x": {"logging": {"target_bucket": "l"}}}}}
    (found,) = read({"main.tf.json": json.dumps(data, indent=1)})
    assert found.instances[0].lines == {"logging": 5, "logging[0]": 5, "logging[0].target_bucket": 6}


def test_what_blocks_refer_to(read: Any) -> None:
    data = {
        "resource": {
            "aws_s3_bucket": {
                "x": {"logging": {"target_prefix": "p"}},
                "y": {"acl": "${aws_s3_bucket.x.logging[0].target_prefix}"},
            }
        }
    }
    (found,) = read({"main.tf.json": json.dumps(data)})
    assert found.instances[1].values["acl"] == "p"


def test_pairs_are_translated_as_in_hcl(estate_of: Callable[..., Any]) -> None:
    tag = {"key": "Owner", "value": "me", "propagate_at_launch": True}
    data = {"resource": {"aws_autoscaling_group": {"g": {"min_size": 1, "max_size": 2, "tag": tag}}}}
    (group,) = estate_of({"main.tf.json": json.dumps(data)}).resources
    assert group.properties["Tags"] == [{"Key": "Owner", "Value": "me", "PropagateAtLaunch": True}]


def test_findings_are_those_of_hcl(ledger_of: Callable[..., Ledger]) -> None:
    rule = {"from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": ["0.0.0.0/0"]}
    text = "".join(f"    {key} = {json.dumps(each)}\n" for key, each in rule.items())
    hcl = ledger_of({"main.tf": f'resource "aws_security_group" "g" {{\n  ingress {{\n{text}  }}\n}}\n'})
    data = {"resource": {"aws_security_group": {"g": {"ingress": rule}}}}
    found = ledger_of({"main.tf": "", "main.tf.json": json.dumps(data)})
    assert {(each.control, each.outcome) for each in found.findings} == {
        (each.control, each.outcome) for each in hcl.findings
    }
