"""``lifecycle``: what it says is no argument; ``prevent_destroy`` keeps what it stands in."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.sources.terraform.conftest import outcomes

from demarcate import assess
from demarcate.model import Estate

CASES = [
    ("prevent_destroy = true", {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}),
    ("prevent_destroy = false", {}),
    ("prevent_destroy = var.u", {}),  # Terraform wants a literal
    ("create_before_destroy = true\n    ignore_changes = [tags]", {}),
]


@pytest.mark.parametrize(("text", "attributes"), CASES)
def test_what_is_protected_is_kept(estate_of: Callable[..., Estate], text: str, attributes: dict[str, str]) -> None:
    text = f'variable "u" {{}}\nresource "aws_dynamodb_table" "t" {{\n  lifecycle {{\n    {text}\n  }}\n}}\n'
    (table,) = estate_of(text).resources
    assert (table.attributes, table.properties) == (attributes, {})
    assert table.uncertain is None


@pytest.mark.parametrize(
    ("skip", "prevent", "kept"),
    [
        ("true", "true", "Retain"),
        ("true", "false", "Delete"),
        ("false", "false", "Snapshot"),
        ("false", "true", "Retain"),
    ],
)
def test_a_last_snapshot(estate_of: Callable[..., Estate], skip: str, prevent: str, kept: str) -> None:
    text = (
        f'resource "aws_db_instance" "d" {{\n  skip_final_snapshot = {skip}\n'
        f"  lifecycle {{\n    prevent_destroy = {prevent}\n  }}\n}}\n"
    )
    (database,) = estate_of(text).resources
    assert database.attributes["DeletionPolicy"] == kept


def test_the_control_is_satisfied_by_it(tmp_path: Path) -> None:
    text = 'resource "aws_dynamodb_table" "t" {{\n  name = "t"\n  lifecycle {{\n    prevent_destroy = {}\n  }}\n}}\n'
    for prevent, outcome in (("true", "satisfied"), ("false", "not-satisfied")):
        (tmp_path / "main.tf").write_text(text.format(prevent), encoding="utf-8")
        found = outcomes(assess(str(tmp_path), profile="strict"), "aws_dynamodb_table.t")
        assert found["dynamodb-table-deletion-policy"] == outcome


def test_a_plan_does_not_tell(tmp_path: Path) -> None:
    change = {"actions": ["create"], "before": None, "after": {"name": "t"}, "after_unknown": {}}
    plan = {
        "format_version": "1.2",
        "resource_changes": [
            {"address": "aws_dynamodb_table.t", "mode": "managed", "type": "aws_dynamodb_table", "name": "t",
             "provider_name": "registry.terraform.io/hashicorp/aws", "change": change}
        ],
    }  # fmt: skip
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan), encoding="utf-8")
    found = outcomes(assess(str(file), profile="strict"), "aws_dynamodb_table.t")
    assert found["dynamodb-table-deletion-policy"] == "unknown"
