"""Controls that follow from a property's name alone, for types that no hand-written control covers."""

import re
from collections.abc import Sequence

import msgspec

from demarcate.catalog import property_index
from demarcate.errors import CatalogError
from demarcate.model import Control, Severity


class Derivation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A property whose meaning is beyond doubt: its ``property`` name, what must hold of it (``expect``), and the texts
    of the control. It counts only where the index has it under the same ``responsibility``."""

    property: str
    responsibility: str
    title: str
    expect: str
    severity: Severity
    why: str
    fix: str
    source: str
    unless: tuple[str, ...] = ()
    """Types on which the name means something else."""


def derived_controls(
    type_name: str, written: Sequence[Control], derivations: Sequence[Derivation]
) -> tuple[Control, ...]:
    """The derived controls of a type: those whose property no hand-written control of the type reads."""
    found: list[Control] = []
    top = {node.path: node for node in property_index.properties_of(type_name) if "." not in node.path}
    for each in derivations:
        node = top.get(each.property)
        if node is None or node.responsibility != each.responsibility or type_name in each.unless:
            continue
        word = re.compile(rf"\b{each.property}\b")
        if any(word.search(f"{control.expect} {control.when} {control.unless}") for control in written):
            continue
        found.append(_control(type_name, each))
    return tuple(found)


def derived_id(type_name: str, property_name: str) -> str:
    """The id of a derived control: ``derived-kinesis-stream-encrypted``."""
    words = "-".join(type_name.split("::")[1:]).lower()
    return f"derived-{words}-" + re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", property_name).lower()


def _control(type_name: str, each: Derivation) -> Control:
    return Control(
        id=derived_id(type_name, each.property),
        on=type_name,
        responsibility=each.responsibility,
        title=each.title,
        expect=each.expect,
        severity=each.severity,
        why=each.why,
        fix=each.fix,
        source=each.source,
        derived=True,
    )


def find_derived(control_id: str, derivations: Sequence[Derivation]) -> str | None:
    """The type of a derived control's id, or ``None``. Raises :class:`CatalogError` if two types give the same id."""
    if not control_id.startswith("derived-"):
        return None
    found = [
        type_name
        for type_name in property_index.resource_types()
        for each in derivations
        if derived_id(type_name, each.property) == control_id
    ]
    if len(found) > 1:
        raise CatalogError(f"{control_id} stands for several types: {', '.join(found)}")
    return found[0] if found else None
