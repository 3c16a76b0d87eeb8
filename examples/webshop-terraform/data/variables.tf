variable "stage" {
  type = string
}

variable "vpc_id" {
  type = string
}

variable "private_subnets" {
  type = list(string)
}

variable "reporting_subnet" {
  type = string
}

variable "reporting_password" {
  type    = string
  default = "changeme-please"
}
