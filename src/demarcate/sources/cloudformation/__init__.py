"""CloudFormation templates (JSON, YAML, SAM, CDK cloud assemblies) to resources in CloudFormation's own shape."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from demarcate.errors import DemarcateError, InputError
from demarcate.model import Resource, Skipped, Unknown, Value
from demarcate.sources.cloudformation.sam import expand, is_sam
from demarcate.sources.cloudformation.stack import STACK_TYPE, Environment, Stack
from demarcate.sources.document import Document, parse_document
from demarcate.sources.files import InputFile, read_text

__all__ = ["Template", "is_template", "looks_like_template", "read_templates"]

_NESTED: Final = {STACK_TYPE: "TemplateURL", "AWS::Serverless::Application": "Location"}
MAX_NESTING: Final = 20


class Template(msgspec.Struct, frozen=True):
    """A root template to read: its document, its path on disk (``None`` for standard input), and where it goes."""

    document: Document
    path: Path | None
    account: str | None = None
    region: str | None = None
    stack_name: str | None = None


def looks_like_template(text: str) -> bool:
    """A cheap look before parsing: whether a text may be a template."""
    return "AWSTemplateFormatVersion" in text or ("Resources" in text and "::" in text)


def is_template(value: Any) -> bool:
    """Whether a parsed document is a CloudFormation or SAM template."""
    if not isinstance(value, dict):
        return False
    if "AWSTemplateFormatVersion" in value:
        return True
    resources = value.get("Resources")
    return isinstance(resources, dict) and any(
        key.startswith("Fn::ForEach::")
        or (isinstance(each, dict) and isinstance(each.get("Type"), str) and "::" in each["Type"])
        for key, each in resources.items()
    )


def read_templates(
    templates: list[Template],
    parameters: Mapping[str, Any],
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[list[Resource], list[Skipped], frozenset[Path]]:
    """The resources of the templates and of the stacks nested in them on local paths, what was skipped, and the files
    that were read as nested stacks (they are no roots of their own).

    Raises nothing: a template that cannot be read is skipped with an error, and the others go on.
    """
    return _Run(parameters, progress).read(templates)


class _Run:
    def __init__(self, parameters: Mapping[str, Any], progress: Callable[[str], None]) -> None:
        self.parameters = parameters
        self.progress = progress
        self.stacks: list[Stack] = []
        self.skipped: list[Skipped] = []
        self.nested: set[Path] = set()
        self._exports: dict[str, tuple[Stack, str]] | None = None

    def read(self, templates: list[Template]) -> tuple[list[Resource], list[Skipped], frozenset[Path]]:
        roots: list[tuple[Stack, Path | None]] = []
        for each in templates:
            environment = Environment(self._imported, self.parameters, each.account, each.region, each.stack_name)
            try:
                stack = self._stack(each.document, environment, root=each.document.file)
                roots.append((stack, each.path.resolve() if each.path else None))
                if each.path is not None:
                    self._children(stack, each.path, (each.path.resolve(),))
            except DemarcateError as error:
                self.skipped.append(_error(each.document.file, error))
        by_root: dict[str, list[Stack]] = {}
        for stack in self.stacks:
            by_root.setdefault(stack.root, []).append(stack)
        resources: list[Resource] = []
        for root, path in roots:
            if path is not None and path in self.nested:
                continue  # it was read with the parameters that its parent gives it
            for stack in by_root[root.root]:
                self.progress(stack.document.file)
                try:
                    resources.extend(stack.read())
                except DemarcateError as error:
                    self.skipped.append(_error(stack.document.file, error))
                self.skipped.extend(stack.skipped)
        return resources, self.skipped, frozenset(self.nested)

    def _stack(
        self,
        document: Document,
        environment: Environment,
        *,
        root: str,
        prefix: str = "",
        given: Mapping[str, Value] | None = None,
    ) -> Stack:
        if not isinstance(document.value, dict):
            raise InputError("a template is a mapping", document.where(), "see CloudFormation's template anatomy")
        if not isinstance(document.value.get("Resources"), dict):
            raise InputError("the template has no Resources", document.where(), "is the file whole?")
        if is_sam(document.value):
            document, notes = expand(document, environment)
            self.skipped.extend(notes)
        stack = Stack(document, environment, root=root, prefix=prefix, given=given)
        self.stacks.append(stack)
        return stack

    def _children(self, parent: Stack, path: Path, above: tuple[Path, ...]) -> None:
        for name, declared in parent.resources.items():
            kind = declared.get("Type") if isinstance(declared, dict) else None
            if not isinstance(kind, str) or kind not in _NESTED:
                continue
            location = _local(declared)
            where = parent.document.where(parent.paths[name])
            if location is None:
                note = "a nested stack whose template is not on a local path: its resources are not read"
                parent.skipped.append(Skipped(where, name, note))
                continue
            file = path.parent / location
            if file.resolve() in above or len(above) >= MAX_NESTING:
                parent.skipped.append(Skipped(where, name, f"nested stacks in a circle: {location}", "error"))
                continue
            try:
                self._child(parent, name, file, (*above, file.resolve()))
            except DemarcateError as error:
                parent.skipped.append(Skipped(error.where or where, f"nested stack {name}", error.what, "error"))

    def _child(self, parent: Stack, name: str, file: Path, above: tuple[Path, ...]) -> None:
        document = parse_document(read_text(InputFile(str(file), file, True)), str(file))
        child = self._stack(
            document,
            parent.environment,
            root=parent.root,
            prefix=f"{parent.prefix}{name}/",
            given=_Given(parent, name),
        )
        parent.children[name] = child
        self.nested.add(file.resolve())
        self._children(child, file, above)

    def _imported(self, name: str) -> Value:
        if self._exports is None:
            self._exports = {}
            for stack in self.stacks:
                for export, output in stack.exports():
                    if isinstance(export, str):
                        self._exports.setdefault(export, (stack, output))
        found = self._exports.get(name)
        if found is None:
            return Unknown(f"export {name} of a stack that is not among the inputs", text="${" + name + "}")
        return found[0].output(found[1])


class _Given(dict[str, Value]):
    """The parameters that a parent gives to a nested stack, evaluated when they are asked for."""

    def __init__(self, parent: Stack, name: str) -> None:
        super().__init__()
        self._parent = parent
        self._name = name

    def get(self, key: str, default: Value = None) -> Value:
        from demarcate.sources.cloudformation.intrinsics import resolve

        declared = self._parent.resources[self._name].get("Properties") or {}
        parameters = declared.get("Parameters")
        if not isinstance(parameters, dict) or key not in parameters:
            return default
        value = resolve(parameters[key], self._parent)
        return ",".join(map(str, value)) if isinstance(value, list) else value


def _local(declared: Mapping[str, Any]) -> str | None:
    """The local path of a nested stack's template, if it has one; a CDK asset names it in the metadata."""
    metadata = declared.get("Metadata")
    if isinstance(metadata, dict) and isinstance(metadata.get("aws:asset:path"), str):
        return str(metadata["aws:asset:path"])
    properties = declared.get("Properties")
    location = properties.get(_NESTED[declared["Type"]]) if isinstance(properties, dict) else None
    if not isinstance(location, str) or "://" in location or location.startswith("{{"):
        return None
    return location


def _error(file: str, error: DemarcateError) -> Skipped:
    mend = f" ({error.mend})" if error.mend else ""
    return Skipped(error.where or file, "template", error.what + mend, "error")
