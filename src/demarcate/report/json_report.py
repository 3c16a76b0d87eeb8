"""The ledger as JSON, ``demarcate.ledger/1``: one line an entry, so that two ledgers differ line by line in git."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from demarcate.catalog import ACCOUNT_OFFERING, Catalog
from demarcate.errors import InputError
from demarcate.model import Ledger, Outcome, Scope, Severity, Status
from demarcate.model.ledger import SCHEMA
from demarcate.report.formats import RenderOptions

_ENCODER: Final = msgspec.json.Encoder()
_LISTS: Final = ("resources", "connections", "duties", "findings", "skipped")
_PIECE: Final = 1000
"""How many entries are encoded at a time."""
_MAPS: Final = ("splits", "not_applicable")


def render(ledger: Ledger, data: Catalog | None = None, options: RenderOptions | None = None) -> Iterator[bytes]:
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


class _Head(msgspec.Struct):
    schema: str = ""


_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_ANOTHER: Final = "name a file that 'demarcate assess --format json=FILE' wrote"


def saved(data: bytes, name: str, known: Catalog) -> Ledger:
    """The ledger of a file's content, for reports without assessing again.

    Raises :class:`InputError`, with the file's ``name``, for what is not a whole ledger of this schema, and for one
    whose entries refer to what it, or the catalogue's list of responsibilities, does not have.
    """
    try:
        head = msgspec.json.decode(data, type=_Head)
    except _UNREADABLE as error:
        raise InputError(_why_not_json(data, error), name, _ANOTHER) from None
    if head.schema != SCHEMA:
        if head.schema.startswith("demarcate.ledger/"):
            what = f"a ledger of schema {head.schema}; this version of Demarcate reads {SCHEMA}"
            raise InputError(what, name, "assess again, or use the version that wrote it")
        raise InputError("JSON, but no ledger: its schema is not demarcate.ledger/…", name, _ANOTHER)
    try:
        ledger = read(data)
    except _UNREADABLE as error:
        raise InputError(f"no valid ledger: {error}", name, "assess again") from None
    problem = next(_broken(ledger, known), None)
    if problem is not None:
        raise InputError(f"no valid ledger: {problem}", name, "assess again")
    return ledger


def _why_not_json(data: bytes, error: Exception) -> str:
    if not data.strip():
        return "empty, so no ledger"
    if "truncated" in str(error):
        return "ends in the middle: the ledger is truncated"
    return "no ledger in JSON" if isinstance(error, msgspec.ValidationError) else f"no JSON, so no ledger: {error}"


def _broken(ledger: Ledger, known: Catalog) -> Iterator[str]:
    """What of a ledger leads nowhere; a ledger that Demarcate wrote has none of this."""
    resources = {each.id: each for each in ledger.resources}
    for each in ledger.resources:
        if each.offering not in ledger.splits:
            yield f"resource {each.id!r} is of offering {each.offering!r}, which splits lacks"
    findings = {each.id for each in ledger.findings}
    for duty in ledger.duties:
        if duty.responsibility not in known.responsibilities:
            yield f"this version of Demarcate knows no responsibility {duty.responsibility!r}"
        elif duty.scope is Scope.RESOURCE and duty.resource not in resources:
            yield f"a duty names resource {duty.resource!r}, which is not listed"
        elif not findings.issuperset(duty.findings):
            yield f"a duty of {duty.resource!r} names a finding that is not listed"
        elif duty.status is not Status.NOT_APPLICABLE:
            offering = resources[duty.resource].offering if duty.scope is Scope.RESOURCE else ACCOUNT_OFFERING
            if duty.responsibility not in ledger.splits.get(offering, {}):
                yield f"splits lacks {duty.responsibility!r} of {offering!r}"
    severities, outcomes = set(Severity), set(Outcome)
    for finding in ledger.findings:
        if finding.severity not in severities or finding.outcome not in outcomes:
            yield f"finding {finding.id!r} is {finding.outcome!r} with severity {finding.severity!r}"
        elif finding.responsibility not in known.responsibilities:
            yield f"this version of Demarcate knows no responsibility {finding.responsibility!r}"
    missing = {each.value for each in Status} - ledger.summary.by_status.keys()
    if missing:
        yield f"summary.by_status lacks {', '.join(sorted(missing))}"


def plain(value: Any) -> bytes:
    """Any other result (an explanation, a comparison, a list) as indented JSON with a newline at the end."""
    return msgspec.json.format(_ENCODER.encode(value), indent=2) + b"\n"
