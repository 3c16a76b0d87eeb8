variable "stage" {
  type = string

  validation {
    condition     = contains(["production", "staging"], var.stage)
    error_message = "The stage is production or staging."
  }
}

variable "domain_name" {
  type    = string
  default = "shop.example.com"
}

variable "certificate_arn" {
  type    = string
  default = "arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012"
}

variable "shop_image" {
  type    = string
  default = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop:latest"
}
