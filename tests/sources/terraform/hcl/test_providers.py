"""What resources get from their providers."""

from typing import Any

BUCKET = 'resource "aws_s3_bucket" "b" {\n  bucket = "x"\n}\n'


def test_providers(read: Any) -> None:
    (found,) = read(
        {
            "main.tf": """
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    dog = { source = "DataDog/datadog" }
  }
}
variable "region" {
  default = "eu-west-1"
}
provider "aws" {
  region              = var.region
  allowed_account_ids = ["111122223333"]
  default_tags {
    tags = { team = "a", own = "x" }
  }
}
provider "aws" {
  alias  = "us"
  region = "us-east-1"
  assume_role {
    role_arn = "arn:aws:iam::444455556666:role/deploy"
  }
}
resource "aws_x" "a" {
  tags = { own = "y" }
}
resource "aws_x" "b" {
  provider = aws.us
}
resource "aws_x" "c" {
  region = "ap-south-1"
}
resource "dog_monitor" "d" {}
resource "random_id" "r" {}
resource "terraform_data" "t" {
  input = 1
}
module "m" {
  source    = "./m"
  providers = { aws = aws.us }
}
module "n" {
  source = "./m"
}
""",
            "m/main.tf": 'resource "aws_x" "in" {}\n',
        }
    )
    assert found.skipped == ()
    by = {each.address: each for each in found.instances}
    assert by["aws_x.a"].values == {"tags": {"own": "y"}, "tags_all": {"team": "a", "own": "y"}}
    seen = {address: (each.provider.split("/", 1)[1], each.region, each.account) for address, each in by.items()}
    assert seen == {
        "aws_x.a": ("hashicorp/aws", "eu-west-1", "111122223333"),
        "aws_x.b": ("hashicorp/aws", "us-east-1", "444455556666"),
        "aws_x.c": ("hashicorp/aws", "ap-south-1", "111122223333"),
        "dog_monitor.d": ("datadog/datadog", None, None),
        "random_id.r": ("hashicorp/random", None, None),
        "terraform_data.t": ("builtin/terraform", None, None),
        "module.m.aws_x.in": ("hashicorp/aws", "us-east-1", "444455556666"),
        "module.n.aws_x.in": ("hashicorp/aws", "eu-west-1", "111122223333"),
    }


def test_a_provider_that_a_module_configures(read: Any) -> None:
    (found,) = read(
        {
            "main.tf": 'provider "helm" {\n  host = module.m.arn\n}\nprovider "aws" {\n  region = module.m.region\n}\nmodule "m" {\n  source = "./m"\n}\n',
            "m/main.tf": BUCKET
            + 'output "arn" {\n  value = aws_s3_bucket.b.arn\n}\noutput "region" {\n  value = "eu-west-1"\n}\n',
        }
    )
    assert found.skipped == ()
    assert found.instances[0].region == "eu-west-1"
