"""A key of the same configuration is a customer-managed key, whatever its id will be.

The issues of another tool that ask for this: its numbers 800, 3138, 5472, 5752 and 6204.
"""

import pytest
from tests.sources.terraform.conftest import outcomes

from demarcate.api import assess_estate
from demarcate.verify import VerifyOptions
from demarcate.verify.profiles import profile_of

KEY = 'resource "aws_kms_key" "k" {\n  enable_key_rotation = true\n}\n'
TOPIC = 'resource "aws_sns_topic" "t" {\n  kms_master_key_id = %s\n}\n'

# how a key is written, and what else that takes
FORMS = {
    "its arn": ("aws_kms_key.k.arn", KEY),
    "its id": ("aws_kms_key.k.id", KEY),
    "its key_id": ("aws_kms_key.k.key_id", KEY),
    "its alias": ("aws_kms_alias.a.name", KEY + 'resource "aws_kms_alias" "a" {\n  target_key_id = aws_kms_key.k.id\n}\n'),
    "the arn of its alias": ("aws_kms_alias.a.arn", KEY + 'resource "aws_kms_alias" "a" {\n  target_key_id = aws_kms_key.k.id\n}\n'),
    "a text of it alone": ('"${aws_kms_key.k.arn}"', KEY),
    "a local": ("local.key", KEY + "locals {\n  key = aws_kms_key.k.arn\n}\n"),
    "a local of a local": ("local.b.arn", KEY + "locals {\n  a = aws_kms_key.k.arn\n  b = { arn = local.a }\n}\n"),
    "one of several by count": ("aws_kms_key.k[0].arn", 'resource "aws_kms_key" "k" {\n  count = 2\n}\n'),
    "one of several by key": ('aws_kms_key.k["a"].arn', 'resource "aws_kms_key" "k" {\n  for_each = toset(["a", "b"])\n}\n'),
    "the first of a splat": ("aws_kms_key.k.*.arn[0]", 'resource "aws_kms_key" "k" {\n  count = 2\n}\n'),
    "the only one": ("one(aws_kms_key.k[*].arn)", 'resource "aws_kms_key" "k" {\n  count = 1\n}\n'),
    "element": ("element(aws_kms_key.k[*].arn, 1)", 'resource "aws_kms_key" "k" {\n  count = 2\n}\n'),
    "a condition that is known": ("true ? aws_kms_key.k.arn : null", KEY),
    "a condition on a variable with a default": (
        "var.on ? aws_kms_key.k.arn : null", KEY + 'variable "on" {\n  default = true\n}\n'),
    "a condition on the environment's name": (
        'var.env == "prod" ? aws_kms_key.k.arn : "alias/aws/sns"', KEY + 'variable "env" {\n  default = "prod"\n}\n'),
    "coalesce": ("coalesce(null, aws_kms_key.k.arn)", KEY),
    "try": ("try(aws_kms_key.k.arn, null)", KEY),
    "lookup": ('lookup({ sns = aws_kms_key.k.arn }, "sns", null)', KEY),
    "a member of a map": ('{ sns = aws_kms_key.k.arn }["sns"]', KEY),
    "a list made by for": ("[for k in [aws_kms_key.k] : k.arn][0]", KEY),
    "tostring": ("tostring(aws_kms_key.k.arn)", KEY),
    "sensitive taken off": ("nonsensitive(aws_kms_key.k.arn)", KEY),
    "merge": ("merge({}, { k = aws_kms_key.k.arn }).k", KEY),
    "concat": ("concat([], [aws_kms_key.k.arn])[0]", KEY),
    "flatten": ("flatten([[aws_kms_key.k.arn]])[0]", KEY),
    "a key made elsewhere, from a replica": (
        "aws_kms_replica_key.k.arn", 'resource "aws_kms_replica_key" "k" {\n  primary_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/x"\n}\n'),
    "a condition whose branches are both keys": (
        "var.x ? aws_kms_key.k.arn : aws_kms_key.j.arn", KEY + 'resource "aws_kms_key" "j" {}\nvariable "x" {\n  type = bool\n}\n'),
}  # fmt: skip

# other arguments that hold a key, each with the control that asks for a customer-managed one
ARGUMENTS = {
    "sqs-queue-customer-key": 'resource "aws_sqs_queue" "t" {\n  kms_master_key_id = %s\n}',
    "ec2-volume-customer-key": 'resource "aws_ebs_volume" "t" {\n  availability_zone = "a"\n  size = 1\n  encrypted = true\n  kms_key_id = %s\n}',
    "rds-instance-customer-key": 'resource "aws_db_instance" "t" {\n  engine = "postgres"\n  instance_class = "db.t4g.micro"\n  storage_encrypted = true\n  kms_key_id = %s\n}',
    "rds-cluster-customer-key": 'resource "aws_rds_cluster" "t" {\n  engine = "aurora-mysql"\n  storage_encrypted = true\n  kms_key_id = %s\n}',
    "efs-file-system-customer-key": 'resource "aws_efs_file_system" "t" {\n  encrypted = true\n  kms_key_id = %s\n}',
    "logs-group-customer-key": 'resource "aws_cloudwatch_log_group" "t" {\n  kms_key_id = %s\n}',
    "secretsmanager-secret-customer-key": 'resource "aws_secretsmanager_secret" "t" {\n  kms_key_id = %s\n}',
    "dynamodb-table-customer-key": 'resource "aws_dynamodb_table" "t" {\n  name = "t"\n  hash_key = "k"\n  server_side_encryption {\n    enabled = true\n    kms_key_arn = %s\n  }\n}',
    "kinesis-stream-customer-key": 'resource "aws_kinesis_stream" "t" {\n  name = "t"\n  encryption_type = "KMS"\n  kms_key_id = %s\n}',
    "ecr-repository-customer-key": 'resource "aws_ecr_repository" "t" {\n  name = "t"\n  encryption_configuration {\n    encryption_type = "KMS"\n    kms_key = %s\n  }\n}',
    "eks-cluster-secrets-customer-key": 'resource "aws_eks_cluster" "t" {\n  name = "t"\n  role_arn = "r"\n  encryption_config {\n    resources = ["secrets"]\n    provider {\n      key_arn = %s\n    }\n  }\n  vpc_config {\n    subnet_ids = []\n  }\n}',
    "redshift-cluster-customer-key": 'resource "aws_redshift_cluster" "t" {\n  cluster_identifier = "t"\n  node_type = "ra3.large"\n  encrypted = true\n  kms_key_id = %s\n}',
    "docdb-cluster-customer-key": 'resource "aws_docdb_cluster" "t" {\n  storage_encrypted = true\n  kms_key_id = %s\n}',
    "neptune-cluster-customer-key": 'resource "aws_neptune_cluster" "t" {\n  storage_encrypted = true\n  kms_key_arn = %s\n}',
    "opensearch-domain-customer-key": 'resource "aws_opensearch_domain" "t" {\n  domain_name = "t"\n  encrypt_at_rest {\n    enabled = true\n    kms_key_id = %s\n  }\n}',
    "backup-vault-customer-key": 'resource "aws_backup_vault" "t" {\n  name = "t"\n  kms_key_arn = %s\n}',
    "codebuild-customer-key": 'resource "aws_codebuild_project" "t" {\n  name = "t"\n  service_role = "r"\n  encryption_key = %s\n  artifacts {\n    type = "NO_ARTIFACTS"\n  }\n  environment {\n    compute_type = "BUILD_GENERAL1_SMALL"\n    image = "aws/codebuild/standard:7.0"\n    type = "LINUX_CONTAINER"\n  }\n  source {\n    type = "NO_SOURCE"\n  }\n}',
    "elasticache-replication-group-customer-key": 'resource "aws_elasticache_replication_group" "t" {\n  replication_group_id = "t"\n  description = "t"\n  at_rest_encryption_enabled = true\n  kms_key_id = %s\n}',
    "msk-cluster-customer-key": 'resource "aws_msk_cluster" "t" {\n  cluster_name = "t"\n  kafka_version = "3.8.x"\n  number_of_broker_nodes = 3\n  broker_node_group_info {\n    instance_type = "kafka.m7g.large"\n    client_subnets = []\n    security_groups = []\n  }\n  encryption_info {\n    encryption_at_rest_kms_key_arn = %s\n  }\n}',
    "lambda-function-environment-customer-key": 'resource "aws_lambda_function" "t" {\n  function_name = "t"\n  role = "r"\n  kms_key_arn = %s\n  environment {\n    variables = { A = "b" }\n  }\n}',
}  # fmt: skip


def _strict(estate):
    return assess_estate(estate, None, VerifyOptions(profile=profile_of("strict")))


@pytest.mark.parametrize("form", FORMS)
def test_however_a_key_is_written_it_is_a_customer_managed_key(estate_of, form):
    expression, more = FORMS[form]
    found = outcomes(_strict(estate_of(TOPIC % expression + more)), "aws_sns_topic.t")
    assert found["sns-topic-customer-key"] == "satisfied"


@pytest.mark.parametrize("control", ARGUMENTS)
def test_wherever_a_key_is_given_it_is_a_customer_managed_key(estate_of, control):
    (kind,) = (each.split('"')[1] for each in [ARGUMENTS[control]])
    found = outcomes(_strict(estate_of(ARGUMENTS[control] % "aws_kms_key.k.arn" + "\n" + KEY)), f"{kind}.t")
    assert found[control] == "satisfied"


@pytest.mark.parametrize("control", ARGUMENTS)
def test_a_key_of_aws_is_none(estate_of, control):
    (kind,) = (each.split('"')[1] for each in [ARGUMENTS[control]])
    found = outcomes(_strict(estate_of(ARGUMENTS[control] % "null" + "\n" + KEY)), f"{kind}.t")
    assert found[control] == "not-satisfied"


MODULES = {
    "an argument of a module": {
        "main.tf": KEY + 'module "m" {\n  source = "./m"\n  key = aws_kms_key.k.arn\n}\n',
        "m/main.tf": 'variable "key" {}\n' + TOPIC % "var.key",
    },
    "an output of a module": {
        "main.tf": 'module "k" {\n  source = "./k"\n}\n' + TOPIC % "module.k.arn",
        "k/main.tf": KEY + 'output "arn" {\n  value = aws_kms_key.k.arn\n}\n',
    },
    "from one module to another": {
        "main.tf": 'module "k" {\n  source = "./k"\n}\nmodule "m" {\n  source = "./m"\n  key = module.k.keys["a"]\n}\n',
        "k/main.tf": KEY + 'output "keys" {\n  value = { a = aws_kms_key.k.arn }\n}\n',
        "m/main.tf": 'variable "key" {\n  type = string\n}\n' + TOPIC % "var.key",
    },
    "an object of a module's argument": {
        "main.tf": KEY + 'module "m" {\n  source = "./m"\n  c = { key = aws_kms_key.k.arn }\n}\n',
        "m/main.tf": 'variable "c" {\n  type = object({ key = string, other = optional(string) })\n}\n' + TOPIC % "var.c.key",
    },
    "a module by for_each": {
        "main.tf": KEY + 'module "m" {\n  for_each = { a = aws_kms_key.k.arn }\n  source = "./m"\n  key = each.value\n}\n',
        "m/main.tf": 'variable "key" {}\n' + TOPIC % "var.key",
    },
}  # fmt: skip


@pytest.mark.parametrize("way", MODULES)
def test_a_key_goes_through_modules(estate_of, way):
    ledger = _strict(estate_of(MODULES[way]))
    (topic,) = [each for each in ledger.resources if each.type == "AWS::SNS::Topic"]
    assert outcomes(ledger, topic.name)["sns-topic-customer-key"] == "satisfied"


UNDECIDED = {
    "a variable without a value": ("var.key", 'variable "key" {}\n'),
    "a choice that is not known": ("var.on ? aws_kms_key.k.arn : null", KEY + 'variable "on" {\n  type = bool\n}\n'),
    "a key that is looked up": ("data.aws_kms_key.d.arn", 'variable "id" {}\ndata "aws_kms_key" "d" {\n  key_id = var.id\n}\n'),
}  # fmt: skip


@pytest.mark.parametrize("way", UNDECIDED)
def test_what_truly_cannot_be_decided_is_unknown(estate_of, way):
    expression, more = UNDECIDED[way]
    found = outcomes(_strict(estate_of(TOPIC % expression + more)), "aws_sns_topic.t")
    assert found["sns-topic-customer-key"] == "unknown"


def test_a_key_that_is_looked_up_by_awss_own_alias_is_none(estate_of):
    text = TOPIC % "data.aws_kms_key.d.arn" + 'data "aws_kms_key" "d" {\n  key_id = "alias/aws/sns"\n}\n'
    assert outcomes(_strict(estate_of(text)), "aws_sns_topic.t")["sns-topic-customer-key"] == "not-satisfied"
