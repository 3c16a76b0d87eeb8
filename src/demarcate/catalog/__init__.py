"""What is known of AWS, as data, and the lazy loader of it. :func:`catalog` is the stage's public function."""

from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path

import msgspec

from demarcate.catalog import property_index
from demarcate.catalog.derive import derive
from demarcate.catalog.derived import Derivation, derived_controls, find_derived
from demarcate.catalog.property_index import PropertyNode
from demarcate.catalog.yaml_files import CATALOG_ROOT, load
from demarcate.errors import CatalogError
from demarcate.model import AccountKnob, Control, Offering, Responsibility, RoleEntry, Service, SplitCell, TypeEntry

__all__ = ["ACCOUNT", "ACCOUNT_OFFERING", "Catalog", "PropertyNode", "catalog", "stem_of"]

ACCOUNT_OFFERING = "account.account"
"""The offering that carries the duties of an account and of an organisation."""
ACCOUNT = "account"
"""What a control is on that looks at account-level settings."""


class _Responsibilities(msgspec.Struct, forbid_unknown_fields=True):
    responsibilities: tuple[Responsibility, ...]
    checked: dict[str, tuple[str, ...]] = {}


class _Roles(msgspec.Struct, forbid_unknown_fields=True):
    roles: tuple[RoleEntry, ...]


class _TerraformNames(msgspec.Struct, forbid_unknown_fields=True):
    terraform_names: dict[str, str]


class Framework(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A framework's controls by responsibility; NIST SP 800-53's stand in the responsibilities themselves."""

    framework: str
    title: str
    source: str
    by_responsibility: dict[str, tuple[str, ...]]
    confidence: str | None = None


class _Derivations(msgspec.Struct, forbid_unknown_fields=True):
    derivations: tuple[Derivation, ...]


class _AccountKnobs(msgspec.Struct, forbid_unknown_fields=True):
    account_knobs: tuple[AccountKnob, ...]
    checked: dict[str, tuple[str, ...]] = {}


def stem_of(type_name: str) -> str:
    """The stem of the service file for a resource type or namespace: ``AWS::S3::Bucket`` → ``s3``."""
    first, _, rest = type_name.partition("::")
    second = rest.partition("::")[0]
    return second.lower() if first == "AWS" else f"{first}-{second}".lower()


class Catalog:
    """The catalogue: the package's own data, and folders of the user's that add services or replace them.

    Files are read when they are first asked for. Every method raises :class:`CatalogError` if the file it needs breaks
    the format.
    """

    def __init__(self, folders: tuple[Path, ...] = ()) -> None:
        self._roots: tuple[Path, ...] = (*folders, CATALOG_ROOT)
        self._services: dict[str, Service | None] = {}
        self._offerings: dict[str, tuple[Offering, ...]] = {}
        self._splits: dict[str, Mapping[str, SplitCell]] = {}
        self._entries: dict[str, TypeEntry | None] = {}
        self._controls: dict[str, tuple[Control, ...]] = {}

    @cached_property
    def _responsibility_file(self) -> _Responsibilities:
        return load(self._roots[-1] / "responsibilities.yaml", _Responsibilities)

    @cached_property
    def responsibilities(self) -> Mapping[str, Responsibility]:
        """All responsibilities by id, in the catalogue's order."""
        return {each.id: each for each in self._responsibility_file.responsibilities}

    @cached_property
    def responsibility_urls(self) -> frozenset[str]:
        """The URLs that responsibilities cite and that were read in the documentation."""
        return frozenset(url for urls in self._responsibility_file.checked.values() for url in urls)

    @cached_property
    def roles(self) -> Mapping[str, RoleEntry]:
        """All roles by id."""
        return {each.id: each for each in load(self._roots[-1] / "roles.yaml", _Roles).roles}

    @cached_property
    def _account_knob_file(self) -> _AccountKnobs:
        return load(self._roots[-1] / "account_knobs.yaml", _AccountKnobs)

    @cached_property
    def account_knobs(self) -> Mapping[str, AccountKnob]:
        """All account-level knobs by id."""
        return {each.id: each for each in self._account_knob_file.account_knobs}

    @cached_property
    def account_knob_urls(self) -> frozenset[str]:
        """The URLs that account knobs cite and that were read in the documentation."""
        return frozenset(url for urls in self._account_knob_file.checked.values() for url in urls)

    @cached_property
    def frameworks(self) -> Mapping[str, Framework]:
        """The frameworks whose controls follow from the responsibility, by id."""
        found = [load(file, Framework) for file in sorted((self._roots[-1] / "frameworks").glob("*.yaml"))]
        return {each.framework: each for each in found}

    def is_verified(self, control: Control) -> bool:
        """Whether a control's page was found in the documentation and says what it is cited for."""
        if control.confidence == "unverified":
            return False
        return control.source in self.checked_urls

    @cached_property
    def checked_urls(self) -> frozenset[str]:
        """All URLs that were read in the documentation, whichever file says so; reads every service file."""
        of_services = (each.checked_urls() for each in self.services())
        return frozenset().union(*of_services, self.responsibility_urls, self.account_knob_urls)

    def framework_ids(self, control: Control) -> Mapping[str, tuple[str, ...]]:
        """A control's ids in every framework, sorted by framework: those that it states, else those that follow from
        its responsibility."""
        responsibility = self.responsibilities[control.responsibility]
        found = {"nist-800-53-r5": responsibility.nist_800_53_r5}
        for name, each in self.frameworks.items():
            found[name] = each.by_responsibility.get(control.responsibility, ())
        found.update(control.frameworks)
        return {name: found[name] for name in sorted(found) if found[name]}

    @cached_property
    def _derivation(self) -> tuple[Derivation, ...]:
        return load(self._roots[-1] / "derived_controls.yaml", _Derivations).derivations

    @cached_property
    def terraform_names(self) -> Mapping[str, str]:
        """Terraform resource names that differ from CloudFormation's by more than spelling."""
        return load(self._roots[-1] / "terraform_names.yaml", _TerraformNames).terraform_names

    @cached_property
    def service_names(self) -> tuple[str, ...]:
        """The stems of all service files, sorted."""
        names: set[str] = set()
        for root in self._roots:
            folder = root / "services"
            if folder.is_dir():
                names.update(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".yaml"))
        return tuple(sorted(names))

    def service(self, name: str) -> Service | None:
        """The service of a file's stem, or ``None`` if there is no such file."""
        if name not in self._services:
            self._services[name] = self._read_service(name)
        return self._services[name]

    def _read_service(self, name: str) -> Service | None:
        if name not in self.service_names:  # a name from an input is never made a path
            return None
        for root in self._roots:
            file = root / "services" / f"{name}.yaml"
            if file.is_file():
                found = load(file, Service)
                if found.service != name:
                    raise CatalogError(f"service is {found.service!r}", f"{name}.yaml", f"write 'service: {name}'")
                return found
        return None

    def services(self) -> tuple[Service, ...]:
        """All services, sorted by name; reads every file."""
        return tuple(found for name in self.service_names if (found := self.service(name)) is not None)

    def service_of(self, type_or_offering: str) -> Service | None:
        """The service of a resource type (``AWS::S3::Bucket``) or of an offering id (``s3.bucket``)."""
        name = stem_of(type_or_offering) if "::" in type_or_offering else type_or_offering.partition(".")[0]
        return self.service(name)

    def type_entry(self, type_name: str) -> TypeEntry | None:
        """What a resource type is, or ``None`` for a type that the catalogue does not have."""
        if type_name not in self._entries:
            found = self.service_of(type_name)
            self._entries[type_name] = found.types.get(type_name) if found is not None else None
        return self._entries[type_name]

    def offerings_of(self, type_name: str) -> tuple[Offering, ...]:
        """The offerings that cover a type, in the order of choice (the last has no ``when``); empty if unknown."""
        if type_name not in self._offerings:
            found = self.service_of(type_name)
            self._offerings[type_name] = () if found is None else covering(found, type_name)
        return self._offerings[type_name]

    def offering(self, offering_id: str) -> Offering | None:
        """The offering of an id, or ``None``."""
        found = self.service_of(offering_id)
        if found is None:
            return None
        return next((each for each in found.offerings if each.id == offering_id), None)

    def configures(self, setting: str, of: str) -> bool:
        """Whether a type is a setting of another."""
        entry = self.type_entry(setting)
        return entry is not None and of in entry.of

    def controls_of(self, type_name: str) -> tuple[Control, ...]:
        """The controls on a type, in the service file's order, then those derived from the names of its properties."""
        if type_name not in self._controls:
            found = self.service_of(type_name)
            written = () if found is None else tuple(each for each in found.controls if type_name in each.types)
            self._controls[type_name] = (*written, *derived_controls(type_name, written, self._derivation))
        return self._controls[type_name]

    def defaults_of(self, type_name: str) -> Mapping[tuple[str, str], str]:
        """What AWS takes for absent properties of a type and of those of its service: (type, path) → expression."""
        found = self.service_of(type_name)
        if found is None:
            return {}
        return {(name, path): each.value for name, paths in found.defaults.items() for path, each in paths.items()}

    def control(self, control_id: str) -> Control | None:
        """The control of an id, or ``None``; reads the service files until it is found."""
        for service in self.services():
            for each in service.controls:
                if each.id == control_id:
                    return each
        type_name = find_derived(control_id, self._derivation)
        controls = self.controls_of(type_name) if type_name is not None else ()
        return next((each for each in controls if each.id == control_id), None)

    def split(self, offering_id: str) -> Mapping[str, SplitCell]:
        """Every responsibility of an offering with its party, reason and source.

        Raises :class:`CatalogError` for an id that the catalogue does not have.
        """
        if offering_id not in self._splits:
            service, offering = self.service_of(offering_id), self.offering(offering_id)
            if service is None or offering is None:
                raise CatalogError(f"no offering {offering_id!r}", "", "see 'demarcate catalog list'")
            self._splits[offering_id] = derive(service, offering, self.responsibilities)
        return self._splits[offering_id]

    def properties_of(self, type_name: str) -> tuple[PropertyNode, ...]:
        """Every writable property path of a type with its responsibility."""
        return property_index.properties_of(type_name)

    def knobs_of(self, type_name: str) -> frozenset[str]:
        """The responsibilities that any property of a type bears on."""
        return property_index.responsibilities_of(type_name)


def covering(service: Service, type_name: str) -> tuple[Offering, ...]:
    """The offerings of a service that cover a type: those that name it, then, unless the last of these is taken in any
    case, those that name no types at all."""
    if type_name not in service.types:
        return ()
    named = tuple(each for each in service.offerings if each.resources is not None and type_name in each.resources)
    if named and named[-1].when is None:
        return named
    return (*named, *(each for each in service.offerings if each.resources is None))


@cache
def catalog(folders: tuple[Path, ...] = ()) -> Catalog:
    """The catalogue with the user's ``folders`` before the built-in data; one object per set of folders."""
    return Catalog(folders)
