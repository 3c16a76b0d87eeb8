"""Functions of text."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from demarcate.model import Unknown, Value
from demarcate.sources.terraform.hcl.functions.calls import Function
from demarcate.sources.terraform.hcl.functions.formats import format_list, format_text
from demarcate.sources.terraform.hcl.functions.patterns import Pattern, compiled, replaced
from demarcate.sources.terraform.hcl.operations import to_number
from demarcate.sources.terraform.hcl.values import MAX_TEXT, EvaluationError, TooLargeError, derived, join, to_text


def _on_text(function: Callable[..., Value]) -> Callable[..., Value]:
    """A function all of whose arguments are texts."""
    return lambda *values: function(*(to_text(each) for each in values))


def _join(separator: Value, *lists: Value) -> Value:
    if any(isinstance(each, Unknown) for each in (separator, *lists)):
        return derived(separator, *lists)
    parts: list[Value] = []
    for items in lists:
        if not isinstance(items, list):
            raise EvaluationError("join of what is no list")
        for each in items:
            if parts:
                parts.append(separator)
            parts.append(each)
    return join(parts)


def _split(separator: str, text: str) -> Value:
    if not separator:
        return list(text)
    return text.split(separator) if text else []


def _substring(text: Value, offset: Value, length: Value) -> Value:
    whole, start, count = to_text(text), to_number(offset), to_number(length)
    if start < 0:
        start = max(0, len(whole) + start)
    return whole[start:] if count < 0 else whole[start : start + count]


def _indent(spaces: Value, text: Value) -> Value:
    number = to_number(spaces)
    if number < 0 or number * (to_text(text).count("\n") + 1) > MAX_TEXT:
        raise TooLargeError(f"a text of more than {MAX_TEXT:,} characters")
    return to_text(text).replace("\n", "\n" + " " * number)


def _title(text: str) -> str:
    return re.sub(r"(?<![\w'])[^\W\d_]", lambda match: match[0].upper(), text)


def _replace(text: str, old: str, new: str) -> str:
    if len(old) > 1 and old.startswith("/") and old.endswith("/"):
        return replaced(compiled(old[1:-1], text), text, new)
    if len(text) + text.count(old) * len(new) > MAX_TEXT * 2:
        raise TooLargeError(f"a text of more than {MAX_TEXT:,} characters")
    return text.replace(old, new)


def _found(pattern: Pattern, match: Any) -> Value:
    """The whole match, or the groups: by name if they have names, else in order."""
    if pattern.names:
        return {name: match[name] for name in sorted(pattern.names)}
    return list(match.groups()) if pattern.groups else match[0]


def _regex(source: str, text: str) -> Value:
    pattern = compiled(source, text)
    match = pattern.search(text)
    if match is None:
        raise EvaluationError("the pattern does not match")
    return _found(pattern, match)


def _regex_all(source: str, text: str) -> Value:
    pattern = compiled(source, text)
    return [_found(pattern, match) for match in pattern.all(text)]


_TEXT: Final[Mapping[str, tuple[Callable[..., Value], int]]] = {
    "chomp": (lambda text: re.sub(r"(?:\r\n|\r|\n)+\Z", "", text), 1),
    "endswith": (str.endswith, 2),
    "startswith": (str.startswith, 2),
    "strcontains": (lambda text, part: part in text, 2),
    "lower": (str.lower, 1),
    "upper": (str.upper, 1),
    "title": (_title, 1),
    "trimspace": (str.strip, 1),
    "trim": (lambda text, signs: text.strip(signs) if signs else text, 2),
    "trimprefix": (str.removeprefix, 2),
    "trimsuffix": (str.removesuffix, 2),
    "strrev": (lambda text: text[::-1], 1),
    "split": (_split, 2),
    "replace": (_replace, 3),
    "regex": (_regex, 2),
    "regexall": (_regex_all, 2),
}
STRINGS: Final[Mapping[str, Function]] = {
    **{name: Function(_on_text(function), count, count) for name, (function, count) in _TEXT.items()},
    "join": Function(_join, 2, 100, "none"),
    "substr": Function(_substring, 3, 3),
    "indent": Function(_indent, 2, 2),
    "format": Function(format_text, 1, 1_000, "none"),
    "formatlist": Function(format_list, 1, 1_000, "none"),
}
