"""The mapping data: what each Terraform resource type is in CloudFormation (``catalog/terraform/*.yaml``).

The format is described in ``docs/terraform.md``. Everything is read once a process, and kept in the cache on disk in a
decoded form, of which only the types that are asked for are made structs.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from demarcate import cache as disk
from demarcate.catalog.property_index import resource_types
from demarcate.catalog.yaml_files import CATALOG_ROOT, load
from demarcate.errors import CatalogError

MAPPING_ROOT: Final = CATALOG_ROOT / "terraform"
GUIDE: Final = "docs/terraform.md"


class PropertySpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename={"as_": "as"}):
    """How one argument or block is translated.

    ``to`` is the target (by the naming rule if absent): ``A.B`` nested, ``A[]`` appended, ``A[0].B`` in the first item,
    ``A[Key=x].Value`` in the item that has it, ``.`` the current object, ``/A.B`` from the resource's properties;
    ``properties`` are the exceptions among the arguments of a block, relative to the target (``"*": A``: names that do
    not fit here are looked for below ``A``); ``values`` maps known scalars; ``as`` names a conversion
    (:mod:`.conversions`); ``switch`` an argument of a block without which, or with ``false``, the block is off and
    counts as not written; ``defaults`` the provider's of a block's arguments (argument →
    value); ``source`` is the page that states an odd one, ``why`` a few words on it.
    """

    to: str | None = None
    properties: "dict[str, PropertySpec | str | None]" = {}
    values: dict[str | bool | int, Any] = {}
    as_: str | None = None
    switch: str | None = None
    defaults: dict[str, Any] = {}
    source: str | None = None
    why: str | None = None


Spec = PropertySpec | str | None
"""``None``: no counterpart; a text: the target; else the whole."""


class KnobSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where an account knob's value comes from: an ``argument``, with ``values`` mapped; a constant ``value``; or an
    object of ``arguments`` (Terraform's name → the object's key; ``{}`` takes all, in pascal case). With ``key``, an
    argument names the key under which the value stands in the knob's object; with ``append``, the knob is a list to
    which each resource adds its value. ``of`` is the argument that names the account, or accounts, if it is not the
    provider's."""

    argument: str | None = None
    value: Any = None
    values: dict[str | bool | int, Any] = {}
    arguments: dict[str, str] | None = None
    key: str | None = None
    append: bool = False
    of: str | None = None


class Variant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another CloudFormation type, where ``argument`` has one of the ``types`` as its value (value → type), refers to a
    resource of one of the Terraform types ``refers`` (Terraform type → type), or ends as one of ``ends`` does."""

    argument: str
    types: dict[str | bool | int, str] = {}
    refers: dict[str, str] = {}
    ends: dict[str, str] = {}

    @property
    def all_types(self) -> tuple[str, ...]:
        """The other types, sorted."""
        return tuple(sorted({*self.types.values(), *self.refers.values(), *self.ends.values()}))


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an ``argument`` sets of another resource: of CloudFormation ``type``, which names this one by its property
    ``of``; the property ``to`` gets the value, mapped by ``values``."""

    argument: str
    type: str
    of: str
    to: str
    values: dict[str | bool | int, Any] = {}


class Made(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What an ``argument`` (``a.b`` inside of a block) makes: a resource of CloudFormation ``type``, or one for each
    item of a list (``whole``: one for all). ``properties`` are as in :class:`Mapped`, relative to the block; ``fixed``
    what the argument implies; ``own`` where the new resource names the one that it stands in (property path →
    attribute)."""

    argument: str
    type: str
    own: dict[str, str]
    properties: dict[str, PropertySpec | str | None] = {}
    fixed: dict[str, Any] = {}
    whole: bool = False


class Mapped(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True, rename={"is_": "is"}
):
    """What one Terraform type is. Exactly one of ``is``, ``sets``, ``attaches``, ``account`` and ``provider_only``.

    ``is``: a CloudFormation type (``variant``: another one, by an argument). ``sets``/``attaches``: a setting of, or
    an attachment to, resources of the types given, found by the argument ``by`` (or, for several types, type →
    argument), or by ``match``: arguments whose values equal the parent's properties (argument → property); ``to`` is
    the object of the parent that the arguments are relative to (``Targets[]``, ``Integration``), ``to_of`` another one,
    by the attribute of the parent that the argument refers to; ``to_by`` one by an argument's value (argument → value →
    object); ``only``: it says nothing unless these arguments have these values (``null``: are absent);
    ``alone``: what it is where its argument names no parent, or AWS's ``default``.
    ``account``: account knob id → where its value is (also beside ``is`` and ``sets``). ``provider_only``: why nothing
    on AWS corresponds.
    ``properties``: exceptions to the naming rule (``on``: those of one of the parents); ``returns``: attribute → what
    ``Ref``/``Fn::GetAtt`` calls it;
    ``defaults``: what the provider sends for absent arguments, ``fixed``: what the type implies, both in
    CloudFormation's terms, at dotted property paths; ``no_argument``: property paths that controls read and that no
    argument gives; ``makes``: what stands inline and is a resource of its own in CloudFormation; ``gives``: what it
    says of a resource that refers to it; ``convert``: a function of :mod:`.special`; ``source``: where a fact is
    stated; ``why``: a note.
    """

    is_: str | None = None
    sets: str | tuple[str, ...] | None = None
    attaches: str | tuple[str, ...] | None = None
    account: dict[str, KnobSpec | str | bool] | None = None
    provider_only: str | None = None
    variant: Variant | None = None
    by: str | dict[str, str] | None = None
    match: dict[str, str] = {}
    only: dict[str, str | None] = {}
    alone: "Mapped | None" = None
    to: str | None = None
    to_of: dict[str, str] = {}
    to_by: dict[str, dict[str, str]] = {}
    properties: dict[str, PropertySpec | str | None] = {}
    returns: dict[str, str] = {}
    defaults: dict[str, Any] = {}
    fixed: dict[str, Any] = {}
    no_argument: tuple[str, ...] = ()
    on: dict[str, dict[str, PropertySpec | str | None]] = {}
    makes: tuple[Made, ...] = ()
    gives: tuple[Given, ...] = ()
    convert: str | None = None
    source: str | tuple[str, ...] | None = None
    why: str | None = None

    @property
    def parents(self) -> tuple[str, ...]:
        """The CloudFormation types that it sets or attaches to."""
        named = self.sets or self.attaches or ()
        return (named,) if isinstance(named, str) else named

    def properties_on(self, type_name: str) -> "dict[str, PropertySpec | str | None]":
        """The exceptions to the naming rule for one of the parents."""
        return self.on.get(type_name, self.properties)

    def parent_arguments(self) -> Mapping[str, str]:
        """Parent type → the argument that names it; empty where there is none (``match`` only)."""
        if isinstance(self.by, dict):
            return self.by
        return dict.fromkeys(self.parents, self.by) if self.by else {}


class MappingFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file: the ``service`` it belongs to (its stem), the ``resources`` by Terraform type, and ``checked``: the
    URLs that were read, by day."""

    service: str
    resources: dict[str, Mapped]
    checked: dict[str, tuple[str, ...]] = {}


def read_file(file: Path) -> MappingFile:
    """One mapping file. Raises :class:`CatalogError` that names the file and what breaks the format."""
    found = load(file, MappingFile, GUIDE)
    if found.service != file.stem:
        raise CatalogError(f"service is {found.service!r}", f"terraform/{file.name}", f"write 'service: {file.stem}'")
    for name, each in found.resources.items():
        for what in problems(each):
            raise CatalogError(f"{name}: {what}", f"terraform/{file.name}", f"see {GUIDE} for the format")
    return found


def problems(entry: Mapped) -> list[str]:
    """What is wrong with an entry by itself."""
    found = []
    kinds = [entry.is_, entry.sets, entry.attaches, entry.provider_only]
    number = sum(each is not None for each in kinds)
    beside = bool(entry.account) and entry.provider_only is None
    if not (number == 0 and entry.account is not None) and not (number == 1 and (entry.account is None or beside)):
        found.append("exactly one of is, sets, attaches, account, provider_only (account also beside the first three)")
    if entry.parents and not entry.by and not entry.match:
        found.append("sets and attaches need by or match")
    if isinstance(entry.by, dict) and set(entry.by) - set(entry.parents):
        found.append("by names a type that it does not attach to")
    if entry.alone is not None and (entry.alone.is_ is None or not entry.parents):
        found.append("alone is a resource, and only of a companion")
    if set(entry.on) - set(entry.parents):
        found.append("on names a type that it does not attach to")
    if entry.makes and entry.is_ is None:
        found.append("only what is a resource makes others")
    if entry.account == {} and not entry.why:
        found.append("an account-level setting without a knob says why")
    return found


class Mappings:
    """All mapping files of a folder, by Terraform type. Raises :class:`CatalogError` when one breaks the format."""

    def __init__(self, folder: Path = MAPPING_ROOT) -> None:
        self._folder = folder
        self._entries: dict[str, Mapped | None] = {}
        self._raw, self._files = self._load()

    def _load(self) -> tuple[dict[str, msgspec.Raw], dict[str, str]]:
        files = sorted(self._folder.glob("*.yaml"))
        name = disk.key_of(b"terraform 6", Path(__file__).read_bytes(), *(each.read_bytes() for each in files))
        stored = disk.get(name)
        if stored is None:
            table: dict[str, Mapped] = {}
            origin: dict[str, str] = {}
            for file in files:
                for key, each in read_file(file).resources.items():
                    if key in table:
                        raise CatalogError(f"{key} stands in {origin[key]}.yaml too", f"terraform/{file.name}")
                    table[key], origin[key] = each, file.stem
            stored = msgspec.msgpack.encode((table, origin))
            disk.put(name, stored)
        return msgspec.msgpack.decode(stored, type=tuple[dict[str, msgspec.Raw], dict[str, str]])

    def __contains__(self, terraform_type: str) -> bool:
        return terraform_type in self._raw

    def types(self) -> tuple[str, ...]:
        """Every Terraform type that has an entry, sorted."""
        return tuple(sorted(self._raw))

    def service_of(self, terraform_type: str) -> str | None:
        """The stem of the file that a type stands in."""
        return self._files.get(terraform_type)

    def entry(self, terraform_type: str) -> Mapped | None:
        """What a type is; an ``awscc_`` type that has no entry is its CloudFormation type by rule. ``None`` for one
        that is not known."""
        if terraform_type not in self._entries:
            raw = self._raw.get(terraform_type)
            found = None if raw is None else msgspec.msgpack.decode(raw, type=Mapped)
            if found is None and terraform_type.startswith("awscc_"):
                own = awscc_types().get(terraform_type.removeprefix("awscc_").replace("_", ""))
                found = None if own is None else Mapped(is_=own)
            self._entries[terraform_type] = found
        return self._entries[terraform_type]


@cache
def awscc_types() -> Mapping[str, str]:
    """The letters of an ``awscc_`` type (without prefix and underscores) → its CloudFormation type."""
    return {"".join(each.split("::")[1:]).lower(): each for each in resource_types() if each.startswith("AWS::")}


@cache
def mappings(folder: Path = MAPPING_ROOT) -> Mappings:
    """The mapping data of a folder; one object each."""
    return Mappings(folder)
