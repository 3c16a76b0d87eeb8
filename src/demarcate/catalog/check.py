"""Proof that the catalogue is whole: no type falls through, every duty has a party and a reason, every fact is counted.

``python -m demarcate.catalog.check [SERVICE …]`` checks service files while they are being written.
"""

import sys
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from demarcate.catalog import ACCOUNT_OFFERING, Catalog, catalog, covering, property_index, stem_of
from demarcate.catalog.check_controls import control_problems
from demarcate.catalog.check_terraform import terraform_problems
from demarcate.catalog.derive import CATEGORIES, boundary_layer
from demarcate.errors import DemarcateError
from demarcate.expressions import compile_expression, names, parse
from demarcate.model import STACK_BOTTOM, Halves, Offering, Override, Service

SECURITY_LIKE: Final = frozenset(
    {
        "network-controls", "authorization", "user-access", "secrets", "encryption-at-rest", "encryption-in-transit",
        "key-management", "customer-data", "backup-recovery", "logging", "monitoring-detection", "identity",
    }
)  # fmt: skip
"""Responsibilities whose knobs show that a type has been thought of; a type without any says where they are."""

_MODELS: Final = ("iaas", "paas", "saas")


class Problem(msgspec.Struct, frozen=True, order=True):
    """Something that breaks the catalogue's contract: the file's stem, what is wrong, and how to mend it."""

    file: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.file}: {self.what}" + (f" ({self.mend})" if self.mend else "")


def check(data: Catalog, services: Iterable[str] | None = None) -> tuple[Problem, ...]:
    """All problems of the named service files, or of the whole catalogue; empty if it is whole."""
    problems: list[Problem] = []
    wanted = tuple(services) if services is not None else data.service_names
    for name in wanted:
        try:
            service = data.service(name)
        except DemarcateError as error:
            problems.append(Problem(name, str(error)))
            continue
        if service is None:
            problems.append(Problem(name, "no such service file", f"add services/{name}.yaml"))
        else:
            problems.extend(_service(data, service))
    if services is None:
        problems.extend(_whole(data))
        problems.extend(Problem(file, what) for file, what in terraform_problems(data))
    return tuple(sorted(set(problems)))


def _service(data: Catalog, service: Service) -> Iterator[Problem]:
    yield from _types(data, service)
    for type_name in service.types:
        yield from _exactly_one(service, type_name)
    seen: set[str] = set()
    for offering in service.offerings:
        if offering.id in seen:
            yield Problem(service.service, f"offering {offering.id} stands twice")
        seen.add(offering.id)
        for what in _offering(data, service, offering):
            yield Problem(service.service, f"{offering.id}: {what}")
    for what in control_problems(data, service):
        yield Problem(service.service, what)
    holders: tuple[Service | Offering, ...] = (service, *service.offerings)
    for holder in holders:
        for url in _urls(holder):
            if not url.startswith("https://") or " " in url:
                yield Problem(service.service, f"{url!r} is not an https URL")


def _urls(holder: Service | Offering) -> Iterator[str]:
    if isinstance(holder, Service):
        yield holder.documentation
        yield from holder.checked_urls()
    elif holder.source is not None:
        yield holder.source
    entries: tuple[Halves | Override, ...] = (
        *holder.shared.values(),
        *holder.customer.values(),
        *holder.aws.values(),
    )
    for entry in entries:
        if entry.source is not None:
            yield entry.source


def _types(data: Catalog, service: Service) -> Iterator[Problem]:
    namespace = service.namespace
    known = {each for each in property_index.resource_types() if namespace and each.startswith(f"{namespace}::")}
    for missing in sorted(known - service.types.keys()):
        yield Problem(service.service, f"type {missing} is missing", "add it under types")
    for extra in sorted(service.types.keys() - known):
        yield Problem(service.service, f"type {extra} is in no schema", "mend its spelling or its namespace")
    for name, entry in service.types.items():
        if entry.role not in data.roles:
            yield Problem(service.service, f"{name}: role {entry.role!r} is not one of {', '.join(data.roles)}")
        if entry.role == "setting" and not entry.of:
            yield Problem(service.service, f"{name}: a setting says what it configures", "add of: [TYPE]")
        if entry.role == "data-store" and not entry.holds:
            yield Problem(service.service, f"{name}: a data store says what it holds", "add holds: …")
        for other in entry.of:
            if not property_index.is_known(other):
                yield Problem(service.service, f"{name}: of names {other}, which is in no schema")
        for other in entry.governed_by:
            if not property_index.is_known(other) and other not in data.account_knobs:
                yield Problem(service.service, f"{name}: governed_by names {other}, which is no type or account knob")
        reviewed = entry.of or entry.governed_by or entry.reviewed
        if not reviewed and name in known and not data.knobs_of(name) & SECURITY_LIKE:
            yield Problem(
                service.service, f"{name}: has no security-like property", "add of, governed_by or reviewed: why"
            )


def _exactly_one(service: Service, type_name: str) -> Iterator[Problem]:
    """First match wins, so a type has exactly one offering if every offering but the last has a ``when``."""
    offerings = covering(service, type_name)
    if not offerings:
        yield Problem(service.service, f"{type_name} belongs to no offering")
        return
    if offerings[-1].when is not None:
        yield Problem(
            service.service, f"{type_name}: the last offering, {offerings[-1].id}, has a when", "add a fallback"
        )
    for offering in offerings[:-1]:
        if offering.when is None:
            yield Problem(service.service, f"{type_name}: {offering.id} has no when, so no later offering is reached")


def _offering(data: Catalog, service: Service, offering: Offering) -> Iterator[str]:
    if not offering.id.startswith(f"{service.service}."):
        yield f"the id does not start with '{service.service}.'"
        return
    if offering.service_model not in _MODELS:
        yield f"service_model {offering.service_model!r} is not one of {', '.join(_MODELS)}"
    if offering.category is not None and offering.category not in CATEGORIES:
        yield f"category {offering.category!r} is not one of {', '.join(CATEGORIES)}"
    for type_name in offering.resources or ():
        if type_name not in service.types:
            yield f"{type_name} is not among the file's types"
    if offering.resources == () and not offering.applies_to:
        yield "an offering without resources says in words when it applies (applies_to)"
    yield from _when(data, service, offering)
    yield from _split(data, service, offering)


def _when(data: Catalog, service: Service, offering: Offering) -> Iterator[str]:
    if offering.when is None:
        return
    try:
        compile_expression(offering.when, service.service)
    except DemarcateError as error:
        yield str(error)
        return
    covered = offering.resources if offering.resources is not None else tuple(service.types)
    properties = {node.path.partition(".")[0].removesuffix("[]").removesuffix("{}") for type_name in covered
                  for node in data.properties_of(type_name)}  # fmt: skip
    for name in sorted(names(parse(offering.when)) - properties):
        yield f"when reads {name}, which none of its types has"


def _split(data: Catalog, service: Service, offering: Offering) -> Iterator[str]:
    boundary = offering.boundary
    if boundary != STACK_BOTTOM and (
        boundary not in data.responsibilities or data.responsibilities[boundary].layer is None
    ):
        yield f"boundary {boundary!r} is not a layer"
        return
    for holder in (offering, service):
        stated = [*holder.shared, *holder.customer, *holder.aws]
        for name in stated:
            if name not in data.responsibilities:
                yield f"{name!r} is not a responsibility"
            if stated.count(name) > 1:
                yield f"{name} has two parties"
    cells = data.split(offering.id)
    layer = boundary_layer(offering, data.responsibilities)
    for name, each in data.responsibilities.items():
        cell = cells.get(name)
        if cell is None or not cell.reason.strip() or not cell.source:
            yield f"{name} has no party, reason or source"
        elif cell.party == "shared" and not (cell.aws.strip() and cell.customer.strip()):
            yield f"{name} is shared and does not say what each party does"
        for party, overrides in (("aws", offering.aws), ("customer", offering.customer)):
            if name in overrides and each.layer is not None and (each.layer <= layer) == (party == "aws"):
                yield f"{party}: {name} only repeats the derivation; leave it out"


def _whole(data: Catalog) -> Iterator[Problem]:
    stems = {stem_of(each) for each in property_index.resource_types()}
    for stem in sorted(stems - set(data.service_names)):
        yield Problem(stem, "a CloudFormation namespace has no service file", f"add services/{stem}.yaml")
    for framework in data.frameworks.values():
        for name in sorted(framework.by_responsibility.keys() - data.responsibilities.keys()):
            yield Problem(f"frameworks/{framework.framework}", f"{name!r} is not a responsibility")
    owners: dict[str, str] = {}
    for service in data.services():
        for control in service.controls:
            owner = owners.setdefault(control.id, service.service)
            if owner != service.service:
                yield Problem(service.service, f"control {control.id} stands in {owner}.yaml too")
    if data.offering(ACCOUNT_OFFERING) is None:
        yield Problem("account", f"there is no offering {ACCOUNT_OFFERING}")
    layers = sorted(each.layer for each in data.responsibilities.values() if each.layer is not None)
    if layers != list(range(len(layers))):
        yield Problem("responsibilities", "the layers are not numbered 0, 1, 2 …")
    for each in data.responsibilities.values():
        if each.layer is None and (each.party is None or not each.reason):
            yield Problem("responsibilities", f"{each.id} stands beside the stack and has no party or no reason")
    for role in data.roles.values():
        for name in sorted(role.not_applicable.keys() - data.responsibilities.keys()):
            yield Problem("roles", f"{role.id}: {name!r} is not a responsibility")
    for knob in data.account_knobs.values():
        if knob.responsibility not in data.responsibilities:
            yield Problem("account_knobs", f"{knob.id}: {knob.responsibility!r} is not a responsibility")
        if knob.scope not in ("account", "region", "organisation"):
            yield Problem("account_knobs", f"{knob.id}: scope {knob.scope!r} is not account, region or organisation")
        for other in knob.governs:
            if not property_index.is_known(other):
                yield Problem("account_knobs", f"{knob.id}: governs {other}, which is in no schema")


if __name__ == "__main__":
    found = check(catalog(), sys.argv[1:] or None)
    print(*found, sep="\n")
    print(f"{len(found)} problem(s)")
    sys.exit(1 if found else 0)
