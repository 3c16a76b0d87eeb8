"""Terraform's built-in functions over partly unknown values."""

from demarcate.sources.terraform.hcl.functions.calls import call

__all__ = ["call"]
