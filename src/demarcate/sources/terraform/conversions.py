"""Conversions that mapping data names with ``as``: from an argument's value to what the schema wants.

A conversion gets a value that is known as such (parts may be unknown) and gives one that the schema's rule goes on
with; an unknown value passes by, but for a JSON text with gaps, of which the rest is read. :data:`CONVERSIONS` has all.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from demarcate.model import Reference, Unknown, Value
from demarcate.sources.terraform.addresses import base_of
from demarcate.sources.terraform.instances import Json
from demarcate.sources.terraform.names import match
from demarcate.sources.terraform.schema import Node

_HOLE: Final = re.compile(r"\$\{([^}]*)\}")
_MARK: Final = re.compile("\ue000(\\d+)\ue001")
_NOT_RESOURCES: Final = ("var.", "local.", "each.", "count.", "path.", "terraform.")


# JSON texts -----------------------------------------------------------------------------------------------------------


def decoded(value: Value) -> Value:
    """What a JSON text encodes; a value that is no JSON text as it is. In a text of which parts are not known, these
    parts are unknown and the rest is read."""
    if type(value) is Json:
        return value.value
    if isinstance(value, str):
        return _parsed(value) if value.lstrip()[:1] in ("{", "[") else value
    if type(value) is Unknown and value.text is not None and value.text.lstrip()[:1] in ("{", "["):
        return _with_gaps(value)
    return value


def _parsed(text: str) -> Value:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _with_gaps(value: Unknown) -> Value:
    assert value.text is not None
    gaps: list[str] = []
    made: list[str] = []
    at, quoted = 0, False
    for found in _HOLE.finditer(value.text):
        before = value.text[at : found.start()]
        made.append(before)
        quoted ^= _turns(before)
        mark = f"\ue000{len(gaps)}\ue001"
        made.append(mark if quoted else f'"{mark}"')
        gaps.append(found[1])
        at = found.end()
    made.append(value.text[at:])
    try:
        read = json.loads("".join(made), strict=False)
    except (ValueError, RecursionError):
        return value
    return _filled(read, value, gaps)


def _turns(text: str) -> bool:
    """Whether a part of a JSON text ends inside of a string if it starts outside of one, or the other way round."""
    return len(re.findall(r'(?<!\\)(?:\\\\)*"', text)) % 2 == 1


def _filled(read: Value, value: Unknown, gaps: list[str]) -> Value:
    if isinstance(read, str):
        marks = _MARK.findall(read)
        if not marks:
            return read
        inside = [gaps[int(each)] for each in marks]
        references: dict[Reference, None] = {}
        for gap in inside:
            own = [each for each in value.references if base_of(f"{each.resource}.{each.attribute}") == base_of(gap)]
            references.update(dict.fromkeys(own if own or gap.startswith(_NOT_RESOURCES) else value.references))
        text = _MARK.sub(lambda mark: "${" + gaps[int(mark[1])] + "}", read)
        whole = _MARK.fullmatch(read) is not None
        origin = value.origin
        if whole and not references:
            origin = "parameter" if inside[0].startswith("var.") else origin or "deployment"
        is_open = value.open or not references
        return Unknown(value.why, tuple(references), text, origin=origin, open=is_open)
    if isinstance(read, dict):
        return {
            _MARK.sub(lambda mark: "${" + gaps[int(mark[1])] + "}", key): _filled(each, value, gaps)
            for key, each in read.items()
        }
    return [_filled(each, value, gaps) for each in read] if isinstance(read, list) else read


# the others -----------------------------------------------------------------------------------------------------------


def _pairs(value: Value, node: Node | None) -> Value:
    """A map as a list of pairs: the schema's two names, or ``Name`` and ``Value``."""
    if not isinstance(value, dict):
        return value
    one, other = (node.pair if node is not None else None) or ("Name", "Value")
    return [{one: key, other: each} for key, each in value.items() if each is not None]


def _map(value: Value, _node: Node | None) -> Value:
    """Blocks of ``name`` (or ``key``) and ``value`` (or ``values``) as a map."""
    if not isinstance(value, list):
        return value
    found: dict[str, Value] = {}
    for each in value:
        if isinstance(each, dict):
            name = each.get("name", each.get("key"))
            if isinstance(name, str):
                found[name] = each.get("value", each.get("values"))
    return found


def _csv(value: Value, _node: Node | None) -> Value:
    return [each.strip() for each in value.split(",") if each.strip()] if isinstance(value, str) else value


def _joined(value: Value, _node: Node | None) -> Value:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ",".join(value)
    return value


def _not(value: Value, _node: Node | None) -> Value:
    on = _TRUTH.get(value.lower()) if isinstance(value, str) else value
    return not on if isinstance(on, bool) else value


_TRUTH: Final = {"true": True, "false": False}


def _present(value: Value, _node: Node | None) -> Value:
    return value not in ([], "", {}, False)


def _flag(value: Value, _node: Node | None) -> Value:
    on = _TRUTH.get(value.lower()) if isinstance(value, str) else value
    return ({} if on else None) if isinstance(on, bool) else value


def _variables(value: Value, node: Node | None) -> Value:
    pairs = _pairs(value, node)
    return [{**each, "Value": {"Variable": each["Value"]}} for each in pairs] if isinstance(pairs, list) else pairs


def _lists(value: Value, _node: Node | None) -> Value:
    """Blocks that each hold one kind of blocks, as lists of these, with CloudFormation's spelling."""
    if not isinstance(value, list):
        return value
    return [_pascal_blocks(each, inner=True) if isinstance(each, dict) else each for each in value]


def _pascal_blocks(block: dict[str, Value], *, inner: bool) -> Value:
    if inner:
        return [_pascal_blocks(one, inner=False) for each in block.values() for one in _blocks(each)]
    return {
        "".join(word.capitalize() for word in key.split("_")): each for key, each in block.items() if each is not None
    }


def _first(value: Value, _node: Node | None) -> Value:
    return (value[0] if value else None) if isinstance(value, list) else value


def _worded(on: str, off: str | None) -> Callable[[Value, Node | None], Value]:
    def convert(value: Value, _node: Node | None) -> Value:
        truth = _TRUTH.get(value.lower()) if isinstance(value, str) else value
        return (on if truth else off) if isinstance(truth, bool) else value

    return convert


def _cased(change: Callable[[str], str]) -> Callable[[Value, Node | None], Value]:
    def convert(value: Value, _node: Node | None) -> Value:
        if isinstance(value, list):
            return [change(each) if isinstance(each, str) else each for each in value]
        return change(value) if isinstance(value, str) else value

    return convert


def _pascal_word(text: str) -> str:
    return "".join(each[:1].upper() + each[1:].lower() for each in re.split(r"[_\s-]+", text))


def _last(value: Value, _node: Node | None) -> Value:
    return re.split(r"[/:]", value)[-1] if isinstance(value, str) else value


def _keys(value: Value, _node: Node | None) -> Value:
    """The names of those flags of a block that are on, or a map's keys."""
    blocks = value if isinstance(value, list) else [value]
    return [
        key for block in blocks if isinstance(block, dict) for key, each in block.items() if each not in (None, False)
    ]


def _told(value: Value, node: Node | None) -> Value:
    """Blocks whose kind is which block stands inside: with that block's name as what the schema calls the type."""
    kind = next((each for each in node.children if each.endswith("Type")), None) if node is not None else None
    if not isinstance(value, list) or kind is None:
        return value
    found: list[Value] = []
    for each in value:
        inside = [key for key, one in each.items() if one not in (None, [])] if isinstance(each, dict) else []
        found.append({**each, kind: inside[0].upper()} if isinstance(each, dict) and len(inside) == 1 else each)
    return found


def _typed(value: Value, node: Node | None) -> Value:
    """A block with its ``type``: what the schema does not have at its level, below the member of that name."""
    block = value[0] if isinstance(value, list) and value else value
    if not isinstance(block, dict) or node is None or not isinstance(block.get("type"), str):
        return value
    rest = {key: each for key, each in block.items() if key != "type" and each not in (None, [])}
    here = {key: each for key, each in rest.items() if match(key, node.children) is not None}
    below = {key: each for key, each in rest.items() if key not in here}
    return {**here, block["type"].lower(): below} if below else here


def _grouped(value: Value, _node: Node | None) -> Value:
    """Blocks that have a key and blocks inside, as a map of those inside (of maps, where these have a name, too)."""
    if not isinstance(value, list):
        return value
    found: dict[str, Value] = {}
    for block in value:
        texts = [each for each in block.values() if isinstance(each, str)] if isinstance(block, dict) else []
        if isinstance(block, dict) and len(texts) == 1:
            inside: list[Value] = [one for each in block.values() if isinstance(each, list) for one in each]
            names = [each.get("resource_name") for each in inside if isinstance(each, dict)]
            named = bool(names) and all(isinstance(each, str) for each in names)
            found[texts[0]] = dict(zip(map(str, names), inside, strict=False)) if named else inside
    return found


_GROUPS: Final = {"AllUsers": "Public", "AuthenticatedUsers": "Authenticated", "LogDelivery": "LogDelivery"}


def _canned(value: Value, _node: Node | None) -> Value:
    """The canned ACL that is as open as grants are. Grants to accounts are not told apart: the ACL is unknown then."""
    opened: set[str] = set()
    for block in value if isinstance(value, list) else [value]:
        owner = _blocks(block.get("owner")) if isinstance(block, dict) else []
        grants = block.get("grant", [block]) if isinstance(block, dict) else block
        if type(grants) is Unknown or (isinstance(grants, list) and any(type(each) is Unknown for each in grants)):
            opened.add("?")
        for grant in _blocks(grants) if isinstance(block, dict) else []:
            (grantee, *_) = _blocks(grant.get("grantee")) or [grant]
            group = _GROUPS.get(str(grantee.get("uri")).rpartition("/")[2])
            permissions = grant.get("permissions") or [grant.get("permission")]
            if group is None and not (owner and grantee.get("id") == owner[0].get("id")):
                opened.add("?")
            elif group is not None:
                opened.add(
                    f"{group}Write" if {"WRITE", "FULL_CONTROL"} & {str(each) for each in permissions} else group
                )
    for name, acl in _CANNED.items():
        if name in opened:
            return acl
    return Unknown("its grants name accounts or what is not known") if opened else "Private" if value else None


_CANNED: Final = {
    "PublicWrite": "PublicReadWrite",
    "Public": "PublicRead",
    "AuthenticatedWrite": "AuthenticatedRead",
    "Authenticated": "AuthenticatedRead",
    "LogDeliveryWrite": "LogDeliveryWrite",
}


def _blocks(value: Value) -> list[dict[str, Value]]:
    found = value if isinstance(value, list) else [value]
    return [each for each in found if isinstance(each, dict)]


def _as_is(value: Value, _node: Node | None) -> Value:
    return decoded(value)


CONVERSIONS: Final[Mapping[str, Callable[[Any, Node | None], Value]]] = {
    "json": _as_is,  # a JSON text → what it encodes (by rule where the schema wants an object)
    "documents": _as_is,  # the same, for policy documents
    "pascal": _as_is,  # the same: keys are found in the schema whatever their case
    "pairs": _pairs,  # a map → a list of pairs
    "map": _map,  # blocks of name (key) and value (values) → a map
    "csv": _csv,  # "a, b" → ["a", "b"]
    "joined": _joined,  # ["a", "b"] → "a,b"
    "not": _not,  # true → false
    "present": _present,  # whether the block or value is there
    "flag": _flag,  # true → {}, false → nothing
    "variables": _variables,  # a map → a list of pairs, each value as {Variable: value}
    "lists": _lists,  # blocks that each hold blocks → a list of lists
    "first": _first,  # the first item of a list
    "last": _last,  # what stands after the last / or : (the name in an ARN)
    "canned": _canned,  # grants of a bucket's ACL → the canned ACL that is as open
    "told": _told,  # blocks that hold one block → with its name as their type
    "typed": _typed,  # {type = "X", a {}} → {X: {A}}
    "grouped": _grouped,  # blocks of a key and blocks inside → a map of these
    "keys": _keys,  # the flags of a block that are on → their names
    "enabled": _worded("ENABLED", "DISABLED"),  # true → ENABLED, false → DISABLED
    "Enabled": _worded("Enabled", "Disabled"),
    "suspended": _worded("Enabled", "Suspended"),
    "on": _worded("on", "off"),
    "upper": _cased(str.upper),
    "lower": _cased(str.lower),
    "title": _cased(_pascal_word),  # public-read → PublicRead
}
"""Every conversion by name. ``rules`` (:mod:`.special`) needs the resource itself, and is added there."""
