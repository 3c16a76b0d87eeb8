"""The rules that give each property its responsibility: read from ``rules.yaml`` and ``overrides.yaml``."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import msgspec.yaml
import yaml

from demarcate.catalog.yaml_files import load

DEFAULT = "service-configuration"
_TOKEN = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_SPELLINGS = (("IPv", "Ipv"), ("OAuth", "Oauth"), ("OpenId", "Openid"), ("OpenID", "Openid"), ("ARNs", "Arns"),
              ("IDs", "Ids"), ("URLs", "Urls"), ("DNS", "Dns"), ("VPCs", "Vpcs"), ("ACLs", "Acls"), ("AZs", "Azs"),
              ("IPs", "Ips"), ("APIs", "Apis"), ("ETag", "Etag"), ("IoT", "Iot"), ("LoRa", "Lora"))  # fmt: skip


@cache
def words(name: str) -> str:
    """A CamelCase name as lower-case words: ``KMSKeyArn`` → ``kms key arn``."""
    for spelling, plain in _SPELLINGS:
        name = name.replace(spelling, plain)
    return " ".join(token.lower() for token in _TOKEN.findall(name))


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """A property as the rules see it. ``above`` are its containers, outermost first, with their labels."""

    type_name: str
    path: str
    name: str
    value_type: str
    format: str
    description: str
    above: tuple["Context", ...]
    label: str = DEFAULT

    def labelled(self, label: str) -> "Context":
        """The same with its responsibility."""
        return msgspec.structs.replace(self, label=label)


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One rule; every condition that is given must hold.

    The property's name, as lower-case words, is looked at in three ways, of which one suffices: ``has`` lists words
    that stand anywhere in it, ``ends`` words that it ends with, ``is`` whole names (each a regular expression over
    words). ``path`` is searched in the words of the whole path (joined by `` / ``), ``type`` in the type's name,
    ``value`` in the JSON type, ``format`` in the schema's format, ``description`` in the text; ``unless`` and
    ``unless_type`` must not be found in the path and the type (a list of patterns: any of them). ``within`` lists
    labels, one of which the nearest labelled container has; ``not_within`` lists labels that it does not have.
    ``own`` holds if the property names the resource itself; ``top`` if it lies at the top of the resource.
    """

    id: str
    responsibility: str
    why: str = ""
    has: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    is_: tuple[str, ...] = msgspec.field(default=(), name="is")
    path: str | tuple[str, ...] | None = None
    type: str | tuple[str, ...] | None = None
    value: str | None = None
    format: str | tuple[str, ...] | None = None
    description: str | tuple[str, ...] | None = None
    unless: str | tuple[str, ...] | None = None
    unless_type: str | tuple[str, ...] | None = None
    within: tuple[str, ...] = ()
    not_within: tuple[str, ...] = ()
    own: bool | None = None
    top: bool | None = None


class _RuleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rules: tuple[Rule, ...]


class Override(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A property (or with ``/**`` all below it) that no rule can tell, and why."""

    responsibility: str
    why: str


class Rules:
    """All rules, ready to use; ``codes`` numbers the responsibilities in the catalogue's order."""

    def __init__(
        self, rules: tuple[Rule, ...], overrides: Mapping[str, Mapping[str, Override]], ids: list[str]
    ) -> None:
        self.codes = {each: number for number, each in enumerate(ids)}
        self._overrides = overrides
        self._rules = [(rule, _patterns(rule)) for rule in rules]
        for responsibility in {rule.responsibility for rule in rules} - {"inherit"}:
            if responsibility not in self.codes:
                raise SystemExit(f"rules.yaml: {responsibility!r} is not a responsibility")

    def responsibility(self, context: Context) -> str:
        """The responsibility that a property bears on."""
        return self.decide(context)[0]

    def decide(self, context: Context) -> tuple[str, str]:
        """The responsibility, and the id of the rule that gave it."""
        override = self._override(context)
        if override is not None:
            return override, "override"
        path = " / ".join(words(part) for part in re.split(r"[.\[\]{}]+", context.path) if part)
        facts = {
            "name": words(context.name),
            "path": path,
            "type": context.type_name,
            "value": context.value_type,
            "format": context.format,
            "description": context.description,
            "unless": path,
            "unless_type": context.type_name,
        }
        inherited = next((each.label for each in reversed(context.above) if each.label != DEFAULT), DEFAULT)
        own = is_own(context, facts["name"])
        for rule, patterns in self._rules:
            if (rule.within and inherited not in rule.within) or inherited in rule.not_within:
                continue
            if rule.own not in (None, own) or rule.top not in (None, not context.above):
                continue
            if all((pattern.search(facts[key]) is None) == key.startswith("unless") for key, pattern in patterns):
                return (inherited if rule.responsibility == "inherit" else rule.responsibility), rule.id
        return DEFAULT, "default"

    def _override(self, context: Context) -> str | None:
        entries = self._overrides.get(context.type_name, {})
        plain = re.sub(r"[\[\]{}]", "", context.path)
        if plain in entries:
            return entries[plain].responsibility
        parts = plain.split(".")
        for end in range(len(parts), 0, -1):
            entry = entries.get(".".join(parts[:end]) + "/**")
            if entry is not None:
                return entry.responsibility
        return None


_OWN = re.compile(r"(?: |^)(names?|title|external id|id|identifier|description|comment|label)$")


def names_itself(type_name: str, name: str) -> bool:
    """Whether a top-level property (in words) is the resource's own name: ``group name`` of a ``…::SecurityGroup``."""
    if _OWN.fullmatch(name) is not None:
        return True
    if _OWN.search(name) is None:
        return False
    stem = _OWN.sub("", name)
    if stem.startswith(("parent ", "source ", "target ", "master", "member", "account")):
        return False
    noun = re.sub(r" v \d$", "", words(type_name.rpartition("::")[2]))
    return f" {noun}".endswith(f" {stem}") or f" {stem}".endswith(f" {noun}")


def is_own(context: Context, name: str) -> bool:
    """Whether a property (in words) names the resource itself, at the top or in the one object that wraps it all."""
    if not context.above:
        return names_itself(context.type_name, name)
    wrapper = re.sub(r" (config|configuration|input|properties)$", "", words(context.above[-1].name))
    noun = words(context.type_name.rpartition("::")[2])
    return len(context.above) == 1 and f" {noun}".endswith(f" {wrapper}") and names_itself(context.type_name, name)


def _patterns(rule: Rule) -> list[tuple[str, re.Pattern[str]]]:
    found = []
    name = [
        pattern.format("|".join(alternatives))
        for pattern, alternatives in (
            (r"(?:^| )(?:{})(?: |$)", rule.has),
            (r"(?:^| )(?:{})$", rule.ends),
            (r"^(?:{})$", rule.is_),
        )
        if alternatives
    ]
    if name:
        found.append(("name", re.compile("|".join(name))))
    for key in ("path", "type", "value", "format", "description", "unless", "unless_type"):
        pattern = getattr(rule, key)
        if pattern is not None:
            found.append((key, re.compile(pattern if isinstance(pattern, str) else "|".join(pattern))))
    return found


def load_rules(folder: Path) -> Rules:
    """The rules of the properties folder; the responsibilities stand beside it."""
    rules = load(folder / "rules.yaml", _RuleFile).rules
    overrides = msgspec.yaml.decode((folder / "overrides.yaml").read_bytes(), type=dict[str, dict[str, Override]])
    raw: dict[str, Any] = yaml.safe_load((folder.parent / "responsibilities.yaml").read_text())
    return Rules(rules, overrides, [each["id"] for each in raw["responsibilities"]])
