"""Text and identifiers as OSCAL's data types want them. What comes from an estate is made plain text here."""

import re
from typing import Final
from uuid import UUID, uuid5

from demarcate.report.terminal_text import safe

NAMESPACE: Final = UUID("6f0d1c52-3f1b-5c0e-9f2a-4b6f5f6f8a11")
"""All UUIDs of a document's parts are version 5, of this namespace; so a subject keeps its UUID from run to run."""
_MARKUP: Final = re.compile(r"[\\`*\[\]<>#|~^&${}!]|(?<![^\W_])_|_(?![^\W_])")
_BLOCK: Final = re.compile(r"(\d{1,9})([.)])(?=\s|$)|([-+=:])")
_ESCAPED: Final = re.compile(r"[^A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]")
_BAD_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


def uuid_of(*key: str) -> str:
    """The UUID of a subject, by what names it. No two different keys share one."""
    return str(uuid5(NAMESPACE, "\x1f".join(f"{len(part)}:{safe(part)}" for part in key)))


def line(text: str) -> str:
    """Text as a ``string``: not empty, on one line, without blanks at its ends or control characters."""
    return safe(" ".join(text.split())) or "-"


def markup(text: str) -> str:
    """Text as ``markup-line``, or as a paragraph of ``markup-multiline``: nothing in it is read as markup."""
    escaped = _MARKUP.sub(r"\\\g<0>", line(text))
    start = _BLOCK.match(escaped)
    if start is None:
        return escaped
    if start[3]:  # a list's bullet, or a rule
        return f"\\{escaped}"
    return f"{start[1]}\\{escaped[start.end(1) :]}"


def href(url: str) -> str:
    """A web address as a ``uri-reference``: HTTP or HTTPS, escaped; empty for anything else."""
    if not url.startswith(("https://", "http://")):
        return ""
    escaped = _ESCAPED.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace")), url)
    return _BAD_PERCENT.sub("%25", escaped)
