"""What becomes of Terraform's resources: companions, settings, rules, references, and nothing lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sources.terraform.conftest import outcomes

from demarcate.api import assess_estate
from demarcate.model import Declared, Unknown
from demarcate.sources.terraform.instances import Configuration, Instance
from demarcate.sources.terraform.mapping import mappings
from demarcate.sources.terraform.translate import translate


def _properties(estate, name):
    (found,) = [each.properties for each in estate.resources if each.name == name]
    return found


BUCKET = 'resource "aws_s3_bucket" "b" {\n  bucket = "shop-media"\n}\n'


@pytest.mark.parametrize("bucket", ["aws_s3_bucket.b.id", "aws_s3_bucket.b.bucket", '"shop-media"'])
def test_a_companion_folds_by_reference_and_by_name(estate_of, bucket):
    text = (
        BUCKET
        + f'resource "aws_s3_bucket_versioning" "v" {{\n  bucket = {bucket}\n  versioning_configuration {{\n    status = "Enabled"\n  }}\n}}\n'
    )
    estate = estate_of(text)
    assert _properties(estate, "aws_s3_bucket.b")["VersioningConfiguration"] == {"Status": "Enabled"}
    assert not estate.skipped


def test_a_companions_place_is_that_of_the_finding(ledger_of):
    ledger = ledger_of(
        {
            "main.tf": BUCKET,
            "versions.tf": 'resource "aws_s3_bucket_versioning" "v" {\n  bucket = aws_s3_bucket.b.id\n  versioning_configuration {\n    status = "Suspended"\n  }\n}\n',
        }
    )
    (finding,) = [each for each in ledger.findings if each.control == "s3-bucket-versioned"]
    assert finding.outcome == "not-satisfied"
    assert finding.declared.file.endswith("versions.tf")
    assert finding.declared.line == 4
    assert finding.declared.path == "aws_s3_bucket_versioning.v"


def test_a_companion_of_what_was_not_read_is_noted(estate_of):
    estate = estate_of(
        'resource "aws_s3_bucket_versioning" "v" {\n  bucket = "elsewhere"\n  versioning_configuration {\n    status = "Enabled"\n  }\n}\n'
    )
    (note,) = estate.skipped
    assert note.what == "aws_s3_bucket_versioning.v"
    assert "elsewhere" in note.why


def test_a_companion_that_may_not_exist_leaves_its_setting_undecided(ledger_of):
    text = (
        BUCKET
        + 'variable "on" {\n  type = bool\n}\nresource "aws_s3_bucket_versioning" "v" {\n  count  = var.on ? 1 : 0\n  bucket = aws_s3_bucket.b.id\n  versioning_configuration {\n    status = "Enabled"\n  }\n}\n'
    )
    assert outcomes(ledger_of(text), "aws_s3_bucket.b")["s3-bucket-versioned"] == "unknown"


def test_attachments_add_up(estate_of):
    estate = estate_of("""
resource "aws_iam_role" "r" {
  assume_role_policy = "{}"
}
resource "aws_iam_role_policy_attachment" "a" {
  for_each   = toset(["ReadOnlyAccess", "AdministratorAccess"])
  role       = aws_iam_role.r.name
  policy_arn = "arn:aws:iam::aws:policy/${each.key}"
}
""")
    assert _properties(estate, "aws_iam_role.r")["ManagedPolicyArns"] == [
        "arn:aws:iam::aws:policy/AdministratorAccess",
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
    ]


def test_a_security_groups_blocks_are_rules(estate_of):
    estate = estate_of("""
resource "aws_security_group" "g" {
  ingress {
    from_port        = 443
    to_port          = 443
    protocol         = "tcp"
    cidr_blocks      = ["10.0.0.0/8", "192.168.0.0/16"]
    ipv6_cidr_blocks = ["::/0"]
    self             = true
  }
}
""")
    group = _properties(estate, "aws_security_group.g")
    common = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    assert group["SecurityGroupIngress"][:3] == [
        {**common, "CidrIp": "10.0.0.0/8"},
        {**common, "CidrIp": "192.168.0.0/16"},
        {**common, "CidrIpv6": "::/0"},
    ]
    own = group["SecurityGroupIngress"][3]["SourceSecurityGroupId"]
    assert [each.attribute for each in own.references] == ["GroupId"]
    assert group["SecurityGroupEgress"] == [], "Terraform takes AWS's rule away that lets everything out"


def test_a_separate_rule_is_a_resource_for_each_range(estate_of):
    estate = estate_of("""
resource "aws_security_group" "g" {}
resource "aws_security_group_rule" "r" {
  type              = "egress"
  security_group_id = aws_security_group.g.id
  from_port         = 0
  to_port           = 0
  protocol          = "-1"
  cidr_blocks       = ["0.0.0.0/0", "10.0.0.0/8"]
}
""")
    rules = [each for each in estate.resources if each.type == "AWS::EC2::SecurityGroupEgress"]
    assert [each.properties["CidrIp"] for each in rules] == ["0.0.0.0/0", "10.0.0.0/8"]
    assert {each.id for each in rules} <= {each.source for each in estate.connections}


def test_account_settings_decide_what_rests_on_them(estate_of):
    volume = 'resource "aws_ebs_volume" "v" {\n  availability_zone = "a"\n  size = 1\n}\n'
    without = outcomes(assess_estate(estate_of(volume)), "aws_ebs_volume.v")
    estate = estate_of(
        volume + 'resource "aws_ebs_encryption_by_default" "e" {\n  enabled = true\n}\n', account="111122223333"
    )
    assert estate.settings == {"111122223333": {"ebs-encryption-by-default": True}}
    ledger = assess_estate(estate)
    assert without["ec2-volume-encrypted"] == "unknown"
    assert outcomes(ledger, "aws_ebs_volume.v")["ec2-volume-encrypted"] == "satisfied"


def test_a_policy_document_is_read_with_its_conditions(estate_of):
    estate = estate_of("""
resource "aws_sqs_queue" "q" {}
data "aws_iam_policy_document" "d" {
  statement {
    sid       = "Topic"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.q.arn]
    principals {
      type        = "Service"
      identifiers = ["sns.amazonaws.com"]
    }
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = ["arn:aws:sns:eu-west-1:111122223333:t"]
    }
  }
}
resource "aws_sqs_queue_policy" "p" {
  queue_url = aws_sqs_queue.q.id
  policy    = data.aws_iam_policy_document.d.json
}
""")
    (statement,) = _properties(estate, "aws_sqs_queue_policy.p")["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": "arn:aws:sns:eu-west-1:111122223333:t"}}
    assert type(statement["Resource"]) is Unknown
    assert [each.attribute for each in statement["Resource"].references] == ["Arn"]


def test_container_definitions_are_read_whatever_their_case(estate_of):
    estate = estate_of("""
resource "aws_ecs_task_definition" "t" {
  family = "t"
  container_definitions = <<EOT
    [{"name": "a", "image": "b", "readonlyRootFilesystem": true, "portMappings": [{"containerPort": 80}]}]
  EOT
}
""")
    assert _properties(estate, "aws_ecs_task_definition.t")["ContainerDefinitions"] == [
        {"Name": "a", "Image": "b", "ReadonlyRootFilesystem": True, "PortMappings": [{"ContainerPort": 80}]}
    ]


def test_blocks_of_one_kind_are_items_each(estate_of):
    block = '  add_header_action {{\n    header_name  = "{0}"\n    header_value = "x"\n    position     = 1\n  }}\n'
    estate = estate_of(
        'resource "aws_ses_receipt_rule" "r" {\n  name          = "r"\n  rule_set_name = "s"\n'
        + block.format("A")
        + block.format("B")
        + "}\n"
    )
    assert _properties(estate, "aws_ses_receipt_rule.r")["Rule"]["Actions"] == [
        {"AddHeaderAction": {"HeaderName": each, "HeaderValue": "x"}} for each in "AB"
    ]


def test_blocks_that_a_map_holds_in_cloudformation(estate_of):
    estate = estate_of(
        'resource "aws_wafv2_web_acl" "w" {\n  association_config {\n    request_body {\n      api_gateway {\n        default_size_inspection_limit = "KB_64"\n      }\n    }\n  }\n'
        '  custom_response_body {\n    key          = "no"\n    content      = "No"\n    content_type = "TEXT_PLAIN"\n  }\n}\n'
    )
    found = _properties(estate, "aws_wafv2_web_acl.w")
    assert found["AssociationConfig"]["RequestBody"] == {"API_GATEWAY": {"DefaultSizeInspectionLimit": "KB_64"}}
    assert found["CustomResponseBodies"] == {"no": {"Content": "No", "ContentType": "TEXT_PLAIN"}}


def test_an_argument_goes_into_json_of_no_schema(estate_of):
    estate = estate_of(
        'resource "aws_servicecatalog_product" "p" {\n  provisioning_artifact_parameters {\n    template_url = "https://example.com/t.yaml"\n  }\n}\n'
    )
    (version,) = _properties(estate, "aws_servicecatalog_product.p")["ProvisioningArtifactParameters"]
    assert version == {"Info": {"LoadTemplateFromURL": "https://example.com/t.yaml"}}


def test_other_providers_are_counted_by_name(estate_of):
    estate = estate_of(
        'resource "google_storage_bucket" "a" {}\nresource "google_storage_bucket" "b" {}\nresource "random_id" "r" {}\n'
    )
    assert [each.what for each in estate.skipped] == [
        "1 resource of provider hashicorp/random",
        "2 resources of provider hashicorp/google",
    ]


def test_cloud_control_types_are_cloudformations(estate_of):
    estate = estate_of(
        'resource "awscc_s3_bucket" "b" {\n  bucket_name = "b"\n  versioning_configuration = {\n    status = "Enabled"\n  }\n}\n'
    )
    assert _properties(estate, "awscc_s3_bucket.b") == {
        "BucketName": "b",
        "VersioningConfiguration": {"Status": "Enabled"},
    }


def test_default_tags_are_among_a_resources_tags(estate_of):
    estate = estate_of(
        'provider "aws" {\n  default_tags {\n    tags = { stage = "prod" }\n  }\n}\nresource "aws_sqs_queue" "q" {\n  tags = { data-classification = "public" }\n}\n'
    )
    (queue,) = estate.resources
    assert queue.tags == {"data-classification": "public", "stage": "prod"}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 70_000) | st.text(max_size=8) | st.just(Unknown("not known")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "id", "rule", "x"]), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_instance_is_lost_and_none_breaks_the_translation(data):
    every = mappings().types()
    instances = []
    for number in range(data.draw(st.integers(1, 5))):
        kind = data.draw(st.sampled_from(every) | st.sampled_from(["google_x", "aws_not_a_type"]))
        entry = mappings().entry(kind)
        known = ["name", "bucket", "policy", "tags", *(entry.properties if entry is not None else ())]
        values = data.draw(st.dictionaries(st.sampled_from(known), VALUES, max_size=5))
        instances.append(
            Instance(address=f"{kind}.n{number}", mode="managed", type=kind, name=f"n{number}", provider="p",
                     values=values, declared=Declared("main.tf", number + 1))
        )  # fmt: skip
    found = translate([Configuration(root="r", instances=tuple(instances))])
    resources = {each.name.partition(" (")[0] for each in found.resources}
    noted = {each.what for each in found.skipped}
    folded = {each.path for resource in found.resources for each in resource.places.values()}
    for each in instances:
        entry = mappings().entry(each.type)
        settled = entry is not None and entry.account is not None
        companion = entry is not None and bool(entry.parents)
        assert each.address in resources | noted | folded or settled or companion or each.type == "google_x"


NAMED = 'variable "name" {}\nresource "aws_s3_bucket" "b" {\n  bucket = "${var.name}-media"\n}\nresource "aws_s3_bucket" "other" {\n  bucket = "other-x"\n}\n'


def test_settings_are_put_together_for_the_account_that_they_are_of(estate_of):
    estate = estate_of(
        """
data "aws_caller_identity" "own" {}
resource "aws_organizations_account" "new" {
  name  = "new"
  email = "new@example.com"
}
resource "aws_guardduty_organization_admin_account" "g" {
  admin_account_id = "333333333333"
}
resource "aws_auditmanager_organization_admin_account_registration" "a" {
  admin_account_id = "444444444444"
}
resource "aws_account_alternate_contact" "own" {
  account_id             = data.aws_caller_identity.own.account_id
  alternate_contact_type = "SECURITY"
}
resource "aws_account_alternate_contact" "other" {
  account_id             = "222222222222"
  alternate_contact_type = "BILLING"
}
resource "aws_inspector2_enabler" "all" {
  account_ids    = ["111122223333", "222222222222", aws_organizations_account.new.id]
  resource_types = ["EC2"]
}
""",
        account="111122223333",
    )
    admins = {"guardduty.amazonaws.com": "333333333333", "auditmanager.amazonaws.com": "444444444444"}
    assert estate.settings == {
        "111122223333": {
            "organizations-delegated-admin": admins,
            "alternate-contacts": ["SECURITY"],
            "inspector-scanning": ["EC2"],
        },
        "222222222222": {"alternate-contacts": ["BILLING"], "inspector-scanning": ["EC2"]},
    }
    assert [each.what for each in estate.skipped] == ["aws_inspector2_enabler.all"]


@pytest.mark.parametrize(
    ("bucket", "first", "second"),
    [
        ('"${var.name}-media"', "satisfied", "not-satisfied"),  # the same expression is the same bucket
        ("var.name", "unknown", "unknown"),  # any of them, or another
        ('"${var.name}-logs"', "unknown", "unknown"),
        ("data.aws_s3_bucket.there.id", "not-satisfied", "not-satisfied"),  # one that is not made here
        ('"somewhere-x"', "not-satisfied", "not-satisfied"),
    ],
)
def test_a_companion_whose_parent_cannot_be_told_leaves_all_undecided(ledger_of, bucket, first, second):
    ledger = ledger_of(
        NAMED
        + 'data "aws_s3_bucket" "there" {\n  bucket = "there-x"\n}\n'
        + f'resource "aws_s3_bucket_versioning" "v" {{\n  bucket = {bucket}\n  versioning_configuration {{\n    status = "Enabled"\n  }}\n}}\n'
    )
    assert outcomes(ledger, "aws_s3_bucket.b")["s3-bucket-versioned"] == first
    assert outcomes(ledger, "aws_s3_bucket.other")["s3-bucket-versioned"] == second


def test_a_resource_may_also_be_a_setting_of_its_account(estate_of):
    estate = estate_of(
        'resource "aws_organizations_organization" "o" {\n  aws_service_access_principals = ["cloudtrail.amazonaws.com"]\n}\n'
        'resource "aws_organizations_aws_service_access" "more" {\n  service_principal = "config.amazonaws.com"\n}\n',
        account="111122223333",
    )
    assert [each.type for each in estate.resources] == ["AWS::Organizations::Organization"]
    settings = estate.settings["111122223333"]
    assert settings["organizations-trusted-access"] == ["config.amazonaws.com", "cloudtrail.amazonaws.com"]
