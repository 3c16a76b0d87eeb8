# One VPC over two zones, with public and private subnets.

variable "stage" {
  type = string
}

locals {
  range = { production = "10.20.0.0/16", staging = "10.21.0.0/16" }[var.stage]
  zones = slice(data.aws_availability_zones.here.names, 0, 2)
}

data "aws_availability_zones" "here" {
  state = "available"
}

resource "aws_vpc" "shop" {
  cidr_block           = local.range
  enable_dns_hostnames = true
  tags                 = { Name = "shop-${var.stage}" }
}

resource "aws_internet_gateway" "shop" {
  vpc_id = aws_vpc.shop.id
}

resource "aws_subnet" "public" {
  count                   = 2
  vpc_id                  = aws_vpc.shop.id
  cidr_block              = cidrsubnet(local.range, 8, count.index)
  availability_zone       = data.aws_availability_zones.here.names[count.index]
  map_public_ip_on_launch = true
}

resource "aws_subnet" "private" {
  for_each          = { a = 0, b = 1 }
  vpc_id            = aws_vpc.shop.id
  cidr_block        = cidrsubnet(local.range, 4, each.value + 1)
  availability_zone = data.aws_availability_zones.here.names[each.value]
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.shop.id
}

resource "aws_route" "to_internet" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.shop.id
}

resource "aws_route_table_association" "public" {
  count          = 2
  subnet_id      = aws_subnet.public[count.index].id
  route_table_id = aws_route_table.public.id
}

resource "aws_eip" "nat" {
  domain = "vpc"
}

resource "aws_nat_gateway" "shop" { # one gateway for both zones
  subnet_id     = aws_subnet.public[0].id
  allocation_id = aws_eip.nat.id
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.shop.id
}

resource "aws_route" "to_nat" {
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.shop.id
}

output "vpc_id" {
  value = aws_vpc.shop.id
}

output "public_subnets" {
  value = aws_subnet.public[*].id
}

output "private_subnets" {
  value = [for each in aws_subnet.private : each.id]
}
