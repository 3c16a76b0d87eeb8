"""``explain`` and ``compare``: what the catalogue says of a name, and how two offerings differ."""

import difflib
import re
from collections.abc import Mapping
from enum import StrEnum

import msgspec

from demarcate.catalog import Catalog, PropertyNode, catalog, property_index
from demarcate.catalog.applicability import not_applicable
from demarcate.catalog.derive import category_of
from demarcate.errors import UnknownNameError
from demarcate.model import AccountKnob, Control, Offering, Party, Responsibility, Service, SplitCell, TypeEntry


class Kind(StrEnum):
    """What a name turned out to be."""

    TYPE = "type"
    SERVICE = "service"
    OFFERING = "offering"
    RESPONSIBILITY = "responsibility"
    ACCOUNT_KNOB = "account-knob"
    CONTROL = "control"


class OfferingView(msgspec.Struct, frozen=True, kw_only=True):
    """An offering with all that follows from it: its ``split`` by responsibility id, in the catalogue's order."""

    id: str
    title: str
    service_model: str
    category: str
    boundary: str
    because: str
    source: str
    when: str | None
    applies_to: str | None
    resources: tuple[str, ...]
    split: Mapping[str, SplitCell]


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """All that the catalogue says of a ``name``.

    ``offerings`` come the explained one first, then those that would move the line; ``knobs`` are the configurable
    properties by responsibility id; ``governed_by`` the account-level settings that reach the type; for a
    responsibility, ``parties`` counts the offerings by party and ``exceptions`` lists those off the default;
    ``controls`` are those on a type, or the explained one.
    """

    name: str
    kind: Kind
    title: str
    documentation: str
    offerings: tuple[OfferingView, ...] = ()
    types: Mapping[str, TypeEntry] = {}
    not_applicable: Mapping[str, str] = {}
    knobs: Mapping[str, tuple[PropertyNode, ...]] = {}
    account_knobs: tuple[AccountKnob, ...] = ()
    responsibility: Responsibility | None = None
    parties: Mapping[str, int] = {}
    exceptions: Mapping[str, SplitCell] = {}
    controls: tuple[Control, ...] = ()


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One responsibility of a comparison. ``moves`` is what choosing the first offering over the second does to the
    customer: ``to-aws``, ``to-customer``, ``stays`` (the customer's or shared in both) or ``aws`` (AWS's in both)."""

    responsibility: str
    title: str
    first: SplitCell
    second: SplitCell
    moves: str


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two offerings side by side, a row a responsibility in the catalogue's order."""

    first: OfferingView
    second: OfferingView
    rows: tuple[Row, ...]


def explain(name: str, data: Catalog | None = None) -> Explanation:
    """What the catalogue says of a resource type, service, offering, responsibility or account knob.

    Terraform-style names (``aws_s3_bucket``) and other spellings of a type are understood. Raises
    :class:`UnknownNameError` with suggestions for a name that the catalogue does not have.
    """
    data = data or catalog()
    wanted = name.strip()
    if "::" in wanted and data.type_entry(wanted) is not None:
        return _type(wanted, data)
    if wanted in data.responsibilities:
        return _responsibility(wanted, data)
    if data.offering(wanted) is not None:
        return _offering(wanted, data)
    if wanted.lower() in data.service_names:
        return _service(wanted.lower(), data)
    if wanted in data.account_knobs:
        return _account_knob(wanted, data)
    control = data.control(wanted) if "-" in wanted else None  # as every control's id has
    if control is not None:
        return _control(control, data)
    spelt = _type_spelt(wanted, data)
    if spelt is not None:
        return _type(spelt, data)
    raise UnknownNameError(f"the catalogue has no {name!r}", suggestions(wanted, data))


def compare(first: str, second: str, data: Catalog | None = None) -> Comparison:
    """Two offerings side by side; a type or service stands for its own (last, unconditional) offering.

    Raises :class:`UnknownNameError` for a name that is none of these.
    """
    data = data or catalog()
    one, other = _one_offering(first, data), _one_offering(second, data)
    rows = tuple(
        Row(responsibility=name, title=each.title, first=one.split[name], second=other.split[name],
            moves=_moves(one.split[name].party, other.split[name].party))
        for name, each in data.responsibilities.items()
    )  # fmt: skip
    return Comparison(first=one, second=other, rows=rows)


def _moves(first: Party, second: Party) -> str:
    weight = {Party.AWS: 0, Party.SHARED: 1, Party.CUSTOMER: 2}
    if first is second:
        return "aws" if first is Party.AWS else "stays"
    return "to-aws" if weight[first] < weight[second] else "to-customer"


def _one_offering(name: str, data: Catalog) -> OfferingView:
    found = explain(name, data)
    if not found.offerings:
        raise UnknownNameError(f"{name!r} is a {found.kind} and has no offering of its own", suggestions(name, data))
    return found.offerings[0]


def view(offering: Offering, service: Service, data: Catalog) -> OfferingView:
    """An offering with its split."""
    resources = offering.resources
    if resources is None:
        resources = tuple(sorted(name for name in service.types if offering in data.offerings_of(name)))
    return OfferingView(
        id=offering.id,
        title=offering.title,
        service_model=offering.service_model,
        category=category_of(offering, data.responsibilities),
        boundary=offering.boundary,
        because=offering.because,
        source=offering.source or service.documentation,
        when=offering.when,
        applies_to=offering.applies_to,
        resources=resources,
        split=data.split(offering.id),
    )


def _type(name: str, data: Catalog) -> Explanation:
    service, entry = data.service_of(name), data.type_entry(name)
    assert service is not None
    assert entry is not None
    covering = data.offerings_of(name)
    rest = [each for each in service.offerings if each not in covering]
    governed = [data.account_knobs[each] for each in entry.governed_by if each in data.account_knobs]
    governed += [each for each in data.account_knobs.values() if name in each.governs and each not in governed]
    return Explanation(
        name=name,
        kind=Kind.TYPE,
        title=f"{name} ({service.title})",
        documentation=service.documentation,
        offerings=tuple(view(each, service, data) for each in (*reversed(covering), *rest)),
        types={name: entry},
        not_applicable=not_applicable(name, data),
        knobs=knobs_by_responsibility(name, data),
        account_knobs=tuple(governed),
        controls=data.controls_of(name),
    )


def knobs_by_responsibility(name: str, data: Catalog) -> Mapping[str, tuple[PropertyNode, ...]]:
    """The writable properties of a type by responsibility id, in the catalogue's order."""
    found: dict[str, list[PropertyNode]] = {each: [] for each in data.responsibilities}
    for node in data.properties_of(name):
        found[node.responsibility].append(node)
    return {each: tuple(nodes) for each, nodes in found.items() if nodes}


def _service(name: str, data: Catalog) -> Explanation:
    service = data.service(name)
    assert service is not None
    return Explanation(
        name=name,
        kind=Kind.SERVICE,
        title=service.title,
        documentation=service.documentation,
        offerings=tuple(view(each, service, data) for each in _main_first(service)),
        types=service.types,
        account_knobs=tuple(each for each in data.account_knobs.values() if each.service == name),
    )


def _main_first(service: Service) -> list[Offering]:
    """A service's offerings, the one that most resources fall to first: unconditional before conditional."""
    return sorted(service.offerings, key=lambda each: (each.when is not None, each.resources == ()))


def _offering(name: str, data: Catalog) -> Explanation:
    service, offering = data.service_of(name), data.offering(name)
    assert service is not None
    assert offering is not None
    rest = [each for each in service.offerings if each is not offering]
    shown = view(offering, service, data)
    return Explanation(
        name=name,
        kind=Kind.OFFERING,
        title=f"{offering.title} ({service.title})",
        documentation=service.documentation,
        offerings=(shown, *(view(each, service, data) for each in rest)),
        types={each: service.types[each] for each in shown.resources},
    )


def _responsibility(name: str, data: Catalog) -> Explanation:
    each = data.responsibilities[name]
    parties = dict.fromkeys((party.value for party in Party), 0)
    exceptions: dict[str, SplitCell] = {}
    for service in data.services():
        for offering in service.offerings:
            cell = data.split(offering.id)[name]
            parties[cell.party.value] += 1
            if any(
                name in part for holder in (offering, service) for part in (holder.shared, holder.customer, holder.aws)
            ):
                exceptions[offering.id] = cell
    return Explanation(
        name=name,
        kind=Kind.RESPONSIBILITY,
        title=each.title,
        documentation=each.source,
        responsibility=each,
        parties=parties,
        exceptions=exceptions,
        account_knobs=tuple(knob for knob in data.account_knobs.values() if knob.responsibility == name),
    )


def _account_knob(name: str, data: Catalog) -> Explanation:
    knob = data.account_knobs[name]
    return Explanation(
        name=name, kind=Kind.ACCOUNT_KNOB, title=knob.title, documentation=knob.source, account_knobs=(knob,)
    )


def _control(control: Control, data: Catalog) -> Explanation:
    return Explanation(
        name=control.id,
        kind=Kind.CONTROL,
        title=control.title,
        documentation=control.source,
        responsibility=data.responsibilities[control.responsibility],
        controls=(control,),
    )


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _type_spelt(name: str, data: Catalog) -> str | None:
    """The type that a name spells otherwise: ``aws_s3_bucket``, ``s3::bucket``, ``AWS.S3.Bucket``, ``s3_bucket``."""
    folded = _folded(name)
    bare = folded.removeprefix("aws")
    alias = data.terraform_names.get(name.lower())
    if alias is not None:
        return alias
    by_folded = {_folded(each): each for each in property_index.resource_types()}
    found = by_folded.get(folded) or by_folded.get("aws" + bare)
    return found if found is not None and data.type_entry(found) is not None else None


def suggestions(name: str, data: Catalog, limit: int = 5) -> tuple[str, ...]:
    """Names of the catalogue that resemble a misspelt one, best first."""
    offerings = [each.id for service in data.services() for each in service.offerings]
    controls = [each.id for service in data.services() for each in service.controls]
    knobs = data.account_knobs
    types = property_index.resource_types()
    names = [*data.responsibilities, *data.service_names, *offerings, *controls, *knobs, *types]
    lowered: dict[str, str] = {}
    for each in names:
        lowered.setdefault(each.lower(), each)
        if "::" in each:  # the last part alone is what people remember
            lowered.setdefault(each.lower().removeprefix("aws::").replace("::", " "), each)
    wanted = name.lower().removeprefix("aws_").replace("_", " ")
    close = difflib.get_close_matches(wanted, lowered, n=limit, cutoff=0.6)
    close += [each for each in lowered if len(wanted) > 2 and wanted in each]
    return tuple(dict.fromkeys(lowered[each] for each in close))[:limit]
