"""Text for a terminal: what comes from an input made harmless, numbers with their noun."""

from collections.abc import Mapping
from typing import Final

PARTY_STYLE: Final[Mapping[str, str]] = {"aws": "cyan", "customer": "yellow", "shared": "magenta"}
PARTY_WORD: Final[Mapping[str, str]] = {"aws": "AWS", "customer": "you", "shared": "shared"}
STATUS_MARK: Final[Mapping[str, tuple[str, str]]] = {
    "satisfied": ("✓", "green"),
    "not-satisfied": ("✗", "red"),
    "unknown": ("?", "magenta"),
    "attested": ("◆", "green"),
    "accepted": ("~", "yellow"),
    "open": ("○", "dim"),
}
"""How a duty's status is shown where there is no room for the word."""
_DIRECTION: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
_FIRST_PRINTABLE: Final = 32
_CONTROL_PICTURES: Final = 0x2400


def safe(text: str) -> str:
    """Text from an input made fit for a terminal: control characters shown as symbols, direction marks taken out."""
    return text if text.isprintable() and text.isascii() else "".join(map(_safe, text))


def _safe(character: str) -> str:
    if character.isprintable() and character not in _DIRECTION:
        return character
    code = ord(character)
    return chr(_CONTROL_PICTURES + code) if code < _FIRST_PRINTABLE else "\N{REPLACEMENT CHARACTER}"


def count_of(number: int, noun: str) -> str:
    """``1 resource``, ``2 resources``."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
