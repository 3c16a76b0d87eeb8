"""Terraform's JSON files: which one a file is, and the error for a form that is not read."""

import re
from typing import Any, Final

import msgspec

from demarcate.errors import InputError
from demarcate.sources.terraform.instances import Configuration
from demarcate.sources.terraform.plan import read_plan
from demarcate.sources.terraform.state import read_state, read_tfstate

SHOW: Final = "terraform show -json PLANFILE > plan.json"
_ADDRESS: Final = re.compile(rb'"address"\s*:\s*"((?:[^"\\]|\\.)*)"')


def read_bytes(data: bytes, name: str) -> Configuration:
    """The configuration that a plan or a state holds.

    Raises :class:`InputError` for what is broken, too deep, or in a form that is not read: a binary or encrypted file,
    the log of ``terraform plan -json``, a state of an old version.
    """
    if data.startswith(b"PK\x03\x04"):
        if b"tfplan" not in data:
            raise InputError("a ZIP archive, not a plan", name, "unpack it first")
        raise InputError("a binary plan", name, f"write it as JSON: {SHOW}")
    if data.startswith(b"\x1f\x8b"):
        raise InputError("a compressed file", name, "unpack it first")
    value = _decoded(data, name)
    if "encrypted_data" in value:
        mend = "write it as JSON where its key is known: tofu show -json FILE"
        raise InputError("an encrypted plan or state", name, mend)
    if "@level" in value:
        raise InputError("the log of plan -json, not a plan", name, f"save the plan with -out=PLANFILE, then {SHOW}")
    if "provider_schemas" in value:
        raise InputError("the providers' schemas, not a plan", name, SHOW)
    lines = Lines(data)
    try:
        if "planned_values" in value or "resource_changes" in value:
            return read_plan(value, name, lines)
        if "format_version" in value:
            return read_state(value, name, lines)
        return read_tfstate(value, name, lines)
    except RecursionError:
        raise InputError("nested too deeply", name) from None


def _decoded(data: bytes, name: str) -> dict[str, Any]:
    text = data.removeprefix(b"\xef\xbb\xbf")
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        first = text.lstrip().split(b"\n", 1)[0]
        if b'"@level"' in first:
            raise InputError(
                "the log of plan -json, not a plan", name, f"save the plan with -out=PLANFILE, then {SHOW}"
            ) from None
        what, line = _mistake(text, error)
        raise InputError(what, f"{name}:{line}", "is the file whole?") from None
    if not isinstance(value, dict):
        raise InputError("not a plan or state", name, SHOW)
    return value


def _mistake(text: bytes, error: Exception) -> tuple[str, int]:
    """What is wrong with a JSON text, and in which line; plans are written on one, so the byte is said too."""
    message = str(error)
    if isinstance(error, RecursionError):
        return "nested too deeply", 1
    found = re.search(r"byte (\d+)", message)
    at = int(found[1]) if found else 0
    if "truncated" in message:
        at = len(text.rstrip())
        message = f"it ends at byte {at:,}, in the middle"
    elif "UTF-8" in message:
        try:
            text.decode()
        except UnicodeDecodeError as where:
            at = where.start
        message = f"not UTF-8 (byte {at:,})"
    return f"not valid JSON: {message}", text.count(b"\n", 0, at) + 1


class Lines:
    """The line on which the entry of an address stands, found with one look through the text when first asked for."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._found: dict[str, int] | None = None

    def of(self, address: str) -> int | None:
        """The line of an address, from 1; ``None`` if the text does not have it."""
        if self._found is None:
            self._found = {}
            line, at = 1, 0
            for match in _ADDRESS.finditer(self._data):
                line += self._data.count(b"\n", at, match.start())
                at = match.start()
                try:
                    plain = b"\\" not in match[1]
                    text = match[1].decode() if plain else msgspec.json.decode(b'"' + match[1] + b'"', type=str)
                except (msgspec.DecodeError, UnicodeDecodeError):
                    continue
                self._found.setdefault(text, line)
        return self._found.get(address)
