"""The ledger as JSON, ``demarcate.ledger/1``: one line an entry, so that two ledgers differ line by line in git."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from demarcate.model import Ledger

_ENCODER: Final = msgspec.json.Encoder()
_LISTS: Final = ("resources", "connections", "duties", "findings", "skipped")
_PIECE: Final = 1000
"""How many entries are encoded at a time."""
_MAPS: Final = ("splits", "not_applicable")


def render(ledger: Ledger) -> Iterator[bytes]:
    """The ledger's JSON in pieces, UTF-8, with a newline at the end; the same ledger gives the same bytes."""
    yield b'{"schema": ' + _ENCODER.encode(ledger.schema)
    yield b',\n"tool": ' + _ENCODER.encode(ledger.tool)
    yield b',\n"summary": ' + _ENCODER.encode(ledger.summary)
    for name in _MAPS:
        entries = getattr(ledger, name).items()
        body = (_ENCODER.encode(key) + b": " + _ENCODER.encode(value) for key, value in entries)
        yield _block(name, body)
    for name in _LISTS:
        yield b',\n"' + name.encode() + b'": ['
        entries = getattr(ledger, name)
        for start in range(0, len(entries), _PIECE):
            # a JSON text holds no line break of its own, so each one ends an entry
            lines = _ENCODER.encode_lines(entries[start : start + _PIECE]).removesuffix(b"\n")
            yield (b",\n" if start else b"\n") + lines.replace(b"\n", b",\n")
        yield b"\n]" if entries else b"]"
    yield b"}\n"


def _block(name: str, lines: Iterable[bytes]) -> bytes:
    body = b",\n".join(lines)
    return b',\n"' + name.encode() + b'": {' + (b"\n" + body + b"\n" if body else b"") + b"}"


def read(data: bytes) -> Ledger:
    """A ledger from its JSON. Raises :class:`msgspec.DecodeError` (or its ``ValidationError``) for anything else."""
    return msgspec.json.decode(data, type=Ledger)


def plain(value: Any) -> bytes:
    """Any other result (an explanation, a comparison, a list) as indented JSON with a newline at the end."""
    return msgspec.json.format(_ENCODER.encode(value), indent=2) + b"\n"
