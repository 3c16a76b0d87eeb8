# A web shop. Catalogue and checkout run on Fargate, orders go through a queue to a function, and an old reporting
# database stands on EC2. The same shop as ../webshop, as its platform team would write it in Terraform.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111122223333"]

  default_tags {
    tags = {
      stage = var.stage
    }
  }
}

module "network" {
  source = "./network"
  stage  = var.stage
}

module "data" {
  source           = "./data"
  stage            = var.stage
  vpc_id           = module.network.vpc_id
  private_subnets  = module.network.private_subnets
  reporting_subnet = module.network.public_subnets[0]
}

module "services" {
  source             = "./services"
  stage              = var.stage
  vpc_id             = module.network.vpc_id
  public_subnets     = module.network.public_subnets
  private_subnets    = module.network.private_subnets
  shop_image         = var.shop_image
  certificate_arn    = var.certificate_arn
  database_endpoint  = module.data.database_endpoint
  database_secret    = module.data.database_secret
  database_group     = module.data.database_group
  media_bucket       = module.data.media_bucket
  orders_table       = module.data.orders_table
  orders_table_arn   = module.data.orders_table_arn
  data_key           = module.data.key_arn
}

module "edge" {
  source              = "./edge"
  domain_name         = var.domain_name
  certificate_arn     = var.certificate_arn
  load_balancer_name  = module.services.load_balancer_name
  media_bucket        = module.data.media_bucket
  media_bucket_domain = module.data.media_bucket_domain
}

output "address" {
  value = "https://${var.domain_name}"
}
