"""Configuration in JSON syntax (``*.tf.json``): the same blocks and attributes, texts being templates."""

from collections.abc import Callable
from typing import Any, Final

from demarcate.errors import InputError
from demarcate.model import Value
from demarcate.sources.document import Document, Path, parse_document
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
_NESTED: Final = frozenset({"lifecycle", "provisioner", "connection", "dynamic", "content", "assume_role"})
_NESTED_IN: Final = {
    "terraform": frozenset({"required_providers", "backend", "cloud"}),
    "provider": frozenset({"default_tags", "ignore_tags", "endpoints", "assume_role_with_web_identity"}),
}


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

    def blocks(self, into: Block, kind: str, value: Any, labels: int, names: tuple[str, ...], path: Path) -> None:
        """The blocks of a type: objects nested by label, each level also as a list of objects."""
        if isinstance(value, list):
            for number, each in enumerate(value):
                self.blocks(into, kind, each, labels, names, (*path, number))
            return
        if value is None:
            return
        if not isinstance(value, dict):
            raise InputError(f"{kind} is no object", self._document.where(path))
        if labels:
            for name, each in value.items():
                if name != "//":
                    self.blocks(into, kind, each, labels - 1, (*names, name), (*path, name))
            return
        block = Block(kind, names, self._document.file, self._document.line_of(path))
        nested = _NESTED | _NESTED_IN.get(kind, frozenset())
        for name, each in value.items():
            if name == "//":
                continue
            if name in nested and isinstance(each, dict | list):
                self.blocks(
                    block, name, each, 1 if name in ("dynamic", "provisioner", "backend") else 0, (), (*path, name)
                )
            else:
                block.attributes[name] = self.attribute(name, each, (*path, name))
        into.blocks.append(block)


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
