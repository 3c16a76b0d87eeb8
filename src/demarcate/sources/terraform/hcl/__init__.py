"""Terraform and OpenTofu configuration (HCL), evaluated over partly unknown values without providers or network."""
