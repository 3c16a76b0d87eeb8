"""What a condition chooses is decided only if it is the same either way, whatever stands in what is chosen."""

from pathlib import Path

import pytest

from demarcate import assess

CONFIGURATIONS = {
    "ingress: cidr": """
resource "aws_security_group" "s" {
  ingress {
    from_port = 22
    to_port = 22
    protocol = "tcp"
    cidr_blocks = var.c ? ["0.0.0.0/0"] : ["10.0.0.0/8"]
  }
}
""",
    "ingress: cidr len": """
resource "aws_security_group" "s" {
  ingress {
    from_port = 22
    to_port = 22
    protocol = "tcp"
    cidr_blocks = var.c ? ["0.0.0.0/0", "10.0.0.0/8"] : ["10.0.0.0/8"]
  }
}
""",
    "ingress: cidr null": """
resource "aws_security_group" "s" {
  ingress {
    from_port = 22
    to_port = 22
    protocol = "tcp"
    cidr_blocks = var.c ? ["0.0.0.0/0"] : null
  }
}
""",
    "ingress: port": """
resource "aws_security_group" "s" {
  ingress {
    from_port = var.c ? 22 : 443
    to_port = var.c ? 22 : 443
    protocol = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
""",
    "ingress: proto": """
resource "aws_security_group" "s" {
  ingress {
    from_port = 0
    to_port = 0
    protocol = var.c ? "-1" : "icmp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
""",
    "ingress: proto num": """
resource "aws_security_group" "s" {
  ingress {
    from_port = 22
    to_port = 22
    protocol = var.c ? "6" : "17"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
""",
    "ingress: dyn": """
resource "aws_security_group" "s" {
  dynamic "ingress" {
    for_each = var.c ? [22] : [443]
    content {
      from_port = ingress.value
      to_port = ingress.value
      protocol = "tcp"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}
""",
    "ingress: dyn2": """
resource "aws_security_group" "s" {
  ingress {
    from_port = 22
    to_port = 22
    protocol = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }
  dynamic "ingress" {
    for_each = var.c ? [22,3389] : []
    content {
      from_port = ingress.value
      to_port = ingress.value
      protocol = "tcp"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}
""",
    "ingress: dyn cidr2": """
resource "aws_security_group" "s" {
  dynamic "ingress" {
    for_each = var.c ? [22] : []
    content {
      from_port = ingress.value
      to_port = ingress.value
      protocol = "tcp"
      cidr_blocks = ["0.0.0.0/0", "10.0.0.0/8"]
      ipv6_cidr_blocks = ["::/0"]
    }
  }
}
""",
    "ingress: attr": """
resource "aws_security_group" "s" {
  ingress = var.c ? [{ from_port = 22, to_port = 22, protocol = "tcp", cidr_blocks = ["0.0.0.0/0"] }] : []
}
""",
    "a rule of its own: null": """
resource "aws_security_group" "s" {}
resource "aws_security_group_rule" "r" {
  security_group_id = aws_security_group.s.id
  type = "ingress"
  from_port = 22
  to_port = 22
  protocol = "tcp"
  cidr_blocks = var.c ? ["0.0.0.0/0"] : null
}
""",
    "policy: dyn": """
data "aws_iam_policy_document" "d" {
  dynamic "statement" {
    for_each = var.c ? [1] : []
    content {
      sid = "x"
      effect = "Allow"
      actions = ["*"]
      resources = ["*"]
      principals {
        type = "AWS"
        identifiers = ["*"]
      }
    }
  }
}
resource "aws_sqs_queue" "q" {
  policy = data.aws_iam_policy_document.d.json
}
resource "aws_iam_policy" "i" {
  policy = data.aws_iam_policy_document.d.json
}
""",
    "policy: dyn2": """
data "aws_iam_policy_document" "d" {
  dynamic "statement" {
    for_each = var.c ? ["s3:*","kms:*"] : []
    content {
      effect = "Allow"
      actions = [statement.value]
      resources = ["*"]
      principals {
        type = "AWS"
        identifiers = ["*"]
      }
    }
  }
}
resource "aws_sqs_queue" "q" {
  policy = data.aws_iam_policy_document.d.json
}
resource "aws_iam_policy" "i" {
  policy = data.aws_iam_policy_document.d.json
}
""",
    "policy: st+dyn deny": """
data "aws_iam_policy_document" "d" {
  statement {
    sid = "x"
    effect = "Allow"
    actions = ["s3:Get*"]
    resources = ["*"]
    principals {
      type = "AWS"
      identifiers = ["*"]
    }
  }
  dynamic "statement" {
    for_each = var.c ? [1] : []
    content {
      sid = "y"
      effect = "Deny"
      actions = ["s3:*"]
      resources = ["*"]
      principals {
        type = "AWS"
        identifiers = ["*"]
      }
      condition {
        test = "Bool"
        variable = "aws:SecureTransport"
        values = ["false"]
      }
    }
  }
}
resource "aws_sqs_queue" "q" {
  policy = data.aws_iam_policy_document.d.json
}
resource "aws_iam_policy" "i" {
  policy = data.aws_iam_policy_document.d.json
}
""",
    "policy: cond2 allow": """
data "aws_iam_policy_document" "d" {
  statement {
    sid = "x"
    effect = "Allow"
    actions = ["s3:*"]
    resources = ["*"]
    principals {
      type = "AWS"
      identifiers = ["*"]
    }
    condition {
      test = "StringLike"
      variable = "s3:prefix"
      values = ["x"]
    }
    dynamic "condition" {
      for_each = var.c ? ["o-1","o-2"] : []
      content {
        test = "StringEquals"
        variable = "aws:PrincipalOrgID"
        values = [condition.value]
      }
    }
  }
}
resource "aws_sqs_queue" "q" {
  policy = data.aws_iam_policy_document.d.json
}
resource "aws_iam_policy" "i" {
  policy = data.aws_iam_policy_document.d.json
}
""",
    "policy: princ": """
data "aws_iam_policy_document" "d" {
  statement {
    actions = ["s3:*"]
    resources = ["*"]
    dynamic "principals" {
      for_each = var.c ? ["*"] : ["111122223333"]
      content {
        type = "AWS"
        identifiers = [principals.value]
      }
    }
  }
}
resource "aws_sqs_queue" "q" {
  policy = data.aws_iam_policy_document.d.json
}
resource "aws_iam_policy" "i" {
  policy = data.aws_iam_policy_document.d.json
}
""",
    "policy: over deny": """
data "aws_iam_policy_document" "o" {
  statement {
    sid = "x"
    effect = "Allow"
    actions = ["*"]
    resources = ["*"]
    principals {
      type = "AWS"
      identifiers = ["*"]
    }
  }
}
data "aws_iam_policy_document" "d" {
  override_policy_documents = compact([var.c ? data.aws_iam_policy_document.o.json : ""])
  statement {
    sid = "x"
    effect = "Deny"
    actions = ["s3:*"]
    resources = ["*"]
    principals {
      type = "AWS"
      identifiers = ["*"]
    }
    condition {
      test = "Bool"
      variable = "aws:SecureTransport"
      values = ["false"]
    }
  }
}
resource "aws_sqs_queue" "q" {
  policy = data.aws_iam_policy_document.d.json
}
resource "aws_iam_policy" "i" {
  policy = data.aws_iam_policy_document.d.json
}
""",
    "s3: acl grants": """
resource "aws_s3_bucket" "b" {
  bucket = "x"
}
resource "aws_s3_bucket_acl" "a" {
  bucket = aws_s3_bucket.b.id
  access_control_policy {
    owner {
      id = "o"
    }
    dynamic "grant" {
      for_each = var.c ? [1] : []
      content {
        permission = "READ"
        grantee {
          type = "Group"
          uri = "http://acs.amazonaws.com/groups/global/AllUsers"
        }
      }
    }
  }
}
""",
    "ec2": """
resource "aws_instance" "i" {
  ami = "a"
  associate_public_ip_address = var.c
  monitoring = var.c
  dynamic "metadata_options" {
    for_each = var.c ? [1] : []
    content {
      http_tokens = "required"
    }
  }
  dynamic "root_block_device" {
    for_each = var.c ? [1] : []
    content {
      encrypted = true
    }
  }
  dynamic "ebs_block_device" {
    for_each = var.c ? ["a","b"] : ["a"]
    content {
      device_name = ebs_block_device.value
      encrypted = ebs_block_device.value == "a"
    }
  }
}
resource "aws_launch_template" "t" {
  dynamic "metadata_options" {
    for_each = var.c ? [1] : []
    content {
      http_tokens = "required"
    }
  }
  dynamic "block_device_mappings" {
    for_each = var.c ? [1] : []
    content {
      device_name = "x"
      ebs {
        encrypted = false
      }
    }
  }
  dynamic "network_interfaces" {
    for_each = var.c ? [true] : []
    content {
      associate_public_ip_address = network_interfaces.value
    }
  }
}
""",
    "eks": """
resource "aws_eks_cluster" "e" {
  name = "e"
  role_arn = "r"
  enabled_cluster_log_types = var.c ? ["api", "audit", "authenticator", "controllerManager", "scheduler"] : ["api"]
  vpc_config {
    subnet_ids = ["a"]
    endpoint_public_access = var.c
    public_access_cidrs = var.c ? ["0.0.0.0/0"] : ["1.2.3.4/32"]
  }
  dynamic "encryption_config" {
    for_each = var.c ? [1] : []
    content {
      resources = ["secrets"]
      provider {
        key_arn = "arn:aws:kms:eu-west-1:111122223333:key/a"
      }
    }
  }
}
""",
    "nacl": """
resource "aws_network_acl" "n" {
  vpc_id = "v"
  dynamic "ingress" {
    for_each = var.c ? [22] : []
    content {
      rule_no = 1
      action = "allow"
      protocol = "tcp"
      from_port = ingress.value
      to_port = ingress.value
      cidr_block = "0.0.0.0/0"
    }
  }
}
resource "aws_default_security_group" "d" {
  vpc_id = "v"
  dynamic "ingress" {
    for_each = var.c ? [22] : []
    content {
      from_port = 0
      to_port = 0
      protocol = -1
      self = true
    }
  }
  dynamic "egress" {
    for_each = var.c ? [1] : []
    content {
      from_port = 0
      to_port = 0
      protocol = "-1"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}
""",
}


def outcomes(folder: Path, chosen: str | None) -> dict[tuple[str, str], str]:
    ledger = assess(str(folder), profile="strict", parameters={"c": chosen} if chosen else None)
    return {(each.control, each.resource): each.outcome for each in ledger.findings}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_what_is_chosen_is_decided_only_if_it_is_the_same_either_way(tmp_path: Path, name: str) -> None:
    (tmp_path / "main.tf").write_text('variable "c" {\n  type = bool\n}\n' + CONFIGURATIONS[name], encoding="utf-8")
    either = [outcomes(tmp_path, each) for each in ("true", "false")]
    for key, outcome in outcomes(tmp_path, None).items():
        if outcome in ("satisfied", "not-satisfied"):
            known = {each[key] for each in either if each.get(key) in ("satisfied", "not-satisfied")}
            assert known <= {outcome}, key
