"""References between Terraform's resources, as ``Ref`` and ``Fn::GetAtt`` of CloudFormation have them.

A reference to a managed resource becomes a :class:`Reference` to the estate's resource, by the name that CloudFormation
gives the attribute (``id``: ``Ref``, ``arn``: ``Arn``, else ``x_y``: ``XY``, exceptions are mapping data); one to a
companion that folds leads on to what it configures. A data source gives what is known of it without asking AWS
(:mod:`.data_sources`). What leads to no resource of the estate stays unknown, and open to be anything.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from demarcate.model import NO_VALUE, Reference, Unknown, Value
from demarcate.sources.cloudformation.intrinsics import join_text
from demarcate.sources.terraform.addresses import BRACES, KEY, base_of, key_of, within_module
from demarcate.sources.terraform.instances import Configuration, Instance, Json
from demarcate.sources.terraform.mapping import Mapped, Mappings

_HOLE: Final = re.compile(r"\$\{([^}]*)\}")
VALUE_PROVIDERS: Final = frozenset({"random", "time", "null", "local", "tls", "archive", "template", "terraform"})
"""Providers whose resources give a value and name nothing on AWS."""


class Target(NamedTuple):
    """A resource of the estate: its ``id``, CloudFormation ``type``, Terraform ``address``, and how it is mapped."""

    id: str
    type: str
    address: str
    entry: Mapped


def attribute_name(attribute: str, entry: Mapped) -> str:
    """What CloudFormation calls a Terraform attribute of a resource."""
    known = entry.returns.get(attribute)
    if known is not None:
        return known
    if attribute == "id":
        return "Ref"
    if attribute == "arn":
        return "Arn"
    spec = entry.properties.get(attribute)
    if isinstance(spec, str) and spec.isalnum():
        return spec
    return ".".join(
        "".join(word.capitalize() for word in each.split("_")) for each in KEY.sub("", attribute).split(".")
    )


class References:
    """What the references of one configuration mean. ``targets`` are its resources that are resources of the estate, by
    address."""

    def __init__(
        self,
        configuration: Configuration,
        targets: Mapping[str, Target],
        mappings: Mappings,
        account: str | None = None,
        region: str | None = None,
    ) -> None:
        self.root = configuration.root
        self.mappings = mappings
        self.account = account
        self.region = region
        self.targets = targets
        self._ids = frozenset(each.id for each in targets.values())
        self._by_address = {each.address: each for each in configuration.instances}
        self._by_base: dict[str, list[str]] = {}
        for address in self._by_address:
            self._by_base.setdefault(base_of(address), []).append(address)
        self._literals: dict[str, Target] | None = None
        self._known: dict[Reference, Value] = {}
        self._doing: set[Reference] = set()

    # values -----------------------------------------------------------------------------------------------------------

    def resolve(self, value: Value) -> Value:
        """A value with everything in it resolved: no :class:`Json` and no Terraform reference is left, and members that
        are ``null`` are dropped."""
        kind = type(value)
        if kind is str:
            return self.linked(value) if self._literals else value
        if kind is Unknown:
            return self.unknown(value)
        if kind is Json:
            return self.resolve(value.value)
        if kind is dict:
            found = {}
            for key, each in value.items():
                if each is not None:
                    found[key] = self.resolve(each)
            return found
        if kind is list:
            return [self.resolve(each) for each in value]
        return value

    def unknown(self, value: Unknown, change: Callable[[Value], Value] | None = None) -> Value:
        """An unknown with its references resolved; a choice between two values has each of them resolved, and changed
        by ``change`` where that is given."""
        if value.cases is not None:
            return self._choice(value, change or self.resolve)
        if not value.references or value.references[0].resource in self._ids:
            return value  # nothing to resolve, or resolved already
        parts = _HOLE.split(value.text) if value.text is not None else None
        if len(value.references) == 1 and not value.open and (parts is None or len(parts) == 1):
            found = self.reference(value.references[0])  # the name may be known, and whose it is
            if parts is not None and type(found) is Unknown:
                return msgspec.structs.replace(found, text=value.text)
            return found
        alone = parts is not None and len(parts) == 3 and not parts[0] and not parts[2] and len(value.references) == 1
        if alone and parts is not None and self._names(parts[1], value.references[0]):
            return self.reference(value.references[0])
        return self._mixed(value, parts)

    def _choice(self, value: Unknown, change: Callable[[Value], Value]) -> Value:
        assert value.cases is not None
        condition, *branches = value.cases
        if condition.startswith(f"{self.root}#"):
            return value
        changed = [each if each is NO_VALUE or each is None else change(each) for each in branches]
        one, other = (NO_VALUE if each is None else each for each in changed)
        absent = any(each is NO_VALUE or (type(each) is Unknown and each.maybe_absent) for each in (one, other))
        found = (*_references(one), *_references(other))
        name = f"{self.root}#{condition}"
        return msgspec.structs.replace(
            value, references=tuple(dict.fromkeys(found)), cases=(name, one, other), maybe_absent=absent
        )

    def _mixed(self, value: Unknown, parts: Sequence[str] | None) -> Value:
        """A text that references are a part of, or another function of references."""
        resolved = [(each, self.reference(each)) for each in value.references]
        if parts is None:
            references = tuple(dict.fromkeys(found for _, each in resolved for found in _references(each)))
            is_open = value.open or any(type(each) is Unknown and each.open for _, each in resolved)
            return msgspec.structs.replace(value, references=references, open=is_open)
        made: list[Value] = []
        whole = True
        rest: list[Reference] = []
        for number, part in enumerate(parts):
            if number % 2 == 0:
                made.append(part)
                continue
            found = self._named(part, resolved)
            if found is None or isinstance(found, dict | list):
                whole = False
                made.append(Unknown(value.why, (), "${" + part + "}", origin=value.origin, open=value.open))
            else:
                made.append(found)
        joined = join_text(made)
        if whole or type(joined) is not Unknown:
            return joined
        rest = [found for _, each in resolved for found in _references(each)]
        references = tuple(dict.fromkeys((*joined.references, *rest)))
        return msgspec.structs.replace(
            joined, references=references, why=value.why, origin=value.origin or "deployment"
        )

    def _named(self, hole: str, resolved: Sequence[tuple[Reference, Value]]) -> Value:
        """What stands in a text for references: the one that it spells out, one of several instances, or one of a type
        (``aws_kms_key.arn``)."""
        found = [each for reference, each in resolved if hole == f"{reference.resource}.{reference.attribute}"]
        found = found or [each for reference, each in resolved if self._names(hole, reference)]
        found = found or [
            each for reference, each in resolved if hole == f"{_type_of(reference)}.{reference.attribute}"
        ]
        if len(found) < 2 or any(type(each) is not Unknown or each.cases is not None for each in found):
            return found[0] if found else None
        references = tuple(dict.fromkeys(each for one in found for each in _references(one)))
        is_open = any(each.open for each in found)
        why = f"{hole}, of one of {len(found)} instances"
        return Unknown(why, references, "${" + hole + "}", origin=found[0].origin, open=is_open)

    @staticmethod
    def _names(hole: str, reference: Reference) -> bool:
        """Whether what stands in a text for a reference is that reference and nothing more."""
        full = f"{reference.resource}.{reference.attribute}"
        return hole == full or base_of(hole.strip()) == base_of(within_module(full)) or base_of(hole) == base_of(full)

    # references -------------------------------------------------------------------------------------------------------

    def reference(self, reference: Reference) -> Value:
        """What a reference of Terraform (address, attribute) is."""
        known = self._known.get(reference)
        if known is not None:
            return known
        if reference in self._doing:
            return Unknown(f"{reference.resource} depends on itself", origin="deployment")
        self._doing.add(reference)
        try:
            found = self._found(reference)
        finally:
            self._doing.discard(reference)
        self._known[reference] = found
        return found

    def instances_of(self, address: str) -> list[Instance]:
        """The instances that an address means: one, or all of its block if it names no instance."""
        exact = self._by_address.get(address)
        if exact is not None:
            return [exact]
        found = self._by_base.get(base_of(address), [])
        if "[" in address and len(found) > 1:  # the key of an outer module may be left out, not that of the resource
            own = key_of(address)
            found = [each for each in found if not own or key_of(each) == own]
        return [self._by_address[each] for each in found]

    def _found(self, reference: Reference) -> Value:
        address, attribute = reference.resource, reference.attribute
        if within_module(base_of(address)).startswith("data."):
            return self._data(address, attribute)
        instances = self.instances_of(address)
        text = "${" + f"{address}.{attribute}".translate(BRACES) + "}"
        if not instances:
            return Unknown(f"{address} is not among what was read", text=text, origin="deployment")
        values = [self._of_instance(each, attribute) for each in instances]
        if len(values) == 1:
            return values[0]
        references = tuple(dict.fromkeys(found for each in values for found in _references(each)))
        is_open = any(type(each) is not Unknown or each.open for each in values)
        why = f"{attribute} of one of the {len(values)} instances of {address}"
        return Unknown(why, references, text, origin="reference" if references else "deployment", open=is_open)

    def _of_instance(self, instance: Instance, attribute: str) -> Value:
        address = instance.address
        target = self.targets.get(address)
        if target is not None:
            own = instance.values.get(attribute) if attribute not in ("id", "arn") else None
            if type(own) is Unknown and len(own.references) == 1 and own.references[0].resource != address:
                led = self.resolve(own)  # an argument of it that refers to another resource is that resource
                if type(led) is Unknown and led.references:
                    return led
            return to_target(target, attribute_name(attribute, target.entry))
        text = "${" + f"{address}.{attribute}".translate(BRACES) + "}"
        entry = self.mappings.entry(instance.type)
        if entry is not None and entry.parents:
            argument = next(iter(entry.parent_arguments().values()), None)
            if argument is not None and attribute in (argument, "id"):
                named = instance.values.get(argument)
                if named is not None:
                    return self.resolve(named)
            own = instance.values.get(attribute)
            if own is not None and attribute != "id":
                return self.resolve(own)
        if instance.type.partition("_")[0] in VALUE_PROVIDERS:
            secret = "password" in instance.type
            origin = "secret" if secret else "pseudo"
            return Unknown(f"{attribute} of {address}, made by the provider", text=text, origin=origin, open=not secret)
        return Unknown(f"{attribute} of {address}, known after apply", text=text, origin="deployment")

    def _data(self, address: str, attribute: str) -> Value:
        from demarcate.sources.terraform.data_sources import value_of

        instances = self.instances_of(address)
        if len(instances) == 1:
            return value_of(instances[0], attribute, self)
        text = "${" + f"{address}.{attribute}".translate(BRACES) + "}"
        return Unknown(f"{attribute} of {address}, read at deployment", text=text, origin="deployment")

    # literals ---------------------------------------------------------------------------------------------------------

    def learn(self, literals: dict[str, Target]) -> None:
        """Take ids and ARNs (as states and plans hold them) for references to the resources that have them."""
        self._literals = literals

    def linked(self, text: str) -> Value:
        """A text, or the reference that it is: the id or ARN of another resource of the configuration."""
        target = self._literals.get(text) if self._literals else None
        if target is None:
            return text
        attribute = "Arn" if text.startswith("arn:") else "Ref"
        why = f"{attribute} of {target.address}"
        return Unknown(why, (Reference(target.id, attribute),), text, origin="reference", open=False)


def to_target(target: Target, attribute: str) -> Unknown:
    """A reference to a resource of the estate as a value."""
    address = target.address.translate(BRACES)
    text = "${" + (address if attribute == "Ref" else f"{address}.{attribute}") + "}"
    of = "" if attribute == "Ref" else f"{attribute} of "
    why = f"{of}{target.address}, known after apply"
    return Unknown(why, (Reference(target.id, attribute),), text, origin="reference", open=False)


def _type_of(reference: Reference) -> str:
    return within_module(base_of(reference.resource)).partition(".")[0]


def _references(value: Value) -> tuple[Reference, ...]:
    """The references of a value, and of what it is made of."""
    found: dict[Reference, None] = {}
    pending = [value]
    while pending:
        item = pending.pop()
        if type(item) is Unknown:
            found.update(dict.fromkeys(item.references))
        elif isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return tuple(found)


references_in = _references
