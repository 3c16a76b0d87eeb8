variable "stage" {
  type = string
}

variable "vpc_id" {
  type = string
}

variable "public_subnets" {
  type = list(string)
}

variable "private_subnets" {
  type = list(string)
}

variable "shop_image" {
  type = string
}

variable "certificate_arn" {
  type = string
}

variable "database_endpoint" {
  type = string
}

variable "database_secret" {
  type = string
}

variable "database_group" {
  type = string
}

variable "media_bucket" {
  type = string
}

variable "orders_table" {
  type = string
}

variable "orders_table_arn" {
  type = string
}

variable "data_key" {
  type = string
}
