"""Proof that the Terraform mapping is whole: each type of the provider is classified once, each target exists, and each
property that a control or an offering reads comes from an argument or is said to have none."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final, NamedTuple

import msgspec

from demarcate.catalog import Catalog, covering, property_index, stem_of
from demarcate.errors import CatalogError, DemarcateError
from demarcate.expressions import Writer
from demarcate.sources.terraform.arguments import Kind, arguments_of, attributes_of, block_of
from demarcate.sources.terraform.mapping import MAPPING_ROOT, Mapped, Mappings, PropertySpec, Spec
from demarcate.sources.terraform.rules import Level, Rule, level_of, target_problems

OTHER: Final = "other"
"""The file of AWS services that have no CloudFormation type, and so no service file."""


class Types(msgspec.Struct, frozen=True):
    """Every resource type and data source of the provider, by name."""

    source: str
    aws: tuple[str, ...]
    aws_former: dict[str, str]
    aws_data: tuple[str, ...]


@cache
def provider_types() -> Types:
    """The provider's types (``scripts/build_terraform.py``)."""
    return msgspec.json.decode((MAPPING_ROOT / "types.json").read_bytes(), type=Types)


class Path(NamedTuple):
    """An argument's dotted path, and the property path that it goes to (``None``: to none; ``partial`` ones have parts
    that may go elsewhere)."""

    argument: str
    target: str | None
    whole: bool = True


_DEEPEST: Final = 8


def paths(level: Level, arguments: Mapping[str, Kind], at: str = "", prefix: str = "", deep: int = 0) -> Iterator[Path]:
    """Where each argument of a level goes."""
    for name, kind in arguments.items():
        where = f"{at}.{name}" if at else name
        rule = level.rule(name)
        if rule is None:
            yield Path(where, None)
            continue
        start = "" if rule.absolute else prefix
        target = _joined(start, rule)
        for number, step in enumerate(rule.steps):
            if step.key:  # A[Key=x].Value: the item has its key, too
                holder = [start, *(each.name for each in rule.steps[: number + 1]), step.key]
                yield Path(where, ".".join(each for each in holder if each))
        block = block_of(kind)
        if block is None or (not rule.here and not _goes_inside(rule)):
            yield Path(where, target)
            continue
        yield Path(where, target, whole=False)
        if deep < _DEEPEST:
            yield from paths(rule.level, block, where, target, deep + 1)


def _joined(prefix: str, rule: Rule) -> str:
    return ".".join(each for each in (prefix, *(step.name for step in rule.steps)) if each)


def _goes_inside(rule: Rule) -> bool:
    return rule.convert is None and rule.node is not None and bool(rule.node.children)


def targets_of(entry: Mapped, type_name: str) -> Level:
    """The level of an entry's arguments on one of its CloudFormation types; of all objects that they may go into."""
    level = level_of(type_name, entry.properties_on(type_name), entry.to)
    for objects in entry.to_by.values():
        for each in objects.values():
            more = level_of(type_name, {}, each).children
            level = Level({**more, **level.children}, level.specs, level.root)
    return level


def cloudformation_types(entry: Mapped) -> tuple[str, ...]:
    """The types that an entry gives properties to."""
    if entry.is_ is not None:
        return (entry.is_, *(entry.variant.all_types if entry.variant else ()))
    return entry.parents


# what is read ---------------------------------------------------------------------------------------------------------


def read_paths(data: Catalog) -> dict[str, dict[str, str]]:
    """The property paths (without list marks) that controls and offerings read: type → path → who reads it."""
    found: dict[str, dict[str, str]] = {}
    for service in data.services():
        for type_name in service.types:
            for offering in covering(service, type_name):
                _note(found, data, type_name, (offering.when,), offering.id)
            for control in data.controls_of(type_name):
                _note(found, data, type_name, (control.when, control.unless, control.expect), control.id)
    return found


def _note(
    found: dict[str, dict[str, str]], data: Catalog, type_name: str, texts: Iterable[str | None], reader: str
) -> None:
    writer = Writer(type_name, data.defaults_of(type_name), data.configures)
    for text in texts:
        if text is not None:
            try:
                writer.value(text, reader)
            except DemarcateError:
                return  # the check of controls says so
    for place in writer.touched:
        if place.path:
            path = place.path.replace("[]", "")
            if _is_property(place.type, path):
                found.setdefault(place.type, {}).setdefault(path, reader)


@cache
def _properties(type_name: str) -> Mapping[str, bool]:
    return {
        node.path.replace("[]", "").replace("{}", ""): node.opaque or node.recursive
        for node in property_index.properties_of(type_name)
    }


def _is_property(type_name: str, path: str) -> bool:
    """Whether a path is in the schema; what stands inside of JSON is not."""
    return path in _properties(type_name)


def _base(entry: Mapped) -> str:
    """Where the arguments of a setting go in its parent; empty for the properties themselves."""
    return (entry.to or "").replace("[]", "")


def covered(entry: Mapped, type_name: str, arguments: Mapping[str, Kind]) -> set[str]:
    """The property paths that a Terraform type gives on a CloudFormation type, and those that it declares to have no
    argument."""
    base = _base(entry)
    found: set[str] = set()
    for each in paths(targets_of(entry, type_name), arguments, "", base):
        if each.target is not None:
            found.add(each.target if each.whole else f"{each.target}.")
    own = (f"{base}.{path}" if base else path for path in (*entry.fixed, *entry.defaults))
    found.update(path.replace("[]", "") for path in (*own, *entry.no_argument))
    return found


def is_covered(path: str, given: set[str]) -> bool:
    """Whether a property is given: itself, as a part of what is given whole, or as what holds something given."""
    parts = path.split(".")
    if any(".".join(parts[:number]) in given for number in range(1, len(parts) + 1)):
        return True
    return any(each.startswith(f"{path}.") for each in given)


def uncovered(data: Catalog, mappings: Mappings) -> Iterator[tuple[str, str, str, str]]:
    """What is read and comes from no argument: (Terraform type, CloudFormation type, property path, reader)."""
    companions: dict[str, set[str]] = {}
    for name in mappings.types():
        entry = mappings.entry(name)
        if entry is not None and entry.parents:
            for parent in entry.parents:
                companions.setdefault(parent, set()).update(covered(entry, parent, arguments_of(name)))
    read = read_paths(data)
    for name in mappings.types():
        entry = mappings.entry(name)
        if entry is None or entry.is_ is None or entry.convert in ("rules", "flow-log"):
            continue
        for type_name in dict.fromkeys(cloudformation_types(entry)):
            wanted = read.get(type_name, {})
            if not wanted:
                continue
            given = covered(entry, type_name, arguments_of(name)) | companions.get(type_name, set())
            for path, reader in wanted.items():
                if not is_covered(path, given):
                    yield name, type_name, path, reader


def lost_arguments(entry: Mapped, name: str) -> Iterator[str]:
    """The arguments of a Terraform type that go nowhere without the mapping saying so, as dotted paths."""
    spoken = {
        *entry.parent_arguments().values(),
        *entry.match,
        *IGNORED_ARGUMENTS,
        *(made.argument for made in entry.makes),
        *(given.argument for given in entry.gives),
        *((entry.variant.argument,) if entry.variant is not None else ()),
        *_knob_arguments(entry),
    }
    levels = [targets_of(entry, type_name) for type_name in dict.fromkeys(cloudformation_types(entry))]
    taken = [list(paths(level, arguments_of(name), "", _base(entry))) for level in levels]
    given = {each.argument for some in taken for each in some if each.target is not None}
    for each in dict.fromkeys(each.argument for some in taken for each in some if each.target is None):
        if each not in given and each not in spoken and not _is_said(entry.properties, each):
            yield each


def _is_said(specs: Mapping[str, Spec], argument: str) -> bool:
    """Whether the mapping says itself that an argument goes nowhere, or turns its block on and off by it."""
    for part in argument.split("."):
        if part not in specs:
            return False
        spec = specs[part]
        if spec is None:
            return True
        if isinstance(spec, PropertySpec) and spec.switch is not None and argument.endswith(f".{spec.switch}"):
            return True
        specs = spec.properties if isinstance(spec, PropertySpec) else {}
    return False


# the check ------------------------------------------------------------------------------------------------------------


def terraform_problems(data: Catalog) -> Iterator[tuple[str, str]]:
    """What breaks the contract of the mapping: (the file's stem, what is wrong)."""
    try:
        mappings = Mappings()
        yield from _problems(data, mappings)
    except CatalogError as error:
        yield "terraform", str(error)


def _problems(data: Catalog, mappings: Mappings) -> Iterator[tuple[str, str]]:
    known = {*provider_types().aws, *provider_types().aws_former}
    for missing in sorted(known - set(mappings.types())):
        yield "terraform", f"{missing} is not classified"
    for name in mappings.types():
        stem = f"terraform/{mappings.service_of(name)}"
        entry = mappings.entry(name)
        assert entry is not None
        if name not in known and not name.startswith("awscc_"):
            yield stem, f"{name} is no type of the provider"
        if mappings.service_of(name) not in (*data.service_names, OTHER):
            yield stem, "there is no service of that name"
        for what in _entry(data, mappings.service_of(name), name, entry):
            yield stem, f"{name}: {what}"
    for name, type_name, path, reader in uncovered(data, mappings):
        entry_stem = f"terraform/{mappings.service_of(name)}"
        yield entry_stem, f"{name}: nothing gives {path} of {type_name}, which {reader} reads"


def _entry(data: Catalog, stem: str | None, name: str, entry: Mapped) -> Iterator[str]:
    if entry.alone is not None:
        yield from _entry(data, stem, name, entry.alone)
    targets = cloudformation_types(entry)
    if targets and stem not in {stem_of(each) for each in targets}:
        yield f"belongs into {stem_of(targets[0])}.yaml"
    for knob in entry.account or ():
        if knob not in data.account_knobs:
            yield f"{knob!r} is no account knob"
    arguments = arguments_of(name)
    for argument in _named_arguments(entry):
        if arguments and argument not in arguments and argument not in _GENERAL and argument not in attributes_of(name):
            yield f"{argument!r} is no argument"
    for type_name in targets:
        if not property_index.is_known(type_name):
            yield f"{type_name} is in no schema"
            continue
        schema = _properties(type_name)
        level = targets_of(entry, type_name)
        base = _base(entry)
        others = [each for objects in entry.to_by.values() for each in objects.values()]
        for place in (entry.to or "", *others):
            if place and place.replace("[]", "") not in schema:
                yield f"{place} is not in the schema of {type_name}"
        if type_name == targets[0] or type_name in entry.on:
            yield from target_problems(level)
        own = (f"{base}.{path}" if base else path for path in (*entry.fixed, *entry.defaults))
        for path in (*own, *entry.no_argument, *entry.match.values()):
            if path.replace("[]", "") not in schema and entry.variant is None:
                yield f"{path} is not in the schema of {type_name}"
    if arguments:
        yield from _unknown_blocks(entry.properties, arguments, "")
    if arguments and targets and entry.convert != "rules":
        for argument in lost_arguments(entry, name):
            yield f"{argument} goes nowhere (write null for one that has no counterpart)"
    for given in entry.gives:
        for path in (given.of, given.to):
            if path.replace("[]", "") not in _properties(given.type):
                yield f"{path} is not in the schema of {given.type}"
    for made in entry.makes:
        if not property_index.is_known(made.type):
            yield f"{made.type} is in no schema"
            continue
        yield from target_problems(level_of(made.type, made.properties))
        for path in (*made.own, *made.fixed):
            if path.replace("[]", "") not in _properties(made.type):
                yield f"{path} is not in the schema of {made.type}"
        inside = block_of(_kind_at(made.argument, arguments))
        for argument in made.properties if inside else ():
            if argument != "*" and argument not in (inside or ()):
                yield f"{made.argument}.{argument} is no argument"


def _kind_at(argument: str, arguments: Mapping[str, Kind]) -> Kind:
    """The kind of an argument that may stand inside of blocks (``a.b``)."""
    *blocks, last = argument.split(".")
    for each in blocks:
        arguments = block_of(arguments.get(each)) or {}
    return arguments.get(last)


IGNORED_ARGUMENTS: Final = frozenset({"id", "arn", "tags_all", "region", "timeouts"})
_GENERAL: Final = IGNORED_ARGUMENTS | {"*"}


def _named_arguments(entry: Mapped) -> Iterator[str]:
    yield from entry.properties
    yield from entry.parent_arguments().values()
    yield from entry.match
    yield from entry.to_by
    yield from (made.argument.partition(".")[0] for made in entry.makes)
    yield from entry.only
    yield from (argument for each in entry.on.values() for argument in each)
    yield from (given.argument for given in entry.gives)
    if entry.variant is not None:
        yield entry.variant.argument
    yield from (each.partition(".")[0] for each in _knob_arguments(entry))


def _knob_arguments(entry: Mapped) -> Iterator[str]:
    for knob in (entry.account or {}).values():
        if isinstance(knob, str):
            yield knob
        elif not isinstance(knob, bool):
            if knob.argument:
                yield knob.argument
            if knob.key:
                yield knob.key
            if knob.of:
                yield knob.of
            yield from knob.arguments or ()


def _unknown_blocks(specs: Mapping[str, Spec], arguments: Mapping[str, Kind], at: str) -> Iterator[str]:
    """Exceptions for arguments that a block does not have."""
    for name, spec in specs.items():
        where = f"{at}.{name}" if at else name
        if at and name not in arguments and name != "*":
            yield f"{where!r} is no argument"
        elif isinstance(spec, PropertySpec) and spec.properties:
            block = block_of(arguments.get(name))
            if block:
                yield from _unknown_blocks(spec.properties, block, where)
