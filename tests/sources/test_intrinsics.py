import pytest
from tests.estates import by_name, estate_of

from demarcate.model import Unknown

HEAD = """
AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Given: {Type: String, Default: given}
  Count: {Type: Number, Default: 3}
  Names: {Type: CommaDelimitedList, Default: 'a, b,c'}
  Missing: {Type: String}
  Password: {Type: String, NoEcho: true}
  Weak: {Type: String, NoEcho: true, Default: changeit}
  Latest: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /image/latest}
Mappings:
  Sizes: {small: {cpu: 1}, large: {cpu: 4}}
Conditions:
  Always: !Equals [!Ref Given, given]
  Never: !Not [!Condition Always]
  Perhaps: !Equals [!Ref Missing, x]
  Both: !And [!Condition Always, !Condition Perhaps]
  Either: !Or [!Condition Always, !Condition Perhaps]
Resources:
  Other: {Type: AWS::SNS::Topic}
  It:
    Type: Custom::Thing
    Properties:
      Value: VALUE
"""

KNOWN = [
    ("!Ref Given", "given"),
    ("!Ref Count", 3),
    ("!Ref Names", ["a", "b", "c"]),
    ("{Ref: Given}", "given"),
    ("!Sub '${Given}-${!literal}-x'", "given-${literal}-x"),
    ("!Sub ['${A}/${Given}', {A: !Ref Count}]", "3/given"),
    ("!Join ['-', [a, !Ref Given, c]]", "a-given-c"),
    ("!Select [1, !Ref Names]", "b"),
    ("!Select ['1', [x, y]]", "y"),
    ("!Split [',', 'x,y']", ["x", "y"]),
    ("!If [Always, one, two]", "one"),
    ("!If [Never, one, two]", "two"),
    ("!If [Either, one, two]", "one"),
    ("!If [Perhaps, same, same]", "same"),
    ("!FindInMap [Sizes, large, cpu]", 4),
    ("!FindInMap [Sizes, none, cpu, {DefaultValue: 9}]", 9),
    ("{Fn::Length: !Ref Names}", 3),
    ("{Fn::ToJsonString: {a: [1, true]}}", '{"a":[1,true]}'),
    ("!Base64 abc", "YWJj"),
    ("!Cidr ['10.0.0.0/16', 2, 8]", ["10.0.0.0/24", "10.0.1.0/24"]),
    ("!Ref 'AWS::Region'", "eu-west-1"),
    ("!Ref 'AWS::AccountId'", "111122223333"),
    ("!Ref 'AWS::Partition'", "aws"),
    ("!Ref 'AWS::URLSuffix'", "amazonaws.com"),
    ("2026-11-25", "2026-11-25"),
    ("yes", True),
    ("!Equals [a, a]", True),
]

UNKNOWN = [
    ("!Ref Missing", "parameter Missing has no value", "parameter"),
    ("!Ref Password", "has no value", "no-echo"),
    ("!Ref Weak", "NoEcho", "no-echo-default"),
    ("!Ref Latest", "Systems Manager", "ssm"),
    ("!Ref Other", "known after deployment", "reference"),
    ("!GetAtt Other.TopicArn", "TopicArn of Other", "reference"),
    ("!Ref Nowhere", "not declared", ""),
    ("{Ref: !Sub 'Oth${Missing}'}", "name is not known", ""),
    ("{Ref: [1]}", "no name", ""),
    ("{Ref: !Sub 'Ot${Given}'}", "Otgiven is not declared", ""),
    ("{Ref: !Join ['', [Ot, her]]}", "known after deployment", "reference"),
    ("{Fn::GetAtt: [!Sub 'Other', TopicArn]}", "TopicArn of Other", "reference"),
    ("!Sub 'x-${Missing}'", "parameter Missing has no value", "deployment"),
    ("!Join ['', [x, !Ref Other]]", "known after deployment", "deployment"),
    ("!If [Perhaps, one, two]", "condition Perhaps", ""),
    ("!If [Both, one, two]", "condition Both", ""),
    ("'{{resolve:secretsmanager:shop:SecretString:password}}'", "Secrets Manager", "secret"),
    ("'{{resolve:ssm-secure:/p}}'", "secure", "secret"),
    ("'{{resolve:ssm:/p}}'", "Systems Manager", "ssm"),
    ("!ImportValue elsewhere", "not among the inputs", ""),
    ("!GetAZs ''", "Availability Zones", ""),
    ("!Select [9, [x]]", "beyond the end", ""),
    ("!FindInMap [Sizes, none, cpu]", "has no none", ""),
    ("{Fn::Transform: {Name: Include}}", "nothing is fetched", ""),
    ("{Fn::Strange: x}", "not evaluated", ""),
    ("!Join [1]", "arguments", ""),
]


@pytest.mark.parametrize(("written", "value"), KNOWN)
def test_known_values(tmp_path, written, value):
    estate = estate_of(tmp_path, HEAD.replace("VALUE", written), region="eu-west-1", account="111122223333")
    assert by_name(estate)["It"].properties["Value"] == value


@pytest.mark.parametrize(("written", "why", "origin"), UNKNOWN)
def test_unknown_values_carry_why(tmp_path, written, why, origin):
    found = by_name(estate_of(tmp_path, HEAD.replace("VALUE", written)))["It"].properties["Value"]
    assert isinstance(found, Unknown)
    assert why in found.why
    assert found.origin == origin


def test_no_value_leaves_the_property_out(tmp_path):
    assert by_name(estate_of(tmp_path, HEAD.replace("VALUE", "!Ref AWS::NoValue")))["It"].properties == {}


def test_a_branch_without_value_may_be_absent(tmp_path):
    estate = estate_of(tmp_path, HEAD.replace("VALUE", "!If [Perhaps, x, !Ref AWS::NoValue]"))
    assert by_name(estate)["It"].properties["Value"].maybe_absent


def test_json_and_yaml_say_the_same(tmp_path):
    yaml_text = (
        "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {KmsMasterKeyId: !GetAtt K.Arn}}, K: {Type: AWS::KMS::Key}}"
    )
    json_text = (
        '{"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"KmsMasterKeyId": '
        '{"Fn::GetAtt": ["K", "Arn"]}}}, "K": {"Type": "AWS::KMS::Key"}}}'
    )
    one = by_name(estate_of(tmp_path, yaml_text, "a.yaml"))
    other = by_name(estate_of(tmp_path, json_text, "a.json"))
    assert one["Q"].properties["KmsMasterKeyId"].text == other["Q"].properties["KmsMasterKeyId"].text == "${K.Arn}"
