"""Proof that controls are whole: each can be decided, reads properties that exist, and bears on a duty that is had."""

import re
from collections.abc import Iterator
from typing import Final

from demarcate.catalog import ACCOUNT, Catalog, property_index
from demarcate.errors import DemarcateError
from demarcate.expressions import Writer
from demarcate.model import Control, Scope, Service

FRAMEWORKS: Final = ("fsbp", "cis-aws-5.0", "cis-aws-7.0", "nist-800-53-r5", "pci-dss-4.0")
PROFILES: Final = ("baseline", "strict")
_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")


def control_problems(data: Catalog, service: Service) -> Iterator[str]:
    """What is wrong with the controls and the defaults of a service file."""
    seen: set[str] = set()
    for control in service.controls:
        if control.id in seen:
            yield f"control {control.id} stands twice"
        seen.add(control.id)
        for what in _control(data, service, control):
            yield f"{control.id}: {what}"
    yield from _defaults(service)


def _control(data: Catalog, service: Service, control: Control) -> Iterator[str]:
    if not _ID.fullmatch(control.id) or control.id.startswith("derived-"):
        yield "an id is lower-case words with hyphens, and does not start with 'derived-'"
    if control.responsibility not in data.responsibilities:
        yield f"{control.responsibility!r} is not a responsibility"
        return
    if control.profile not in PROFILES:
        yield f"profile {control.profile!r} is not one of {', '.join(PROFILES)}"
    for framework in sorted(control.frameworks.keys() - set(FRAMEWORKS)):
        yield f"framework {framework!r} is not one of {', '.join(FRAMEWORKS)}"
    for name in ("title", "why", "fix"):
        if not getattr(control, name).strip():
            yield f"no {name}"
    if not control.source.startswith("https://"):
        yield "its source is no https URL"
    if not control.types:
        yield "it names no type"
    for type_name in control.types:
        yield from _on_type(data, service, control, type_name)


def _on_type(data: Catalog, service: Service, control: Control, type_name: str) -> Iterator[str]:
    if type_name == ACCOUNT and service.service == ACCOUNT:
        if data.responsibilities[control.responsibility].scope is not Scope.ACCOUNT:
            yield f"{control.responsibility} is not a duty of an account"
    elif type_name not in service.types:
        yield f"{type_name} is not among the file's types"
        return
    writer = Writer(type_name, data.defaults_of(type_name))
    try:
        for text in (control.when, control.unless, control.expect):
            if text is not None:
                writer.value(text, control.id)
    except DemarcateError as error:
        yield str(error)
        return
    for place in writer.touched:
        known = _known(data, place.type)
        if known and not _exists(place.path.replace("[]", ""), known):
            yield f"reads {place.path}, which {place.type} does not have"
        elif not known:
            yield f"reads {place.path} of {place.type}, which is in no schema"


def _known(data: Catalog, type_name: str) -> dict[str, property_index.PropertyNode]:
    return {node.path.replace("[]", "").replace("{}", ""): node for node in data.properties_of(type_name)}


def _exists(path: str, known: dict[str, property_index.PropertyNode]) -> bool:
    """Whether a path is a property, or lies inside of one whose content no schema describes or that is a map."""
    if path in known:
        return True
    parts = path.split(".")
    for length in range(len(parts) - 1, 0, -1):
        above = known.get(".".join(parts[:length]))
        if above is not None:
            inside = f"{'.'.join(parts[:length])}."
            return above.opaque or above.recursive or not any(each.startswith(inside) for each in known)
    return False


def _defaults(service: Service) -> Iterator[str]:
    for type_name, paths in service.defaults.items():
        if type_name not in service.types:
            yield f"defaults: {type_name} is not among the file's types"
            continue
        known = {node.path.replace("{}", "") for node in property_index.properties_of(type_name)}
        bare = {path.replace("[]", "") for path in known}
        for path, default in paths.items():
            if path.replace("[]", "") not in bare:
                yield f"defaults: {type_name} has no {path}"
            if not default.source.startswith("https://"):
                yield f"defaults: {type_name} {path}: its source is no https URL"
            try:
                Writer(type_name).value(default.value, f"default of {path}")
            except DemarcateError as error:
                yield str(error)
