"""A template with its parameters' values: evaluated lazily, so that stacks may refer to one another."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec

from demarcate.errors import InputError
from demarcate.model import NO_VALUE, Declared, Reference, Resource, Skipped, Unknown, Value
from demarcate.model.estate import UNSPECIFIED
from demarcate.sources.cloudformation.foreach import MARK, Unroller
from demarcate.sources.cloudformation.intrinsics import evaluate_condition, resolve
from demarcate.sources.document import Document, Path
from demarcate.sources.lines import Lines

STACK_TYPE: Final = "AWS::CloudFormation::Stack"
_ATTRIBUTES: Final = (
    "Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "Metadata", "UpdatePolicy", "UpdateReplacePolicy",
)  # fmt: skip


class Environment(msgspec.Struct, frozen=True):
    """Where a stack is deployed: ``account``, ``region`` and ``stack_name`` (``None`` if not known), the ``parameters``
    that the user gives, and ``imported``, which looks an export up over all stacks."""

    imported: Callable[[str], Value]
    parameters: Mapping[str, Any] = {}
    account: str | None = None
    region: str | None = None
    stack_name: str | None = None


class Stack:
    """One template as deployed. ``prefix`` is its place below the root template (``""`` or ``Nested/``)."""

    def __init__(
        self,
        document: Document,
        environment: Environment,
        *,
        root: str,
        prefix: str = "",
        given: Mapping[str, Value] | None = None,
    ) -> None:
        self.document = document
        self.environment = environment
        self.root = root
        self.prefix = prefix
        self.children: dict[str, Stack] = {}
        self.skipped: list[Skipped] = []
        self._given = given
        self._parameters: dict[str, Value] = {}
        self._conditions: dict[str, bool | Unknown] = {}
        self._deciding: set[str] = set()
        self._references: dict[tuple[str, str], Unknown] = {}
        self._outputs: dict[str, Value] = {}
        self._evaluating: set[str] = set()
        value = document.value
        self.parameters = self._section("Parameters")
        self.mappings = self._section("Mappings")
        self.paths: dict[str, Path] = {}
        self.resources: dict[str, Any] = self._section("Resources")
        self.outputs: dict[str, Any] = self._section("Outputs")
        self.conditions: dict[str, Any] = self._section("Conditions")
        if document.loops and isinstance(value, dict) and _has_loops(value):
            self._unroll()
        for name in self.resources:
            self.paths.setdefault(name, ("Resources", name))

    def _section(self, name: str) -> dict[str, Any]:
        section = self.document.value.get(name)
        if section is None:
            return {}
        if not isinstance(section, dict):
            raise InputError(f"{name} is no mapping", self.document.where((name,)))
        return section

    def _unroll(self) -> None:
        unroller = Unroller(lambda over: resolve(over, self), self.document.where)
        for name in ("Conditions", "Resources", "Outputs"):
            entries = unroller.unroll(self._section(name), (name,))
            setattr(self, name.lower(), {key: value for key, (value, _) in entries.items()})
            if name == "Resources":
                self.paths = {key: path for key, (_, path) in entries.items()}
        for path, why in unroller.undecided:
            name = str(path[-1]).removeprefix(MARK)
            what = f"loop {name}: {why}, so it is not known how many resources it makes"
            self.skipped.append(Skipped(self.document.where(path), f"Fn::ForEach::{name}", what, "error"))

    # what a template's functions ask for (intrinsics.Context) -------------------------------------------------------

    def ref(self, name: str) -> Value:
        """The value of a parameter, a pseudo parameter, or a reference to a resource."""
        if name in self.parameters:
            if name not in self._parameters:
                self._parameters[name] = self._parameter(name)
            return self._parameters[name]
        if name in self.resources:
            return self._reference(name, "Ref")
        if name.startswith("AWS::"):
            return self._pseudo(name)
        return Unknown(f"{name} is not declared in the template", text="${" + name + "}")

    def attribute(self, name: str, attribute: str) -> Value:
        """An attribute of a resource; an output of a nested stack that was read is its value."""
        child = self.children.get(name)
        if child is not None and attribute.startswith("Outputs."):
            return child.output(attribute.removeprefix("Outputs."))
        if name in self.resources:
            return self._reference(name, attribute)
        return Unknown(f"{name} is not declared in the template", text="${" + f"{name}.{attribute}" + "}")

    def condition(self, name: str) -> bool | Unknown:
        """The truth of a named condition; raises :class:`InputError` if it depends on itself."""
        if name not in self._conditions:
            if name not in self.conditions:
                return Unknown(f"condition {name} is not declared")
            if name in self._deciding:
                where = self.document.where(("Conditions", name))
                raise InputError(f"condition {name} depends on itself", where, "break the circle")
            self._deciding.add(name)
            self._conditions[name] = evaluate_condition(self.conditions[name], self)
            self._deciding.discard(name)
        return self._conditions[name]

    def mapping(self, name: str) -> Value:
        """A mapping of the template."""
        return self.mappings[name] if name in self.mappings else Unknown(f"mapping {name} is not declared")

    def imported(self, name: str) -> Value:
        """An export of any stack of the run."""
        return self.environment.imported(name)

    def output(self, name: str) -> Value:
        """The value of one of this stack's outputs."""
        if name in self._outputs:
            return self._outputs[name]
        declared = self.outputs.get(name)
        if not isinstance(declared, dict) or "Value" not in declared:
            return Unknown(f"the stack has no output {name}")
        if name in self._evaluating:
            return Unknown(f"output {name} depends on itself")
        self._evaluating.add(name)
        self._outputs[name] = resolve(declared["Value"], self)
        self._evaluating.discard(name)
        return self._outputs[name]

    def _reference(self, name: str, attribute: str) -> Unknown:
        key = (name, attribute)
        if key not in self._references:
            text = "${" + (name if attribute == "Ref" else f"{name}.{attribute}") + "}"
            of = "" if attribute == "Ref" else f"{attribute} of "
            why = f"{of}{name}, known after deployment"
            self._references[key] = Unknown(
                why, (Reference(self.id_of(name), attribute),), text, origin="reference", open=False
            )
        return self._references[key]

    def _pseudo(self, name: str) -> Value:
        short = name.removeprefix("AWS::")
        environment = self.environment
        if short == "NoValue":
            return NO_VALUE
        if name in environment.parameters:
            return environment.parameters[name]
        if short == "Region" and environment.region:
            return environment.region
        if short == "AccountId" and environment.account:
            return environment.account
        if short == "StackName" and environment.stack_name and not self.prefix:
            return environment.stack_name
        if short in ("Partition", "URLSuffix") and environment.region:
            return _partition(environment.region)[short == "URLSuffix"]
        hints = {"Region": " (give --region)", "AccountId": " (give --account)"}
        return Unknown(
            f"{name} is known at deployment{hints.get(short, '')}", text="${" + name + "}", origin="pseudo", open=False
        )

    def _parameter(self, name: str) -> Value:
        declared = self.parameters[name]
        if not isinstance(declared, dict):
            return Unknown(f"parameter {name} is not declared as one")
        given = self._given if self._given is not None else self.environment.parameters
        value = given.get(name, declared.get("Default"))
        kind = str(declared.get("Type", "String"))
        if isinstance(value, Unknown) and _is_list(kind):
            return _listed(value)
        if value is None or isinstance(value, Unknown):
            return value or self._without_value(name, declared)
        if kind.startswith("AWS::SSM::Parameter::Value<"):
            return Unknown(f"parameter {name} reads Systems Manager at deployment", text=str(value), origin="ssm")
        if _no_echo(declared):
            written = name not in given and declared.get("Default") not in (None, "")
            origin = "no-echo-default" if written else "no-echo"
            return Unknown(f"parameter {name} is not to be shown (NoEcho)", origin=origin)
        return _typed(value, kind)

    def _without_value(self, name: str, declared: Mapping[str, Any]) -> Unknown:
        origin = "no-echo" if _no_echo(declared) else "parameter"
        return Unknown(f"parameter {name} has no value", text="${" + name + "}", origin=origin)

    # what the stack gives -------------------------------------------------------------------------------------------

    def id_of(self, name: str) -> str:
        """The id of a resource in the estate."""
        return f"{self.root}#{self.prefix}{name}"

    def exports(self) -> Iterator[tuple[Value, str]]:
        """The exports: (name, the output's logical name)."""
        for output, declared in self.outputs.items():
            if isinstance(declared, dict) and isinstance(declared.get("Export"), dict):
                yield resolve(declared["Export"].get("Name"), self), output

    def existing(self) -> Iterator[tuple[str, dict[str, Any], str | None]]:
        """The resources that are or may be deployed: (name, declaration, why that is uncertain)."""
        for name, declared in self.resources.items():
            where = self.document.where(self.paths[name])
            if not isinstance(declared, dict) or not isinstance(declared.get("Type"), str):
                self.skipped.append(Skipped(where, name, "a resource without a Type", "error"))
                continue
            condition = declared.get("Condition")
            decided = self.condition(condition) if isinstance(condition, str) else True
            if decided is False:
                self.skipped.append(Skipped(where, name, f"not deployed: condition {condition} is false"))
                continue
            yield name, declared, f"condition {condition}: {decided.why}" if isinstance(decided, Unknown) else None

    def read(self) -> Iterator[Resource]:
        """The resources of this stack (not of its children), evaluated."""
        file = self.document.file
        for name, declared, uncertain in self.existing():
            path = self.paths[name]
            properties = declared.get("Properties")
            resolved = resolve(properties, self) if properties is not None else {}
            if not isinstance(resolved, dict):
                where = self.document.where((*path, "Properties"))
                why = resolved.why if isinstance(resolved, Unknown) else "Properties is no mapping"
                self.skipped.append(Skipped(where, f"properties of {name}", why))
                resolved = {}
            attributes: dict[str, Value] = {}
            for key in _ATTRIBUTES:
                if key in declared:
                    attributes[key] = resolve(declared[key], self)
            metadata = attributes.get("Metadata")
            construct = metadata.get("aws:cdk:path") if isinstance(metadata, dict) else None
            yield Resource(
                id=self.id_of(name),
                type=declared["Type"],
                name=self.prefix + name,
                properties=resolved,
                declared=Declared(file, self.document.line_of(path), construct if isinstance(construct, str) else None),
                account=self.environment.account or UNSPECIFIED,
                region=self.environment.region or UNSPECIFIED,
                tags=_all_tags(resolved),
                lines=Lines(self.document, (*path, "Properties"), resolved),
                attributes=attributes,
                uncertain=uncertain,
            )


def _no_echo(declared: Mapping[str, Any]) -> bool:
    return str(declared.get("NoEcho", "")).lower() == "true"


def _has_loops(template: Mapping[str, Any]) -> bool:
    pending: list[Any] = [template.get(name) for name in ("Conditions", "Resources", "Outputs")]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            if any(key.startswith(MARK) for key in item):
                return True
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return False


def _partition(region: str) -> tuple[str, str]:
    if region.startswith("cn-"):
        return "aws-cn", "amazonaws.com.cn"
    if region.startswith("eusc-"):
        return "aws-eusc", "amazonaws.eu"
    return ("aws-us-gov" if region.startswith("us-gov-") else "aws"), "amazonaws.com"


def _is_list(kind: str) -> bool:
    return kind == "CommaDelimitedList" or kind.startswith("List<")


def _listed(value: Unknown) -> Value:
    """The items of a list that was joined from references; a text of which a part may be anything stays one unknown."""
    if value.text is None or value.open or "," not in value.text:
        return value
    named = {_hole(each): each for each in value.references}
    items = []
    for text in value.text.split(","):
        references = tuple(named[hole] for hole in _HOLE.findall(text) if hole in named)
        items.append(Unknown(value.why, references, text.strip(), origin=value.origin, open=False))
    return items


_HOLE: Final = re.compile(r"\$\{([^}]*)\}")


def _hole(reference: Reference) -> str:
    """What stands for a reference in an unknown's text."""
    name = reference.resource.rpartition("#")[2].rpartition("/")[2]
    return name if reference.attribute == "Ref" else f"{name}.{reference.attribute}"


def _typed(value: Any, kind: str) -> Value:
    if _is_list(kind):
        items = value if isinstance(value, list) else [each.strip() for each in str(value).split(",")]
        return [_number(each) if kind == "List<Number>" else each for each in items]
    if kind == "Number":
        return _number(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str | list) else str(value)


def _number(value: Any) -> Value:
    try:
        return float(value) if "." in str(value) else int(str(value))
    except ValueError:
        return value


def _all_tags(properties: Mapping[str, Value]) -> dict[str, str]:
    """The literal tags of a resource: most types call them ``Tags``, some ``UserPoolTags``, ``BackupVaultTags`` …"""
    found: dict[str, str] = {}
    for name, value in properties.items():
        if name.endswith("Tags"):
            found.update(_tags(value))
    return dict(sorted(found.items())) if len(found) > 1 else found


def _tags(tags: Value) -> dict[str, str]:
    if isinstance(tags, dict):
        return {key: value for key, value in sorted(tags.items()) if isinstance(value, str)}
    found: dict[str, str] = {}
    for tag in tags if isinstance(tags, list) else ():
        if isinstance(tag, dict) and isinstance(tag.get("Key"), str) and isinstance(tag.get("Value"), str):
            found[tag["Key"]] = tag["Value"]
    return dict(sorted(found.items()))
