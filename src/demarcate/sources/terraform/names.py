"""The naming rule: a Terraform argument's ``snake_case`` name to the name that a CloudFormation schema gives the same.

:func:`match` tries, and stops at the first that fits exactly one property:

1. the same letters (``kms_master_key_id`` is ``KMSMasterKeyID``);
2. singular for plural or the other way round, in the last word (``rule``: ``Rules``), then in any;
3. common abbreviations (``vpc_config``: ``VpcConfiguration``, ``db_cluster_id``: ``DBClusterIdentifier``);
4. the type's own name, or its first words, in front (``instance_class`` of ``AWS::RDS::DBInstance``:
   ``DBInstanceClass``, ``parameter_group_name``: ``DBParameterGroupName``);
5. what says how a thing is named, or that it is settings, added, dropped or replaced at the end (``role``: ``RoleArn``,
   ``kms_key_arn``: ``KmsKeyId``, ``logging``: ``LoggingConfiguration``);
6. that it is on, said before or after (``performance_insights_enabled``: ``EnablePerformanceInsights``), and units of
   time and size said or left out (``visibility_timeout_seconds``: ``VisibilityTimeout``);
7. a leading ``iam``, ``aws`` or ``ec2`` dropped (``iam_role_arn``: ``RoleArn``).
"""

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from itertools import product
from typing import Final

_ABBREVIATIONS: Final = (
    ("config", "configuration"), ("configs", "configurations"), ("id", "identifier"), ("ids", "identifiers"),
    ("min", "minimum"), ("max", "maximum"), ("num", "number"), ("desc", "description"), ("auth", "authentication"),
    ("auth", "authorization"), ("cert", "certificate"), ("param", "parameter"), ("params", "parameters"),
    ("env", "environment"), ("vars", "variables"), ("attr", "attribute"), ("attrs", "attributes"),
    ("repo", "repository"),
    ("addr", "address"), ("msg", "message"), ("sec", "seconds"), ("secs", "seconds"), ("mins", "minutes"),
    ("ms", "milliseconds"), ("millis", "milliseconds"), ("mb", "megabytes"), ("gb", "gigabytes"),
    ("sg", "securitygroup"),
    ("az", "availabilityzone"),
    ("azs", "availabilityzones"), ("lb", "loadbalancer"), ("db", "database"), ("alb", "loadbalancer"),
    ("conf", "configuration"), ("info", "information"), ("prefs", "preferences"), ("spec", "specification"),
    ("specs", "specifications"), ("acl", "accesscontrollist"), ("fs", "filesystem"), ("ou", "organizationalunit"),
    ("setting", "configuration"), ("settings", "configuration"), ("cidr", "cidrblock"), ("cidrs", "cidrblocks"),
    ("enable", "enabled"), ("dns", "domainnamesystem"), ("doc", "document"), ("log", "logging"), ("kms", "kmskey"),
)  # fmt: skip
_ALTERNATIVES: dict[str, tuple[str, ...]] = {}
for _one, _other in _ABBREVIATIONS:
    _ALTERNATIVES[_one] = (*_ALTERNATIVES.get(_one, ()), _other)
    _ALTERNATIVES[_other] = (*_ALTERNATIVES.get(_other, ()), _one)
_NAMING: Final = ("id", "ids", "arn", "arns", "name", "names")
_SETTINGS: Final = (
    "configuration", "configurations", "config", "settings", "setting", "options", "option", "specification",
    "properties", "list", "set",
)  # fmt: skip
_PREFIXES: Final = frozenset({"iam", "aws", "ec2"})
_MOST: Final = 64
"""How many spellings of one name are tried at most."""


@lru_cache(maxsize=65536)
def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _numbers(word: str) -> Iterator[str]:
    """A word in singular and in plural, itself first."""
    yield word
    if word.endswith("ies"):
        yield word[:-3] + "y"
    if word.endswith(("ses", "xes", "ches", "shes", "zes")):
        yield word[:-2]
    if word.endswith("s") and not word.endswith("ss"):
        yield word[:-1]
        return
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        yield word[:-1] + "ies"
    if word.endswith(("s", "x", "ch", "sh", "z")):
        yield word + "es"
    yield word + "s"


def _spellings(words: list[str]) -> Iterator[Collection[str]]:
    """Sets of spellings of a name, the nearest first."""
    yield ("".join(words),)
    yield ["".join(words[:-1]) + each for each in _numbers(words[-1])]
    choices = [list(dict.fromkeys(_numbers(word))) for word in words]
    yield _combined(choices)
    yield _combined([[*some, *(o for each in some for o in _ALTERNATIVES.get(each, ()))] for some in choices])


def _combined(choices: list[list[str]]) -> list[str]:
    total = 1
    for number, some in enumerate(reversed(choices), 1):
        total *= len(some)
        if total > _MOST:
            choices = [[each[0]] for each in choices[: len(choices) - number + 1]] + choices[
                len(choices) - number + 1 :
            ]
            break
    return ["".join(each) for each in product(*choices)]


def _ends(words: list[str]) -> Iterator[Collection[str]]:
    """Spellings with another end: what names a thing, or says that it is settings."""
    last = words[-1]
    for ends in (_NAMING, _SETTINGS):
        singular = list(_numbers(last))
        stem = "".join(words[:-1])
        yield [stem + each + end for each in singular for end in ends]
        if last in ends and len(words) > 1:
            yield [spelling for each in _numbers(words[-2]) for spelling in
                   ["".join(words[:-2]) + each + end for end in ("", *ends)]]  # fmt: skip


class _Children:
    """The names of one level of a schema, by their letters."""

    __slots__ = ("_by_letters", "names")

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self._by_letters: dict[str, list[str]] = {}
        for name in names:
            self._by_letters.setdefault(_plain(name), []).append(name)

    def one_of(self, spellings: Collection[str]) -> str | None:
        """The only name that one of the spellings fits."""
        found = {name for each in spellings for name in self._by_letters.get(each, ())}
        return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=512)
def _level(names: tuple[str, ...]) -> _Children:
    return _Children(names)


def _booleans(words: list[str]) -> Iterator[list[str]]:
    """Other forms of a name that asks whether something is on."""
    rest = [each for each in words if each not in _ON]
    if rest and len(rest) < len(words):
        yield ["enable", *rest]
        yield [*rest, "enabled"]
        yield rest
    if words[0] in ("is", "has", "use") and len(words) > 1:
        yield words[1:]


def _units(words: list[str]) -> Iterator[list[str]]:
    """Other forms of a name that ends with a unit of time or size."""
    if words[-1] in _MEASURES and len(words) > 1:
        rest = words[:-2] if words[-2] == "in" and len(words) > 2 else words[:-1]
        yield rest
        yield [*rest, words[-1]]
        yield [*rest, "in", words[-1]]
    else:
        for each in sorted(_MEASURES):
            yield [*words, each]
            yield [*words, "in", each]


_ON: Final = frozenset({"enable", "enabled", "is"})
_MEASURES: Final = frozenset(
    {"second", "seconds", "minute", "minutes", "hour", "hours", "day", "days", "gb", "mb", "gib", "mib"}
)


def _type_prefixes(type_name: str) -> tuple[str, ...]:
    """What a name may begin with that Terraform leaves out: a type's own name, and its first words."""
    own = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*", type_name.rpartition("::")[2])
    return tuple("".join(own[:number]).lower() for number in range(len(own), 0, -1))


def match(attribute: str, children: Iterable[str], type_name: str = "") -> str | None:
    """The name among ``children`` (schema names) that a Terraform argument has, or ``None`` if none or several fit.

    ``type_name`` is the CloudFormation type for arguments at the top of a resource; empty inside of a block.
    """
    words = [each for each in attribute.lower().split("_") if each]
    if not words:
        return None
    level = _level(tuple(children))
    found = _first(level, _spellings(words))
    for prefix in _type_prefixes(type_name) if found is None else ():
        found = found or _first(level, ([prefix + each for each in some] for some in _spellings(words)))
        # DBInstance + instance_class: the word that both have stands once
        if found is None and len(words) > 1 and prefix.endswith(words[0]):
            found = _first(level, ([prefix + each for each in some] for some in _spellings(words[1:])))
    found = found or _first(level, _ends(words))
    for others in (*_booleans(words), *_units(words)) if found is None else ():
        found = found or _first(level, _spellings(others))
    if found is None and words[0] in _PREFIXES and len(words) > 1:
        return match("_".join(words[1:]), level.names, type_name)
    return found


def _first(level: _Children, choices: Iterable[Collection[str]]) -> str | None:
    return next((found for some in choices if (found := level.one_of(some)) is not None), None)
