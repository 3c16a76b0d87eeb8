"""Choosing a resource's offering from its configuration, with *unknown* kept."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from demarcate.catalog import Catalog
from demarcate.catalog.derive import boundary_layer
from demarcate.expressions import Subject, compile_expression, truth
from demarcate.model import Offering, Party, Resource, Unknown, Value, contains_unknown


class Choice(msgspec.Struct, frozen=True):
    """The ``offering`` of a resource. Where it cannot be told, ``candidates`` are those it may be and ``why`` says what
    is not known; ``offering`` is then the candidate that leaves most to the customer, so that no duty is missed."""

    offering: str
    candidates: tuple[str, ...] = ()
    why: str | None = None


def choose(
    resource: Resource,
    known_as: str,
    data: Catalog,
    related: Callable[[str], Sequence[Mapping[str, Value]]],
) -> Choice:
    """The offering of a resource whose catalogue type is ``known_as``; ``related`` gives connected resources' properties.

    The first offering whose ``when`` is true is taken, unless one before it is unknown.
    """
    offerings = data.offerings_of(known_as)
    if len(offerings) == 1:
        return Choice(offerings[0].id)
    subject = Subject(
        type=known_as,
        properties=resource.properties,
        related=lambda kind: (related(kind), not _points_outside(resource.properties)),
    )
    candidates: list[Offering] = []
    why: list[str] = []
    for offering in offerings:
        value: Value = True if offering.when is None else compile_expression(offering.when, offering.id)(subject)
        known = truth(value)
        if known is False:
            continue
        candidates.append(offering)
        if known:
            break
        why.append(f"{offering.when}: {value.why}" if isinstance(value, Unknown) else str(offering.when))
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


def _points_outside(properties: Mapping[str, Value]) -> bool:
    """Whether a value that is not known may refer to a resource outside of the estate."""
    if not contains_unknown(dict(properties)):
        return False
    pending: list[Value] = [dict(properties)]
    while pending:
        item = pending.pop()
        if isinstance(item, Unknown) and not item.references:
            return True
        if isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return False
