"""Regular expressions in RE2's syntax, as far as Python's engine shares it, kept from running away."""

import re
import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

import msgspec

from demarcate.sources.terraform.hcl.values import MAX_TEXT, EvaluationError, TooLargeError

MAX_STEPS: Final = 20_000_000
"""The most steps that matching may take, by a pessimistic estimate."""
MAX_PATTERN: Final = 2_000
"""The longest pattern that is read, in characters."""
_CLASSES: Final = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7F",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1F\x7F",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_POSIX: Final = re.compile(r"\[:(\w+):\]")
_PYTHON_ONLY: Final = re.compile(r"(?<!\\)(?:\\\\)*\((?:\?[=!>(#]|\?<[=!]|\?P[=>])|(?<!\\)(?:\\\\)*\\[1-9]")
_RE2_ONLY: Final = re.compile(r"(?<!\\)(?:\\\\)*\\[pPQECX]")


class Pattern(msgspec.Struct, frozen=True):
    """A compiled pattern, the names of its groups and how many groups it has; ``degree`` is how many of its repetitions
    have no end, and ``nested`` says that one of them stands in another."""

    expression: Any
    names: tuple[str, ...]
    groups: int
    degree: int
    nested: bool

    def search(self, text: str) -> Any:
        """The first match, or ``None``."""
        return self.expression.search(text)

    def all(self, text: str) -> Iterator[Any]:
        """Every match."""
        matches: Iterator[Any] = self.expression.finditer(text)
        return matches


def compiled(source: str, text: str) -> Pattern:
    """The pattern, for use on a text.

    Raises :class:`EvaluationError` for what is no pattern, :class:`TooLargeError` where matching might take too long,
    or where Python's engine does not know what the pattern uses.
    """
    pattern = _compiled(source)
    length = len(text) + 1
    # a repetition without end may try each length; one inside another, each way to cut the text
    steps = 2 ** min(length, 60) if pattern.nested else length ** min(pattern.degree + 1, 12)
    if length > MAX_TEXT or steps > MAX_STEPS:
        raise TooLargeError("matching the pattern might take too long")
    return pattern


@lru_cache(maxsize=500)
def _compiled(source: str) -> Pattern:
    if len(source) > MAX_PATTERN:
        raise TooLargeError(f"a pattern of more than {MAX_PATTERN:,} characters")
    if _PYTHON_ONLY.search(source):
        raise EvaluationError("the pattern looks around or back, which RE2 does not")
    if _RE2_ONLY.search(source):
        raise TooLargeError("the pattern uses what only RE2 knows")
    translated = _POSIX.sub(lambda match: _CLASSES.get(match[1], match[0]), source)
    translated = translated.replace(r"\z", r"\Z").replace("(?<", "(?P<")
    translated = re.sub(r"\\x\{([0-9A-Fa-f]{1,6})\}", lambda match: re.escape(chr(int(match[1], 16))), translated)
    translated = re.sub(r"(?<!\\)\$$", r"\\Z", translated)  # Python's $ also stands before a last new line
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            expression = re.compile(translated, re.ASCII)
            degree, nested = _degree(translated)
        except (re.error, OverflowError, RecursionError, ValueError):
            raise EvaluationError("the pattern is no regular expression") from None
    return Pattern(expression, tuple(expression.groupindex), expression.groups, degree, nested)


def _degree(source: str) -> tuple[int, bool]:
    """How many repetitions there are whose end is open to choice, and whether one of them stands in another."""
    from re import _parser as parser  # type: ignore[attr-defined]

    degree, nested = 0, False
    pending: list[tuple[list[Any], bool, list[Any]]] = [(_atoms(parser.parse(source, re.ASCII)), False, [])]
    while pending:
        atoms, inside, after = pending.pop()
        for place, (name, argument) in enumerate(atoms):
            following = [*_firsts(atoms[place + 1 :]), *after]
            if name in ("MAX_REPEAT", "MIN_REPEAT"):
                least, most, body = argument
                inner = _atoms(body)
                if most > 1 and not _ends_clearly(inner, following):
                    degree += most - least > 0
                    nested = nested or inside
                pending.append((inner, inside or most > 1, [*following, *_firsts(inner)] if most > 1 else following))
            elif name == "BRANCH":
                degree += 1
                pending.extend((_atoms(each), inside, following) for each in argument[1])
    return degree, nested


def _atoms(sequence: Any) -> list[tuple[str, Any]]:
    """What stands one after the other in a pattern, groups opened."""
    made: list[tuple[str, Any]] = []
    for operation, argument in sequence:
        if str(operation) in ("SUBPATTERN", "ATOMIC_GROUP"):
            made.extend(_atoms(argument[-1] if str(operation) == "SUBPATTERN" else argument))
        else:
            made.append((str(operation), argument))
    return made


def _firsts(atoms: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """What may come first of what stands one after the other."""
    found: list[tuple[str, Any]] = []
    for name, argument in atoms:
        if name not in ("MAX_REPEAT", "MIN_REPEAT"):
            return [*found, (name, argument)]
        found.extend(_firsts(_atoms(argument[2])))
        if argument[0] > 0:
            return found
    return [*found, ("AFTER", None)]


def _ends_clearly(body: list[tuple[str, Any]], following: list[tuple[str, Any]]) -> bool:
    """Whether what follows a repeated character is a character that it cannot be, so that it ends in one place only."""
    if len(body) != 1 or body[0][0] not in ("IN", "LITERAL", "NOT_LITERAL") or not following:
        return False
    return all(
        name in ("AT", "AFTER") or (name == "LITERAL" and not _takes(body[0], argument)) for name, argument in following
    )


def _takes(item: tuple[str, Any], code: int) -> bool:
    name, argument = item
    if name == "LITERAL":
        return bool(argument == code)
    if name == "NOT_LITERAL":
        return bool(argument != code)
    negated = taken = False
    for kind, each in argument:
        if str(kind) == "NEGATE":
            negated = True
        elif str(kind) == "LITERAL":
            taken = taken or each == code
        elif str(kind) == "RANGE":
            taken = taken or each[0] <= code <= each[1]
        elif str(kind) == "CATEGORY":
            taken = taken or re.match(_CATEGORIES[str(each)], chr(code), re.ASCII) is not None
    return taken != negated


_CATEGORIES: Final = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}


def replaced(pattern: Pattern, text: str, new: str) -> str:
    """All matches replaced; ``$1``, ``${name}`` in the new text are groups, ``$$`` a dollar sign."""

    def one(match: Any) -> str:
        def group(name: Any) -> str:
            if name[0] == "$$":
                return "$"
            key = name[1] or name[2]
            try:
                return match[int(key) if key.isdigit() else key] or ""
            except (IndexError, KeyError):
                return ""

        return re.sub(r"\$\$|\$\{(\w+)\}|\$(\w+)", group, new)

    if len(text) * max(1, len(new)) > MAX_TEXT * 100:
        raise TooLargeError(f"a text of more than {MAX_TEXT:,} characters")
    result: str = pattern.expression.sub(one, text)
    return result
