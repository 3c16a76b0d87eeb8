"""The values that decided a finding, fit to be shown: short, and without credentials."""

from collections.abc import Mapping
from typing import Any, Final

from demarcate.expressions.functions.credentials import secrets
from demarcate.model import Control, Unknown, Value

MAX_TEXT: Final = 160
MAX_ITEMS: Final = 12
MAX_DEPTH: Final = 4


def evidence_of(
    properties: Mapping[str, Value], reads: tuple[str, ...], at: str | None, *, sensitive: bool = False
) -> Mapping[str, Any]:
    """Property path → the value there, as JSON-like data: ``null`` where absent, ``{"unknown": why}`` where unknown.

    With ``at`` the item that decided stands for the list that holds it. A sensitive control, and any value in which a
    credential is found, shows where, of which kind, and a fingerprint.
    """
    found: dict[str, Any] = {}
    for path in reads:
        if at is not None and (at == path or at.startswith(f"{path}[")):
            found[at] = _shown(value_at(properties, at), sensitive)
        else:
            found[path] = _shown(value_at(properties, path), sensitive)
    return found


def value_at(properties: Mapping[str, Value], path: str) -> Value:
    """The value at a dotted path (``A.B[2].C``); ``None`` where there is none."""
    value: Value = properties
    for step in path.split("."):
        name, *positions = step.replace("]", "").split("[")
        if type(value) is Unknown:
            return value
        value = value.get(name) if isinstance(value, Mapping) else None
        for position in positions:
            if type(value) is Unknown:
                return value
            number = int(position)
            value = value[number] if isinstance(value, list) and number < len(value) else None
    return value


def _shown(value: Value, sensitive: bool) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    credentials = secrets(value) if isinstance(value, str | dict | list) else []
    if credentials:
        return {"credentials": [dict(each) for each in credentials[:MAX_ITEMS]]}
    if sensitive:
        if type(value) is Unknown:
            return {"unknown": value.why}
        return {"hidden": type(value).__name__}
    return _brief(value, 0)


def _brief(value: Value, depth: int) -> Any:
    if type(value) is Unknown:
        return {"unknown": value.why, "text": _cut(value.text)} if value.text else {"unknown": value.why}
    if isinstance(value, str):
        return _cut(value)
    if isinstance(value, dict):
        if depth >= MAX_DEPTH:
            return "{…}" if value else {}
        items = list(value.items())
        found = {str(key): _brief(item, depth + 1) for key, item in items[:MAX_ITEMS]}
        if len(items) > MAX_ITEMS:
            found["…"] = f"{len(items) - MAX_ITEMS} more"
        return found
    if isinstance(value, list):
        if depth >= MAX_DEPTH:
            return "[…]" if value else []
        shown = [_brief(item, depth + 1) for item in value[:MAX_ITEMS]]
        return [*shown, f"… {len(value) - MAX_ITEMS} more"] if len(value) > MAX_ITEMS else shown
    return value


def _cut(text: str | None) -> str:
    text = text or ""
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def sentence(control: Control, evidence: Mapping[str, Any], why: str | None) -> str:
    """What a person reads: the control's title, and the values that decided it or why nothing did."""
    if why is not None:
        return f"{control.title}: cannot be decided, {why}"
    values = "; ".join(f"{path} {_spoken(value)}" for path, value in list(evidence.items())[:3])
    return f"{control.title}: not so, {values}" if values else f"{control.title}: not so"


def _spoken(value: Any) -> str:
    if value is None:
        return "is not set"
    if isinstance(value, bool):
        return f"is {'true' if value else 'false'}"
    if isinstance(value, dict) and value.keys() == {"credentials"}:
        kinds = sorted({str(each["kind"]) for each in value["credentials"]})
        return f"holds {', '.join(kinds)}"
    if isinstance(value, dict) and "hidden" in value:
        return "is written in plain text"
    if isinstance(value, dict) and "unknown" in value:
        return f"is not known ({value['unknown']})"
    if isinstance(value, dict | list):
        return "is as declared" if value else "is empty"
    return f"is {value!r}" if isinstance(value, str) else f"is {value}"
