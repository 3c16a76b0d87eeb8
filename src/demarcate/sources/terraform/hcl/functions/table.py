"""The table of functions by name."""

from collections.abc import Mapping
from typing import Final

from demarcate.sources.terraform.hcl.functions.calls import Function, Lazy

FUNCTIONS: Final[Mapping[str, Function]] = {}
LAZY: Final[Mapping[str, Lazy]] = {}
