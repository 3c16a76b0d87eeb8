"""Companions go to the one resource that they configure, in configurations and in the plans of them."""

import json

import pytest

from demarcate.model import Unknown
from demarcate.sources import ReadOptions, read
from make_plan import plan_of

API = """
resource "aws_api_gateway_rest_api" "r" { name = "r" }
resource "aws_api_gateway_deployment" "d" { rest_api_id = aws_api_gateway_rest_api.r.id }
resource "aws_api_gateway_stage" "prod" {
  rest_api_id   = aws_api_gateway_rest_api.r.id
  deployment_id = aws_api_gateway_deployment.d.id
  stage_name    = %s
}
resource "aws_api_gateway_stage" "other" {
  rest_api_id   = aws_api_gateway_rest_api.r.id
  deployment_id = aws_api_gateway_deployment.d.id
  stage_name    = "other"
}
resource "random_pet" "p" {}
resource "aws_api_gateway_method_settings" "s" {
  rest_api_id = aws_api_gateway_%s
  stage_name  = %s
  method_path = "*/*"
  settings { metrics_enabled = true }
}
"""
EKS = """
resource "aws_iam_role" "r" { assume_role_policy = "{}" }
resource "aws_iam_role" "other" { assume_role_policy = "{}" }
resource "aws_eks_cluster" "c" {
  name     = "c"
  role_arn = aws_iam_role.other.arn
  vpc_config { subnet_ids = [] }
}
resource "aws_eks_access_entry" "e" {
  cluster_name  = aws_eks_cluster.c.name
  principal_arn = aws_iam_role.r.arn
}
resource "aws_eks_access_entry" "other" {
  cluster_name  = aws_eks_cluster.c.name
  principal_arn = aws_iam_role.other.arn
}
resource "aws_eks_access_policy_association" "a" {
  cluster_name  = %s
  principal_arn = %s
  policy_arn    = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAdminPolicy"
  access_scope { type = "cluster" }
}
"""
BUCKETS = """
resource "aws_s3_bucket" "b" {
  %s
}
resource "aws_s3_bucket_versioning" "v" {
  %s
  bucket = %s
  versioning_configuration { status = "Enabled" }
}
"""
SET = 'for_each = toset(["a", "b"])'

# the configuration, the property that the companion sets, and the addresses of the resources that have it
SURE = {
    "a stage by its own name": (
        API % ('"prod"', "rest_api.r.id", "aws_api_gateway_stage.prod.stage_name"), "MethodSettings", ["aws_api_gateway_stage.prod"]),
    "a stage by its own name, known after apply": (
        API % ("random_pet.p.id", "rest_api.r.id", "aws_api_gateway_stage.prod.stage_name"), "MethodSettings", ["aws_api_gateway_stage.prod"]),
    "a stage by its own name and API": (
        API % ("random_pet.p.id", "stage.prod.rest_api_id", "aws_api_gateway_stage.prod.stage_name"), "MethodSettings",
        ["aws_api_gateway_stage.prod"]),
    "a stage by what its name is": (API % ('"prod"', "rest_api.r.id", '"prod"'), "MethodSettings", ["aws_api_gateway_stage.prod"]),
    "an access entry by its own arguments": (
        EKS % ("aws_eks_access_entry.e.cluster_name", "aws_eks_access_entry.e.principal_arn"), "AccessPolicies", ["aws_eks_access_entry.e"]),
    "an access entry by the same arguments": (
        EKS % ("aws_eks_cluster.c.name", "aws_iam_role.r.arn"), "AccessPolicies", ["aws_eks_access_entry.e"]),
    "an access entry by a text and its role": (EKS % ('"c"', "aws_iam_role.r.arn"), "AccessPolicies", ["aws_eks_access_entry.e"]),
    "a bucket by its id": (BUCKETS % ("", "", "aws_s3_bucket.b.id"), "VersioningConfiguration", ["aws_s3_bucket.b"]),
    "a bucket by its name": (BUCKETS % ('bucket = "b"', "", '"b"'), "VersioningConfiguration", ["aws_s3_bucket.b"]),
    "each bucket by key": (
        BUCKETS % (SET, SET, "aws_s3_bucket.b[each.key].id"), "VersioningConfiguration", ['aws_s3_bucket.b["a"]', 'aws_s3_bucket.b["b"]']),
    "each bucket by value": (
        BUCKETS % (SET, "for_each = aws_s3_bucket.b", "each.value.id"), "VersioningConfiguration",
        ['aws_s3_bucket.b["a"]', 'aws_s3_bucket.b["b"]']),
    "one of the buckets": (
        BUCKETS % (SET, "", 'aws_s3_bucket.b["b"].id'), "VersioningConfiguration", ['aws_s3_bucket.b["b"]']),
    "each bucket by number": (
        BUCKETS % ("count = 2", "count = 2", "aws_s3_bucket.b[count.index].id"), "VersioningConfiguration",
        ["aws_s3_bucket.b[0]", "aws_s3_bucket.b[1]"]),
}  # fmt: skip


@pytest.fixture
def estate_in(tmp_path):
    """The estate of a configuration, or of the plan of it."""

    def made(text, form):
        (tmp_path / "main.tf").write_text(text, encoding="utf-8")
        if form == "configuration":
            return read([str(tmp_path)], ReadOptions())
        (tmp_path / "plan.json").write_text(json.dumps(plan_of(tmp_path)), encoding="utf-8")
        return read([str(tmp_path / "plan.json")], ReadOptions())

    return made


@pytest.mark.parametrize("form", ["configuration", "plan"])
@pytest.mark.parametrize("way", SURE)
def test_a_companion_goes_to_the_one_that_it_configures(estate_in, way, form):
    text, name, meant = SURE[way]
    estate = estate_in(text, form)
    having = {each.name: each.properties[name] for each in estate.resources if name in each.properties}
    assert sorted(having) == meant
    assert not any(type(each) is Unknown for each in having.values())


def test_a_companion_of_one_of_several_may_be_of_each(tmp_path):
    """A plan lists a splat and an index of it alike: which of the buckets is versioned is not told."""
    bucket = {
        "mode": "managed",
        "type": "aws_s3_bucket",
        "name": "b",
        "provider_name": "registry.terraform.io/hashicorp/aws",
    }
    plan = {
        "format_version": "1.2",
        "resource_changes": [
            *({**bucket, "address": f"aws_s3_bucket.b[{n}]", "change": {"actions": ["create"], "after": {}, "after_unknown": {"id": True}}}
              for n in range(2)),
            {**bucket, "address": "aws_s3_bucket_versioning.v", "type": "aws_s3_bucket_versioning", "change": {
                "actions": ["create"], "after": {"versioning_configuration": [{"status": "Enabled"}]}, "after_unknown": {"bucket": True}}},
        ],
        "configuration": {"root_module": {"resources": [{"address": "aws_s3_bucket_versioning.v", "expressions": {
            "bucket": {"references": ["aws_s3_bucket.b", "var.which"]}, "versioning_configuration": [{}]}}]}},
        "variables": {"which": {"value": 1}},
    }  # fmt: skip
    (tmp_path / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    buckets = read([str(tmp_path / "plan.json")], ReadOptions()).resources
    found = [each.properties["VersioningConfiguration"] for each in buckets]
    assert [type(each) for each in found] == [Unknown, Unknown]
    assert all(each.maybe_absent for each in found)
