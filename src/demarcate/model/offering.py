"""What the catalogue says of a service: its types, its offerings and what differs from the derivation."""

from collections.abc import Mapping

import msgspec

from demarcate.model.control import Control, Default


class Halves(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A shared duty: what AWS does, what the customer does, and the page that says so."""

    aws: str
    customer: str
    source: str | None = None
    confidence: str | None = None


class Override(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A duty that is one party's although the derivation says otherwise, with the reason and the page that says so."""

    reason: str
    source: str | None = None
    confidence: str | None = None


class TypeEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a resource type is in an estate.

    ``holds`` names the customer data that rests in it (``None``: none); ``of`` the types that a setting configures;
    ``via`` the property that names the configured resource; ``governed_by`` types or account knobs that hold the knobs
    this type lacks; ``reviewed`` why it is right that it has none.
    """

    role: str
    holds: str | None = None
    of: tuple[str, ...] = ()
    via: str | None = None
    governed_by: tuple[str, ...] = ()
    reviewed: str | None = None


class Offering(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What AWS sells, as deployed.

    ``resources`` are the types it covers (``None`` in a file: all that no other offering names); ``when`` the
    expression that selects it (``None``: the fallback); ``boundary`` the highest layer that AWS operates, with the
    reason in ``because``; ``shared``, ``customer`` and ``aws`` the exceptions by responsibility id.
    """

    id: str
    title: str
    service_model: str
    boundary: str
    because: str
    category: str | None = None
    resources: tuple[str, ...] | None = None
    when: str | None = None
    applies_to: str | None = None
    source: str | None = None
    confidence: str | None = None
    shared: Mapping[str, Halves] = {}
    customer: Mapping[str, Override] = {}
    aws: Mapping[str, Override] = {}


class Service(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One service file.

    ``checked`` maps a day (``YYYY-MM-DD``) to the URLs that were read in the documentation then; ``defaults`` a type to
    what AWS takes for its absent properties (by dotted path, ``[]`` for list items).
    """

    service: str
    title: str
    documentation: str
    offerings: tuple[Offering, ...]
    namespace: str | None = None
    checked: Mapping[str, tuple[str, ...]] = {}
    types: Mapping[str, TypeEntry] = {}
    shared: Mapping[str, Halves] = {}
    customer: Mapping[str, Override] = {}
    aws: Mapping[str, Override] = {}
    confidence: str | None = None
    defaults: Mapping[str, Mapping[str, Default]] = {}
    controls: tuple[Control, ...] = ()

    def checked_urls(self) -> frozenset[str]:
        """All URLs that were read in the documentation, whichever day."""
        return frozenset(url for urls in self.checked.values() for url in urls)


class AccountKnob(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A setting of an account, Region or organisation that exists only as API calls (``get``, ``set``)."""

    id: str
    title: str
    service: str
    scope: str
    get: str
    set: str
    responsibility: str
    default: str
    source: str
    governs: tuple[str, ...] = ()
    confidence: str | None = None


class RoleEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a resource is in its estate, and which duties such a resource cannot have (responsibility id → reason)."""

    id: str
    title: str
    definition: str
    not_applicable: Mapping[str, str] = {}
