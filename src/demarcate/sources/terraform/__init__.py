"""Terraform and OpenTofu: plans, states and configurations, translated into CloudFormation's shape."""
