"""Terraform and OpenTofu: plans, states and configurations, translated into CloudFormation's shape."""

import re
from typing import Final

from demarcate.sources.terraform.instances import Configuration

__all__ = ["configuration_of"]

_HEAD: Final = 4_000
_BINARY: Final = (b"PK\x03\x04", b"\x1f\x8b")
_ENCODINGS: Final = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"{\0", "utf-16-le"), (b"\0{", "utf-16-be"))
"""How a JSON text in UTF-16 begins, which is what PowerShell's ``>`` writes."""
_KEYS: Final = re.compile(
    rb'"(?:format_version|terraform_version|lineage|serial|@level|encrypted_data|provider_schemas|planned_values)"\s*:'
)


def configuration_of(data: bytes, name: str) -> Configuration | None:
    """What a plan or a state holds; ``None`` for a file that is neither.

    Raises :class:`InputError` for a plan or state in a form that is not read, and says which command gives the JSON.
    """
    encoding = next((name for mark, name in _ENCODINGS if data.startswith(mark)), None)
    head = data[:_HEAD]
    if encoding is not None:
        head = head.decode(encoding, "ignore").encode("utf-8", "ignore")
        if b"{" not in head[:40]:
            return None
        data = data.decode(encoding, "replace").encode("utf-8", "replace")
    if not head.startswith(_BINARY):
        is_object = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"
        if not is_object or not (_KEYS.search(head) or b'"terraform_version"' in data):
            return None
    from demarcate.sources.terraform.recognition import read_bytes

    return read_bytes(data, name)
