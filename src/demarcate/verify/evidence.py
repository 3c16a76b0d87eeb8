"""The values that decided a finding, fit to be shown: short, and without credentials."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from demarcate.expressions.functions.credentials import looks_like_secret, secrets
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
        here = at if at is not None and (at == path or at.startswith(f"{path}[")) else path
        value = value_at(properties, here)
        found[here] = value if value is None or value is True or value is False else _shown(value, sensitive)
    return found


def counted(properties: Mapping[str, Value], reads: tuple[str, ...], *, sensitive: bool = False) -> Mapping[str, Any]:
    """As :func:`evidence_of`, for what is satisfied: of lists and maps only how much is in them."""
    found: dict[str, Any] = {}
    for path in reads:
        value = value_at(properties, path)
        if value is None or value is True or value is False:
            found[path] = value
        elif isinstance(value, list):
            found[path] = f"{len(value)} item(s)"
        elif isinstance(value, dict):
            found[path] = f"{len(value)} member(s)"
        else:
            found[path] = _shown(value, sensitive)
    return found


def value_at(properties: Mapping[str, Value], path: str) -> Value:
    """The value at a dotted path (``A.B[2].C``); ``None`` where there is none."""
    if "." not in path and "[" not in path:
        return properties.get(path)
    value: Value = properties
    for step in _steps(path):
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, Mapping) else None
        else:
            value = value[step] if isinstance(value, list) and step < len(value) else None
        if value is None or type(value) is Unknown:
            return value
    return value


@lru_cache(maxsize=4096)
def _steps(path: str) -> tuple[str | int, ...]:
    """The names and positions of a dotted path."""
    found: list[str | int] = []
    for step in path.split("."):
        name, *positions = step.replace("]", "").split("[")
        found += [name, *map(int, positions)]
    return tuple(found)


def _shown(value: Value, sensitive: bool) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str) and not sensitive and not looks_like_secret(value):
        return _cut(value)
    found = secrets(value) if isinstance(value, str | dict | list) else []
    credentials = {each["path"]: each for each in found}
    if sensitive and type(value) is not Unknown and not credentials:
        return {"hidden": type(value).__name__}
    return _brief(value, 0, "", credentials)


def _brief(value: Value, depth: int, path: str, credentials: Mapping[str, Any]) -> Any:
    """A value cut short, with each credential in it replaced by what kind it is."""
    if path in credentials:
        return {key: credentials[path][key] for key in ("kind", "fingerprint")}
    if type(value) is Unknown:
        return {"unknown": value.why, "text": _cut(value.text)} if value.text else {"unknown": value.why}
    if isinstance(value, str):
        return _cut(value)
    if isinstance(value, dict):
        if depth >= MAX_DEPTH:
            return "{…}" if value else {}
        name = value.get("Name", value.get("Key"))
        shown: dict[str, Any] = {}
        for key, item in list(value.items())[:MAX_ITEMS]:
            # a name and its value stand for one entry, as in an environment
            step = name if key == "Value" and isinstance(name, str) else key
            shown[str(key)] = _brief(item, depth + 1, f"{path}.{step}".lstrip("."), credentials)
        if len(value) > MAX_ITEMS:
            shown["…"] = f"{len(value) - MAX_ITEMS} more"
        return shown
    if isinstance(value, list):
        if depth >= MAX_DEPTH:
            return "[…]" if value else []
        items = [_brief(each, depth + 1, f"{path}[{n}]", credentials) for n, each in enumerate(value[:MAX_ITEMS])]
        return [*items, f"… {len(value) - MAX_ITEMS} more"] if len(value) > MAX_ITEMS else items
    return value


def _cut(text: str | None) -> str:
    text = text or ""
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def sentence(control: Control, evidence: Mapping[str, Any], why: str | None) -> str:
    """What a person reads: the control's title, and the values that decided it or why nothing did."""
    if why is not None:
        return f"{control.title}: cannot be decided, {why}"
    about_secrets = control.responsibility == "secrets"
    if len(evidence) == 1:  # most sentences are about one value
        ((path, value),) = evidence.items()
        return f"{control.title}: not so, {path.rpartition('.')[2]} {_spoken(value, about_secrets)}"
    known = {path: value for path, value in evidence.items() if not _is_unknown(value)} or evidence
    names = [path.rpartition(".")[2] for path in known]
    spoken = [
        f"{name if names.count(name) == 1 else path} {_spoken(value, about_secrets)}"
        for name, (path, value) in islice(zip(names, known.items(), strict=True), _SPOKEN)
    ]
    return f"{control.title}: not so, {'; '.join(spoken)}" if spoken else f"{control.title}: not so"


_SPOKEN: Final = 3
"""How many values a sentence names; all are in the evidence."""
_BRIEFLY: Final = 100
"""How many characters of a list or map a sentence holds."""


def _is_unknown(value: Any) -> bool:
    return isinstance(value, dict) and "unknown" in value


def _spoken(value: Any, about_secrets: bool) -> str:
    if value is None:
        return "is not set"
    if value is True:
        return "is true"
    if value is False:
        return "is false"
    kinds = sorted(set(_kinds(value))) if about_secrets else []
    if kinds:
        return f"holds {', '.join(kinds)}"
    if isinstance(value, dict) and "hidden" in value:
        return "is written in plain text"
    if _is_unknown(value):
        return f"is not known ({value['unknown']})"
    if isinstance(value, dict | list):
        return f"is {_written(value)}" if value else "is empty"
    return f"is {value!r}" if isinstance(value, str) else f"is {value}"


def _written(value: Any) -> str:
    """A list or map on one line, cut short."""
    if _is_unknown(value):
        text = str(value.get("text", "?"))
    elif isinstance(value, dict):
        text = "{" + ", ".join(f"{key}: {_written(item)}" for key, item in value.items()) + "}"
    elif isinstance(value, list):
        text = "[" + ", ".join(map(_written, value)) + "]"
    elif isinstance(value, bool):
        text = "true" if value else "false"
    else:
        text = "null" if value is None else str(value)
    return text if len(text) <= _BRIEFLY else text[: _BRIEFLY - 1] + "…"


def _kinds(value: Any) -> Iterator[str]:
    """The kinds of credentials in evidence."""
    if isinstance(value, dict):
        if "kind" in value and "fingerprint" in value:
            yield str(value["kind"])
        for item in value.values():
            yield from _kinds(item)
    elif isinstance(value, list):
        for item in value:
            yield from _kinds(item)
