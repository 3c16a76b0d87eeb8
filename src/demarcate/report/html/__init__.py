"""The ledger as one HTML page that needs no network: its data, its program and its style stand in it.

The page's program is built from the folder ``web`` (``make web``); what is built lies in ``assets``. Everything that
comes from the estate reaches the page as JSON in an element that browsers do not execute, and the program shows it as
text only; the page's own policy lets it load nothing, and run nothing but that program.
"""

import base64
import hashlib
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from demarcate.catalog import Catalog
from demarcate.model import Ledger
from demarcate.report.formats import RenderOptions
from demarcate.report.html.payload import payload

__all__ = ["render"]

_ASSETS: Final = Path(__file__).parent / "assets"
_COMPRESS_FROM: Final = 2_000_000
"""From how many bytes of JSON on it is deflated: a small report stays one that other programs can search."""
_LEVEL: Final = 6
_COLUMNS: Final = 57 * 1024  # a multiple of three, so that pieces of base64 join
_ESCAPES: Final = ((b"<", b"\\u003c"), (b"\xe2\x80\xa8", b"\\u2028"), (b"\xe2\x80\xa9", b"\\u2029"))
"""What could end the element that the JSON stands in, or a line of a program; in JSON they stand only in strings."""


def render(ledger: Ledger, data: Catalog, options: RenderOptions) -> Iterator[bytes]:
    """The page in pieces, UTF-8; the same ledger and catalogue give the same bytes.

    Raises :class:`demarcate.errors.CatalogError` if a service file that the ledger needs breaks the format.
    """
    script, style = _asset("report.js"), _asset("report.css")
    body = msgspec.json.encode(payload(ledger, data, options))
    for character, escape in _ESCAPES:
        body = body.replace(character, escape)
    packed = len(body) >= _COMPRESS_FROM
    yield _HEAD.format(policy=_policy(script, style), resources=f"{ledger.summary.resources:,}").encode()
    yield b"<style>" + style + b"</style>\n</head>\n"
    yield _BODY
    yield b'<script type="application/json" id="report-data" data-form="%s">' % (b"deflate" if packed else b"plain")
    if packed:
        deflated = zlib.compress(body, _LEVEL)
        for start in range(0, len(deflated), _COLUMNS):
            yield base64.b64encode(deflated[start : start + _COLUMNS])
    else:
        yield body
    yield b"</script>\n<script>" + script + b"</script>\n</body>\n</html>\n"


@cache
def _asset(name: str) -> bytes:
    return (_ASSETS / name).read_bytes().strip()


def _policy(script: bytes, style: bytes) -> str:
    """The page's content security policy: nothing from anywhere, and only this program and this style."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(content: bytes) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content).digest()).decode()


_HEAD: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Demarcate">
<title>Shared responsibility of {resources} resources · Demarcate</title>
"""
_BODY: Final = b"""<body>
<div id="app"><main class="wait"><h1>Demarcate</h1><p>Reading the report\xe2\x80\xa6</p></main></div>
<noscript><p>This report draws itself with a script that is part of the file. Allow scripts for it, or write another
format: demarcate report LEDGER.json --format markdown.</p></noscript>
"""
