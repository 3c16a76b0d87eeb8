"""The cases in which other evaluators turn what is not known into something wrong."""

import pytest
from tests.sources.terraform.conftest import outcomes

from demarcate.model import Unknown


def _only(estate, name):
    return next(each for each in estate.resources if each.name == name)


def test_a_conditional_over_an_unset_variable_is_a_choice(estate_of):
    estate = estate_of(
        'variable "key" {}\nresource "aws_sns_topic" "t" {\n  kms_master_key_id = var.key != "" ? var.key : null\n}'
    )
    value = _only(estate, "aws_sns_topic.t").properties["KmsMasterKeyId"]
    assert type(value) is Unknown
    assert value.maybe_absent
    assert value.cases is not None


def test_a_topic_with_such_a_key_is_undecided(ledger_of):
    ledger = ledger_of(
        'variable "key" {}\nresource "aws_sns_topic" "t" {\n  kms_master_key_id = var.key != "" ? var.key : null\n}'
    )
    assert outcomes(ledger, "aws_sns_topic.t")["sns-topic-encrypted"] == "unknown"


def test_one_unknown_in_a_document_leaves_the_rest_known(estate_of):
    estate = estate_of("""
variable "who" {}
resource "aws_sqs_queue_policy" "p" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/q"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = var.who }, Action = "sqs:*", Resource = "*" }] })
}""")
    (statement,) = _only(estate, "aws_sqs_queue_policy.p").properties["PolicyDocument"]["Statement"]
    assert statement["Action"] == "sqs:*"
    assert type(statement["Principal"]["AWS"]) is Unknown


def test_a_resource_of_unknown_number_is_there_once_and_uncertain(estate_of):
    estate = estate_of("""
variable "names" { type = set(string) }
resource "aws_sqs_queue" "q" {
  for_each = var.names
  name     = each.key
}""")
    queue = _only(estate, "aws_sqs_queue.q")
    assert queue.uncertain is not None
    assert "for_each" in queue.uncertain
    assert type(queue.properties["QueueName"]) is Unknown


def test_a_syntax_error_is_an_error_with_its_place_and_other_files_are_read(estate_of):
    estate = estate_of(
        {"a.tf": 'resource "aws_sqs_queue" "q" {\n  name = \n}\n', "b.tf": 'resource "aws_sns_topic" "t" {}\n'}
    )
    (error,) = [each for each in estate.skipped if each.level == "error"]
    assert error.where.endswith(("a.tf:2", "a.tf:3"))
    assert [each.name for each in estate.resources] == ["aws_sns_topic.t"]


def test_terraform_tfvars_is_loaded(estate_of):
    estate = estate_of(
        {
            "main.tf": 'variable "n" {}\nvariable "m" {}\nresource "aws_sqs_queue" "q" {\n  name = "${var.n}-${var.m}"\n}',
            "terraform.tfvars": 'n = "orders"\nm = "a"\n',
            "b.auto.tfvars": 'm = "b"\n',
        }
    )
    assert _only(estate, "aws_sqs_queue.q").properties["QueueName"] == "orders-b"


def test_variables_come_from_the_environment_and_from_the_command_line(estate_of):
    text = 'variable "n" {}\nvariable "m" {}\nresource "aws_sqs_queue" "q" {\n  name = "${var.n}-${var.m}"\n}'
    estate = estate_of(text, environment={"TF_VAR_n": "env", "TF_VAR_m": "env"}, parameters={"m": "given"})
    assert _only(estate, "aws_sqs_queue.q").properties["QueueName"] == "env-given"


def test_a_registry_module_is_one_counted_note(estate_of):
    estate = estate_of(
        'module "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n}\nresource "aws_instance" "i" {\n  subnet_id = module.vpc.private_subnets[0]\n}'
    )
    notes = [each for each in estate.skipped if "vpc" in each.what]
    assert len(notes) == 1
    assert "not read" in f"{notes[0].what} {notes[0].why}"
    assert type(_only(estate, "aws_instance.i").properties["SubnetId"]) is Unknown


@pytest.mark.parametrize(
    ("value", "outcome"), [('""', "not-satisfied"), ('var.own ? aws_kms_key.k.arn : ""', "unknown")]
)
def test_an_empty_text_sets_nothing(ledger_of, value, outcome):
    ledger = ledger_of(f"""
        variable "own" {{ type = bool }}
        resource "aws_kms_key" "k" {{}}
        resource "aws_sns_topic" "t" {{ kms_master_key_id = {value} }}
    """)
    assert outcomes(ledger, "aws_sns_topic.t")["sns-topic-encrypted"] == outcome
