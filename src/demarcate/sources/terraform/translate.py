"""Terraform's instances as resources of the estate, in CloudFormation's shape. :func:`translate` is the function."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from demarcate.model import Declared, Resource, Skipped, Unknown, Value
from demarcate.model.estate import UNSPECIFIED
from demarcate.sources.terraform.filling import Filler, merge, set_default
from demarcate.sources.terraform.fold import Companions, give, repetitions, unlist
from demarcate.sources.terraform.inline import made_of
from demarcate.sources.terraform.instances import Configuration, Instance
from demarcate.sources.terraform.mapping import KnobSpec, Mapped, Mappings, mappings
from demarcate.sources.terraform.references import References, Target, attribute_name, to_target
from demarcate.sources.terraform.rules import Level, level_of
from demarcate.sources.terraform.special import CONVERT

_REGISTRY: Final = re.compile(r"^(?:registry\.terraform\.io|registry\.opentofu\.org)/")
_AWS: Final = ("aws_", "awscc_")


class Translation(msgspec.Struct, frozen=True, kw_only=True):
    """The ``resources``, the ``settings`` of accounts (account → knob → value), and what is not part of the estate."""

    resources: tuple[Resource, ...]
    settings: Mapping[str, Mapping[str, Value]]
    skipped: tuple[Skipped, ...]


def translate(
    configurations: Sequence[Configuration], *, account: str | None = None, region: str | None = None
) -> Translation:
    """The resources of configurations, each with its companions folded in. Every managed instance becomes a resource,
    is folded into one, is a setting of its account, or stands in ``skipped``.

    ``account`` and ``region`` are taken where a configuration says none. Raises :class:`CatalogError` for mapping data
    that break their format.
    """
    data = mappings()
    resources: list[Resource] = []
    settings: dict[str, dict[str, Value]] = {}
    skipped: list[Skipped] = []
    for each in configurations:
        skipped.extend(each.skipped)
        one = _Configuration(each, data, account, region)
        resources.extend(one.resources())
        skipped.extend(one.skipped)
        for name, knobs in one.settings.items():
            for knob, value in knobs.items():
                merge(settings.setdefault(name, {}), knob, value)
    return Translation(resources=tuple(resources), settings=settings, skipped=tuple(skipped))


class _Configuration:
    def __init__(self, configuration: Configuration, data: Mappings, account: str | None, region: str | None) -> None:
        self.configuration = configuration
        self.data = data
        self.account = account
        self.region = region
        self.skipped: list[Skipped] = []
        self.settings: dict[str, dict[str, Value]] = {}
        self._levels: dict[tuple[str, str], Level] = {}
        self._mine: list[tuple[Instance, Target]] = []
        self._companions: list[tuple[Instance, Mapped]] = []
        self._settings: list[tuple[Instance, Mapped]] = []
        targets: dict[str, Target] = {}
        self._sort(targets)
        self.references = References(configuration, targets, data, account, region)

    def _sort(self, targets: dict[str, Target]) -> None:
        """What each managed instance is."""
        others: Counter[str] = Counter()
        for each in self.configuration.instances:
            if each.mode != "managed":
                continue
            if not each.type.startswith(_AWS):
                others[_REGISTRY.sub("", each.provider) or each.type.partition("_")[0]] += 1
                continue
            entry = self.data.entry(each.type)
            if entry is not None and entry.alone is not None and _names_none(entry, each):
                entry = entry.alone
            if entry is None:
                self._note(each, f"{each.type} is not known: a newer provider's, or no resource type of it")
            elif entry.is_ is not None:
                name = _type_of(entry, each)
                target = Target(f"{self.configuration.root}#{each.address}", name, each.address, entry)
                targets[each.address] = target
                self._mine.append((each, target))
            elif entry.parents:
                self._companions.append((each, entry))
            elif entry.account is None:
                self._note(each, entry.provider_only or "only Terraform has it")
            if entry is not None and entry.account is not None:
                self._settings.append((each, entry))
        for provider, number in sorted(others.items()):
            what = f"{number} resource{'s' if number != 1 else ''} of provider {provider}"
            self.skipped.append(Skipped(self.configuration.root, what, "another provider's, so not part of AWS"))

    def _note(self, instance: Instance, why: str, level: str = "note") -> None:
        declared = instance.declared
        where = f"{declared.file}:{declared.line}" if declared.line else declared.file
        self.skipped.append(Skipped(where, instance.address, why, level))

    def resources(self) -> list[Resource]:
        """The resources, with what configures them folded in."""
        drafts: dict[str, list[Draft]] = {}
        for instance, target in self._mine:
            drafts[target.id] = list(self._drafts(instance, target))
        companions = Companions(drafts, self.references, self._note)
        for instance, entry in self._companions:
            companions.fold(instance, entry)
        give(drafts, self.references)
        for instance, entry in self._settings:
            self._set(instance, entry)
        unlist(each for some in drafts.values() for each in some)
        repeated = repetitions(each for some in drafts.values() for each in some)
        return [self._resource(each) for some in drafts.values() for each in some if id(each) not in repeated]

    def _drafts(self, instance: Instance, target: Target) -> Iterator["Draft"]:
        entry = target.entry
        own = to_target(target, attribute_name("id", entry))
        filler = Filler(self.references, instance.lines, own)
        properties: dict[str, Value] = {}
        level = self._level(instance.type, target.type, entry)
        filler.fill(level, _with_all_tags(instance.values), properties, properties)
        for given, known in ((entry.fixed, False), (entry.defaults, True)):
            for path, value in given.items():
                set_default(properties, path, value, only_absent=known)
        whole = [properties]
        if entry.convert is not None:
            whole = CONVERT[entry.convert](instance, properties, self.references)
        for number, each in enumerate(whole):
            suffix = "" if number == 0 else f" ({number + 1})"
            yield Draft(instance, target, each, filler.places, suffix)
        for made in entry.makes:
            for found in made_of(made, instance, self.references, lambda name: to_target(target, name)):
                new = Target(target.id, made.type, target.address, entry)
                lines = found.filler.places
                yield Draft(
                    instance, new, found.properties, lines, f" ({found.name})", inline=True, uncertain=found.uncertain
                )

    def _level(self, name: str, kind: str, entry: Mapped) -> Level:
        if (name, kind) not in self._levels:
            self._levels[name, kind] = level_of(kind, entry.properties)
        return self._levels[name, kind]

    def _resource(self, draft: "Draft") -> Resource:
        instance = draft.instance
        attributes: dict[str, Value] = {}
        if instance.action:
            attributes["TerraformAction"] = instance.action
        retained = None if draft.inline else _retained(instance)
        if retained is not None:
            attributes["DeletionPolicy"] = attributes["UpdateReplacePolicy"] = retained
        accepted = (*instance.accepted, *draft.accepted)
        if accepted:
            attributes["Metadata"] = {"demarcate": {"accept": list(accepted)}}
        return Resource(
            id=draft.target.id + draft.suffix,
            type=draft.target.type,
            name=instance.address + draft.suffix,
            properties=draft.properties,
            declared=instance.declared,
            account=instance.account or self.account or UNSPECIFIED,
            region=instance.region or self.region or UNSPECIFIED,
            tags={} if draft.inline else _tags(instance.values),
            lines=draft.lines,
            attributes=attributes,
            uncertain=instance.uncertain or draft.uncertain,
            places=draft.places,
        )

    # account settings -------------------------------------------------------------------------------------------------

    def _set(self, instance: Instance, entry: Mapped) -> None:
        """Take the settings of an account from a resource that holds them."""
        assert entry.account is not None
        if instance.accepted:
            self._note(instance, "an acceptance counts at resources, and this is a setting of the account", "error")
        if not entry.account:
            self._note(instance, f"a setting of the account: {entry.why}")
            return
        own = instance.account or self.account or UNSPECIFIED
        for name, spec in entry.account.items():
            for account in self._accounts_of(instance, spec, own):
                if not isinstance(account, str):
                    self._note(instance, "a setting of an account that is not known")
                    continue
                knobs = self.settings.setdefault(account, {})
                _take(knobs, name, self._knob(instance, spec), spec if isinstance(spec, KnobSpec) else None, instance)

    def _accounts_of(self, instance: Instance, spec: KnobSpec | str | bool, own: str) -> list[Value]:
        """The accounts whose setting it is: those that an argument names, else the provider's."""
        named = instance.values.get(spec.of) if isinstance(spec, KnobSpec) and spec.of is not None else None
        value = self.references.resolve(named)
        found = [self.references.resolve(each) for each in value] if isinstance(value, list) else [value]
        return [
            own if each in (None, "") or (type(each) is Unknown and each.origin == "pseudo") else each for each in found
        ]

    def _knob(self, instance: Instance, spec: KnobSpec | str | bool) -> Value:
        if isinstance(spec, bool):
            return spec
        if isinstance(spec, str):
            return self.references.resolve(instance.values.get(spec))
        if spec.arguments is not None:
            names = spec.arguments or {each: _pascal(each) for each in instance.values}
            return {
                key: self.references.resolve(instance.values[argument])
                for argument, key in names.items()
                if instance.values.get(argument) is not None
            }
        if spec.argument is None:
            return spec.value
        value = self.references.resolve(instance.values.get(spec.argument))
        if type(value) is Unknown or isinstance(value, dict | list):
            return value
        return spec.values.get(value, value) if value is not None else spec.value


class Draft(msgspec.Struct, kw_only=False):
    """A resource that is being made: its instance and target, its ``properties``, the ``lines`` of its own properties
    and the ``places`` of those that companions gave; ``suffix`` tells apart several that one instance makes; ``inline``
    is one that stands in another, ``uncertain`` why it may not exist, ``accepted`` what companions accept."""

    instance: Instance
    target: Target
    properties: dict[str, Value]
    lines: dict[str, int]
    suffix: str = ""
    places: dict[str, Declared] = {}
    inline: bool = False
    uncertain: str | None = None
    accepted: tuple[Mapping[str, str], ...] = ()


def _names_none(entry: Mapped, instance: Instance) -> bool:
    return all(instance.values.get(each) in (None, "", "default") for each in entry.parent_arguments().values())


def _type_of(entry: Mapped, instance: Instance) -> str:
    assert entry.is_ is not None
    if entry.variant is None:
        return entry.is_
    value = instance.values.get(entry.variant.argument)
    if type(value) is Unknown:
        named = [_MODULES.sub("", each.resource).partition(".")[0] for each in value.references]
        return next((kind for name, kind in entry.variant.refers.items() if name in named), entry.is_)
    if isinstance(value, str):
        ending = next((kind for end, kind in entry.variant.ends.items() if value.endswith(end)), None)
        if ending is not None:
            return ending
    return entry.variant.types.get(value, entry.is_) if isinstance(value, str | bool | int) else entry.is_


_MODULES: Final = re.compile(r"^(?:module\.[^.]+\.)+")


def _with_all_tags(values: Mapping[str, Value]) -> Mapping[str, Value]:
    """The arguments with the provider's default tags among the resource's own."""
    everything = values.get("tags_all")
    if isinstance(everything, dict) and (everything or not values.get("tags")):
        return {**values, "tags": everything or None}
    return values


def _tags(values: Mapping[str, Value]) -> dict[str, str]:
    found = _with_all_tags(values).get("tags")
    if not isinstance(found, dict):
        return {}
    return {key: found[key] for key in sorted(found) if isinstance(found[key], str)}


def _retained(instance: Instance) -> Value:
    """What becomes of a resource when it is destroyed. ``prevent_destroy`` keeps it, as long as it is written there:
    the nearest to ``Retain`` that Terraform has. A database takes a last snapshot, unless that is skipped."""
    if instance.prevents_destroy:
        return "Retain"
    last = _last_snapshot(instance)
    if last == "Snapshot" or type(last) is Unknown or instance.prevents_destroy is not None:
        return last
    return Unknown("plans and states do not say prevent_destroy", origin="deployment")


def _last_snapshot(instance: Instance) -> Value:
    if instance.values.get("final_snapshot") in (True, "true"):
        return "Snapshot"
    if "skip_final_snapshot" not in instance.values and not instance.type.startswith(_SNAPSHOTS):
        return None
    skipped = instance.values.get("skip_final_snapshot")
    if type(skipped) is Unknown:
        return Unknown(skipped.why, origin="deployment")
    return "Delete" if skipped in (True, "true") else "Snapshot"


_SNAPSHOTS: Final = (
    "aws_db_instance",
    "aws_rds_cluster",
    "aws_docdb_cluster",
    "aws_neptune_cluster",
    "aws_redshift_cluster",
)


def _take(knobs: dict[str, Value], name: str, value: Value, spec: KnobSpec | None, instance: Instance) -> None:
    if spec is not None and spec.key is not None:
        key = instance.values.get(spec.key)
        if isinstance(key, str):
            merge(knobs, name, {key: value})
    else:
        one = spec is not None and spec.append and not isinstance(value, list)
        if value is not None:
            merge(knobs, name, [value] if one else value)


def _pascal(name: str) -> str:
    return "".join(each.capitalize() for each in name.split("_"))


__all__ = ["Draft", "Translation", "translate"]
