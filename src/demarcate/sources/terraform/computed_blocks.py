"""Blocks that the provider computes where nobody writes them.

A plan shows such a block as known after apply. It shows a dynamic block of unknown number in the same way, and holds
the expression of neither. Only for the blocks named here is it taken that nothing is written.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

import msgspec

from demarcate.sources.terraform.mapping import MAPPING_ROOT

RULES: Final = frozenset(
    {"aws_security_group_rule", "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"}
)
"""What gives the rules of a security group where the group itself does not."""


class _File(msgspec.Struct, frozen=True):
    source: str
    types: dict[str, frozenset[str]]


@cache
def computed_blocks() -> Mapping[str, frozenset[str]]:
    """Terraform type → its blocks that the provider computes (of the provider's newest major; an older one computes
    no fewer)."""
    return msgspec.json.decode((MAPPING_ROOT / "computed_blocks.json").read_bytes(), type=_File).types
