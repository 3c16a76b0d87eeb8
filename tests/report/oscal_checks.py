"""What NIST's schemas do not check of an OSCAL document: identifiers, references, and the prototype's own shape."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

REFERENCES = frozenset(
    {
        "component-uuid", "provided-uuid", "responsibility-uuid", "inherited-uuid", "subject-uuid", "observation-uuid",
        "risk-uuid", "actor-uuid", "party-uuid", "implemented-by",
    }
)  # fmt: skip
REFERRING_PROPERTIES = frozenset({"leveraged-authorization-uuid", "inherited-uuid"})


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of a document, at any depth."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from walk(each)
    elif isinstance(value, list):
        for each in value:
            yield from walk(each)


def declared(document: Any) -> list[str]:
    """All UUIDs that a document declares."""
    return [each["uuid"] for each in walk(document) if "uuid" in each]


def twice(document: Any) -> list[str]:
    """The UUIDs that a document declares more than once."""
    return sorted(name for name, number in Counter(declared(document)).items() if number > 1)


def referred(document: Any) -> set[str]:
    """All UUIDs that a document refers to."""
    found: set[str] = set()
    for each in walk(document):
        found.update(each[name] for name in REFERENCES & each.keys())
        found.update(each.get("party-uuids", ()))
        for name in ("href", "source"):
            if isinstance(each.get(name), str) and each[name].startswith("#"):
                found.add(each[name][1:])
        if each.get("name") in REFERRING_PROPERTIES:
            found.add(each["value"])
    return found


def dangling(document: Any, *others: Any) -> set[str]:
    """What a document refers to and neither it nor the others declare."""
    known = set(declared(document))
    for other in others:
        known.update(declared(other))
    return referred(document) - known


def unknown_roles(document: Any) -> set[str]:
    """Roles that are used and not defined."""
    (root,) = document.values()
    defined = {each["id"] for each in root["metadata"]["roles"]}
    used = {each["role-id"] for each in walk(document) if "role-id" in each}
    used.update(role for each in walk(document) for role in each.get("role-ids", ()))
    return used - defined


def unused_resources(document: Any) -> set[str]:
    """Resources of the back matter that nothing refers to."""
    (root,) = document.values()
    return {each["uuid"] for each in root.get("back-matter", {}).get("resources", ())} - referred(document)


# NIST's prototype: what its metaschemas (branch prototype-shared-responsibility-model, at 59e95054) allow and demand
_COMMON = {"description", "props", "links", "responsible-roles", "remarks"}
PROTOTYPE: dict[str, tuple[set[str], set[str]]] = {
    "shared-responsibility": (
        {"uuid", "metadata", "control-implementation"},
        {"source-ssp", "back-matter"},
    ),
    "source-ssp": (
        {"party-uuid"},
        {"ssp-uuid", "title", "published", "last-modified", "version", "date-authorized", "referenced-profile", "props",
         "links", "remarks"},
    ),
    "referenced-profile": ({"href"}, set()),
    "control-implementation": ({"description", "implemented-requirements"}, {"set-parameters"}),
    "implemented-requirements": (
        {"uuid", "control-id"},
        {"props", "links", "set-parameters", "responsible-roles", "statements", "by-components", "remarks"},
    ),
    "by-components": (
        {"component-uuid", "uuid", "description"},
        {"props", "links", "set-parameters", "implementation-status", "provided", "responsibilities", "inherited",
         "satisfied", "responsible-roles", "remarks"},
    ),
    "provided": ({"uuid", "description"}, _COMMON | {"implemented-by", "exportable"}),
    "responsibilities": ({"uuid", "description"}, _COMMON | {"provided-uuid", "exportable"}),
    "inherited": (
        {"uuid", "description"},
        (_COMMON - {"remarks"}) | {"provided-uuid", "implemented-by", "exportable"},
    ),
    "satisfied": ({"uuid", "description"}, _COMMON | {"responsibility-uuid", "inherited-uuid", "exportable"}),
}  # fmt: skip


def prototype_faults(document: dict[str, Any]) -> list[str]:
    """Where a document differs from the prototype's shape."""
    faults: list[str] = []

    def check(name: str, value: Any) -> None:
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, dict):
                continue
            if name in PROTOTYPE:
                demanded, allowed = PROTOTYPE[name]
                faults.extend(f"{name} lacks {key}" for key in sorted(demanded - each.keys()))
                faults.extend(f"{name} has {key}" for key in sorted(each.keys() - demanded - allowed))
                faults.extend(f"{name}.{key} is empty" for key, inner in each.items() if inner in ([], {}, ""))
            for key, inner in each.items():
                if key not in ("metadata", "back-matter"):
                    check(key, inner)

    assert list(document) == ["shared-responsibility"]
    check("shared-responsibility", document["shared-responsibility"])
    return faults


def loaded(pieces: Any) -> dict[str, Any]:
    """A document from a report's pieces."""
    found: dict[str, Any] = json.loads(b"".join(pieces))
    return found
