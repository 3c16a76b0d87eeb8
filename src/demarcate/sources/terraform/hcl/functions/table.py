"""The table of functions by name."""

from collections.abc import Mapping
from typing import Final

from demarcate.sources.terraform.hcl.functions.calls import Function, Lazy
from demarcate.sources.terraform.hcl.functions.collections import COLLECTIONS
from demarcate.sources.terraform.hcl.functions.conversion import CONVERSION, LAZY_CONVERSION
from demarcate.sources.terraform.hcl.functions.dates import DATES
from demarcate.sources.terraform.hcl.functions.encoding import ENCODING
from demarcate.sources.terraform.hcl.functions.filesystem import FILESYSTEM
from demarcate.sources.terraform.hcl.functions.networks import NETWORKS
from demarcate.sources.terraform.hcl.functions.numbers import NUMBERS
from demarcate.sources.terraform.hcl.functions.strings import STRINGS
from demarcate.sources.terraform.hcl.functions.terragrunt import TERRAGRUNT

FUNCTIONS: Final[Mapping[str, Function]] = {
    **NUMBERS,
    **STRINGS,
    **COLLECTIONS,
    **ENCODING,
    **CONVERSION,
    **NETWORKS,
    **DATES,
    **FILESYSTEM,
    **TERRAGRUNT,
}
LAZY: Final[Mapping[str, Lazy]] = LAZY_CONVERSION
