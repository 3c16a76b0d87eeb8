"""The rule: an offering's split follows from its boundary; only exceptions are written down."""

from collections.abc import Mapping
from typing import Final

from demarcate.errors import CatalogError
from demarcate.model import STACK_BOTTOM, Offering, Party, Responsibility, Service, SplitCell

CATEGORIES: Final = ("infrastructure", "container", "abstracted")


def boundary_layer(offering: Offering, responsibilities: Mapping[str, Responsibility]) -> int:
    """The index of the highest layer that AWS operates; -1 if it operates none.

    Raises :class:`CatalogError` if the boundary is not a layer.
    """
    if offering.boundary == STACK_BOTTOM:
        return -1
    layer = responsibilities[offering.boundary].layer if offering.boundary in responsibilities else None
    if layer is None:
        raise CatalogError(
            f"{offering.id}: boundary {offering.boundary!r} is not a layer", "", "name a layer or 'none'"
        )
    return layer


def category_of(offering: Offering, responsibilities: Mapping[str, Responsibility]) -> str:
    """AWS's own kind of service, from the boundary unless stated: one of :data:`CATEGORIES`."""
    if offering.category is not None:
        return offering.category
    layer = boundary_layer(offering, responsibilities)
    if layer < _layer("operating-system", responsibilities):
        return CATEGORIES[0]
    return CATEGORIES[1] if layer < _layer("provisioning", responsibilities) else CATEGORIES[2]


def _layer(name: str, responsibilities: Mapping[str, Responsibility]) -> int:
    layer = responsibilities[name].layer
    assert layer is not None
    return layer


def derive(
    service: Service, offering: Offering, responsibilities: Mapping[str, Responsibility]
) -> Mapping[str, SplitCell]:
    """Every responsibility of an offering, in the catalogue's order, with party, reason, source and both halves.

    An exception of the offering wins over one of the service; both win over the derivation.
    """
    layer = boundary_layer(offering, responsibilities)
    page = offering.source or service.documentation
    known = service.checked_urls()
    cells: dict[str, SplitCell] = {}
    for each in responsibilities.values():
        stated = _stated(service, offering, each, page, known)
        cells[each.id] = stated or _derived(offering, each, layer, page, responsibilities, known)
    return cells


def _stated(
    service: Service, offering: Offering, each: Responsibility, page: str, known: frozenset[str]
) -> SplitCell | None:
    for holder in (offering, service):
        shared = holder.shared.get(each.id)
        if shared is not None:
            source = shared.source or page
            return SplitCell(
                Party.SHARED,
                f"Shared: AWS and the customer each do a part of {each.title.lower()} here.",
                source,
                shared.aws,
                shared.customer,
                shared.confidence or ("stated" if source in known else "unverified"),
            )
        for party, overrides in ((Party.CUSTOMER, holder.customer), (Party.AWS, holder.aws)):
            override = overrides.get(each.id)
            if override is not None:
                source = override.source or page
                return SplitCell(
                    party,
                    override.reason,
                    source,
                    each.aws if party is Party.AWS else "",
                    each.customer if party is Party.CUSTOMER else "",
                    override.confidence or ("stated" if source in known else "unverified"),
                )
    return None


def _derived(
    offering: Offering,
    each: Responsibility,
    layer: int,
    page: str,
    responsibilities: Mapping[str, Responsibility],
    known: frozenset[str],
) -> SplitCell:
    if each.layer is None:
        party = each.party or Party.CUSTOMER
        aws = "" if party is Party.CUSTOMER else each.aws
        customer = "" if party is Party.AWS else each.customer
        return SplitCell(party, each.reason, each.source, aws, customer)
    confidence = "derived" if page in known and offering.confidence != "unverified" else "unverified"
    because = offering.because.rstrip(".")
    if layer < 0:
        return SplitCell(Party.CUSTOMER, f"AWS operates no layer here: {because}.", page, "", each.customer, confidence)
    line = responsibilities[offering.boundary].title.lower()
    if each.layer <= layer:
        reason = f"At or below the boundary ({line}): {because}."
        return SplitCell(Party.AWS, reason, page, each.aws, "", confidence)
    reason = f"Above the boundary ({line}): {because}."
    return SplitCell(Party.CUSTOMER, reason, page, "", each.customer, confidence)
