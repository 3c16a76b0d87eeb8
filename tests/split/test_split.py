"""Which offering a resource is, from its configuration, and what follows for its duties."""

import pytest
from tests.estates import estate_of, statuses

from demarcate import assess_estate
from demarcate.catalog import catalog
from demarcate.catalog.derive import boundary_layer, category_of
from demarcate.model import Party

CHOSEN = [
    ("AWS::EC2::Instance", "{InstanceType: m7g.large}", "ec2.instance"),
    ("AWS::EC2::Instance", "{InstanceType: m7g.large, Tenancy: host}", "ec2.instance-on-dedicated-host"),
    ("AWS::EC2::Instance", "{InstanceType: m7g.large, Tenancy: dedicated}", "ec2.dedicated-instance"),
    ("AWS::EC2::Instance", "{InstanceType: mac2.metal}", "ec2.mac"),
    ("AWS::EC2::Instance", "{InstanceType: m7g.metal}", "ec2.bare-metal"),
    ("AWS::RDS::DBInstance", "{Engine: postgres}", "rds.instance"),
    ("AWS::RDS::DBInstance", "{Engine: custom-oracle-ee}", "rds.custom"),
    ("AWS::RDS::DBInstance", "{Engine: aurora-postgresql, DBClusterIdentifier: c}", "rds.aurora-instance"),
    ("AWS::RDS::DBInstance", "{Engine: aurora-postgresql, DBInstanceClass: db.serverless}", "rds.aurora-serverless"),
    ("AWS::Lambda::Function", "{Runtime: python3.13, Code: {ZipFile: x}}", "lambda.function"),
    ("AWS::Lambda::Function", "{PackageType: Image, Code: {ImageUri: i}}", "lambda.container-image"),
    ("AWS::ECS::TaskDefinition", "{RequiresCompatibilities: [FARGATE]}", "ecs.fargate"),
    ("AWS::ECS::TaskDefinition", "{RequiresCompatibilities: [EXTERNAL]}", "ecs.anywhere"),
    ("AWS::ECS::Service", "{LaunchType: EC2}", "ecs.ec2"),
    ("AWS::ECS::Service", "{LaunchType: FARGATE}", "ecs.fargate"),
    ("AWS::EKS::Nodegroup", "{AmiType: AL2023_x86_64_STANDARD}", "eks.managed-nodes"),
    ("AWS::EKS::Nodegroup", "{AmiType: CUSTOM}", "eks.managed-nodes-custom-ami"),
    ("AWS::EKS::FargateProfile", "{}", "eks.fargate"),
    ("AWS::KMS::Key", "{Origin: EXTERNAL}", "kms.imported-key"),
    ("AWS::CodeBuild::Project", "{Environment: {Image: 'aws/codebuild/standard:7.0'}}", "codebuild.managed-image"),
    ("AWS::MSK::Cluster", "{BrokerNodeGroupInfo: {InstanceType: express.m7g.large}}", "msk.express"),
    ("AWS::GameLift::Fleet", "{ComputeType: ANYWHERE}", "gamelift.anywhere"),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "{Type: gateway}", "elasticloadbalancingv2.gateway"),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "{}", "elasticloadbalancingv2.application"),
    ("Custom::Thing", "{}", None),
]


@pytest.mark.parametrize(("type_name", "properties", "offering"), CHOSEN)
def test_the_offering_follows_from_the_configuration(tmp_path, type_name, properties, offering):
    estate = estate_of(tmp_path, f"Resources:\n  It: {{Type: '{type_name}', Properties: {properties}}}\n")
    (found,) = assess_estate(estate).resources
    if offering is not None:
        assert catalog().offering(offering) is not None, f"no offering {offering}"
        assert found.offering == offering
    assert found.candidates == ()


def test_what_cannot_be_told_is_unknown_and_leaves_most_to_the_customer(tmp_path):
    estate = estate_of(
        tmp_path,
        """
        Parameters: {Package: {Type: String}}
        Resources:
          It: {Type: AWS::Lambda::Function, Properties: {PackageType: !Ref Package, Code: {ZipFile: x}}}
        """,
    )
    ledger = assess_estate(estate)
    (found,) = ledger.resources
    assert {"lambda.function", "lambda.container-image"} <= set(found.candidates)
    assert found.offering == "lambda.container-image"
    assert "Package has no value" in (found.why or "")
    of = statuses(ledger, "It")
    assert of["platform-software"] == "unknown"
    assert of["facilities"] == "inherited"


def test_settings_have_only_the_duties_that_their_properties_bear_on(tmp_path):
    estate = estate_of(
        tmp_path,
        """
        Resources:
          Bucket: {Type: AWS::S3::Bucket}
          Policy: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref Bucket, PolicyDocument: {}}}
          Route: {Type: AWS::EC2::Route, Properties: {RouteTableId: r, GatewayId: g}}
        """,
    )
    ledger = assess_estate(estate)
    of = statuses(ledger, "Policy")
    assert of["authorization"] != "not-applicable"
    assert of["backup-recovery"] == "not-applicable"
    assert statuses(ledger, "Route")["encryption-at-rest"] == "not-applicable"
    policy = next(each for each in ledger.resources if each.name == "Policy")
    assert [each.rpartition("#")[2] for each in policy.of] == ["Bucket"]
    assert "setting of" in ledger.not_applicable["AWS::S3::BucketPolicy"]["backup-recovery"]


@pytest.mark.parametrize("offering", [o.id for s in catalog().services() for o in s.offerings][::7])
def test_the_split_follows_from_the_boundary(offering):
    data = catalog()
    service, found = data.service_of(offering), data.offering(offering)
    assert service is not None
    assert found is not None
    layer = boundary_layer(found, data.responsibilities)
    cells = data.split(offering)
    stated = {*found.shared, *found.customer, *found.aws, *service.shared, *service.customer, *service.aws}
    for name, each in data.responsibilities.items():
        cell = cells[name]
        assert cell.reason
        assert cell.source
        if name not in stated:
            expected = each.party if each.layer is None else Party.AWS if each.layer <= layer else Party.CUSTOMER
            assert cell.party is expected
        if cell.party is Party.SHARED:
            assert cell.aws
            assert cell.customer


@pytest.mark.parametrize(
    ("offering", "model", "category", "customers", "awss"),
    [
        ("ec2.instance", "iaas", "infrastructure", {"operating-system", "application"}, {"virtualization", "hardware"}),
        ("rds.instance", "paas", "container", {"application"}, {"operating-system", "platform-software"}),
        ("lambda.function", "paas", "abstracted", {"application"}, {"operating-system", "provisioning"}),
        ("s3.bucket", "paas", "abstracted", {"customer-data"}, {"platform-software", "provisioning"}),
        ("workmail.organization", "saas", "abstracted", {"customer-data"}, {"application"}),
        ("ecs.anywhere", "iaas", "infrastructure", {"facilities", "hardware", "operating-system"}, set()),
    ],
)  # fmt: skip
def test_the_usual_cases(offering, model, category, customers, awss):
    data = catalog()
    found = data.offering(offering) or next(o for o in (data.service_of(offering) or data.services()[0]).offerings)
    cells = data.split(found.id)
    assert found.service_model == model
    assert category_of(found, data.responsibilities) == category
    assert all(cells[name].party is not Party.AWS for name in customers)
    assert all(cells[name].party is Party.AWS for name in awss)
