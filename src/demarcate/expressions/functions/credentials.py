"""Credentials that stand in plain text. What is found is never shown: only where, of which kind, and a fingerprint.

The kinds are catalogue data (``secret_patterns.yaml``).
"""

import base64
import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final

import msgspec

from demarcate.catalog.yaml_files import CATALOG_ROOT, load
from demarcate.expressions.unknowns import Partial
from demarcate.model import Unknown, Value

MAX_TEXT: Final = 200_000
"""The longest text that is searched; a longer one is searched up to here."""


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A kind of credential: a ``pattern`` over the text, or over the text under a ``key`` that names a credential."""

    id: str
    title: str
    pattern: str
    marks: tuple[str, ...] = ()
    """One of these stands, in lower case, in every text that the pattern matches; empty: in no particular one."""
    key: str = ""
    unless: str = ""
    entropy: float = 0.0
    """The least Shannon entropy (bits a character) of the matched text, so that words are passed by."""


class _Kinds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kinds: tuple[Kind, ...]
    documented_examples: tuple[str, ...] = ()


@cache
def _kinds() -> _Kinds:
    return load(CATALOG_ROOT / "secret_patterns.yaml", _Kinds)


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    """A pattern, compiled when it is first needed: few texts have a mark of any."""
    return re.compile(pattern)


def fingerprint(text: str) -> str:
    """A short fingerprint of a secret, so that the same one is recognised in two places: 8 hexadecimal digits."""
    return hashlib.sha256(b"demarcate:" + text.encode("utf-8", "replace")).hexdigest()[:8]


def secrets(value: Value) -> Value:
    """What looks like a credential anywhere in a value, as a list of ``{path, kind, fingerprint}``.

    References, dynamic references and NoEcho parameters are no secrets; another value that is not known makes the list
    incomplete.
    """
    found: list[Value] = []
    partial = False
    for path, key, item in _scalars(value, "", ""):
        if type(item) is Unknown:
            if item.origin == "no-echo-default":
                found.append({"path": path, "kind": "no-echo-default", "fingerprint": ""})
            elif not item.origin:
                partial = True
            if item.text and item.origin not in ("secret", "ssm"):
                found += _in_text(path, key, item.text, whole=False)
        elif isinstance(item, str):
            found += _in_text(path, key, item, whole=True)
    return Partial(found) if partial else found


def looks_like_secret(text: str) -> bool:
    """Whether a text by itself, under no name that says so, looks like a credential."""
    return len(text) >= _LEAST and _searched("", text[:MAX_TEXT], True) is not None


_LEAST: Final = 12
"""A shorter text can be a credential only by the name that it stands under."""


def _scalars(value: Value, path: str, key: str) -> Iterator[tuple[str, str, Value]]:
    if isinstance(value, dict):
        name, content = value.get("Name", value.get("Key")), value.get("Value")
        if isinstance(name, str) and content is not None and not isinstance(content, dict | list):
            yield f"{path}.{name}".lstrip("."), name, content
            value = {each: item for each, item in value.items() if each not in ("Name", "Key", "Value")}
        for each, item in value.items():
            yield from _scalars(item, f"{path}.{each}".lstrip("."), str(each))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _scalars(item, f"{path}[{number}]", key)
    elif value is not None:
        yield path, key, value


def _in_text(path: str, key: str, text: str, *, whole: bool) -> list[Value]:
    found = _searched(key, text[:MAX_TEXT], whole)
    return [] if found is None else [{"path": path, "kind": found[0], "fingerprint": found[1]}]


@lru_cache(maxsize=8192)
def _searched(key: str, text: str, whole: bool) -> tuple[str, str] | None:
    """The kind and the fingerprint of the first credential in a text, or in what it encodes (Base64), if any."""
    for each in (text, _decoded(text)):
        found = _first(key, each, whole) if each else None
        if found is not None:
            return found
    return None


_BASE64: Final = re.compile(r"\s*[A-Za-z0-9+/]{16,}[A-Za-z0-9+/\s]*={0,2}\s*")


def _decoded(text: str) -> str | None:
    """The text that another encodes in Base64, as user data do; ``None`` if it encodes no text."""
    if len(text) < _LEAST or not _BASE64.fullmatch(text):
        return None
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("utf-8")
    except ValueError:
        return None


def _first(key: str, text: str, whole: bool) -> tuple[str, str] | None:
    data = _kinds()
    folded = text.casefold()
    for kind in data.kinds:
        if kind.key and (not whole or not _regex(kind.key).search(key)):
            continue
        if kind.marks and not any(mark in folded for mark in kind.marks):
            continue
        for match in _regex(kind.pattern).finditer(text):
            secret = match[match.lastindex or 0]
            if secret in data.documented_examples or (kind.unless and _regex(kind.unless).search(secret)):
                continue
            if kind.entropy and entropy(secret) < kind.entropy:
                continue
            return kind.id, fingerprint(secret)
    return None


def entropy(text: str) -> float:
    """Shannon entropy of a text, in bits a character; 0 for an empty one."""
    if not text:
        return 0.0
    counts = Counter(text)
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts.values())
