"""Profiles: which controls are asked, how severe each is, and with which parameters."""

import fnmatch
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

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


def profile_of(name: str, known: Callable[[str], bool] | None = None) -> Profile:
    """The built-in profile of a name, or the profile of a file.

    With ``known``, which says whether a control id exists, a file that re-grades or parametrises another is refused.
    Raises :class:`InputError`.
    """
    if name in BUILT_IN:
        return Profile(name=name, extends=name)
    file = Path(name)
    if not file.is_file():
        raise InputError(f"no profile {name!r}", "", f"name {' or '.join(BUILT_IN)}, or a profile file")
    found = load(file, Profile)
    if found.extends not in (*BUILT_IN, "none"):
        raise InputError(f"extends {found.extends!r}", name, "extend baseline, strict or none")
    for control in sorted({*found.severity, *found.params}):
        if known is None or known(control):
            continue
        raise InputError(f"no control {control!r}", name, "see 'demarcate catalog list --controls'")
    return msgspec.structs.replace(found, name=file.stem) if found.name == "baseline" else found
