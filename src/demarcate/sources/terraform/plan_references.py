"""What the expressions of a plan's arguments mean: the resources whose attributes a value is, or is made of."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from demarcate.model import Reference, Unknown, Value
from demarcate.sources.terraform.addresses import BRACES, KEY, base_of, key_of, module_keys, step, within_module
from demarcate.sources.terraform.plan_configuration import Configurations, Found, Scope
from demarcate.sources.terraform.plan_values import read

_OWN: Final = ("arn", "id", "name", "bucket", "function_name", "identifier", "key_id", "url")
"""Attributes that name the resource itself; others are ``cluster_id`` of an ``…_cluster`` and the like."""
_PREFIXED: Final = re.compile(r"(.+)_(?:id|arn|name|identifier)$")
_DOCUMENT: Final = re.compile(
    r"(?:policy|policies|document|json|content|definition|definitions|body|template|user_data|user_data_base64|"
    r"variables|value|values|environment|command|script|code|input|parameters|options|settings|data)$"
)
"""Arguments that hold documents or free text rather than a name."""
_PARTS: Final = frozenset({"aws_region", "aws_caller_identity", "aws_partition"})
"""Data sources whose values mostly are a part of a text: an expression that refers to one may be more than it."""
_OTHERS: Final = re.compile(r"_(?:id|arn)s?$")
_MAX_ARGUMENTS: Final = 50
"""How many arguments of other resources an expression is followed through."""
_STEP: Final = re.compile(rf"\.([^.\[]+)|({KEY.pattern})", re.DOTALL)
_UNSAID: Final = Unknown("known after apply")


class Planned(NamedTuple):
    """An instance that a plan has: its address, the keys of its modules and its own, what is ``known``, what not."""

    address: str
    keys: tuple[str, ...]
    key: str
    known: Mapping[str, Any]
    unknown: Mapping[str, Any]

    def has(self, name: str) -> bool:
        """Whether the resource has an attribute of a name."""
        return name in self.known or name in self.unknown


class PlanReferences:
    """The references of a plan. Instances are added before values are asked for."""

    def __init__(self, configurations: Configurations) -> None:
        self.configurations = configurations
        self._by_base: dict[str, dict[str, Planned]] = {}
        self._by_key: dict[tuple[str, str], dict[str, Planned]] = {}
        self._arns: dict[str, str | None] = {}

    def add(self, address: str, kind: str, after: Any, unknown: Any) -> None:
        """Take an instance that the plan leaves in the estate."""
        known: Mapping[str, Any] = after if isinstance(after, dict) else {}
        base, key = base_of(address), key_of(address)
        made = Planned(address, module_keys(address), key, known, unknown if isinstance(unknown, dict) else {})
        self._by_base.setdefault(base, {})[address] = made
        if key:
            self._by_key.setdefault((base, key), {})[address] = made
        arn = known.get("arn")
        if (
            isinstance(arn, str)
            and kind.startswith(("aws_", "awscc_"))
            and not within_module(address).startswith("data.")
        ):
            self._arns[arn] = None if self._arns.get(arn, address) != address else address

    # known values -----------------------------------------------------------------------------------------------------

    def named(self, value: str, expression: Mapping[str, Any], scope: Scope, address: str, argument: str) -> Value:
        """A known text, or the reference that it is: what a resource that its expression refers to is named."""
        if not value:
            return value
        found: dict[Reference, None] = {}
        for each in self.configurations.expression(scope, expression):
            if not each.gap:
                found.update(dict.fromkeys(self._equal(each, value, argument)))
        if not found and value.startswith("arn:") and argument not in ("arn", "id"):
            owner = self._arns.get(value)  # through a local, whose expression a plan does not hold
            found = {Reference(owner, "arn"): None} if owner is not None else {}
        if len(found) != 1:
            return value
        (only,) = found
        if only.resource == address:
            return value
        return Unknown("the name of a resource of the plan", (only,), value, origin="reference", open=False)

    def _equal(self, found: Found, value: str, argument: str) -> Iterator[Reference]:
        for each, attribute in self._targets(found):
            if each is None or within_module(each.address).startswith("data."):
                continue
            for name in (attribute,) if attribute else dict.fromkeys((argument, *_OWN)):
                if read(each.known, name) == value and _is_own(name, each.address):
                    yield Reference(each.address, name)
                    break

    # what is known only after apply -----------------------------------------------------------------------------------

    def unknown(self, expression: Any, scope: Scope | None, name: str) -> Unknown:
        """What is known only after apply: the references that it is made of."""
        if scope is None:
            return _UNSAID
        references: dict[Reference, None] = {}
        gaps: list[str] = []
        data = False
        unsaid = "arn" if name.endswith(("arn", "arns")) else "id"
        for each in self._leads(scope, expression, set()):
            if isinstance(each, str):
                gaps.append(each)
                continue
            address, attribute = each
            document = not attribute and within_module(address).startswith("data.aws_iam_policy_document.")
            references[Reference(address, "json" if document else attribute or unsaid)] = None
            data = data or within_module(address).startswith("data.")
        if not references:
            return _gap(gaps[0]) if gaps else _UNSAID
        if (_DOCUMENT.search(name) and not data) or gaps:
            # a document or a text in which the reference is but a part: what else stands in it is not known
            return Unknown("known after apply", tuple(references))
        first = next(iter(references))
        if len(references) == 1:
            if data and _type_of(first.resource.replace("data.", "", 1)) in _PARTS:
                return Unknown("known after apply", (first,))
            text = "${" + f"{first.resource}.{first.attribute}".translate(BRACES) + "}"
            origin = "deployment" if data else "reference"
            return Unknown("known after apply", (first,), text, origin=origin, open=data)
        if data or len({(_type_of(each.resource), each.attribute) for each in references}) > 1:
            return Unknown("known after apply", tuple(references))
        same = len({base_of(each.resource) for each in references}) == 1
        text = "${" + f"{base_of(first.resource) if same else _type_of(first.resource)}.{first.attribute}" + "}"
        return Unknown("one of several, known after apply", tuple(references), text, origin="reference", open=False)

    def _leads(self, scope: Scope, expression: Any, seen: set[tuple[str, str]]) -> Iterator[tuple[str, str] | str]:
        """The addresses and attributes that an expression refers to, and the names of what is not said. An argument of
        another resource (the ``kms_key_id`` of a database) is followed to what it refers to."""
        for each in self.configurations.expression(scope, expression):
            if each.gap:
                yield each.gap
                continue
            for target, attribute in self._targets(each):
                if target is None:
                    yield _written(each), attribute
                    continue
                inner = self._argument(target, attribute)
                if inner is None:
                    yield target.address, attribute
                elif (target.address, attribute) not in seen and len(seen) < _MAX_ARGUMENTS:
                    seen.add((target.address, attribute))
                    yield from list(self._leads(*inner, seen)) or [(target.address, attribute)]

    def _argument(self, target: Planned, attribute: str) -> tuple[Scope, Any] | None:
        """The expression of another resource's argument that is not known either and names something else."""
        if not _OTHERS.search(attribute) or target.unknown.get(attribute) is not True:
            return None
        if _is_own(attribute, target.address):
            return None
        scope = self.configurations.scope_of(target.address)
        expressions = scope.block.get("expressions") if scope is not None and scope.block is not None else None
        written = expressions.get(attribute) if isinstance(expressions, dict) else None
        return (scope, written) if scope is not None and isinstance(written, dict) and "references" in written else None

    # which instances --------------------------------------------------------------------------------------------------

    def _targets(self, found: Found) -> Iterator[tuple[Planned | None, str]]:
        """The instances that are meant, as far as that can be told, and the attribute of them; ``None`` for a resource
        that the plan does not have."""
        every = self._by_base.get(found.base)
        if every is None:
            yield None, found.attribute or _last_name(found.path)
            return
        chosen: list[Planned] = []
        path = found.path
        for key in (found.key, found.near, *_first_keys(path)) if len(every) > 1 else ():
            exact = self._by_key.get((found.base, key), {}) if key else {}
            chosen = [each for each in exact.values() if _fits(each.keys, found.keys)]
            if chosen:
                break
        if not chosen:
            chosen = list(every.values())
            chosen = ([each for each in chosen if _fits(each.keys, found.keys)] or chosen) if len(every) > 1 else chosen
        attribute = found.attribute
        if not attribute:
            name = _last_name(path)
            attribute = name if name and any(each.has(name) for each in chosen) else ""
        for each in chosen:
            yield each, attribute


def _fits(keys: tuple[str, ...], wanted: tuple[str | None, ...]) -> bool:
    return len(keys) == len(wanted) and all(
        other is None or one == other for one, other in zip(keys, wanted, strict=True)
    )


def _first_keys(path: str) -> Iterator[str]:
    """The instance that the beginning of a path may mean: ``["a"].arn`` or ``.a.arn``."""
    found = _STEP.match(path)
    if found is not None:
        yield found[2] or step(found[1])


def _last_name(path: str) -> str:
    names = [found[1] for found in _STEP.finditer(path) if found[1]]
    return names[-1] if names else ""


def _written(found: Found) -> str:
    """The address of a resource that is not in the plan, with the keys that are known."""
    parts = found.base.split(".")
    for number, key in enumerate(found.keys):
        parts[2 * number + 1] += key or ""
    return ".".join(parts) + found.key


def _is_own(attribute: str, address: str) -> bool:
    """Whether an attribute names the resource itself, not another one that it uses."""
    found = _PREFIXED.match(attribute)
    return attribute in _OWN or (found is not None and _type_of(address).endswith(f"_{found[1]}"))


def _gap(name: str) -> Unknown:
    text = "${" + name.translate(BRACES) + "}"
    if name.startswith("var."):
        return Unknown(f"variable {name[4:]} has no value", text=text, origin="parameter")
    return Unknown(f"rests on {name}, which a plan does not hold", text=text)


def _type_of(address: str) -> str:
    return within_module(base_of(address)).partition(".")[0]
