# Where the shop keeps things: Aurora, DynamoDB, buckets, keys, and a PostgreSQL on EC2 that nobody has moved yet.

locals {
  is_production = var.stage == "production"
}

data "aws_caller_identity" "me" {}

resource "aws_kms_key" "data" {
  description         = "Protects the shop's databases and queues"
  enable_key_rotation = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.me.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

resource "aws_kms_alias" "data" {
  name          = "alias/shop-data"
  target_key_id = aws_kms_key.data.key_id
}

resource "aws_db_subnet_group" "database" {
  name        = "shop"
  description = "Private subnets"
  subnet_ids  = var.private_subnets
}

resource "aws_security_group" "database" {
  name        = "shop-database"
  description = "Aurora"
  vpc_id      = var.vpc_id
}

resource "aws_rds_cluster" "shop" {
  cluster_identifier              = "shop"
  engine                          = "aurora-postgresql"
  engine_version                  = "16.6"
  master_username                 = "shop"
  manage_master_user_password     = true
  master_user_secret_kms_key_id   = aws_kms_key.data.key_id
  db_subnet_group_name            = aws_db_subnet_group.database.name
  vpc_security_group_ids          = [aws_security_group.database.id]
  storage_encrypted               = true
  kms_key_id                      = aws_kms_key.data.arn
  backup_retention_period         = local.is_production ? 14 : 1
  deletion_protection             = local.is_production
  enabled_cloudwatch_logs_exports = ["postgresql"]
}

resource "aws_rds_cluster_instance" "writer" {
  cluster_identifier         = aws_rds_cluster.shop.id
  engine                     = aws_rds_cluster.shop.engine
  instance_class             = "db.r6g.large"
  auto_minor_version_upgrade = true
}

resource "aws_rds_cluster_instance" "reader" {
  count              = local.is_production ? 1 : 0
  cluster_identifier = aws_rds_cluster.shop.id
  engine             = aws_rds_cluster.shop.engine
  instance_class     = "db.r6g.large"
}

resource "aws_dynamodb_table" "orders" {
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "order"

  attribute {
    name = "order"
    type = "S"
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.data.arn
  }
  # no point-in-time recovery
}

resource "aws_s3_bucket" "media" {
  bucket_prefix = "shop-media-"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "media" {
  bucket = aws_s3_bucket.media.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "media" {
  bucket                  = aws_s3_bucket.media.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "media" {
  bucket = aws_s3_bucket.media.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_logging" "media" {
  bucket        = aws_s3_bucket.media.id
  target_bucket = aws_s3_bucket.logs.id
  target_prefix = "media/"
}

resource "aws_s3_bucket" "logs" {
  bucket_prefix = "shop-logs-"

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    id     = "expire"
    status = "Enabled"
    filter {}

    expiration {
      days = 400
    }
  }
}

resource "aws_s3_bucket" "exports" { # marketing downloads the product feed from here
  bucket_prefix = "shop-exports-"
}

resource "aws_s3_bucket_public_access_block" "exports" {
  bucket                  = aws_s3_bucket.exports.id
  block_public_acls       = false
  block_public_policy     = false
  ignore_public_acls      = false
  restrict_public_buckets = false
}

data "aws_iam_policy_document" "exports" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.exports.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

resource "aws_s3_bucket_policy" "exports" {
  bucket = aws_s3_bucket.exports.id
  policy = data.aws_iam_policy_document.exports.json
}

resource "aws_security_group" "reporting" {
  name        = "shop-reporting"
  description = "Reporting database"
  vpc_id      = var.vpc_id

  dynamic "ingress" {
    for_each = toset([22, 5432])

    content {
      protocol    = "tcp"
      from_port   = ingress.value
      to_port     = ingress.value
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}

data "aws_ssm_parameter" "image" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}

resource "aws_instance" "reporting" {
  ami                    = data.aws_ssm_parameter.image.value
  instance_type          = "m6i.large"
  subnet_id              = var.reporting_subnet
  vpc_security_group_ids = [aws_security_group.reporting.id]

  root_block_device {
    volume_size = 200
    volume_type = "gp3"
    encrypted   = false
  }

  user_data = templatefile("${path.module}/reporting.sh", { password = var.reporting_password })
}
