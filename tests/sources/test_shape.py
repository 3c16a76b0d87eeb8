import pytest
from tests.estates import by_name, estate_of

from demarcate import read
from demarcate.sources.shape import shaped


@pytest.mark.parametrize(
    ("type_name", "given", "expected"),
    [
        ("AWS::RDS::DBInstance", {"StorageEncrypted": "true"}, {"StorageEncrypted": True}),
        ("AWS::RDS::DBInstance", {"StorageEncrypted": "True"}, {"StorageEncrypted": True}),
        ("AWS::RDS::DBInstance", {"StorageEncrypted": "perhaps"}, {"StorageEncrypted": "perhaps"}),
        ("AWS::RDS::DBInstance", {"BackupRetentionPeriod": "7"}, {"BackupRetentionPeriod": 7}),
        ("AWS::RDS::DBInstance", {"EngineVersion": 16.4}, {"EngineVersion": "16.4"}),
        ("AWS::RDS::DBInstance", {"MultiAZ": None}, {}),
        (
            "AWS::EC2::SecurityGroup",
            {"SecurityGroupIngress": [{"FromPort": "22", "IpProtocol": -1}]},
            {"SecurityGroupIngress": [{"FromPort": 22, "IpProtocol": "-1"}]},
        ),
        (
            "AWS::S3::Bucket",
            {"PublicAccessBlockConfiguration": {"BlockPublicAcls": "false"}},
            {"PublicAccessBlockConfiguration": {"BlockPublicAcls": False}},
        ),
        (
            "AWS::Lambda::Function",
            {"Environment": {"Variables": {"A": "true"}}},
            {"Environment": {"Variables": {"A": "true"}}},
        ),
        (
            "AWS::SQS::QueuePolicy",
            {"PolicyDocument": {"Statement": [{"Sid": 1}]}},
            {"PolicyDocument": {"Statement": [{"Sid": 1}]}},
        ),
        ("Custom::Thing", {"A": "true", "B": None}, {"A": "true"}),
    ],
)
def test_scalars_take_the_type_of_the_schema(type_name, given, expected):
    assert shaped(type_name, given) == expected


def test_a_setting_that_names_its_resource_in_plain_text_is_connected(tmp_path):
    estate = estate_of(
        tmp_path,
        """
        Resources:
          Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: shop-media}}
          Policy: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: shop-media, PolicyDocument: {}}}
          Other: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: elsewhere, PolicyDocument: {}}}
        """,
    )
    assert [(c.source.rpartition("#")[2], c.target.rpartition("#")[2], c.via) for c in estate.connections] == [
        ("Policy", "Bucket", "Bucket")
    ]


def test_yaml_and_json_come_to_the_same_shape(tmp_path):
    (tmp_path / "a.yaml").write_text(
        "Resources: {V: {Type: AWS::EC2::Volume, Properties: {Encrypted: 'true', Size: '8'}}}"
    )
    (tmp_path / "b.json").write_text(
        '{"Resources": {"W": {"Type": "AWS::EC2::Volume", "Properties": {"Encrypted": true, "Size": 8}}}}'
    )
    found = by_name(read([str(tmp_path)]))
    assert found["V"].properties == found["W"].properties
