"""Terraform for the benchmark: a configuration of so many resources, and the plan of one.

``python -m bench.terraform FOLDER RESOURCES`` writes both; a process of its own, so that its memory is not counted.
"""

import json
import sys
from pathlib import Path

HEAD = """\
variable "env" {
  default = "prod"
}

provider "aws" {
  region = "eu-west-1"
}
"""
EIGHT = """
resource "aws_kms_key" "k{n}" {{
  description         = "key {n}"
  enable_key_rotation = true
}}

resource "aws_s3_bucket" "b{n}" {{
  bucket = "shop-{n}-${{var.env}}"
}}

resource "aws_s3_bucket_server_side_encryption_configuration" "b{n}" {{
  bucket = aws_s3_bucket.b{n}.id

  rule {{
    apply_server_side_encryption_by_default {{
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.k{n}.arn
    }}
  }}
}}

resource "aws_sqs_queue" "q{n}" {{
  name              = "q{n}"
  kms_master_key_id = aws_kms_key.k{n}.arn
}}

resource "aws_sns_topic" "t{n}" {{
  name              = "t{n}"
  kms_master_key_id = aws_kms_key.k{n}.id
}}

resource "aws_security_group" "g{n}" {{
  name   = "g{n}"
  vpc_id = "vpc-0123456789abcdef0"

  ingress {{
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }}
}}

resource "aws_iam_role" "r{n}" {{
  name = "r{n}"
  assume_role_policy = jsonencode({{
    Version   = "2012-10-17"
    Statement = [{{ Effect = "Allow", Principal = {{ Service = "lambda.amazonaws.com" }}, Action = "sts:AssumeRole" }}]
  }})
}}

resource "aws_db_instance" "d{n}" {{
  identifier        = "d{n}"
  engine            = "postgres"
  instance_class    = "db.t4g.small"
  allocated_storage = 20
  storage_encrypted = true
  kms_key_id        = aws_kms_key.k{n}.arn
}}
"""


def folder(place: Path, resources: int) -> Path:
    """A root module of so many resources (a multiple of 8) of 8 types."""
    place.mkdir(parents=True, exist_ok=True)
    text = HEAD + "".join(EIGHT.format(n=number) for number in range(resources // 8))
    (place / "main.tf").write_text(text, encoding="utf-8")
    return place


def plan(place: Path, of: Path) -> Path:
    """The plan of a root module, as JSON on one line as Terraform writes it."""
    from make_plan import plan_of

    place.write_text(json.dumps(plan_of(of)), encoding="utf-8")
    return place


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
    top, number = Path(sys.argv[1]), int(sys.argv[2])
    folder(top / "terraform-64", 64)
    plan(top / f"plan-{number}.json", folder(top / f"terraform-{number}", number))
