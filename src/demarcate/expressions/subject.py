"""What expressions are evaluated on: a resource, its neighbours in the estate, and the domain's functions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from demarcate.expressions.functions import addresses, credentials, policies, versions
from demarcate.expressions.unknowns import INCOMPLETE, Item, Partial
from demarcate.model import Connection, Estate, Resource, Unknown, Value

_NO_NAME: Final = frozenset({"secret", "ssm", "no-echo", "no-echo-default", "pseudo"})
"""Origins of unknown values that name no resource."""
_NOTHING: Final[Mapping[str, Value]] = {}


class Neighbours:
    """The resources of an estate by what refers to what. Made once a run."""

    def __init__(self, resources: Iterable[Resource], connections: Iterable[Any]) -> None:
        self._by_id = {resource.id: resource for resource in resources}
        self._both: dict[str, dict[str, None]] = defaultdict(dict)
        self._incoming: dict[str, dict[str, None]] = defaultdict(dict)
        self._named: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._perhaps_to: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._perhaps_from: dict[str, set[str]] = defaultdict(set)
        self._any: dict[str, dict[str, None]] = defaultdict(dict)
        for connection in connections:
            self._any[connection.source][connection.target] = None
            self._any[connection.target][connection.source] = None
            if self._depends_on_condition(connection):
                self._perhaps_to[connection.source].append((connection.target, _general(connection.via)))
                self._perhaps_from[connection.target].add(connection.source)
                continue
            self._both[connection.source][connection.target] = None
            self._both[connection.target][connection.source] = None
            self._incoming[connection.target][connection.source] = None
            self._named[connection.source, _general(connection.via)].add(connection.target)
        self._items: dict[str, Item] = {}
        self._outside: dict[str, bool] = {}

    @classmethod
    def of(cls, estate: Estate) -> "Neighbours":
        """The neighbours of an estate."""
        return cls(estate.resources, estate.connections)

    def ids(self, resource: str) -> Iterable[str]:
        """The ids of the resources that a resource refers to or that refer to it, if only perhaps."""
        return self._any.get(resource, ())

    def _depends_on_condition(self, connection: Connection) -> bool:
        """Whether a condition of the template decides if a connection is there."""
        source = self._by_id.get(connection.source)
        value = source.properties if source is not None else None
        if value and connection.via in value:  # most names stand at the top
            value = value[connection.via]
            return type(value) is Unknown and value.cases is not None
        for step in connection.via.replace("]", "").replace("[", ".").split("."):
            if isinstance(value, list):
                value = value[int(step)] if step.isdigit() and int(step) < len(value) else None
            else:
                value = value.get(step) if isinstance(value, Mapping) else None
            if type(value) is Unknown:
                return value.cases is not None
        return False

    def type_of(self, resource: str) -> str:
        """The type of a resource by id."""
        return self._by_id[resource].type

    def item(self, resource: str) -> Item:
        """A resource's properties as expressions see them; one object a resource."""
        if resource not in self._items:
            found = self._by_id[resource]
            self._items[resource] = Item(found.properties, resource, found.type)
        return self._items[resource]

    def related(
        self, resource: str, properties: Mapping[str, Value], kind: str, path: str | None = None, inbound: bool = False
    ) -> Value:
        """The connected resources of a type; with ``path`` those that the property of that path names, with ``inbound``
        those that refer to this one.

        The list is :class:`Partial` where a value leads, or may lead, out of the estate.
        """
        sure = self._incoming if inbound else self._both
        perhaps = any(self._by_id[each].type == kind for each in self._perhaps_from.get(resource, ()))
        if inbound:
            found = [self.item(other) for other in sure.get(resource, ()) if self._by_id[other].type == kind]
            return Partial(found) if perhaps else found
        chosen: frozenset[str] = frozenset()
        open_choice = False
        if self._perhaps_to.get(resource):
            chosen, open_choice = _references(dict(properties) if path is None else _at(properties, path))
        if path is None:
            ids = dict.fromkeys(sure.get(resource, ()))
            ids.update((other, None) for other, _ in self._perhaps_to.get(resource, ()) if other in chosen)
            found = [self.item(other) for other in ids if self._by_id[other].type == kind]
            return Partial(found) if perhaps or open_choice or self._points_outside(resource, properties) else found
        value = _at(properties, path)
        if value is None:
            return []
        targets = [
            self.item(other)
            for named, others in self._named_below(resource, path)
            for other in sorted(others)
            if named and self._by_id[other].type == kind
        ]
        targets += [
            self.item(other)
            for other, via in self._perhaps_to.get(resource, ())
            if other in chosen and (via == path or via.startswith(f"{path}.")) and self._by_id[other].type == kind
        ]
        return Partial(targets) if open_choice or len(targets) < _count(value) else targets

    def _points_outside(self, resource: str, properties: Mapping[str, Value]) -> bool:
        if properties is not self._by_id[resource].properties:
            return _points_outside(properties)
        if resource not in self._outside:
            self._outside[resource] = _points_outside(properties)
        return self._outside[resource]

    def _named_below(self, resource: str, path: str) -> Iterable[tuple[bool, set[str]]]:
        for (source, via), targets in self._through(resource):
            if source == resource:
                yield via == path or via.startswith((f"{path}.", f"{path}[")), targets

    def _through(self, resource: str) -> Iterable[tuple[tuple[str, str], set[str]]]:
        if not hasattr(self, "_by_source"):
            self._by_source: dict[str, list[tuple[tuple[str, str], set[str]]]] = defaultdict(list)
            for key, targets in self._named.items():
                self._by_source[key[0]].append((key, targets))
        return self._by_source.get(resource, ())


def _general(path: str) -> str:
    return "".join(part for number, part in enumerate(path.replace("]", "[").split("[")) if number % 2 == 0)


def _at(value: Value, path: str) -> Value:
    for key in path.split("."):
        if type(value) is Unknown:
            return value
        if isinstance(value, list):
            value = [found for each in value if (found := _at(each, key)) is not None]
        else:
            value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _count(value: Value) -> int:
    """How many things a value names: a list its items, an absent one nothing."""
    if isinstance(value, list):
        return sum(_count(each) for each in value)
    return 0 if value is None else 1


def _references(value: Value) -> tuple[frozenset[str], bool]:
    """The ids of the resources that a value refers to for certain, and whether a condition still chooses in it."""
    found: set[str] = set()
    is_open = False
    pending = [value]
    while pending:
        item = pending.pop()
        if type(item) is Unknown:
            if item.cases is None:
                found.update(each.resource for each in item.references)
            else:
                is_open = True
        elif isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return frozenset(found), is_open


def _points_outside(properties: Mapping[str, Value]) -> bool:
    """Whether a value that is not known may refer to a resource outside of the estate."""
    pending: list[Value] = [dict(properties)]
    while pending:
        item = pending.pop()
        if type(item) is Unknown:
            if item.open and not item.references and item.origin not in _NO_NAME:
                return True
        elif isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return False


class Subject:
    """A resource as expressions see it. ``at`` is the property path of the item that decided the last macro."""

    __slots__ = ("asof", "at", "attributes", "id", "neighbours", "params", "properties", "settings", "tags", "type")

    def __init__(
        self,
        type_name: str,
        properties: Mapping[str, Value],
        *,
        identifier: str = "",
        tags: Mapping[str, str] = _NOTHING,
        attributes: Mapping[str, Value] = _NOTHING,
        neighbours: Neighbours | None = None,
        settings: Mapping[str, Value] = _NOTHING,
        params: Mapping[str, Value] = _NOTHING,
        asof: str = "",
    ) -> None:
        self.type = type_name
        self.properties = properties
        self.id = identifier
        self.tags = tags
        self.attributes = attributes
        self.neighbours = neighbours
        self.settings = settings
        self.params = params
        self.asof = asof
        self.at: str | None = None

    def is_a(self, type_name: str) -> bool:
        """``is('TYPE')``."""
        return self.type == type_name

    def related(self, kind: str, path: str | None = None, inbound: bool = False) -> Value:
        """``related('TYPE')`` and ``related('TYPE', 'Path')``."""
        if self.neighbours is None:
            return Partial() if path is not None and _at(self.properties, path) is not None else []
        return self.neighbours.related(self.id, self.properties, kind, path, inbound)

    def related_of(self, item: Value, kind: str, path: str | None = None, inbound: bool = False) -> Value:
        """``item.related(…)``: from a connected resource on."""
        if type(item) is Unknown:
            return item
        if not isinstance(item, Item) or self.neighbours is None:
            return INCOMPLETE
        return self.neighbours.related(item.id, item, kind, path, inbound)

    def account(self, knob: str) -> Value:
        """``account('knob')``: an account-level setting, unknown unless the estate says it."""
        if knob in self.settings:
            return self.settings[knob]
        return Unknown(f"the account's setting {knob} is not part of the input", origin="deployment")

    def supported(self, product: Value, version: Value) -> Value:
        """``supported(product, version)``."""
        return versions.supported(product, version, self.asof or versions.lifecycle().as_of)

    def json(self, value: Value) -> Value:
        """``json(value)``."""
        return policies.document(value)

    secrets = staticmethod(credentials.secrets)
    statements = staticmethod(policies.statements)
    grants = staticmethod(policies.grants)
    public = staticmethod(policies.public)
    denies_plain = staticmethod(policies.denies_plain)
    world = staticmethod(addresses.world)
    opens = staticmethod(addresses.opens)
