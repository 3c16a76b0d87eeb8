"""Values while they are evaluated: what is not known, sets, text; and the limits that keep evaluation bounded."""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import msgspec

from demarcate.errors import InputError
from demarcate.model import NO_VALUE, Reference, Unknown, Value
from demarcate.sources.terraform.addresses import base_of
from demarcate.sources.terraform.instances import Json

MAX_TEXT: Final = 1_000_000
"""The longest text that an expression may make, in characters."""
MAX_ITEMS: Final = 200_000
"""The most values that one value may be made of."""
MAX_CASES: Final = 4
"""How deep choices between two values are followed through functions and operators."""
IDENTIFYING: Final = frozenset(
    {"id", "arn", "name", "bucket", "identifier", "key", "url", "endpoint", "address", "invoke_arn", "self_link"}
)
"""Attributes that name a resource: a reference to one stays a reference, whether or not its value is written down."""


class EvaluationError(InputError):
    """An expression that Terraform would refuse too; ``try`` and ``can`` take notice of it."""


class TooLargeError(InputError):
    """A value past the limits; it becomes unknown, whatever ``try`` says."""


class SetList(list[Any]):
    """A set: sorted, without duplicates. A plain list once it is in an instance's values."""


class Opaque:
    """A resource or a module as a value: its attributes are looked up when asked for. With ``uncertain``, it stands for
    instances of unknown number."""

    __slots__ = ("uncertain",)
    uncertain: bool

    def attribute(self, name: str) -> Value:
        """The value of an attribute; raises :class:`EvaluationError` where there is none."""
        raise NotImplementedError

    def unknown(self) -> Unknown:
        """What stands for the whole of it in a value."""
        raise NotImplementedError


def identifies(attribute: str) -> bool:
    """Whether an attribute names its resource."""
    return attribute in IDENTIFYING or attribute.endswith(("_id", "_arn", "_name", "_identifier"))


def unknown_in(values: Iterable[Value]) -> Iterator[Unknown]:
    """Every unknown in some values, at any depth, in order.

    Raises :class:`TooLargeError` past the limit of size.
    """
    pending = list(values)
    pending.reverse()
    seen = 0
    while pending:
        item = pending.pop()
        kind = type(item)
        if kind is Unknown:
            yield item
        elif kind is dict:
            seen += len(item)
            pending.extend(reversed(item.values()))
        elif kind is list or kind is SetList:
            seen += len(item)
            pending.extend(reversed(item))
        elif kind is Json:
            pending.append(item.value)
        elif isinstance(item, Opaque):
            yield item.unknown()
        if seen > MAX_ITEMS:
            raise TooLargeError(f"a value of more than {MAX_ITEMS:,} parts")


def is_known(*values: Value) -> bool:
    """Whether no part of the values is unknown."""
    return next(unknown_in(values), None) is None


def references_of(values: Iterable[Value]) -> tuple[Reference, ...]:
    """The references of every unknown in some values, each once."""
    return tuple(dict.fromkeys(reference for each in unknown_in(values) for reference in each.references))


def derived(*values: Value, text: str | None = None, why: str = "", maybe_absent: bool = False) -> Unknown:
    """An unknown that is made from unknown values: it keeps their references, and their origin if they share one."""
    found = list(unknown_in(values))
    if not found:
        return Unknown(why or "not known before apply", text=text, maybe_absent=maybe_absent)
    origins = {each.origin for each in found}
    origin: str | None = next((name for name in ("no-echo", "no-echo-default", "secret") if name in origins), None)
    if origin is None:
        origin = found[0].origin if len(origins) == 1 else "deployment"
    references = tuple(dict.fromkeys(reference for each in found for reference in each.references))
    return Unknown(why or found[0].why, references, text, maybe_absent, origin)


def by_cases(function: Callable[[Value], Value], value: Unknown, depth: int = 0) -> Value | None:
    """A function of a choice between two values as a choice between its results; ``None`` if that leads too far.

    A branch that Terraform would refuse is unknown.
    """
    if value.cases is None or depth >= MAX_CASES:
        return None
    condition, *branches = value.cases
    results: list[Value] = []
    for branch in branches:
        given = None if branch is NO_VALUE else branch
        if type(given) is Unknown and given.cases is not None:
            result = by_cases(function, given, depth + 1)
            if result is None:
                return None
        else:
            try:
                result = function(given)
            except EvaluationError as error:
                result = Unknown(error.what)
        results.append(result)
    return choice(condition, results[0], results[1], value.why)


def tells(value: Value) -> bool:
    """Whether a value says what it is, so that another one that says the same is the same."""
    return is_known(value) or (type(value) is Unknown and value.text is not None and "${}" not in value.text)


def choice(condition: str, one: Value, other: Value, why: str) -> Value:
    """The choice between two values by a condition that is not decided; the value itself if both are the same."""
    if one is other or (type(one) is type(other) and one == other and tells(one)):
        return one
    branches = [NO_VALUE if each is None else each for each in (one, other)]
    absent = any(each is NO_VALUE or (type(each) is Unknown and each.maybe_absent) for each in branches)
    return Unknown(
        why,
        references_of(each for each in branches if each is not NO_VALUE),
        maybe_absent=absent,
        cases=(condition, branches[0], branches[1]),
    )


def extended(value: Unknown, step: str) -> Value:
    """An attribute (``.name``) or an item (``[0]``) of an unknown value."""
    text, references = None, value.references
    if value.text is not None and value.text.startswith("${") and value.text.find("}") == len(value.text) - 1:
        inner = value.text[2:-1]
        text = "${" + inner + step + "}"
        if len(references) == 1 and inner == f"{references[0].resource}.{references[0].attribute}":
            reference = references[0]
            references = (msgspec.structs.replace(reference, attribute=reference.attribute + step),)
    return Unknown(value.why, references, text, value.maybe_absent, value.origin, value.open or text is None)


def never_null(value: Unknown) -> bool:
    """Whether an unknown is sure to be a text with something in it: what names a resource, or has literal parts."""
    if value.cases is not None or value.maybe_absent or not value.text:
        return False
    if not value.text.startswith("${") or value.text.find("}") != len(value.text) - 1:
        return re.sub(r"\$\{[^}]*\}", "", value.text) != ""
    return len(value.references) == 1 and _is_own(value.references[0], value.origin)


_ALWAYS_READ: Final = frozenset({"id", "arn", "name", "account_id", "partition", "region", "json", "user_id"})


def _is_own(reference: Reference, origin: str) -> bool:
    """Whether an attribute is one that its resource always has; ``aws_kms_key`` has its ``key_id``, but perhaps no
    ``kms_key_id`` of another one."""
    attribute = reference.attribute
    if reference.resource.startswith("data.") or ".data." in reference.resource:
        return attribute in _ALWAYS_READ
    if origin != "reference":
        return False
    parts = base_of(reference.resource).split(".")
    return attribute in IDENTIFYING or (len(parts) > 1 and parts[-2].endswith("_" + attribute.rsplit("_", 1)[0]))


# text -----------------------------------------------------------------------------------------------------------------


def number_text(value: int | float) -> str:
    """A number as Terraform writes it."""
    if isinstance(value, int):
        return str(value)
    if value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    text = repr(value)
    if "e" in text:
        text = format(value, ".20f").rstrip("0").rstrip(".") if abs(value) < 1 else str(int(value))
    return text


def to_text(value: Value) -> str:
    """A known scalar as text. Raises :class:`EvaluationError` for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, Json):
        return json_text(value.value)
    raise EvaluationError(
        "null where a text is wanted" if value is None else "a list or an object where a text is wanted"
    )


def join(parts: list[Value]) -> Value:
    """The concatenation of scalars: text, or an unknown whose ``text`` has what is known."""
    chosen = [number for number, each in enumerate(parts) if type(each) is Unknown and each.cases is not None]
    if len(chosen) == 1:
        place = chosen[0]
        result = by_cases(lambda each: join([*parts[:place], each, *parts[place + 1 :]]), parts[place])
        if result is not None:
            return result
    texts: list[str] = []
    unknown: list[Unknown] = []
    literal = False
    for part in parts:
        if isinstance(part, Opaque):
            part = part.unknown()
        if type(part) is Json and not is_known(part.value):
            part = Unknown("holds values that are not known", references_of([part]), json_text(part.value))
        if type(part) is Unknown:
            unknown.append(part)
            texts.append(part.text if part.text is not None else "${}")
        else:
            text = to_text(part)
            literal = literal or text != ""
            texts.append(text)
    joined = "".join(texts)
    if len(joined) > MAX_TEXT:
        raise TooLargeError(f"a text of more than {MAX_TEXT:,} characters")
    if not unknown:
        return joined
    origins = {each.origin for each in unknown}
    origin = "deployment" if literal or len(origins) > 1 else unknown[0].origin
    if not literal and len(unknown) == 1:
        return unknown[0]
    if len(origins) == 1 and unknown[0].origin == "reference":
        origin = "reference"
    is_open = any(each.open or each.text is None for each in unknown)
    return Unknown(unknown[0].why, references_of(unknown), joined, origin=origin, open=is_open)


_UNSAFE: Final = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def json_text(value: Value) -> str:
    """The text that ``jsonencode`` makes; where a part is not known, its own text (``${…}``) stands as a string.

    Raises :class:`TooLargeError` past the limits.
    """
    for _ in unknown_in([value]):
        pass  # bounded, so that writing it out is
    text = json.dumps(_plain(value), separators=(",", ":"), ensure_ascii=False, sort_keys=True)
    if len(text) > MAX_TEXT:
        raise TooLargeError(f"a text of more than {MAX_TEXT:,} characters")
    return text.translate(_UNSAFE)


def _plain(value: Value) -> Value:
    if isinstance(value, Opaque):
        value = value.unknown()
    if type(value) is Unknown:
        return value.text if value.text is not None else "${}"
    if type(value) is Json:
        return json_text(value.value)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return int(value)
    return value


def json_number(text: str) -> int | float:
    """A number of JSON or HCL: whole ones as ``int``. Raises :class:`EvaluationError` for ones past all measure."""
    try:
        if text.isdigit() and len(text) < 400:
            return int(text)
        value = float(text)
    except ValueError:
        raise EvaluationError(f"{text[:40]!r} is no number") from None
    if not math.isfinite(value):
        raise EvaluationError("a number past all measure")
    if value.is_integer() and abs(value) < 1e300:
        return int(text) if re.fullmatch(r"-?\d{1,400}", text) else int(value)
    return value


def plain_value(value: Value) -> Value:
    """A value as an instance holds it: sets as lists, resources and modules as unknowns.

    Raises :class:`TooLargeError` past the limit of size.
    """
    kind = type(value)
    if kind is str or kind is bool or kind is Unknown or kind is int or value is None or kind is float:
        return value
    for _ in unknown_in([value]):
        pass
    return _finished(value)


def _finished(value: Value) -> Value:
    kind = type(value)
    if kind is dict:
        return {key: _finished(each) for key, each in value.items()}
    if kind is list or kind is SetList:
        return [_finished(each) for each in value]
    if kind is Json:
        return Json(_finished(value.value))
    if isinstance(value, Opaque):
        return value.unknown()
    return value
