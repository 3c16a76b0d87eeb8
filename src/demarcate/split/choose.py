"""Choosing a resource's offering from its configuration, with *unknown* kept."""

import msgspec

from demarcate.catalog import Catalog
from demarcate.catalog.derive import boundary_layer
from demarcate.errors import CatalogError
from demarcate.expressions import Neighbours, Subject, truth
from demarcate.model import Offering, Party, Resource, Unknown, Value
from demarcate.programs import program


class Choice(msgspec.Struct, frozen=True):
    """The ``offering`` of a resource. Where it cannot be told, ``candidates`` are those it may be and ``why`` says what
    is not known; ``offering`` is then the candidate that leaves most to the customer, so that no duty is missed."""

    offering: str
    candidates: tuple[str, ...] = ()
    why: str | None = None


def choose(resource: Resource, known_as: str, data: Catalog, neighbours: Neighbours) -> Choice:
    """The offering of a resource whose catalogue type is ``known_as``.

    The first offering whose ``when`` is true is taken, unless one before it is unknown.
    """
    offerings = data.offerings_of(known_as)
    if len(offerings) == 1:
        return Choice(offerings[0].id)
    subject = Subject(known_as, resource.properties, identifier=resource.id, neighbours=neighbours)
    whens = program(known_as, data).whens
    candidates: list[Offering] = []
    why: list[str] = []
    for offering in offerings:
        value: Value = True if offering.when is None else whens[offering.id](subject)
        known = truth(value)
        if known is False:
            continue
        candidates.append(offering)
        if known:
            break
        why.append(f"{offering.when}: {value.why}" if isinstance(value, Unknown) else str(offering.when))
    if not candidates:
        raise CatalogError(f"{known_as} belongs to no offering", "", "give the last offering of the type no 'when'")
    if len(candidates) == 1:
        return Choice(candidates[0].id)
    chosen = min(candidates, key=lambda each: _leaves_to_aws(each, data))
    return Choice(chosen.id, tuple(each.id for each in candidates), "; ".join(why))


def _leaves_to_aws(offering: Offering, data: Catalog) -> tuple[int, int, str]:
    cells = data.split(offering.id).values()
    return (
        boundary_layer(offering, data.responsibilities),
        sum(cell.party is Party.AWS for cell in cells),
        offering.id,
    )
