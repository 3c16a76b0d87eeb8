"""A deterministic CloudFormation template of any size: units of an ordinary service, half of them well configured."""

import random
import sys
from collections.abc import Callable
from typing import Any

import yaml

Resources = dict[str, dict[str, Any]]
UNIT: tuple[tuple[str, str], ...] = (
    ("Key", "AWS::KMS::Key"),
    ("Bucket", "AWS::S3::Bucket"),
    ("BucketPolicy", "AWS::S3::BucketPolicy"),
    ("Queue", "AWS::SQS::Queue"),
    ("Topic", "AWS::SNS::Topic"),
    ("Subscription", "AWS::SNS::Subscription"),
    ("Role", "AWS::IAM::Role"),
    ("Function", "AWS::Lambda::Function"),
    ("Mapping", "AWS::Lambda::EventSourceMapping"),
    ("Table", "AWS::DynamoDB::Table"),
    ("Logs", "AWS::Logs::LogGroup"),
    ("Alarm", "AWS::CloudWatch::Alarm"),
    ("Group", "AWS::EC2::SecurityGroup"),
    ("Instance", "AWS::EC2::Instance"),
    ("Volume", "AWS::EC2::Volume"),
    ("Database", "AWS::RDS::DBInstance"),
    ("Secret", "AWS::SecretsManager::Secret"),
    ("Balancer", "AWS::ElasticLoadBalancingV2::LoadBalancer"),
    ("Listener", "AWS::ElasticLoadBalancingV2::Listener"),
    ("Files", "AWS::EFS::FileSystem"),
)


def template(resources: int, seed: int = 1) -> dict[str, Any]:
    """A template of so many resources, of 20 types."""
    chance = random.Random(seed)
    found: Resources = {}
    unit = 0
    while len(found) < resources:
        good = chance.random() < 0.5
        for name, kind in UNIT:
            if len(found) < resources:
                found[f"{name}{unit}"] = {"Type": kind, "Properties": _properties(name, unit, good, chance)}
        unit += 1
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {
            "Vpc": {"Type": "String"},
            "Subnets": {"Type": "CommaDelimitedList"},
            "Image": {"Type": "String"},
            "Stage": {"Type": "String", "Default": "production"},
        },
        "Resources": found,
    }


def _properties(name: str, unit: int, good: bool, chance: random.Random) -> dict[str, Any]:
    return _MAKERS[name](unit, good, chance)


def _ref(name: str, unit: int) -> dict[str, str]:
    return {"Ref": f"{name}{unit}"}


def _arn(name: str, unit: int) -> dict[str, list[str]]:
    return {"Fn::GetAtt": [f"{name}{unit}", "Arn"]}


def _only(good: bool, **properties: Any) -> dict[str, Any]:
    return properties if good else {}


_MAKERS: dict[str, Callable[[int, bool, random.Random], dict[str, Any]]] = {
    "Key": lambda u, g, _: {
        "KeyPolicy": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}},
                    "Action": "kms:*",
                    "Resource": "*",
                }
            ],
        },
        **_only(g, EnableKeyRotation=True),
    },
    "Bucket": lambda u, g, _: {
        "Tags": [{"Key": "unit", "Value": str(u)}],
        **_only(
            g,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
            VersioningConfiguration={"Status": "Enabled"},
            BucketEncryption={
                "ServerSideEncryptionConfiguration": [
                    {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": _arn("Key", u)}}
                ]
            },
        ),
    },
    "BucketPolicy": lambda u, g, _: {
        "Bucket": _ref("Bucket", u),
        "PolicyDocument": {
            "Statement": [
                {
                    "Effect": "Deny" if g else "Allow",
                    "Principal": "*",
                    "Action": "s3:*" if g else "s3:GetObject",
                    "Resource": {"Fn::Sub": f"${{Bucket{u}.Arn}}/*"},
                    **_only(g, Condition={"Bool": {"aws:SecureTransport": "false"}}),
                }
            ]
        },
    },
    "Queue": lambda u, g, _: {"VisibilityTimeout": 60, **_only(g, KmsMasterKeyId=_ref("Key", u))},
    "Topic": lambda u, g, _: {"DisplayName": f"unit {u}", **_only(g, KmsMasterKeyId=_ref("Key", u))},
    "Subscription": lambda u, g, _: {
        "TopicArn": _ref("Topic", u),
        "Protocol": "sqs",
        "Endpoint": _arn("Queue", u),
    },
    "Role": lambda u, g, _: {
        "AssumeRolePolicyDocument": {
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ]
        },
        "Policies": [
            {
                "PolicyName": "work",
                "PolicyDocument": {
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage"] if g else "*",
                            "Resource": _arn("Queue", u) if g else "*",
                        }
                    ]
                },
            }
        ],
    },
    "Function": lambda u, g, c: {
        "Role": _arn("Role", u),
        "Handler": "index.handler",
        "Runtime": "python3.13" if g else c.choice(["python3.8", "nodejs18.x"]),
        "Code": {"S3Bucket": "artifacts", "S3Key": f"unit-{u}.zip"},
        "Environment": {"Variables": {"TABLE": _ref("Table", u), "STAGE": {"Ref": "Stage"}}},
        **_only(g, TracingConfig={"Mode": "Active"}, KmsKeyArn=_arn("Key", u)),
    },
    "Mapping": lambda u, g, _: {"EventSourceArn": _arn("Queue", u), "FunctionName": _ref("Function", u)},
    "Table": lambda u, g, _: {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        **_only(
            g, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}, DeletionProtectionEnabled=True
        ),
    },
    "Logs": lambda u, g, _: {"LogGroupName": f"/unit/{u}", **_only(g, RetentionInDays=365, KmsKeyId=_arn("Key", u))},
    "Alarm": lambda u, g, _: {
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateAgeOfOldestMessage",
        "Dimensions": [{"Name": "QueueName", "Value": {"Fn::GetAtt": [f"Queue{u}", "QueueName"]}}],
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 300,
        "EvaluationPeriods": 1,
        "Period": 300,
        "Statistic": "Maximum",
        **_only(g, AlarmActions=[_ref("Topic", u)]),
    },
    "Group": lambda u, g, _: {
        "GroupDescription": f"unit {u}",
        "VpcId": {"Ref": "Vpc"},
        "SecurityGroupIngress": [
            {
                "IpProtocol": "tcp",
                "FromPort": 443 if g else 22,
                "ToPort": 443 if g else 22,
                "CidrIp": "10.0.0.0/8" if g else "0.0.0.0/0",
            }
        ],
    },
    "Instance": lambda u, g, _: {
        "ImageId": {"Ref": "Image"},
        "InstanceType": "m7g.large",
        "SecurityGroupIds": [_ref("Group", u)],
        "SubnetId": {"Fn::Select": [0, {"Ref": "Subnets"}]},
        **_only(g, MetadataOptions={"HttpTokens": "required"}, Monitoring=True, EbsOptimized=True),
    },
    "Volume": lambda u, g, _: {
        "AvailabilityZone": {"Fn::GetAtt": [f"Instance{u}", "AvailabilityZone"]},
        "Size": 100,
        **_only(g, Encrypted=True, KmsKeyId=_arn("Key", u)),
    },
    "Database": lambda u, g, _: {
        "Engine": "postgres",
        "EngineVersion": "17.4" if g else "12.19",
        "DBInstanceClass": "db.m7g.large",
        "AllocatedStorage": "100",
        "MasterUsername": "owner",
        "VPCSecurityGroups": [_ref("Group", u)],
        **(
            {"StorageEncrypted": True, "ManageMasterUserPassword": True, "MultiAZ": True, "DeletionProtection": True}
            if g
            else {"MasterUserPassword": f"plain-words-{u}", "PubliclyAccessible": True}
        ),
    },
    "Secret": lambda u, g, _: {"Description": f"unit {u}", **_only(g, KmsKeyId=_arn("Key", u))},
    "Balancer": lambda u, g, _: {
        "Type": "application",
        "Scheme": "internal" if g else "internet-facing",
        "Subnets": {"Ref": "Subnets"},
        "SecurityGroups": [_ref("Group", u)],
    },
    "Listener": lambda u, g, _: {
        "LoadBalancerArn": _ref("Balancer", u),
        "Port": 443 if g else 80,
        "Protocol": "HTTPS" if g else "HTTP",
        "DefaultActions": [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
        **_only(g, SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06", Certificates=[{"CertificateArn": "arn:x"}]),
    },
    "Files": lambda u, g, _: {**_only(g, Encrypted=True, KmsKeyId=_arn("Key", u))},
}

if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    yaml.safe_dump(template(count), sys.stdout, sort_keys=False)
