"""Plans beside the configuration that they come from."""

import json
from pathlib import Path

import pytest
from tests.sources.terraform.conftest import outcomes

import make_plan
from demarcate import assess
from demarcate.cli import main

TEXT = """\
variable "action" {
  default = "sqs:SendMessage"
}

variable "password" {
  type      = string
  sensitive = true
}

resource "aws_sqs_queue" "q" {
  count                   = 1
  name                    = "q"
  sqs_managed_sse_enabled = false # demarcate:accept sqs-queue-encrypted it holds nothing
}

resource "aws_sqs_queue_policy" "p" {
  queue_url = aws_sqs_queue.q[0].id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = var.action, Resource = aws_sqs_queue.q[0].arn }]
  })
}

resource "aws_db_instance" "d" {
  engine              = "postgres"
  password            = var.password
  skip_final_snapshot = true

  lifecycle {
    prevent_destroy = true
  }
}
"""


@pytest.fixture
def given(tmp_path: Path) -> tuple[Path, Path]:
    """A plan file and the folder that it comes from."""
    folder, file = tmp_path / "infra", tmp_path / "plan.json"
    folder.mkdir()
    (folder / "main.tf").write_text(TEXT, encoding="utf-8")
    file.write_text(json.dumps(make_plan.plan_of(folder)), encoding="utf-8")
    return file, folder


def test_findings_stand_where_the_configuration_writes_them(given):
    file, folder = given
    (alone,) = [each for each in assess(str(file)).findings if each.control == "sqs-queue-encrypted"]
    (found,) = [
        each for each in assess(str(file), configuration=folder).findings if each.control == "sqs-queue-encrypted"
    ]
    assert (alone.declared.file, alone.accepted) == (str(file), None)
    assert (found.declared.file, found.declared.line) == (str(folder / "main.tf"), 13)
    assert found.declared.path == "aws_sqs_queue.q[0]"
    assert found.accepted is not None
    assert found.accepted.reason == "it holds nothing"


def test_what_a_plan_does_not_hold_comes_from_the_configuration(given):
    file, folder = given
    alone, beside = assess(str(file)), assess(str(file), configuration=folder)
    assert outcomes(alone, "aws_sqs_queue_policy.p")["sqs-queue-not-public"] == "unknown"
    assert outcomes(beside, "aws_sqs_queue_policy.p")["sqs-queue-not-public"] == "not-satisfied"
    assert outcomes(alone, "aws_db_instance.d")["rds-instance-deletion-policy"] == "unknown"
    assert outcomes(beside, "aws_db_instance.d")["rds-instance-deletion-policy"] == "satisfied"


def test_the_plans_variables_hold(given):
    file, folder = given
    plan = json.loads(file.read_text(encoding="utf-8"))
    plan["variables"] = {"action": {"value": "sqs:*"}, "password": {"value": "sesame-opens-it"}}
    file.write_text(json.dumps(plan), encoding="utf-8")
    ledger = assess(str(file), configuration=folder)
    assert outcomes(ledger, "aws_sqs_queue_policy.p")["sqs-queue-policy-no-wildcard-actions"] == "not-satisfied"
    assert "sesame" not in str(ledger)


def test_what_the_configuration_does_not_have_stays(given):
    file, folder = given
    text = TEXT.partition('resource "aws_db_instance"')[0]
    (folder / "main.tf").write_text(text, encoding="utf-8")
    (database,) = [
        each for each in assess(str(file), configuration=folder).resources if each.type == "AWS::RDS::DBInstance"
    ]
    assert database.declared.file == str(file)


def test_what_cannot_be_read_of_the_configuration_is_said(given):
    file, folder = given
    (folder / "more.tf").write_text('resource "aws_sqs_queue" {\n', encoding="utf-8")
    ledger = assess(str(file), configuration=folder)
    assert [each.where for each in ledger.skipped if each.level == "error"] == [f"{folder / 'more.tf'}:1"]


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_a_folder_without_a_configuration_is_an_error(given, capsys, name):
    file, folder = given
    (folder.parent / "empty").mkdir()
    assert main(["assess", str(file), "--configuration", str(folder.parent / name)]) == 2
    assert str(folder.parent / name) in capsys.readouterr().err
