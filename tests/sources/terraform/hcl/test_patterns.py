"""Regular expressions: RE2's syntax, and never without end."""

import time
from contextlib import suppress

import pytest

from demarcate.sources.terraform.hcl.functions.patterns import compiled
from demarcate.sources.terraform.hcl.values import EvaluationError, TooLargeError


@pytest.mark.parametrize(
    ("pattern", "text", "groups"),
    [
        (
            "^arn:([^:]+):([^:]+):([^:]*):([^:]*):(.+)$",
            "arn:aws:iam::111122223333:role/deploy-a-long-name-of-a-role-in-an-account",
            ("aws", "iam", "", "111122223333", "role/deploy-a-long-name-of-a-role-in-an-account"),
        ),
        (
            "^([a-z]+(?:-[a-z0-9]+)*)$",
            "eu-west-1-some-name-that-is-longer-than-most",
            ("eu-west-1-some-name-that-is-longer-than-most",),
        ),
        ("^(?P<a>[[:alpha:]]+)_([[:digit:]]{2})$", "abc_12", ("abc", "12")),
        ("(\\x{61}+)\\z", "baa", ("aa",)),
        ("^[a-z0-9.-]{3,63}$", "a-bucket.of-some-name", ()),
        ("(?i)(ABC)", "xabc", ("abc",)),
    ],
)
def test_usual_patterns(pattern: str, text: str, groups: tuple[str, ...]) -> None:
    assert compiled(pattern, text).search(text).groups() == groups


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a*)*b",
        "(a|a)*b",
        "(.*)(.*)(.*)(.*)b",
        "(a+b?)+c",
        "(?:a|aa)+$",
        "(a{1,9}){1,99}b",
        "(x+x+)+y",
        "(.*a){20}",
    ],
)
def test_runaway_patterns_are_refused_or_quick(pattern: str) -> None:
    text = "a" * 2_000
    start = time.perf_counter()
    with suppress(TooLargeError):
        compiled(pattern, text).search(text)
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("pattern", ["(", "a(?=b)", "a(?!b)", "(?<=a)b", "(a)\\1", "[z-a]", "*"])
def test_what_re2_refuses(pattern: str) -> None:
    with pytest.raises(EvaluationError):
        compiled(pattern, "ab")
