"""An estate: the resources of one or many sources, and the connections between them."""

from collections.abc import Mapping

import msgspec

from demarcate.model.values import Value

UNSPECIFIED = "unspecified"
"""The account or region of a resource whose source names none."""


class Declared(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where something was declared: ``file`` as the user named it, ``line`` from 1 (``None`` if the format has none),
    ``path`` the place in the tool that wrote the file (a CDK construct path), ``source`` the user's own code line."""

    file: str
    line: int | None = None
    path: str | None = None
    source: str | None = None


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that runs on AWS.

    ``id`` is unique over all inputs of a run; ``type`` the CloudFormation type; ``name`` the logical id or address;
    ``properties`` CloudFormation's shape; ``tags`` those that are literal; ``lines`` maps a dotted property path
    (``BucketEncryption.Rules[0]``) to its line; ``attributes`` the resource attributes beside the properties
    (``DeletionPolicy``, ``UpdateReplacePolicy``, ``Metadata`` …).
    """

    id: str
    type: str
    name: str
    properties: Mapping[str, Value]
    declared: Declared
    account: str = UNSPECIFIED
    region: str = UNSPECIFIED
    tags: Mapping[str, str] = {}
    lines: Mapping[str, int] = {}
    attributes: Mapping[str, Value] = {}
    uncertain: str | None = None
    """Why it is not known whether the resource exists at all (its condition cannot be decided)."""
    places: Mapping[str, Declared] = {}
    """Where properties were declared that another resource of the source sets (dotted path → place)."""


class Connection(msgspec.Struct, frozen=True, rename={"source": "from", "target": "to"}, order=True):
    """A directed use of one resource (``source``, an id) by way of another (``target``), at property path ``via``."""

    source: str
    target: str
    kind: str
    via: str


class Skipped(msgspec.Struct, frozen=True, order=True):
    """Something that was not assessed: ``what``, ``why`` and ``where`` (``file`` or ``file:line``).

    ``level`` is ``error`` (an input that should have been read and could not be), or ``note``.
    """

    where: str
    what: str
    why: str
    level: str = "note"


class Estate(msgspec.Struct, frozen=True, kw_only=True):
    """All resources (sorted by id), connections (sorted), what was skipped, and the account-level ``settings`` that the
    source holds (account → knob → value)."""

    resources: tuple[Resource, ...] = ()
    connections: tuple[Connection, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    settings: Mapping[str, Mapping[str, Value]] = {}
