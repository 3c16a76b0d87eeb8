"""Functions of dates and times, which are texts as RFC 3339 has them."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from demarcate.model import Value
from demarcate.sources.terraform.hcl.functions.calls import Function
from demarcate.sources.terraform.hcl.values import EvaluationError, to_text

_STAMP: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)", re.ASCII)
_DURATION: Final = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)", re.ASCII)
_SECONDS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}
_TOKEN: Final = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+")
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _time(value: Value) -> datetime:
    text = to_text(value)
    match = _STAMP.fullmatch(text)
    if match is None:
        raise EvaluationError(f"{text[:40]!r} is no time as RFC 3339 has it")
    zone = "+00:00" if match[4] == "Z" else match[4]
    return datetime.fromisoformat(f"{match[1]}T{match[2]}{zone}")


def _zone(time: datetime, colon: bool) -> str:
    minutes = int((time.utcoffset() or timedelta()).total_seconds() // 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}{':' if colon else ''}{abs(minutes) % 60:02}"


def _utc(time: datetime, name: str) -> str:
    return name if not time.utcoffset() else _zone(time, name == "Z")


_VERBS: Final[Mapping[str, Callable[[datetime], str]]] = {
    "YYYY": lambda time: f"{time.year:04}",
    "YY": lambda time: f"{time.year % 100:02}",
    "MMMM": lambda time: _MONTHS[time.month - 1],
    "MMM": lambda time: _MONTHS[time.month - 1][:3],
    "MM": lambda time: f"{time.month:02}",
    "M": lambda time: str(time.month),
    "DD": lambda time: f"{time.day:02}",
    "D": lambda time: str(time.day),
    "EEEE": lambda time: _DAYS[time.weekday()],
    "EEE": lambda time: _DAYS[time.weekday()][:3],
    "hh": lambda time: f"{time.hour:02}",
    "h": lambda time: str(time.hour),
    "HH": lambda time: f"{(time.hour + 11) % 12 + 1:02}",
    "H": lambda time: str((time.hour + 11) % 12 + 1),
    "AA": lambda time: "AM" if time.hour < 12 else "PM",
    "aa": lambda time: "am" if time.hour < 12 else "pm",
    "mm": lambda time: f"{time.minute:02}",
    "m": lambda time: str(time.minute),
    "ss": lambda time: f"{time.second:02}",
    "s": lambda time: str(time.second),
    "ZZZZZ": lambda time: _zone(time, True),
    "ZZZZ": lambda time: _zone(time, False),
    "ZZZ": lambda time: _utc(time, "UTC"),
    "Z": lambda time: _utc(time, "Z"),
}


def _format(template: Value, value: Value) -> Value:
    time = _time(value)
    made = []
    at = 0
    text = to_text(template)
    for match in _TOKEN.finditer(text):
        if match.start() != at:
            break
        at = match.end()
        if match[1] is not None:
            made.append(match[1].replace("''", "'"))
        elif match[2] is not None:
            verb = _VERBS.get(match[0])
            if verb is None:
                raise EvaluationError(f"formatdate has no verb {match[0]!r}")
            made.append(verb(time))
        else:
            made.append(match[0])
    if at != len(text):
        raise EvaluationError("a quotation mark in formatdate is not closed")
    return "".join(made)


def _duration(value: Value) -> timedelta:
    text = to_text(value)
    body = text.lstrip("+-")
    found = _DURATION.findall(body)
    if "".join(number + unit for number, unit in found) != body or (not found and body != "0"):
        raise EvaluationError(f"{text[:40]!r} is no duration")
    total = timedelta(seconds=sum(float(number) * _SECONDS[unit] for number, unit in found))
    return -total if text.startswith("-") else total


def _add(time: Value, duration: Value) -> Value:
    made = _time(time) + _duration(duration)
    text = made.strftime("%Y-%m-%dT%H:%M:%S")
    return text.zfill(19) + _utc(made, "Z")


def _compare(one: Value, other: Value) -> Value:
    first, second = _time(one).astimezone(UTC), _time(other).astimezone(UTC)
    return (first > second) - (first < second)


DATES: Final[Mapping[str, Function]] = {
    "formatdate": Function(_format, 2, 2),
    "timeadd": Function(_add, 2, 2),
    "timecmp": Function(_compare, 2, 2),
}
