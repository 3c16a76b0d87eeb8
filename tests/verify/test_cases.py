"""Conditions: what holds whichever way they turn out is decided, and nothing else is."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.estates import estate_of

from demarcate import assess_estate
from demarcate.model import NO_VALUE, Unknown
from demarcate.verify.cases import MAX_CONDITIONS, cases_of

HEAD = """\
Parameters: {Stage: {Type: String}}
Conditions:
  Live: !Equals [!Ref Stage, live]
  Test: !Equals [!Ref Stage, test]
Resources:
  It:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: shop
"""
RULES = {
    "a rule that is harmless in both cases": (
        "      SecurityGroupIngress:\n"
        "        - {IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/8}\n"
        "        - !If [Live, {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 10.1.0.0/16}, !Ref AWS::NoValue]\n",
        "satisfied",
    ),
    "a list that is open in both cases": (
        "      SecurityGroupIngress: !If\n"
        "        - Live\n"
        "        - [{IpProtocol: tcp, FromPort: '22', ToPort: '22', CidrIp: 0.0.0.0/0}]\n"
        "        - [{IpProtocol: '-1', CidrIp: 0.0.0.0/0}]\n",
        "not-satisfied",
    ),
    "a rule that is open in one case": (
        "      SecurityGroupIngress:\n"
        "        - !If [Live, {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}, !Ref AWS::NoValue]\n",
        "unknown",
    ),
    "a choice within a choice": (
        "      SecurityGroupIngress:\n"
        "        - IpProtocol: tcp\n"
        "          FromPort: 22\n"
        "          ToPort: 22\n"
        "          CidrIp: !If [Live, 10.0.0.0/8, !If [Test, 10.1.0.0/16, 192.168.0.0/16]]\n",
        "satisfied",
    ),
    "a case that is not known itself": (
        "      SecurityGroupIngress:\n"
        "        - IpProtocol: tcp\n"
        "          FromPort: 22\n"
        "          ToPort: 22\n"
        "          CidrIp: !If [Live, 10.0.0.0/8, !Ref Stage]\n",
        "unknown",
    ),
}


@pytest.mark.parametrize(("rules", "outcome"), RULES.values(), ids=RULES)
def test_security_group_rules_by_cases(tmp_path, rules, outcome):
    ledger = assess_estate(estate_of(tmp_path, HEAD + rules))
    (finding,) = [each for each in ledger.findings if each.control == "ec2-security-group-ssh-not-open"]
    assert finding.outcome == outcome


def _value(chance: random.Random, depth: int = 0):
    kind = chance.randrange(5 if depth < 3 else 2)
    if kind <= 1:
        return chance.choice([True, False, 1, "a"])
    if kind == 2:
        return {name: _value(chance, depth + 1) for name in "xy"[: chance.randint(0, 2)]}
    if kind == 3:
        return [_value(chance, depth + 1) for _ in range(chance.randint(0, 2))]
    one, other = (NO_VALUE if chance.random() < 0.3 else _value(chance, depth + 1) for _ in range(2))
    return Unknown("choice", cases=(chance.choice("ABC"), one, other))


def _real(value, outcomes):
    """What a value turns out to be, written another way than the code that is tested."""
    while type(value) is Unknown and value.cases is not None:
        value = value.cases[1 if outcomes[value.cases[0]] else 2]
    if isinstance(value, dict):
        return {k: real for k, each in value.items() if (real := _real(each, outcomes)) is not NO_VALUE}
    if isinstance(value, list):
        return [real for each in value if (real := _real(each, outcomes)) is not NO_VALUE]
    return value


@settings(max_examples=500, deadline=None)
@given(st.integers(0, 2**32))
def test_what_turns_out_is_always_among_the_cases(start):
    chance = random.Random(start)
    properties = {name: _value(chance) for name in ("One", "Other")}
    cases = list(cases_of(properties))
    real = _real(properties, {name: chance.random() < 0.5 for name in "ABC"})
    assert real in cases if cases else real == properties
    assert len(cases) in (0, 2, 4, 8)


def test_too_many_conditions_are_left_undecided():
    many = {str(number): Unknown("choice", cases=(str(number), 1, 2)) for number in range(MAX_CONDITIONS + 1)}
    assert list(cases_of(many)) == []


BUCKETS = """\
Parameters: {Stage: {Type: String}}
Conditions: {Live: !Equals [!Ref Stage, live]}
Resources:
  It:
    Type: AWS::CloudTrail::Trail
    Properties: {IsLogging: true, S3BucketName: !If [Live, !Ref One, !Ref Other]}
  One:
    Type: AWS::S3::Bucket
    Properties: {LoggingConfiguration: {DestinationBucketName: logs}}
  Other:
    Type: AWS::S3::Bucket
"""
LOGGED = "    Properties: {LoggingConfiguration: {DestinationBucketName: logs}}\n"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (BUCKETS, "unknown"),
        (BUCKETS + LOGGED, "satisfied"),
        (BUCKETS.replace(LOGGED, ""), "not-satisfied"),
    ],
)
def test_a_connection_that_a_condition_chooses(tmp_path, text, outcome):
    ledger = assess_estate(estate_of(tmp_path, text))
    (finding,) = [each for each in ledger.findings if each.control == "cloudtrail-bucket-access-logged"]
    assert finding.outcome == outcome
