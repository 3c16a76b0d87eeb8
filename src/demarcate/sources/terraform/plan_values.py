"""Values of plans and states: what is not known, what is sensitive, and where resources stand in them."""

import re
from collections.abc import Mapping
from itertools import takewhile
from typing import Any, Final

from demarcate.model import Unknown, Value
from demarcate.sources.terraform.addresses import key_of, step


class _Mark:
    pass


UNKNOWN: Final = _Mark()
"""Stands for a value that is known only after apply."""
HASHED: Final = Unknown("only its hash is kept")
_SCRIPTED: Final = frozenset({"aws_instance", "aws_launch_configuration", "aws_spot_instance_request"})
_HASH: Final = re.compile(r"[0-9a-f]{40}")
SENSITIVE: Final = Unknown("a sensitive value", origin="no-echo")


def merged(after: Any, unknown: Any) -> Any:
    """Values with a mark wherever ``after_unknown`` says that they are not known."""
    if unknown is True:
        return UNKNOWN
    if isinstance(unknown, dict):
        found = dict(after) if isinstance(after, dict) else {}
        for key, each in unknown.items():
            if each is not False:
                found[key] = merged(found.get(key), each)
        return found if found or isinstance(after, dict) else after
    if isinstance(unknown, list) and (isinstance(after, list) or any(each is not False for each in unknown)):
        items = list(after) if isinstance(after, list) else []
        items += [None] * (len(unknown) - len(items))
        return [merged(each, unknown[n] if n < len(unknown) else False) for n, each in enumerate(items)]
    return after


def beside(values: list[Any], expressions: list[Any]) -> list[Any]:
    """The expressions of each of several blocks. Blocks that make a set stand in another order than they are written
    in, so each is told by what is written in it."""
    if len(expressions) < 2 or all(_agree(*each) for each in zip(values, expressions, strict=False)):
        return expressions
    left = list(expressions)
    found: list[Any] = []
    for value in values:
        one = next((each for each in left if _agree(value, each)), None)
        if one is not None:
            left.remove(one)
        found.append(one)
    return [left.pop(0) if each is None and left else each for each in found]


def _agree(value: Any, expressions: Any) -> bool:
    """Whether a block may be the one that is written so: no constant in it is another."""
    if not isinstance(value, dict) or not isinstance(expressions, dict):
        return True
    for name, each in expressions.items():
        if isinstance(each, dict) and "constant_value" in each:
            written, planned = each["constant_value"], value.get(name)
            if planned is UNKNOWN or isinstance(written, list | dict):
                continue
            if written != planned and str(written).lower() != str(planned).lower():
                return False
        inner = value.get(name)
        if isinstance(each, list) and isinstance(inner, list):
            if len(inner) < len(each):
                return False
            if len(each) == 1 and not all(_agree(*pair) for pair in zip(inner, each, strict=False)):
                return False
    return True


def omitted(values: Any, expressions: Any) -> Any:
    """What ``after_unknown`` would say of planned values, which leave out what is not known: arguments that are written
    and are not there."""
    if not isinstance(expressions, dict) or not isinstance(values, dict):
        return False
    found: dict[str, Any] = {}
    for name, each in expressions.items():
        value = values.get(name)
        if name not in values:
            found[name] = True
        elif isinstance(each, list) and isinstance(value, list):
            marks = [omitted(item, each[n]) for n, item in enumerate(value) if n < len(each)]
            if any(marks):
                found[name] = marks
    return found or False


def at(marks: Any, step: str | int) -> Any:
    """The part of ``after_sensitive`` that belongs to a member or item."""
    if isinstance(marks, dict):
        return marks.get(step)
    if isinstance(marks, list) and isinstance(step, int):
        return marks[step] if step < len(marks) else None
    return marks if marks is True else None


def tagged(marks: Any) -> Any:
    """Marks of sensitive values in which ``tags_all`` has those of ``tags``, which the provider copies without."""
    if not isinstance(marks, dict) or not marks.get("tags"):
        return marks
    tags, whole = marks["tags"], marks.get("tags_all")
    if tags is True or whole is True:
        return {**marks, "tags_all": True}
    own = tags if isinstance(tags, dict) else {}
    return {**marks, "tags_all": {**(whole if isinstance(whole, dict) else {}), **own}}


def without(values: Any, marks: Any) -> dict[str, Value]:
    """The values of a resource without those that are marked as sensitive."""
    marks = tagged(marks)
    if not isinstance(values, dict):
        return {}
    return {name: hidden(each, at(marks, name)) for name, each in values.items()} if marks else dict(values)


def hidden(value: Any, sensitive: Any) -> Any:
    """A value in which what is marked as sensitive is not kept."""
    if sensitive is True:
        return SENSITIVE
    if isinstance(value, dict):
        return {key: hidden(each, at(sensitive, key)) for key, each in value.items()}
    if isinstance(value, list):
        return [hidden(each, at(sensitive, number)) for number, each in enumerate(value)]
    return value


def marks_of(paths: Any) -> Any:
    """What ``after_sensitive`` would say of the paths that a raw state lists as ``sensitive_attributes``."""
    found: dict[Any, Any] = {}
    for path in paths if isinstance(paths, list) else ():
        steps = [_step(each) for each in (path if isinstance(path, list) else [path])]
        steps = list(takewhile(lambda each: isinstance(each, str | int), steps))
        if not steps:
            return True
        here = found
        for each in steps[:-1]:
            here = here.setdefault(each, {})
            if here is True:
                break
        else:
            here[steps[-1]] = True
    return found


def _step(step: Any) -> Any:
    """A member's name or an item's number; ``None`` for an item of a set, which is told by its whole value."""
    value = step.get("value") if isinstance(step, dict) else step
    value = value.get("value") if isinstance(value, dict) else value
    return int(value) if isinstance(value, float) and value.is_integer() else value


def is_hash(kind: str, name: str, value: Any) -> bool:
    """Whether a text is but the hash of an argument, which is all that the provider kept of it before version 6."""
    return name == "user_data" and kind in _SCRIPTED and isinstance(value, str) and _HASH.fullmatch(value) is not None


def read(values: Any, path: str) -> Value:
    """What stands at a dotted path of names; ``None`` if nothing does."""
    for name in path.split("."):
        values = values.get(name) if isinstance(values, Mapping) else None
    return values


def resources_in(module: Any) -> list[dict[str, Any]]:
    """The resources of a module of values and of those below it, each with an address and a type."""
    found: list[dict[str, Any]] = []
    pending = [module]
    while pending:
        each = pending.pop()
        if not isinstance(each, dict):
            continue
        items = each.get("resources")
        found += [
            {**item, "address": _whole(item, each.get("address"))}
            for item in (items if isinstance(items, list) else ())
            if isinstance(item, dict) and isinstance(item.get("address"), str) and isinstance(item.get("type"), str)
        ]
        children = each.get("child_modules")
        pending.extend(children if isinstance(children, list) else ())
    return found


def _whole(item: Mapping[str, Any], module: Any) -> str:
    """An address with its module and its key, which Terraform before 0.13 leaves out."""
    address, key = str(item["address"]), item.get("index")
    if isinstance(key, str | int | float) and not key_of(address):
        address += step(key)
    inside = isinstance(module, str) and module and not address.startswith(f"{module}.")
    return f"{module}.{address}" if inside else address
