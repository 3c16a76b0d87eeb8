output "key_arn" {
  value = aws_kms_key.data.arn
}

output "database_endpoint" {
  value = aws_rds_cluster.shop.endpoint
}

output "database_secret" {
  value = aws_rds_cluster.shop.master_user_secret[0].secret_arn
}

output "database_group" {
  value = aws_security_group.database.id
}

output "media_bucket" {
  value = aws_s3_bucket.media.id
}

output "media_bucket_domain" {
  value = aws_s3_bucket.media.bucket_regional_domain_name
}

output "orders_table" {
  value = aws_dynamodb_table.orders.name
}

output "orders_table_arn" {
  value = aws_dynamodb_table.orders.arn
}
