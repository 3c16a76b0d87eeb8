import json

import pytest
from tests.estates import by_name, estate_of

from demarcate import assess, read
from demarcate.model import Unknown


def test_conditions_decide_whether_a_resource_is_there(tmp_path):
    estate = estate_of(
        tmp_path,
        """
        Parameters: {Stage: {Type: String}, Fixed: {Type: String, Default: a}}
        Conditions:
          Yes: !Equals [!Ref Fixed, a]
          Nope: !Equals [!Ref Fixed, b]
          Perhaps: !Equals [!Ref Stage, x]
        Resources:
          A: {Type: AWS::SQS::Queue, Condition: 'Yes'}
          B: {Type: AWS::SQS::Queue, Condition: Nope}
          C: {Type: AWS::SQS::Queue, Condition: Perhaps}
        """.replace("          Yes:", "          'Yes':"),
    )
    found = by_name(estate)
    assert sorted(found) == ["A", "C"]
    assert found["A"].uncertain is None
    assert "condition Perhaps" in (found["C"].uncertain or "")
    assert [each.why for each in estate.skipped] == ["not deployed: condition Nope is false"]


def test_a_condition_in_a_circle_is_an_error_with_its_place(tmp_path):
    text = "Conditions:\n  A: !Condition B\n  B: !Condition A\nResources:\n  Q: {Type: AWS::SQS::Queue, Condition: A}\n"
    (skip,) = estate_of(tmp_path, text).skipped
    assert skip.level == "error"
    assert "depends on itself" in skip.why
    assert skip.where.endswith((":2", ":3"))


def test_foreach_makes_a_resource_for_each(tmp_path):
    estate = estate_of(
        tmp_path,
        """
        Transform: AWS::LanguageExtensions
        Parameters: {Names: {Type: CommaDelimitedList, Default: 'Alpha,Beta'}}
        Resources:
          Fn::ForEach::Queues:
            - Name
            - !Ref Names
            - Queue${Name}:
                Type: AWS::SQS::Queue
                Properties: {QueueName: !Sub 'q-${Name}'}
        """,
    )
    assert {name: each.properties for name, each in by_name(estate).items()} == {
        "QueueAlpha": {"QueueName": "q-Alpha"},
        "QueueBeta": {"QueueName": "q-Beta"},
    }


def test_a_loop_over_what_is_not_known_is_counted(tmp_path):
    estate = estate_of(
        tmp_path,
        """
        Parameters: {Names: {Type: CommaDelimitedList}}
        Resources:
          Fn::ForEach::Queues: [Name, !Ref Names, {'Queue${Name}': {Type: AWS::SQS::Queue}}]
        """,
    )
    assert not estate.resources
    assert "not known how many" in estate.skipped[0].why


@pytest.fixture
def nested(tmp_path):
    (tmp_path / "root.yaml").write_text(
        "Parameters: {Stage: {Type: String, Default: live}}\n"
        "Resources:\n"
        "  Key: {Type: AWS::KMS::Key}\n"
        "  Child:\n"
        "    Type: AWS::CloudFormation::Stack\n"
        "    Properties:\n"
        "      TemplateURL: child.yaml\n"
        "      Parameters: {Stage: !Ref Stage, KeyArn: !GetAtt Key.Arn}\n"
        "  Alarm: {Type: AWS::SNS::Topic, Properties: {TopicName: !GetAtt Child.Outputs.Name}}\n"
        "  Far: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://example.com/t.yaml'}}\n"
    )
    (tmp_path / "child.yaml").write_text(
        "Parameters: {Stage: {Type: String}, KeyArn: {Type: String}}\n"
        "Resources:\n"
        "  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub 'q-${Stage}', KmsMasterKeyId: !Ref KeyArn}}\n"
        "Outputs: {Name: {Value: !Sub 'n-${Stage}'}}\n"
    )
    return tmp_path


def test_nested_stacks_take_their_parameters_and_give_their_outputs(nested):
    estate = read([str(nested)])
    found = by_name(estate)
    assert sorted(found) == ["Alarm", "Child", "Child/Queue", "Far", "Key"]
    assert found["Child/Queue"].properties["QueueName"] == "q-live"
    assert found["Alarm"].properties == {"TopicName": "n-live"}
    assert [(c.source.rpartition("#")[2], c.target.rpartition("#")[2], c.kind) for c in estate.connections] == [
        ("Child", "Key", "encryption-key"),
        ("Child/Queue", "Key", "encryption-key"),
    ]
    assert any("not on a local path" in each.why for each in estate.skipped)


def test_a_list_joined_for_a_nested_stack_keeps_its_items(tmp_path):
    (tmp_path / "root.yaml").write_text(
        "Resources:\n  A: {Type: AWS::EC2::Subnet}\n  B: {Type: AWS::EC2::Subnet}\n"
        "  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: child.yaml\n"
        "      Parameters: {Subnets: !Join [',', [!Ref A, !Ref B]]}\n"
    )
    (tmp_path / "child.yaml").write_text(
        "Parameters: {Subnets: {Type: CommaDelimitedList}}\n"
        "Resources: {G: {Type: AWS::RDS::DBSubnetGroup, Properties: {SubnetIds: !Ref Subnets}}}\n"
    )
    estate = read([str(tmp_path)])
    assert len(by_name(estate)["Child/G"].properties["SubnetIds"]) == 2
    group = [(c.target[-1], c.via) for c in estate.connections if c.source.endswith("Child/G")]
    assert group == [("A", "SubnetIds[0]"), ("B", "SubnetIds[1]")]


def test_nested_stacks_in_a_circle_end(tmp_path):
    text = "Resources:\n  Again: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: t.yaml}}\n"
    estate = estate_of(tmp_path, text, "t.yaml")
    assert any("circle" in each.why for each in estate.skipped)


def test_exports_reach_other_stacks(tmp_path):
    (tmp_path / "a.yaml").write_text(
        "Resources: {T: {Type: AWS::SNS::Topic}}\nOutputs: {O: {Value: fixed, Export: {Name: shared}}}\n"
    )
    (tmp_path / "b.yaml").write_text(
        "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !ImportValue shared}}}\n"
    )
    assert by_name(read([str(tmp_path)]))["Q"].properties == {"QueueName": "fixed"}


def test_references_in_a_circle_stay_references(tmp_path):
    text = (
        "Resources:\n  A: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: !Ref B}}\n"
        "  B: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: !Ref A}}\n"
    )
    estate = estate_of(tmp_path, text)
    assert {(c.source[-1], c.target[-1]) for c in estate.connections} == {("A", "B"), ("B", "A")}


def test_lines_and_tags_are_kept(tmp_path):
    estate = estate_of(
        tmp_path,
        """\
        Resources:
          It:
            Type: AWS::SQS::Queue
            Properties:
              KmsMasterKeyId: alias/x
              Tags:
                - {Key: data-classification, Value: internal}
        """,
    )
    (it,) = estate.resources
    assert it.declared.line == 2
    assert it.lines["KmsMasterKeyId"] == 5
    assert it.lines["Tags[0].Value"] == 7
    assert it.tags == {"data-classification": "internal"}


SAM = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.13, Handler: app.handler}}
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties: {StageName: live}
  Work:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: ./src
      Events: {Get: {Type: Api, Properties: {Path: /, Method: get, RestApiId: !Ref Api}}}
  Store: {Type: AWS::Serverless::SimpleTable}
  Elsewhere:
    Type: AWS::Serverless::Application
    Properties:
      Location: {ApplicationId: 'arn:aws:serverlessrepo:us-east-1:111122223333:applications/x', SemanticVersion: 1.0.0}
"""


def test_sam_is_translated_by_awss_own_translator(tmp_path):
    pytest.importorskip("samtranslator")
    estate = estate_of(tmp_path, SAM)
    types = {each.name: each.type for each in estate.resources}
    assert types["Work"] == "AWS::Lambda::Function"
    assert types["Store"] == "AWS::DynamoDB::Table"
    assert "AWS::ApiGateway::RestApi" in types.values()
    assert "AWS::IAM::Role" in types.values()
    assert types["Elsewhere"] == "AWS::Serverless::Application"
    work = by_name(estate)["Work"]
    assert work.properties["Runtime"] == "python3.13"
    assert work.declared.line == 8
    assert not [each for each in estate.skipped if each.level == "error"]


def test_sam_that_the_translator_refuses_is_assessed_as_declared(tmp_path):
    text = SAM.replace("{StageName: live}", "{}")
    estate = estate_of(tmp_path, text)
    assert by_name(estate)["Work"].type == "AWS::Serverless::Function"
    assert any("refuses" in each.why for each in estate.skipped)


def test_a_cdk_assembly_gives_account_region_and_the_users_own_line(tmp_path):
    out = tmp_path / "cdk.out"
    out.mkdir()
    (out / "cdk.out").write_text('{"version": "48.0.0"}')
    template = {"Resources": {"Q1": {"Type": "AWS::SQS::Queue", "Metadata": {"aws:cdk:path": "Shop/Queue/Resource"}}}}
    (out / "Shop.template.json").write_text(json.dumps(template))
    trace = ["Function.create (node_modules/aws-cdk-lib/x.js:1:1)", "new Shop (/home/me/shop/lib/shop.ts:12:5)"]
    manifest = {
        "version": "48.0.0",
        "artifacts": {
            "Shop": {
                "type": "aws:cloudformation:stack",
                "environment": "aws://111122223333/eu-west-1",
                "properties": {"templateFile": "Shop.template.json", "stackName": "shop-live"},
                "metadata": {"/Shop/Queue/Resource": [{"type": "aws:cdk:logicalId", "data": "Q1", "trace": trace}]},
            },
            "Gone": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "missing.json"}},
            "Assets": {"type": "cdk:asset-manifest"},
        },
    }
    (out / "manifest.json").write_text(json.dumps(manifest))
    estate = read([str(out)])
    (queue,) = estate.resources
    assert (queue.account, queue.region) == ("111122223333", "eu-west-1")
    assert queue.declared.path == "Shop/Queue/Resource"
    assert queue.declared.source == "/home/me/shop/lib/shop.ts:12"
    assert [each.level for each in estate.skipped if "Gone" in each.what] == ["error"]


def test_properties_that_are_no_mapping_are_counted(tmp_path):
    estate = estate_of(
        tmp_path, "Resources:\n  A: {Type: AWS::SQS::Queue, Properties: [1]}\n  B: {Type: AWS::SQS::Queue}\n"
    )
    assert len(estate.resources) == 2
    assert "no mapping" in estate.skipped[0].why


def test_several_accounts_have_their_own_duties(tmp_path):
    out = tmp_path / "cdk.out"
    out.mkdir()
    (out / "cdk.out").write_text('{"version": "48.0.0"}')
    artifacts = {}
    for number in (1, 2):
        (out / f"{number}.json").write_text('{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}')
        artifacts[f"S{number}"] = {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://{str(number) * 12}/eu-west-1",
            "properties": {"templateFile": f"{number}.json"},
        }
    (out / "manifest.json").write_text(json.dumps({"version": "1", "artifacts": artifacts}))
    ledger = assess(out)
    assert ledger.summary.accounts == 2
    assert ledger.summary.by_scope == {"resource": 44, "account": 6, "organisation": 2}


def test_unknown_properties_become_one_unknown(tmp_path):
    estate = estate_of(
        tmp_path, "Resources:\n  A: {Type: AWS::SQS::Queue, Properties: {'Fn::Transform': {Name: Macro}}}\n"
    )
    assert estate.resources[0].properties == {}
    assert estate.skipped
    assert not isinstance(estate.resources[0].properties, Unknown)
