"""What stands inline in Terraform and is a resource of its own in CloudFormation; grants of a bucket's ACL."""

import json

import pytest

from demarcate import assess
from demarcate.model import Unknown
from demarcate.sources.terraform.conversions import CONVERSIONS

OPEN = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"}]}'


def _names(found):
    return sorted(each.name for each in found.resources)


def test_a_policy_inside_is_found_and_points_at_its_line(ledger_of):
    ledger = ledger_of(
        {"main.tf": f'resource "aws_sqs_queue" "q" {{\n  name = "q"\n  policy = <<-E\n{OPEN}\n  E\n}}\n'}
    )
    (finding,) = [each for each in ledger.findings if each.control == "sqs-queue-not-public"]
    assert finding.outcome == "not-satisfied"
    assert finding.resource.endswith("aws_sqs_queue.q (policy)")
    assert finding.declared.line == 3


@pytest.mark.parametrize(
    ("argument", "made"),
    [
        ("", []),
        ('  policy = ""\n', []),
        ("  policy = null\n", []),
        (f"  policy = {json.dumps(OPEN)}\n", ["aws_sqs_queue.q (policy)"]),
        ("  policy = var.policy\n", ["aws_sqs_queue.q (policy)"]),
    ],
)
def test_what_is_not_written_makes_nothing(estate_of, argument, made):
    estate = estate_of(f'variable "policy" {{}}\nresource "aws_sqs_queue" "q" {{\n{argument}}}\n')
    assert _names(estate) == ["aws_sqs_queue.q", *made]


def test_a_policy_of_unknown_presence_is_uncertain(estate_of):
    estate = estate_of('variable "policy" {}\nresource "aws_sqs_queue" "q" {\n  policy = var.policy\n}\n')
    (policy,) = [each for each in estate.resources if each.type == "AWS::SQS::QueuePolicy"]
    assert policy.uncertain is not None


def test_blocks_make_one_each_and_a_dynamic_block_of_unknown_number_one_that_is_uncertain(estate_of):
    estate = estate_of(
        'variable "nets" {}\n'
        'resource "aws_route_table" "two" {\n  vpc_id = "vpc-1"\n'
        '  route {\n    cidr_block = "0.0.0.0/0"\n    gateway_id = "igw-1"\n  }\n'
        '  route {\n    ipv6_cidr_block = "::/0"\n    egress_only_gateway_id = "eigw-1"\n  }\n}\n'
        'resource "aws_route_table" "some" {\n  vpc_id = "vpc-1"\n'
        '  dynamic "route" {\n    for_each = var.nets\n'
        '    content {\n      cidr_block = route.value\n      gateway_id = "igw-1"\n    }\n  }\n}\n'
    )
    routes = {each.name: each for each in estate.resources if each.type == "AWS::EC2::Route"}
    assert sorted(routes) == [
        "aws_route_table.some (route)",
        "aws_route_table.two (route 1)",
        "aws_route_table.two (route 2)",
    ]
    assert routes["aws_route_table.two (route 1)"].properties["GatewayId"] == "igw-1"
    second = routes["aws_route_table.two (route 2)"].properties
    assert second["DestinationIpv6CidrBlock"] == "::/0"
    assert second["EgressOnlyInternetGatewayId"] == "eigw-1"
    assert routes["aws_route_table.some (route)"].uncertain is not None


def test_a_block_deep_inside_makes_one_too(estate_of):
    estate = estate_of(
        'resource "aws_kinesisanalyticsv2_application" "a" {\n  application_configuration {\n'
        "    sql_application_configuration {\n      output {\n"
        '        name = "out"\n        destination_schema {\n          record_format_type = "JSON"\n        }\n'
        "      }\n    }\n  }\n}\n"
        'resource "aws_kinesisanalyticsv2_application" "flink" {\n  application_configuration {}\n}\n'
    )
    (output,) = [each for each in estate.resources if each.type == "AWS::KinesisAnalyticsV2::ApplicationOutput"]
    assert output.name == "aws_kinesisanalyticsv2_application.a (output)"
    assert output.properties["Output"] == {"Name": "out", "DestinationSchema": {"RecordFormatType": "JSON"}}


@pytest.mark.parametrize(("status", "signed"), [("", 1), ('  signing_status = "NOT_SIGNING"\n', 0)])
def test_a_zone_that_says_it_is_not_signed_is_not(estate_of, status, signed):
    estate = estate_of(f'resource "aws_route53_hosted_zone_dnssec" "d" {{\n  hosted_zone_id = "Z1"\n{status}}}\n')
    assert len(estate.resources) == signed


@pytest.mark.parametrize(
    ("controls", "rule"),
    [
        ('asserted_controls = ["a"]', {"AssertionRule": {"AssertedControls": ["a"], "WaitPeriodMs": 5}}),
        (
            'gating_controls = ["g"]\n  target_controls = ["t"]',
            {"GatingRule": {"GatingControls": ["g"], "TargetControls": ["t"], "WaitPeriodMs": 5}},
        ),
    ],
)
def test_a_safety_rule_is_of_one_kind(estate_of, controls, rule):
    name = "aws_route53recoverycontrolconfig_safety_rule"
    estate = estate_of(f'resource "{name}" "r" {{\n  {controls}\n  wait_period_ms = 5\n}}\n')
    assert [each.properties for each in estate.resources] == [rule]


def test_tags_and_deletion_stay_with_the_resource_itself(estate_of):
    estate = estate_of('resource "aws_internet_gateway" "g" {\n  vpc_id = "vpc-1"\n  tags = { team = "net" }\n}\n')
    gateway, attachment = sorted(estate.resources, key=lambda each: each.name)
    assert (gateway.tags, attachment.tags) == ({"team": "net"}, {})
    assert attachment.properties["VpcId"] == "vpc-1"


def test_what_a_state_says_twice_stands_there_once(tmp_path):
    def resource(kind, name, attributes):
        provider = 'provider["registry.terraform.io/hashicorp/aws"]'
        instances = [{"schema_version": 0, "attributes": attributes}]
        return {"mode": "managed", "type": kind, "name": name, "provider": provider, "instances": instances}

    def route(**given):
        names = ("cidr_block", "ipv6_cidr_block", "gateway_id", "nat_gateway_id", "destination_prefix_list_id")
        return {**dict.fromkeys(names, ""), **given}

    table = {
        "id": "rtb-1",
        "arn": "arn:aws:ec2:eu-west-1:111122223333:route-table/rtb-1",
        "vpc_id": "vpc-1",
        "route": [
            route(cidr_block="0.0.0.0/0", gateway_id="igw-1"),
            route(cidr_block="10.9.0.0/16", nat_gateway_id="nat-1"),
        ],
    }
    own = {"id": "r-1", "route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}
    state = {
        "version": 4,
        "terraform_version": "1.13.4",
        "resources": [resource("aws_route_table", "t", table), resource("aws_route", "out", own)],
    }
    file = tmp_path / "terraform.tfstate"
    file.write_text(json.dumps(state), encoding="utf-8")
    assert _names(assess(str(file))) == ["aws_route.out", "aws_route_table.t", "aws_route_table.t (route 2)"]


ALL, USERS, LOGS = (f"http://acs.amazonaws.com/groups/{each}" for each in ("global/AllUsers", "global/AuthenticatedUsers", "s3/LogDelivery"))  # fmt: skip


def _grant(permission, **grantee):
    return {"permission": permission, "grantee": [grantee]}


@pytest.mark.parametrize(
    ("grants", "canned"),
    [
        ([_grant("FULL_CONTROL", id="me")], "Private"),
        ([_grant("FULL_CONTROL", id="me"), _grant("READ", uri=ALL)], "PublicRead"),
        ([_grant("WRITE", uri=ALL)], "PublicReadWrite"),
        ([_grant("FULL_CONTROL", uri=ALL), _grant("READ", id="other")], "PublicReadWrite"),
        ([_grant("READ", uri=USERS)], "AuthenticatedRead"),
        ([_grant("WRITE", uri=LOGS), _grant("READ_ACP", uri=LOGS)], "LogDeliveryWrite"),
        ([_grant("READ", id="other")], None),
        ([_grant("READ", uri=Unknown("not given"))], None),
    ],
)
def test_grants_are_the_canned_acl_that_is_as_open(grants, canned):
    found = CONVERSIONS["canned"]([{"owner": [{"id": "me"}], "grant": grants}], None)
    assert found == canned if canned else type(found) is Unknown
