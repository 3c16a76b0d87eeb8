"""IAM policy documents: what one document shows by itself (the grammar is at
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html)."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from demarcate.expressions.runtime import contained
from demarcate.expressions.unknowns import INCOMPLETE, Partial
from demarcate.model import Unknown, Value

_NARROWING: Final = frozenset(
    {
        "aws:sourceaccount", "aws:sourcearn", "aws:sourceowner", "aws:sourceorgid", "aws:sourceorgpaths",
        "aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn", "aws:userid",
        "aws:username", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceip", "aws:vpcsourceip", "aws:principaltag",
        "aws:sourcevpcarn", "s3:dataaccesspointaccount", "kms:calleraccount",
        "kms:viaservice", "lambda:eventsourcetoken", "sns:endpoint",
    }
)  # fmt: skip
"""Condition keys that narrow who may call, or from where."""
_NEGATED: Final = ("not",)
_TLS_OPERATORS: Final = frozenset({"bool", "boolifexists"})


def document(value: Value) -> Value:
    """A policy document as a map: parsed where it is JSON text; an :class:`Unknown` where its text is not known."""
    if isinstance(value, str):
        return _parsed(value)
    return value


@lru_cache(maxsize=1024)
def _parsed_text(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _parsed(text: str) -> Value:
    return _parsed_text(text) if text.lstrip()[:1] in ("{", "[") else None


def listed(value: Value) -> list[Value]:
    """A value that may be one or a list, as a list; nothing for an absent one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def statements(value: Value) -> Value:
    """The statements of a policy document (or of a list of documents), normalised; see the vocabulary."""
    if isinstance(value, list):
        found = [statements(each) for each in value]
        known = [item for each in found if isinstance(each, list) for item in each]
        partial = isinstance(value, Partial) or any(
            type(each) is Unknown or isinstance(each, Partial) for each in found
        )
        return Partial(known) if partial else known
    if isinstance(value, dict) and "PolicyDocument" in value and "Statement" not in value:
        value = value["PolicyDocument"]
    value = document(value)
    if type(value) is Unknown:
        return value
    if not isinstance(value, dict):
        return []
    raw = value.get("Statement")
    if type(raw) is Unknown:
        return raw
    entries = listed(raw)
    found = [each if type(each) is Unknown else _statement(each) for each in entries if _is_statement(each)]
    return Partial(found) if isinstance(raw, Partial) else found


def _is_statement(value: Value) -> bool:
    return isinstance(value, dict) or type(value) is Unknown


def _statement(raw: Mapping[str, Value]) -> dict[str, Value]:
    found: dict[str, Value] = {
        "Sid": raw.get("Sid"),
        "Effect": raw.get("Effect"),
        "Action": _parts(raw.get("Action")),
        "NotAction": _parts(raw.get("NotAction")),
        "Resource": _parts(raw.get("Resource")),
        "NotResource": _parts(raw.get("NotResource")),
        "Principal": _principals(raw.get("Principal")),
        "NotPrincipal": _principals(raw.get("NotPrincipal")),
        "Condition": raw.get("Condition"),
    }
    return found


def _parts(value: Value) -> Value:
    return value if type(value) is Unknown and value.text is None else listed(value)


def _principals(value: Value) -> Value:
    """``*``, ``AWS:arn…``, ``Service:…`` as a flat list."""
    if type(value) is Unknown or value is None:
        return [] if value is None else value
    if isinstance(value, str):
        return [value]
    if not isinstance(value, dict):
        return []
    found: list[Value] = []
    for kind, names in value.items():
        found.extend(_named(kind, each) for each in listed(names))
    return found


def _named(kind: str, name: Value) -> Value:
    """A principal with its kind before it, also where only a part of its name is known."""
    if type(name) is not Unknown:
        return f"{kind}:{name}"
    if name.text is None:
        return name
    return Unknown(name.why, name.references, f"{kind}:{name.text}", origin=name.origin, open=name.open)


@lru_cache(maxsize=8192)
def _matches(pattern: str, action: str) -> bool:
    pattern, action = pattern.lower(), action.lower()
    start, star, rest = pattern.partition("*")
    if "?" not in pattern and not rest:  # most patterns are a name, or the beginning of one
        return action.startswith(start) if star else action == pattern
    return _glob(pattern).fullmatch(action) is not None


@lru_cache(maxsize=4096)
def _glob(pattern: str) -> re.Pattern[str]:
    parts = (".*" if ch == "*" else "." if ch == "?" else re.escape(ch) for ch in pattern.lower())
    return re.compile("".join(parts), re.DOTALL)


def action_matches(pattern: Value, action: str) -> Value:
    """Whether an action pattern of a policy covers an action; an unknown pattern is unknown."""
    if type(pattern) is Unknown:
        return pattern
    return isinstance(pattern, str) and _matches(pattern, action)


def _any(values: Iterable[Value]) -> Value:
    undecided: Value = False
    for each in values:
        if each is True:
            return True
        if type(each) is Unknown:
            undecided = each
    return undecided


def grants(statement: Value, action: Value) -> Value:
    """Whether a normalised statement allows an ``action`` (on some resource, under some condition)."""
    if type(statement) is Unknown:
        return statement
    if not isinstance(statement, dict) or not isinstance(action, str):
        return False
    effect = statement.get("Effect")
    if type(effect) is not Unknown and effect != "Allow":
        return False
    covered = _covers(statement, action)
    if covered is False:
        return False
    return effect if type(effect) is Unknown else covered


def _covers(statement: Mapping[str, Value], action: str) -> Value:
    actions, excepted = statement.get("Action"), statement.get("NotAction")
    for each in (actions, excepted):
        if type(each) is Unknown:
            return each
    if excepted:
        hit = _any(action_matches(each, action) for each in listed(excepted))
        return hit if type(hit) is Unknown else hit is not True
    return _any(action_matches(each, action) for each in listed(actions))


def public(statement: Value) -> Value:
    """Whether a normalised statement allows everybody: its principal is ``*`` and no condition narrows the caller."""
    if type(statement) is Unknown:
        return statement
    if not isinstance(statement, dict):
        return False
    effect = statement.get("Effect")
    if type(effect) is not Unknown and effect != "Allow":
        return False
    everybody = _everybody(statement)
    if everybody is False:
        return False
    narrowed = _narrowed(statement.get("Condition"))
    if narrowed is True:
        return False
    return next((each for each in (effect, everybody, narrowed) if type(each) is Unknown), True)


def _everybody(statement: Mapping[str, Value]) -> Value:
    if statement.get("NotPrincipal"):
        return True
    principals = statement.get("Principal")
    if type(principals) is Unknown:
        return principals
    return _any(_is_everybody(each) for each in principals or [])


_EVERYBODY: Final[list[Value]] = ["*", "AWS:*", "CanonicalUser:*", "Federated:*"]


def _is_everybody(value: Value) -> Value:
    return contained(value, _EVERYBODY)


def _narrowed(condition: Value) -> Value:
    """Whether any condition narrows the caller or the place of the call."""
    if condition is None or type(condition) is Unknown:
        return False if condition is None else condition
    if not isinstance(condition, dict):
        return False
    undecided: Value = False
    for operator, entries in condition.items():
        if type(entries) is Unknown:
            undecided = entries
            continue
        if not isinstance(entries, dict) or any(word in operator.lower() for word in _NEGATED):
            continue
        for key, values in entries.items():
            if key.lower().partition("/")[0] in _NARROWING and not _anything(values):
                return True
    return undecided


def _anything(values: Value) -> bool:
    """Whether a condition's values let everything through (``*``, the whole internet)."""
    return any(each in ("*", "0.0.0.0/0", "::/0", "arn:aws:*") for each in listed(values) if isinstance(each, str))


def denies_plain(value: Value) -> Value:
    """Whether a policy document denies everybody every request that does not come over TLS."""
    found = statements(value)
    if type(found) is Unknown:
        return found
    result = _any(_denies_plain(each) for each in found)
    return INCOMPLETE if result is False and isinstance(found, Partial) else result


def _denies_plain(statement: Value) -> Value:
    if type(statement) is Unknown:
        return statement
    if statement.get("Effect") != "Deny":
        return False
    condition = statement.get("Condition")
    if type(condition) is Unknown:
        return condition
    if not isinstance(condition, dict):
        return False
    plain = any(
        operator.lower() in _TLS_OPERATORS
        and isinstance(entries, dict)
        and any(key.lower() == "aws:securetransport" and _is_false(each) for key, each in entries.items())
        for operator, entries in condition.items()
    )
    everybody = any(_is_everybody(each) is True for each in listed(statement.get("Principal")))
    every_action = any(
        isinstance(each, str) and (each == "*" or each.endswith(":*")) for each in listed(statement.get("Action"))
    )
    return plain and everybody and every_action


def _is_false(value: Value) -> bool:
    return any(str(each).lower() == "false" for each in listed(value))
