"""CloudFormation's intrinsic functions over partly known values. Pure: a template and its context in, values out."""

import base64
import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from demarcate.model import NO_VALUE, Reference, Unknown, Value, contains_unknown

_SUB_VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")
_DYNAMIC: Final = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):[^}]*\}\}")
MAX_TEXT: Final = 1_000_000
"""The longest text that substitution may make; a longer one becomes unknown."""


class Context(Protocol):
    """What a template's functions may ask for. Every method gives a value, never raises for a missing name."""

    def ref(self, name: str) -> Value:
        """The value of ``Ref name``."""

    def attribute(self, name: str, attribute: str) -> Value:
        """The value of ``Fn::GetAtt [name, attribute]``."""

    def condition(self, name: str) -> bool | Unknown:
        """The truth of a named condition."""

    def id_of(self, name: str) -> str:
        """The id of a name of this template in the estate."""

    def mapping(self, name: str) -> Value:
        """The mapping of a name, or an unknown."""

    def imported(self, name: str) -> Value:
        """The value of an export of another stack of the estate, or an unknown."""


_SCALARS: Final = frozenset({str, bool, int, float, type(None)})
_NO_NAME: Final = "a reference to what is no name"


def resolve(value: Value, context: Context) -> Value:
    """A template value with its functions evaluated; what cannot be known is an :class:`Unknown` that says why.

    Raises :class:`InputError` for conditions that depend on themselves.
    """
    if isinstance(value, str):
        return _dynamic(value) if "{{resolve:" in value else value
    if isinstance(value, dict):
        if len(value) == 1:
            ((key, argument),) = value.items()
            if key == "Ref":
                # AWS::LanguageExtensions lets functions make up the name
                name = argument if isinstance(argument, str) else resolve(argument, context)
                if isinstance(name, str):
                    return context.ref(name)
                return Unknown(
                    f"a reference whose name is not known: {name.why}" if isinstance(name, Unknown) else _NO_NAME
                )
            if key.startswith("Fn::"):
                return _call(key, argument, context)
        found = {}
        for key, item in value.items():
            if type(item) in _SCALARS and (type(item) is not str or "{{" not in item):
                found[key] = item  # most members, so without a call
                continue
            resolved = resolve(item, context)
            if resolved is not NO_VALUE:
                found[key] = resolved
        return found
    if isinstance(value, list):
        return [resolved for item in value if (resolved := resolve(item, context)) is not NO_VALUE]
    return value


def _dynamic(value: str) -> Value:
    match = _DYNAMIC.search(value)
    if match is None:
        return value
    kind = {"ssm": "a Systems Manager parameter", "ssm-secure": "a secure Systems Manager parameter"}.get(
        match[1], "a Secrets Manager secret"
    )
    origin = "ssm" if match[1] == "ssm" else "secret"
    return Unknown(f"read from {kind} at deployment", text=value, origin=origin, open=False)


def _call(key: str, argument: Value, context: Context) -> Value:
    function = _FUNCTIONS.get(key.removeprefix("Fn::"))
    if function is None:
        return Unknown(f"{key} is not evaluated")
    try:
        return function(argument, context)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError):
        return Unknown(f"{key} has arguments that it does not take")


def _references(values: list[Value]) -> tuple[Reference, ...]:
    found: dict[Reference, None] = {}
    pending = list(reversed(values))
    while pending:
        item = pending.pop()
        if isinstance(item, Unknown):
            found.update(dict.fromkeys(item.references))
        elif isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return tuple(found)


def _first_unknown(*values: Value) -> Unknown | None:
    return next((value for value in values if isinstance(value, Unknown)), None)


def _text_of(value: Value) -> str:
    """A known scalar as CloudFormation writes it into text; for an unknown its own text as far as it is known."""
    if isinstance(value, Unknown):
        return value.text if value.text is not None else "${}"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def join_text(parts: list[Value]) -> Value:
    """The concatenation of scalars: text, or an unknown whose ``text`` has what is known."""
    text = "".join(_text_of(part) for part in parts)
    if len(text) > MAX_TEXT:
        return Unknown(f"a text of more than {MAX_TEXT:,} characters")
    unknown = _first_unknown(*parts)
    if unknown is None:
        return text
    origin = unknown.origin if all(not each or isinstance(each, Unknown) for each in parts) else ""
    is_open = any(isinstance(part, Unknown) and (part.open or part.text is None) for part in parts)
    return Unknown(unknown.why, _references(parts), text, origin=origin or "deployment", open=is_open)


def _get_att(argument: Value, context: Context) -> Value:
    if isinstance(argument, str):
        argument = argument.split(".", 1)
    name, attribute = resolve(argument[0], context), resolve(argument[1], context)
    if not isinstance(name, str) or not isinstance(attribute, str):
        return Unknown("the attribute's name is not known")
    return context.attribute(name, attribute)


def _sub(argument: Value, context: Context) -> Value:
    template, variables = (argument, {}) if isinstance(argument, str) else (argument[0], argument[1])
    if not isinstance(template, str):
        return Unknown("Fn::Sub of a text that is not known")
    parts: list[Value] = []
    at = 0
    for match in _SUB_VARIABLE.finditer(template):
        parts.append(template[at : match.start()])
        at = match.end()
        name = match[1].strip()
        if match[1].startswith("!"):
            parts.append("${" + match[1][1:] + "}")
        elif name in variables:
            parts.append(_scalar(resolve(variables[name], context)))
        elif "." in name:
            parts.append(_scalar(context.attribute(*name.split(".", 1))))
        else:
            parts.append(_scalar(context.ref(name)))
    parts.append(template[at:])
    joined = join_text(parts)
    return _dynamic(joined) if isinstance(joined, str) and "{{resolve:" in joined else joined


def _scalar(value: Value) -> Value:
    if isinstance(value, dict | list) or value is NO_VALUE:
        return Unknown("a list or an object inside of a text")
    return value


def _join(argument: Value, context: Context) -> Value:
    delimiter, items = argument[0], resolve(argument[1], context)
    if isinstance(items, Unknown):
        return Unknown(items.why, items.references)
    parts: list[Value] = []
    for item in items:
        if parts:
            parts.append(delimiter)
        parts.append(_scalar(item))
    joined = join_text(parts)
    return _dynamic(joined) if isinstance(joined, str) and "{{resolve:" in joined else joined


def _select(argument: Value, context: Context) -> Value:
    index, items = resolve(argument[0], context), resolve(argument[1], context)
    unknown = _first_unknown(index, items)
    if unknown is not None:
        return Unknown(unknown.why, _references([index, items]))
    return items[int(index)] if 0 <= int(index) < len(items) else Unknown("Fn::Select beyond the end of the list")


def _split(argument: Value, context: Context) -> Value:
    delimiter, text = argument[0], resolve(argument[1], context)
    if isinstance(text, Unknown):
        return Unknown(text.why, text.references, text.text)
    return text.split(delimiter) if isinstance(text, str) and delimiter else Unknown("Fn::Split of what is no text")


def _if(argument: Value, context: Context) -> Value:
    name, then, otherwise = argument
    decided = context.condition(name)
    if not isinstance(decided, Unknown):
        return resolve(then if decided else otherwise, context)
    one, other = resolve(then, context), resolve(otherwise, context)
    if one is other or (one == other and not contains_unknown(one)):
        return one
    absent = any(branch is NO_VALUE or (isinstance(branch, Unknown) and branch.maybe_absent) for branch in (one, other))
    return Unknown(
        f"depends on condition {name}: {decided.why}",
        _references([one, other]),
        maybe_absent=absent,
        cases=(context.id_of(name), one, other),
    )


def _find_in_map(argument: Value, context: Context) -> Value:
    keys = [resolve(each, context) for each in argument[:3]]
    default: Value = None
    has_default = len(argument) > 3 and isinstance(argument[3], dict) and "DefaultValue" in argument[3]
    if has_default:
        default = resolve(argument[3]["DefaultValue"], context)
    unknown = _first_unknown(*keys)
    if unknown is not None:
        return Unknown(unknown.why, unknown.references)
    found: Any = context.mapping(str(keys[0]))
    for key in keys[1:]:
        if isinstance(found, Unknown):
            return found
        if not isinstance(found, dict) or str(_text_of(key)) not in found:
            return default if has_default else Unknown(f"mapping {keys[0]} has no {' / '.join(map(str, keys[1:]))}")
        found = found[_text_of(key)]
    return found


def _length(argument: Value, context: Context) -> Value:
    items = resolve(argument, context)
    if isinstance(items, Unknown):
        return Unknown(items.why, items.references)
    return len(items) if isinstance(items, list) else Unknown("Fn::Length of what is no list")


def _to_json(argument: Value, context: Context) -> Value:
    value = resolve(argument, context)
    unknown = contains_unknown(value)
    text = json.dumps(_marked(value), separators=(",", ":"))
    if len(text) > MAX_TEXT:
        return Unknown(f"a text of more than {MAX_TEXT:,} characters")
    return Unknown("holds values known only after deployment", _references([value]), text) if unknown else text


def _marked(value: Value) -> Value:
    if isinstance(value, Unknown):
        return _text_of(value)
    if isinstance(value, dict):
        return {key: _marked(item) for key, item in value.items()}
    return [_marked(item) for item in value] if isinstance(value, list) else value


def _base64(argument: Value, context: Context) -> Value:
    value = resolve(argument, context)
    if isinstance(value, Unknown):
        return value
    return base64.b64encode(_text_of(value).encode()).decode("ascii")


def _cidr(argument: Value, context: Context) -> Value:
    block, count, *rest = (resolve(each, context) for each in argument)
    unknown = _first_unknown(block, count, *rest)
    if unknown is not None:
        return Unknown(unknown.why, unknown.references)
    network = ipaddress.ip_network(block, strict=False)
    prefix = network.max_prefixlen - int(rest[0]) if rest else network.max_prefixlen - 8
    if int(count) > 256:
        return Unknown("Fn::Cidr of more than 256 blocks")
    subnets = network.subnets(new_prefix=prefix)
    return [str(next(subnets)) for _ in range(int(count))]


def _get_azs(argument: Value, context: Context) -> Value:
    return Unknown("the Region's Availability Zones are known only to AWS", _references([resolve(argument, context)]))


def _import(argument: Value, context: Context) -> Value:
    name = resolve(argument, context)
    if isinstance(name, Unknown):
        return Unknown(f"an import whose name is not known: {name.why}", name.references)
    return context.imported(str(name))


def _stack_output(argument: Value, context: Context) -> Value:
    stack, output = (resolve(argument.get(key), context) for key in ("StackName", "OutputName"))
    return Unknown(f"output {_text_of(output)} of stack {_text_of(stack)}, read at deployment")


def _transform(argument: Value, _context: Context) -> Value:
    name = argument.get("Name") if isinstance(argument, dict) else argument
    return Unknown(f"made by the macro {name} at deployment; nothing is fetched or run", maybe_absent=True)


def evaluate_condition(value: Value, context: Context) -> bool | Unknown:
    """The three-valued truth of a condition expression (``Fn::Equals``, ``And``, ``Or``, ``Not``, ``Condition``)."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, dict) or len(value) != 1:
        return Unknown("a condition that is no function")
    ((key, argument),) = value.items()
    if key == "Condition" and isinstance(argument, str):
        return context.condition(argument)
    if key == "Fn::Equals" and isinstance(argument, list) and len(argument) == 2:
        return _equals(resolve(argument[0], context), resolve(argument[1], context))
    if key in ("Fn::And", "Fn::Or") and isinstance(argument, list):
        return _junction([evaluate_condition(each, context) for each in argument], deciding=key == "Fn::Or")
    if key == "Fn::Not" and isinstance(argument, list) and len(argument) == 1:
        inner = evaluate_condition(argument[0], context)
        return inner if isinstance(inner, Unknown) else not inner
    return Unknown(f"{key} is not evaluated in a condition")


def _equals(one: Value, other: Value) -> bool | Unknown:
    for value in (one, other):
        if isinstance(value, Unknown):
            return Unknown(value.why, value.references)
    if contains_unknown(one) or contains_unknown(other):
        return Unknown("compares a value that is not wholly known")
    if isinstance(one, dict | list) or isinstance(other, dict | list):
        return bool(one == other)
    return _text_of(one) == _text_of(other)


def _junction(parts: list[bool | Unknown], *, deciding: bool) -> bool | Unknown:
    if any(part is deciding for part in parts):
        return deciding
    return _first_unknown(*parts) or (not deciding)


def _as_value(function: str) -> Callable[[Value, Context], Value]:
    return lambda argument, context: evaluate_condition({f"Fn::{function}": argument}, context)


_FUNCTIONS: Final[Mapping[str, Callable[[Value, Context], Value]]] = {
    "GetAtt": _get_att,
    "Sub": _sub,
    "Join": _join,
    "Select": _select,
    "Split": _split,
    "If": _if,
    "FindInMap": _find_in_map,
    "Length": _length,
    "ToJsonString": _to_json,
    "Base64": _base64,
    "Cidr": _cidr,
    "GetAZs": _get_azs,
    "GetStackOutput": _stack_output,
    "ImportValue": _import,
    "Transform": _transform,
    "Equals": _as_value("Equals"),
    "And": _as_value("And"),
    "Or": _as_value("Or"),
    "Not": _as_value("Not"),
}

__all__ = ["Context", "evaluate_condition", "join_text", "resolve"]
