"""What expressions know of values that are not known."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from demarcate.model import Unknown, Value

INCOMPLETE: Final = Unknown("resources outside of the estate may be connected")
UNDECIDED: Final = Unknown("a part of it is not known")


class Partial(list[Value]):
    """A list that may have further items than those that are known."""

    __slots__ = ()


class Item(dict[str, Value]):
    """The properties of a connected resource, with its ``id`` and ``type`` in the estate."""

    __slots__ = ("id", "type")

    def __init__(self, properties: Mapping[str, Value], identifier: str, type_name: str) -> None:
        super().__init__(properties)
        self.id = identifier
        self.type = type_name


def truth(value: Value) -> bool | None:
    """Three-valued truth: ``True``, ``False``, or ``None`` for unknown. Anything that is not ``true`` is false."""
    return None if type(value) is Unknown else value is True


def bare(value: Unknown) -> Unknown:
    """An unknown outcome of an operation on an unknown: why, but not what was written of the operand."""
    return value if value.text is None else Unknown(value.why, value.references)


GAP: Final = re.compile(r"\$\{[^}]*\}")
"""What stands in an unknown's text for a part that is not known."""


@lru_cache(maxsize=4096)
def _fits(text: str, other: str, is_open: bool) -> bool:
    """Whether a text could be one of which only the parts between gaps are known; a name or an ARN is neither empty nor
    holds a ``*``."""
    parts = map(re.escape, GAP.split(text))
    return re.fullmatch((".*" if is_open else "[^*]+").join(parts), other, re.DOTALL) is not None


def may_be(value: Unknown, other: Value) -> bool:
    """Whether an unknown could be equal to a value, by what is written of it."""
    return value.text is None or not isinstance(other, str) or _fits(value.text, other, value.open)
