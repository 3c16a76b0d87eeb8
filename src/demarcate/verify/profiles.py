"""Profiles: which controls are asked, how severe each is, and with which parameters."""

import fnmatch
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Final

import msgspec

from demarcate.catalog import Catalog, property_index
from demarcate.catalog.yaml_files import load
from demarcate.errors import InputError
from demarcate.model import Control, Severity

BUILT_IN = ("baseline", "strict")
RAISED_BY_RESTRICTED = frozenset({"encryption-at-rest", "key-management", "logging", "backup-recovery"})
"""Responsibilities of which a store of restricted data is asked everything that ``strict`` asks."""


class Selection(msgspec.Struct, frozen=True):
    """The controls of a type that a profile asks: their positions, severities and parameters."""

    wanted: frozenset[int]
    severities: Mapping[int, str]
    params: Mapping[int, Mapping[str, Any]]


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A profile file.

    ``extends`` is ``baseline``, ``strict`` or ``none``; ``include`` and ``exclude`` are patterns over control ids
    (``s3-*``) or ``responsibility:NAME``; ``severity`` and ``params`` re-grade and parametrise controls by id.
    """

    name: str = "baseline"
    extends: str = "baseline"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = {}
    params: Mapping[str, Mapping[str, Any]] = {}

    def asks(self, control: Control, *, restricted: bool = False) -> bool:
        """Whether the profile asks a control (of a store of ``restricted`` data)."""
        if any(_fits(pattern, control) for pattern in self.exclude):
            return False
        if any(_fits(pattern, control) for pattern in self.include):
            return True
        if self.extends == "none":
            return False
        raised = restricted and control.responsibility in RAISED_BY_RESTRICTED
        return control.profile == "baseline" or self.extends == "strict" or raised

    def select(self, controls: Sequence[Control], *, restricted: bool = False) -> Selection:
        """The controls of a type that are asked."""
        wanted = frozenset(n for n, each in enumerate(controls) if self.asks(each, restricted=restricted))
        return Selection(
            wanted=wanted,
            severities={n: self.severity.get(controls[n].id, controls[n].severity).value for n in sorted(wanted)},
            params={
                n: {**controls[n].params, **self.params.get(controls[n].id, {})} for n in wanted if controls[n].params
            },
        )


def _fits(pattern: str, control: Control) -> bool:
    kind, _, name = pattern.partition(":")
    if name:
        return kind == "responsibility" and control.responsibility == name
    return fnmatch.fnmatchcase(control.id, pattern)


@cache
def baseline() -> Profile:
    """The default profile."""
    return Profile()


def profile_of(name: str, data: Catalog | None = None) -> Profile:
    """The built-in profile of a name, or the profile of a file.

    With ``data``, a file that names controls which the catalogue does not have is refused, so that a misspelt pattern
    does not ask less than it seems to. Raises :class:`InputError`.
    """
    if name in BUILT_IN:
        return Profile(name=name, extends=name)
    file = Path(name)
    if not file.is_file():
        raise InputError(f"no profile {name!r}", "", f"name {' or '.join(BUILT_IN)}, or a profile file")
    found = load(file, Profile, "docs/profiles.md")
    if found.extends not in (*BUILT_IN, "none"):
        raise InputError(f"extends {found.extends!r}", name, "extend baseline, strict or none")
    if data is not None:
        for control in sorted({*found.severity, *found.params}):
            if data.control(control) is None:
                raise InputError(f"no control {control!r}", name, _LISTED)
        for pattern in (*found.include, *found.exclude):
            if not _names_any(pattern, data):
                raise InputError(f"{pattern!r} fits no control", name, _LISTED)
    return msgspec.structs.replace(found, name=file.stem) if found.name == "baseline" else found


_LISTED: Final = "see 'demarcate catalog list --controls'"


def _names_any(pattern: str, data: Catalog) -> bool:
    """Whether a pattern of a profile fits any control."""
    kind, _, name = pattern.partition(":")
    if name:
        return kind == "responsibility" and name in data.responsibilities
    if not set(pattern) & set("*?["):
        return data.control(pattern) is not None
    written = (each for service in data.services() for each in service.controls)
    derived = (each for name in property_index.resource_types() for each in data.controls_of(name))
    return any(_fits(pattern, each) for each in chain(written, derived))
