"""Configuration in JSON syntax (``*.tf.json``): the same blocks and attributes, texts being templates."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from demarcate.errors import InputError
from demarcate.model import Value
from demarcate.sources.document import Document, Path, parse_document
from demarcate.sources.terraform.arguments import Kind, arguments_of, block_of
from demarcate.sources.terraform.hcl.acceptances import acceptances_in
from demarcate.sources.terraform.hcl.scope import Constant, Evaluate, Scope
from demarcate.sources.terraform.hcl.syntax import Attribute, Block, parse_template
from demarcate.sources.terraform.hcl.values import to_text

LABELS: Final = {
    "resource": 2,
    "data": 2,
    "ephemeral": 2,
    "module": 1,
    "variable": 1,
    "output": 1,
    "provider": 1,
    "check": 1,
    "locals": 0,
    "terraform": 0,
    "moved": 0,
    "import": 0,
    "removed": 0,
    "include": 1,
    "dependency": 1,
    "feature": 1,
}
_NESTED: Final = {
    "resource": frozenset({"lifecycle", "provisioner", "connection", "timeouts", "dynamic"}),
    "data": frozenset({"lifecycle", "timeouts", "dynamic"}),
    "ephemeral": frozenset({"lifecycle", "dynamic"}),
    "terraform": frozenset({"required_providers", "backend", "cloud"}),
    "provider": frozenset(
        {"assume_role", "assume_role_with_web_identity", "default_tags", "ignore_tags", "endpoints", "dynamic"}
    ),
}
"""What is a nested block whatever the schema says, by what it stands in."""
_LABELLED: Final = frozenset({"dynamic", "provisioner", "backend"})
_DATA: Final[Mapping[str, Mapping[str, Kind]]] = {
    "aws_iam_policy_document": {"statement": [{"principals": [{}], "not_principals": [{}], "condition": [{}]}]}
}
"""The blocks of data sources; of resources, the provider's schema tells."""
_INSIDE: Final = frozenset({"dynamic"})
_NO_SCHEMA: Final[Mapping[str, Kind]] = {}
_ANY_DATA: Final[Mapping[str, Kind]] = {"filter": [{}]}


def parse_json(text: str, file: str, shared: dict[bytes, Evaluate]) -> Block:
    """The body of a file as a block without a type.

    Raises :class:`InputError` with ``file:line`` for what is no JSON, nested too deeply or no configuration.
    """
    if text.lstrip()[:1] != "{":
        raise InputError("not a JSON object", f"{file}:1", "a configuration in JSON is one object")
    document = parse_document(text, file)
    reader = _Reader(document, shared)
    top = Block("", (), file, 1)
    if not isinstance(document.value, dict):
        raise InputError("not a JSON object", f"{file}:1")
    for kind, value in document.value.items():
        if kind in LABELS:
            bare = kind == "include" and isinstance(value, dict) and isinstance(value.get("path"), str)
            reader.blocks(top, kind, value, 0 if bare else LABELS[kind], (), (kind,))
        elif kind != "//":
            top.attributes[kind] = reader.attribute(kind, value, (kind,))
    return top


def json_value(value: Any, file: str, shared: dict[bytes, Evaluate]) -> Evaluate:
    """What evaluates a JSON value whose texts are templates."""
    return _compiled(value, lambda text: parse_template(text, file, shared))


class _Reader:
    def __init__(self, document: Document, shared: dict[bytes, Evaluate]) -> None:
        self._document = document
        self._shared = shared

    def attribute(self, name: str, value: Any, path: Path) -> Attribute:
        line = self._document.line_of(path)

        def template(text: str) -> Evaluate:
            try:
                return parse_template(text, self._document.file, self._shared)
            except InputError as error:
                raise InputError(error.what, f"{self._document.file}:{line}", error.mend) from None

        text = value if isinstance(value, str) else ""
        return Attribute(name, self._document.file, line, text, _compiled(value, template))

    def blocks(
        self,
        into: Block,
        kind: str,
        value: Any,
        labels: int,
        names: tuple[str, ...],
        path: Path,
        schema: Mapping[str, Kind] = _NO_SCHEMA,
    ) -> None:
        """The blocks of a type: objects nested by label, each level also as a list of objects. ``schema`` has the
        arguments of the block, of a ``dynamic`` one those of what it stands in."""
        if isinstance(value, list):
            for number, each in enumerate(value):
                self.blocks(into, kind, each, labels, names, (*path, number), schema)
            return
        if value is None:
            return
        if not isinstance(value, dict):
            raise InputError(f"{kind} is no object", self._document.where(path))
        if labels:
            for name, each in value.items():
                if name != "//":
                    self.blocks(into, kind, each, labels - 1, (*names, name), (*path, name), schema)
            return
        block = Block(kind, names, self._document.file, self._document.line_of(path))
        if kind == "dynamic":
            schema = {"content": [block_of(schema.get(names[0])) or {}]}
        elif len(names) == 2:
            schema = arguments_of(names[0]) if kind == "resource" else _DATA.get(names[0], _ANY_DATA)
        nested = _INSIDE if names == () and path[0] in ("resource", "data") else _NESTED.get(kind, frozenset())
        for name, each in value.items():
            where = (*path, name)
            inner = block_of(schema.get(name)) if _is_blocks(schema.get(name), each) else None
            if name == "//":
                block.accepted += acceptances_in(each, self._document.line_of(where)) if kind == "resource" else ()
            elif inner is not None:
                self.blocks(block, name, each, 0, (), where, inner)
            elif name in nested and isinstance(each, dict | list):
                self.blocks(block, name, each, int(name in _LABELLED), (), where, schema)
            else:
                block.attributes[name] = self.attribute(name, each, where)
        into.blocks.append(block)


def _is_blocks(kind: Kind, value: Any) -> bool:
    """Whether a value is a nested block or several of them: an object or a list of objects, where the schema has a list
    of objects."""
    if not isinstance(kind, list):
        return False
    return isinstance(value, dict) or (
        isinstance(value, list) and value != [] and all(isinstance(each, dict) for each in value)
    )


def _compiled(value: Any, template: Callable[[str], Evaluate]) -> Evaluate:
    if isinstance(value, str):
        return template(value) if "${" in value or "%{" in value else Constant(value)
    if isinstance(value, list):
        items = [_compiled(each, template) for each in value]
        if all(isinstance(each, Constant) for each in items):
            return Constant([each.value for each in items])  # type: ignore[attr-defined]
        return lambda scope: [each(scope) for each in items]
    if isinstance(value, dict):
        return _object(value, template)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e300:
        return Constant(int(value))
    return Constant(value)


def _object(value: dict[str, Any], template: Callable[[str], Evaluate]) -> Evaluate:
    members = [(_compiled(key, template), _compiled(each, template)) for key, each in value.items() if key != "//"]
    if all(isinstance(key, Constant) and isinstance(each, Constant) for key, each in members):
        return Constant({key.value: each.value for key, each in members})  # type: ignore[attr-defined]

    def evaluate(scope: Scope) -> Value:
        return {to_text(key(scope)): each(scope) for key, each in members}

    return evaluate
