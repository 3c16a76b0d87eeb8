"""``format`` and ``formatlist``, with unknown arguments kept as parts of the text."""

import json
import re
from collections.abc import Mapping
from typing import Final

from demarcate.model import Unknown, Value
from demarcate.sources.terraform.hcl.operations import to_bool, to_number
from demarcate.sources.terraform.hcl.values import (
    EvaluationError,
    Opaque,
    TooLargeError,
    derived,
    is_known,
    join,
    json_text,
    number_text,
    to_text,
)
from demarcate.sources.terraform.instances import Json

_VERB: Final = re.compile(r"%(?:%|([ +#0-]*)(\d+)?(?:\.(\d+))?(?:\[(\d+)\])?(.)?)", re.DOTALL)
MAX_WIDTH: Final = 10_000


def format_text(template: Value, *arguments: Value) -> Value:
    """``format``: a text, or an unknown that has the known parts of one."""
    if isinstance(template, Unknown | Opaque):
        return derived(template, *arguments)
    text = to_text(template)
    parts: list[Value] = []
    at = used = 0
    most_used = 0
    for match in _VERB.finditer(text):
        parts.append(text[at : match.start()])
        at = match.end()
        if match[0] == "%%":
            parts.append("%")
            continue
        flags, width, precision, place, verb = match.groups()
        numbers = [int(each) if each else None for each in (width, precision)]
        if any(each is not None and not 0 <= each <= MAX_WIDTH for each in numbers):
            raise TooLargeError(f"a width of more than {MAX_WIDTH:,}")
        if place is not None:
            used = int(place) - 1
        if verb is None or not 0 <= used < len(arguments):
            raise EvaluationError("format has fewer arguments than verbs")
        parts.append(_one(verb, flags or "", numbers[0], numbers[1], arguments[used]))
        used += 1
        most_used = max(most_used, used)
    parts.append(text[at:])
    if most_used < len(arguments) and "[" not in text:
        raise EvaluationError("format has more arguments than verbs")
    return join(parts)


def _one(verb: str, flags: str, width: int | None, precision: int | None, value: Value) -> Value:
    if isinstance(value, Opaque):
        value = value.unknown()
    if isinstance(value, Json) and is_known(value):
        value = json_text(value.value)
    if not is_known(value):
        if isinstance(value, Unknown) and verb in "sqvdt" and width is None and precision is None:
            return join(['"', value, '"']) if verb == "q" else value
        return derived(value)
    text = _known(verb, flags, precision, value)
    if width is not None:
        zero = "0" in flags and "-" not in flags and verb not in "sqv"
        text = text.zfill(width) if zero else text.ljust(width) if "-" in flags else text.rjust(width)
    return text


_WHOLE: Final[Mapping[str, str]] = {"d": "d", "b": "b", "o": "o", "x": "x", "X": "X"}


def _known(verb: str, flags: str, precision: int | None, value: Value) -> str:
    if verb == "v":
        if isinstance(value, str) and "#" not in flags:
            return value if precision is None else value[:precision]
        if isinstance(value, bool | int | float) and "#" not in flags:
            return to_text(value)
        return json_text(value)
    if verb in ("s", "q"):
        text = to_text(value)
        text = text if precision is None else text[:precision]
        return json.dumps(text, ensure_ascii=False) if verb == "q" else text
    if verb == "t":
        return "true" if to_bool(value) else "false"
    sign = "+" if "+" in flags else " " if " " in flags else ""
    if verb in ("x", "X") and isinstance(value, str):
        return format(int.from_bytes(value.encode()), f"0{2 * len(value.encode())}{verb}") if value else ""
    number = to_number(value)
    if verb in _WHOLE:
        return format(int(number), sign + ("#" if "#" in flags and verb in "xXo" else "") + _WHOLE[verb])
    if verb in "eEfFgG":
        if verb in "gG" and precision is None:
            shown = number_text(number) if 1e-4 <= abs(number) < 1e21 or number == 0 else _exponent(repr(float(number)))
            return (sign if number >= 0 else "") + shown
        return format(float(number), f"{sign}.{6 if precision is None else precision}{verb}")
    raise EvaluationError(f"format has no verb %{verb}")


def _exponent(text: str) -> str:
    return re.sub(r"e([+-])(\d)$", r"e\g<1>0\2", text)


def format_list(template: Value, *arguments: Value) -> Value:
    """``formatlist``: the template once for each item of the lists among the arguments."""
    if any(isinstance(each, Unknown | Opaque) for each in (template, *arguments)) and not any(
        isinstance(each, list) for each in arguments
    ):
        return derived(template, *arguments)
    lengths = {len(each) for each in arguments if isinstance(each, list)}
    if len(lengths) > 1:
        raise EvaluationError("formatlist has lists of different lengths")
    if not lengths:
        return [format_text(template, *arguments)]
    return [
        format_text(template, *(each[number] if isinstance(each, list) else each for each in arguments))
        for number in range(lengths.pop())
    ]
