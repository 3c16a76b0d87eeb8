"""Resources and data sources: their instances, what references to them give, and their values."""

from typing import TYPE_CHECKING, Any, Final

from demarcate.errors import InputError
from demarcate.model import NO_VALUE, Declared, Reference, Unknown, Value
from demarcate.sources.terraform.hcl.expansion import expand
from demarcate.sources.terraform.hcl.scope import Scope
from demarcate.sources.terraform.hcl.syntax import Attribute, Block
from demarcate.sources.terraform.hcl.values import (
    EvaluationError,
    Opaque,
    SetList,
    by_cases,
    derived,
    identifies,
    is_known,
    plain_value,
)
from demarcate.sources.terraform.instances import Instance

if TYPE_CHECKING:
    from demarcate.sources.terraform.hcl.frame import Frame

_META_ARGUMENTS: Final = frozenset({"count", "for_each", "provider", "depends_on"})
_META_BLOCKS: Final = frozenset({"lifecycle", "provisioner", "connection", "timeouts"})
_DOING: Final = object()


class Resource:
    """A ``resource``, ``data`` or ``ephemeral`` block of a module instance."""

    def __init__(self, frame: "Frame", mode: str, kind: str, name: str, block: Block) -> None:
        self.frame = frame
        self.mode = mode
        self.type = kind
        self.name = name
        self.block = block
        own = f"{kind}.{name}" if mode == "managed" else f"{mode}.{kind}.{name}"
        self.address = f"{frame.prefix}{own}"
        self.handles: list[Handle] = []
        self._value: Value = None
        self._state = 0

    def value(self) -> Value:
        """The resource as a value: its one instance, or a list or dict of them."""
        if self._state == 0:
            self._state = 1
            session, where = self.frame.session, f"{self.block.file}:{self.block.line}"
            try:
                expansion = None
                if session.takes("instances", 0, where, self.address):
                    expansion = expand(self.block, self.frame.scope, self.frame.uncertain)
                if expansion is None or not session.takes("instances", len(expansion.items), where, self.address):
                    self._value = Handle(self, self.address, self.frame.scope, True, "too many instances")
                    return self._value
                undecided = expansion.kind == "unknown"

                def one(suffix: str, scope: Scope) -> Handle:
                    handle = Handle(self, self.address + suffix, scope, undecided, expansion.uncertain)
                    self.handles.append(handle)
                    return handle

                self._value = expansion.value(one)
            finally:
                self._state = 2
        elif self._state == 1:
            where = f"{self.block.file}:{self.block.line}"
            self.frame.session.skip(where, self.address, "the number of its instances depends on itself", "error")
            return Handle(self, self.address, self.frame.scope, True, "depends on itself")
        return self._value


class Handle(Opaque):
    """One instance of a resource as a value; with ``uncertain``, it stands for instances of unknown number."""

    __slots__ = ("_arguments", "address", "resource", "scope", "why")

    def __init__(self, resource: Resource, address: str, scope: Scope, uncertain: bool, why: str | None) -> None:
        self.resource = resource
        self.address = address
        self.scope = scope
        self.uncertain = uncertain
        self.why = why
        self._arguments: dict[str, Any] = {}

    def attribute(self, name: str) -> Value:
        """An attribute: its value if that is written down and names nothing, else a reference."""
        block = self.resource.block
        if self.resource.type == "terraform_data" and name == "output":
            name = "input"
        if not identifies(name) and name in block.attributes and name not in _META_ARGUMENTS:
            value = self.argument(name, block.attributes[name])
            if value is not None and is_known(value):
                return value
        elif not identifies(name) and any(each.type == name for each in block.blocks):
            value = self.nested(name)
            if isinstance(value, list) and is_known(value):
                return value
        return self.reference(name)

    def reference(self, name: str) -> Unknown:
        """A reference to an attribute."""
        text = "${" + f"{self.address}.{name}" + "}"
        reference = (Reference(self.address, name),)
        if self.resource.mode == "managed":
            return Unknown("known after apply", reference, text, origin="reference", open=False)
        if self.resource.mode == "ephemeral":
            return Unknown("read from an ephemeral resource", reference, text, origin="secret")
        return Unknown("read from AWS at deployment", reference, text, origin="deployment")

    def unknown(self) -> Unknown:
        """The resource as a whole, in a value."""
        return self.reference("id")

    def argument(self, name: str, attribute: Attribute) -> Value:
        """An argument's value, evaluated at its first use; what cannot be evaluated is unknown."""
        found = self._arguments.get(name, _DOING)
        if found is not _DOING:
            return found
        self._arguments[name] = self.reference(name)  # for the time being, so that it may refer to itself
        value = self._arguments[name] = guarded(attribute, self.scope)
        return value

    def nested(self, name: str) -> Value:
        """The nested blocks of a type, evaluated at their first use."""
        key = f"{name} {{}}"
        found = self._arguments.get(key, _DOING)
        if found is _DOING:
            self._arguments[key] = self.reference(name)
            body = Block("", (), self.resource.block.file, 0)
            body.blocks = [each for each in self.resource.block.blocks if each.type == name]
            found = self._arguments[key] = fill(body, self.scope, {}, "").get(name)
        return found

    def instance(self) -> Instance:
        """The instance as every reader gives it."""
        resource, block = self.resource, self.resource.block
        values: dict[str, Value] = {}
        lines: dict[str, int] = {}
        for name, attribute in block.attributes.items():
            if name not in _META_ARGUMENTS:
                values[name] = self.argument(name, attribute)
                if attribute.file == block.file:
                    lines[name] = attribute.line
        body = Block("", (), block.file, block.line)
        body.blocks = [each for each in block.blocks if each.type not in _META_BLOCKS]
        if body.blocks:
            values.update(fill(body, self.scope, lines, ""))
        provider = resource.frame.session.loader.provider_of(resource.frame, block, resource.type)
        provider.add_tags(values)
        region = values.get("region")
        return Instance(
            address=self.address,
            mode=resource.mode,
            type=resource.type,
            name=resource.name,
            provider=provider.source,
            values=values,
            declared=Declared(block.file, block.line),
            lines=lines,
            region=region if isinstance(region, str) and provider.is_aws else provider.region,
            account=provider.account,
            uncertain=self.why,
            prevents_destroy=self._prevents_destroy(),
            accepted=tuple(each.entry for each in block.accepted),
        )

    def _prevents_destroy(self) -> bool:
        """Whether Terraform refuses to destroy it; only a literal may say so."""
        rules = [each.attributes.get("prevent_destroy") for each in self.resource.block.of_type("lifecycle")]
        return any(guarded(each, self.scope) is True for each in rules if each is not None)


def guarded(attribute: Attribute, scope: Scope) -> Value:
    """An attribute's value; what Terraform would refuse, or goes past the limits, is an unknown that says so."""
    evaluate = attribute.evaluate
    try:
        return plain_value(evaluate(scope))
    except InputError as error:
        return Unknown(f"cannot be evaluated: {error.what}")
    except RecursionError:
        return Unknown("cannot be evaluated: nested too deeply")


def fill(block: Block, scope: Scope, lines: dict[str, int], prefix: str) -> dict[str, Value]:
    """The values of a block: attributes, and a list of dicts for each type of nested block; ``lines`` gains the line
    of each path."""
    values: dict[str, Value] = {}
    file = block.file
    for name, attribute in block.attributes.items():
        values[name] = guarded(attribute, scope)
        if attribute.file == file:
            lines[prefix + name] = attribute.line
    for nested in block.blocks:
        if nested.type == "dynamic" and nested.labels:
            _dynamic(nested, scope, values, lines, prefix)
            continue
        present = values.setdefault(nested.type, [])
        if not isinstance(present, list):
            inner = fill(nested, scope, lines, f"{prefix}{nested.type}[1].")
            values[nested.type] = _joined(present, [inner])
            continue
        path = f"{prefix}{nested.type}[{len(present)}]"
        if nested.file == file:
            lines[path] = nested.line
            if not present:
                lines.setdefault(prefix + nested.type, nested.line)
        present.append(fill(nested, scope, lines, f"{path}."))
    return values


def _dynamic(block: Block, scope: Scope, values: dict[str, Value], lines: dict[str, int], prefix: str) -> None:
    """A ``dynamic`` block: a block for each item; where the items are not known, neither are the blocks."""
    kind = block.labels[0]
    content = next(block.of_type("content"), None)
    over = block.attributes.get("for_each")
    if content is None or over is None:
        values[kind] = Unknown(f"dynamic {kind} has no content or no for_each", maybe_absent=True)
        return
    iterator = block.attributes.get("iterator")
    name = iterator.text.strip() if iterator is not None else kind
    present = values.get(kind, [])
    start = len(present) if isinstance(present, list) else 1

    def made(items: Value) -> Value:
        if isinstance(items, Unknown | Opaque):
            item = derived(items)
            inner = scope.having({name: {"key": item, "value": item}}, f" @ {kind}")
            one = fill(content, inner, lines, f"{prefix}{kind}[{start}].")
            return derived(items, one, why=f"how many {kind} blocks there are is not known", maybe_absent=True)
        blocks: list[Value] = []
        for key, value in _pairs(items):
            path = f"{prefix}{kind}[{start + len(blocks)}]"
            lines.setdefault(path, content.line)
            inner = scope.having({name: {"key": key, "value": value}}, f" @ {kind} {key}")
            blocks.append(fill(content, inner, lines, f"{path}."))
        return blocks

    lines.setdefault(prefix + kind, block.line)
    try:
        items = over.evaluate(scope)
        found = by_cases(made, items) if type(items) is Unknown else None
        result = made(items) if found is None else found
    except InputError as error:
        result = Unknown(f"how many {kind} blocks there are cannot be evaluated: {error.what}", maybe_absent=True)
    values[kind] = _joined(present, result)
    if values[kind] == []:
        del values[kind]


def _joined(present: Value, more: Value) -> Value:
    """Blocks and those after them. Blocks of unknown number are one item, but a choice of several is one between whole
    lists."""
    if present == [] or more == []:
        return more if present == [] else present
    items: list[Value] = []
    for each, join in (
        (present, lambda one: _joined([] if one is None else one, more)),
        (more, lambda one: _joined(present, [] if one is None else one)),
    ):
        if isinstance(each, list):
            items += each
            continue
        item = _one_item(each)
        if item is None:
            found = by_cases(join, each)
            if found is not None:
                return found
            item = derived(each, maybe_absent=True)
        items.append(item)
    return items


def _one_item(value: Value) -> Value | None:
    """Blocks of unknown number as one item of a list of blocks; ``None`` where several may be chosen."""
    if isinstance(value, list):
        return NO_VALUE if not value else value[0] if len(value) == 1 else None
    if type(value) is not Unknown or value.cases is None:
        return value
    condition, *branches = value.cases
    one, other = (_one_item(each) for each in branches)
    if one is None or other is None:
        return None
    return Unknown(value.why, value.references, maybe_absent=True, origin=value.origin, cases=(condition, one, other))


def _pairs(items: Value) -> list[tuple[Value, Value]]:
    if isinstance(items, dict):
        return sorted(items.items())
    if isinstance(items, SetList):
        return [(each, each) for each in items]
    if isinstance(items, list):
        return list(enumerate(items))
    raise EvaluationError("for_each of a dynamic block is no collection")
