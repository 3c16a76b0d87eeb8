"""How much the catalogue knows, and how well it is cited."""

from collections.abc import Iterator

from demarcate.catalog import Catalog, property_index
from demarcate.model import Halves, Offering, Override, Service


def stats(data: Catalog) -> dict[str, int]:
    """Counts over the whole catalogue.

    A *fact* is a statement about AWS that a file makes: an offering's boundary, an exception or a shared duty of an
    offering or a service, a control, a default of a property, a responsibility, an account knob. It is *cited* if it
    has a URL, and *unverified* if that URL was not found to say so in the documentation.
    """
    services = data.services()
    offerings = [offering for service in services for offering in service.offerings]
    facts = list(_facts(data))
    properties = 0
    opaque = 0
    for name in property_index.resource_types():
        nodes = data.properties_of(name)
        properties += len(nodes)
        opaque += sum(node.opaque for node in nodes)
    controls = [each for service in services for each in service.controls]
    types = [entry for service in services for entry in service.types.values()]
    return {
        "responsibilities": len(data.responsibilities),
        "resource_types": sum(len(service.types) for service in services),
        "services": len(services),
        "offerings": len(offerings),
        "variants": sum(offering.when is not None or offering.resources == () for offering in offerings),
        "cells": sum(len(data.split(offering.id)) for offering in offerings),
        "types_holding_data": sum(entry.holds is not None for entry in types),
        "types_setting": sum(entry.role == "setting" for entry in types),
        "account_knobs": len(data.account_knobs),
        "controls": len(controls),
        "controls_strict": sum(each.profile == "strict" for each in controls),
        "types_with_controls": len({name for each in controls for name in each.types}),
        "defaults": sum(len(paths) for service in services for paths in service.defaults.values()),
        "properties": properties,
        "properties_opaque": opaque,
        "facts": len(facts),
        "facts_cited": sum(cited for cited, _ in facts),
        "facts_unverified": sum(not verified for _, verified in facts),
    }


def _facts(data: Catalog) -> Iterator[tuple[bool, bool]]:
    """Every fact: (has a URL, the URL was found to say so)."""
    for each in data.responsibilities.values():
        yield bool(each.source), each.source in data.checked_urls
    for knob in data.account_knobs.values():
        yield bool(knob.source), knob.source in data.checked_urls and knob.confidence != "unverified"
    for service in data.services():
        known = service.checked_urls()
        yield from _exceptions(service, service.documentation, known)
        for control in service.controls:
            yield bool(control.source), data.is_verified(control)
        for default in (each for paths in service.defaults.values() for each in paths.values()):
            yield bool(default.source), default.source in data.checked_urls and default.confidence != "unverified"
        for offering in service.offerings:
            page = offering.source or service.documentation
            yield bool(page), page in known and offering.confidence != "unverified"
            yield from _exceptions(offering, page, known)


def _exceptions(holder: Service | Offering, page: str, known: frozenset[str]) -> Iterator[tuple[bool, bool]]:
    entries: tuple[Halves | Override, ...] = (
        *holder.shared.values(),
        *holder.customer.values(),
        *holder.aws.values(),
    )
    for entry in entries:
        source = entry.source or page
        yield bool(source), source in known and entry.confidence != "unverified"
