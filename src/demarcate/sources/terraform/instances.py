"""What every reader of Terraform gives: instances of resources and data sources, in Terraform's own shape."""

from collections.abc import Mapping
from typing import Any

import msgspec

from demarcate.model import Declared, Skipped, Value


class Json(msgspec.Struct, frozen=True):
    """A JSON text, kept as the ``value`` that it encodes, so that what is not known in it stays a part of it."""

    value: Value


class Instance(msgspec.Struct, frozen=True, kw_only=True):
    """One instance of a Terraform resource or data source.

    ``address`` is Terraform's (``module.db.aws_db_instance.main[0]``); ``mode`` is ``managed`` or ``data``;
    ``provider`` the provider's source address or, where only that is known, its local name (``aws``); ``values`` hold
    arguments and attributes: a nested block is a list of dicts, what is not known a :class:`demarcate.model.Unknown`,
    a JSON text that was composed from values a :class:`Json`. ``lines`` maps a dotted argument path
    (``rule[0].status``) to its line; ``action`` is the plan's (``create``, ``update``, ``delete``, ``replace``,
    ``no-op``, ``read``; empty where there is no plan). ``uncertain`` says why it is not known whether, or how many
    times, the resource exists; ``accepted`` are the acceptances in comments, as entries of CloudFormation's metadata;
    ``prevents_destroy`` says whether ``lifecycle`` keeps it (``None`` where the source does not tell).
    """

    address: str
    mode: str
    type: str
    name: str
    provider: str
    values: dict[str, Value]
    declared: Declared
    lines: Mapping[str, int] = {}
    action: str = ""
    region: str | None = None
    account: str | None = None
    uncertain: str | None = None
    prevents_destroy: bool | None = None
    accepted: tuple[Mapping[str, str], ...] = ()


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """What one plan, state or root module holds: its ``root`` (the file or folder as the user named it), its instances
    in the order of their addresses, what could not be read, and the names of the ``variables`` that a root module
    declares (``None`` where a file that could not be read may declare others). ``given`` are the values of a plan's
    variables."""

    root: str
    instances: tuple[Instance, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    given: Mapping[str, Any] = {}
    variables: frozenset[str] | None = frozenset()
