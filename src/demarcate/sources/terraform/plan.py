"""A plan, as ``terraform show -json PLANFILE`` writes it, to instances.

Format: https://developer.hashicorp.com/terraform/internals/json-format. What is known only after apply is followed
through the configuration that the plan holds: a reference to a key of the same plan stays a reference to it.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from demarcate.model import Declared, Reference, Skipped, Unknown, Value
from demarcate.sources.terraform.instances import Configuration, Instance
from demarcate.sources.terraform.plan_configuration import Configurations, Found, Module, whole

if TYPE_CHECKING:
    from demarcate.sources.terraform.recognition import Lines

_ACTIONS: Final = {
    ("no-op",): "no-op", ("create",): "create", ("read",): "read", ("update",): "update", ("delete",): "delete",
    ("delete", "create"): "replace", ("create", "delete"): "replace", ("forget",): "forget",
    ("create", "forget"): "replace",
}  # fmt: skip
_IDENTIFYING: Final = re.compile(
    r"^(?:id|arn|name|bucket|identifier|function_name|key_id|url|.*_(?:id|arn|name|identifier|ids|arns))$"
)
_DOCUMENT: Final = re.compile(
    r"(?:policy|policies|document|json|content|definition|definitions|body|template|user_data|user_data_base64|"
    r"variables|value|values|environment|command|script|code|input|parameters|options|settings|data)$"
)
"""Arguments that hold documents or free text rather than a name."""
COMPUTED: Final = "computed"
"""The origin of what a plan does not know and no expression gives."""
_ROLE: Final = re.compile(r"arn:[\w-]+:iam::(\d{12}):role/")
_KEY: Final = re.compile(r"\[[^\]]*\]$")
_MODULE: Final = re.compile(r"^((?:module\.[^.\[]+(?:\[[^\]]*\])?\.)*)")


def read_plan(data: Mapping[str, Any], name: str, lines: "Lines") -> Configuration:
    """The instances of a plan. What is only deleted is no part of the estate that it plans, and is noted."""
    reader = _Reader(data, name, lines)
    return reader.read()


class _Reader:
    def __init__(self, data: Mapping[str, Any], name: str, lines: "Lines") -> None:
        self.data = data
        self.name = name
        self.lines = lines
        self.configurations = Configurations(data)
        self.skipped: list[Skipped] = []
        self.addresses: dict[str, list[str]] = {}
        self._providers: dict[str, tuple[str | None, str | None]] = {}

    def read(self) -> Configuration:
        changes = self._changes()
        for change in changes:
            address = change["address"]
            self.addresses.setdefault(_plain(address), []).append(address)
        found: dict[str, Instance] = {}
        for change in changes:
            instance = self._instance(change)
            if instance is not None:
                found[instance.address] = instance
        for each in self._read_before():
            found.setdefault(each.address, each)
        if self.data.get("errored") is True:
            self._note(self.name, "plan", "the plan ended in an error, and may be incomplete")
        return Configuration(
            root=self.name,
            instances=tuple(found[key] for key in sorted(found)),
            skipped=tuple(sorted(self.skipped)),
        )

    # what changes -----------------------------------------------------------------------------------------------------

    def _changes(self) -> list[dict[str, Any]]:
        found = []
        for key in ("resource_changes", "deferred_changes"):
            items = self.data.get(key)
            for item in items if isinstance(items, list) else ():
                deferred = key == "deferred_changes"
                change = item.get("resource_change") if deferred and isinstance(item, dict) else item
                if (
                    isinstance(change, dict)
                    and isinstance(change.get("address"), str)
                    and isinstance(change.get("change"), dict)
                    and isinstance(change.get("type"), str)
                ):
                    reason = item.get("reason") if deferred else None
                    found.append(
                        {**change, "deferred": reason if isinstance(reason, str) else "unknown"} if deferred else change
                    )
                else:
                    self._note(self.name, "resource change", "not in the form that Terraform writes", "error")
        if not isinstance(self.data.get("resource_changes"), list):
            values = self.data.get("planned_values")
            module = values.get("root_module") if isinstance(values, dict) else None
            found += [
                {
                    **each,
                    "change": {
                        "actions": [],
                        "after": each.get("values"),
                        "after_sensitive": each.get("sensitive_values"),
                    },
                }
                for each in resources_in(module)
            ]
        return found

    def _instance(self, change: Mapping[str, Any]) -> Instance | None:
        address, kind, what = change["address"], change["type"], change["change"]
        actions = what.get("actions")
        names = tuple(each for each in actions if isinstance(each, str)) if isinstance(actions, list) else ()
        action = _ACTIONS.get(names, "-".join(names))
        if action in ("delete", "forget"):
            doing = "will be destroyed" if action == "delete" else "will no longer be managed"
            self._note(self._where(address), address, f"{doing} by this plan, so it is not assessed")
            return None
        if change.get("deposed"):
            self._note(self._where(address), address, "a deposed object, which the plan destroys")
            return None
        after = what.get("after")
        mode = "data" if change.get("mode") == "data" else "managed"
        block = self.configurations.block_of(address)
        values = self._values(after if isinstance(after, dict) else {}, what, address, block)
        region, account = self._provider(block)
        own = values.get("region")
        deferred = change.get("deferred")
        return Instance(
            address=address,
            mode=mode,
            type=kind,
            name=str(change.get("name", "")),
            provider=str(change.get("provider_name", "")),
            values=values,
            declared=Declared(self.name, self.lines.of(address), address),
            action=action,
            region=own if isinstance(own, str) and own else region,
            account=account,
            uncertain=f"the plan defers it ({deferred})" if deferred is not None else None,
        )

    def _read_before(self) -> list[Instance]:
        """The data sources that were read before the plan was made."""
        state = self.data.get("prior_state")
        values = state.get("values") if isinstance(state, dict) else None
        module = values.get("root_module") if isinstance(values, dict) else None
        return [
            Instance(
                address=each["address"],
                mode="data",
                type=each["type"],
                name=str(each.get("name", "")),
                provider=str(each.get("provider_name", "")),
                values=hidden(each["values"], each.get("sensitive_values")),
                declared=Declared(self.name, self.lines.of(each["address"]), each["address"]),
            )
            for each in resources_in(module)
            if each.get("mode") == "data" and isinstance(each.get("values"), dict)
        ]

    # values -----------------------------------------------------------------------------------------------------------

    def _values(
        self,
        after: Mapping[str, Any],
        change: Mapping[str, Any],
        address: str,
        block: tuple[Module, Mapping[str, Any]] | None,
    ) -> dict[str, Value]:
        unknown, sensitive = change.get("after_unknown"), change.get("after_sensitive")
        expressions = block[1].get("expressions") if block is not None else None
        expressions = expressions if isinstance(expressions, dict) else {}
        merged = _merged(dict(after), unknown if isinstance(unknown, dict) else {})
        found: dict[str, Value] = {}
        for name, value in merged.items():
            if value is None:
                continue  # most arguments are not set
            made = self._value(
                value, _at(sensitive, name), expressions.get(name), address, block, name, name in expressions
            )
            if made is not _ABSENT:
                found[name] = made
        return found

    def _value(
        self,
        value: Any,
        sensitive: Any,
        expression: Any,
        address: str,
        block: tuple[Module, Mapping[str, Any]] | None,
        name: str,
        written: bool,
    ) -> Value:
        constant = isinstance(expression, dict) and "constant_value" in expression
        if sensitive is True and not constant:
            return Unknown("a sensitive value", origin="no-echo")
        if value is _UNKNOWN:
            if not written and block is not None:
                # nothing was written, and the provider computes it; or a dynamic block, which a plan does not hold
                return Unknown("not written, or a dynamic block", maybe_absent=True, origin=COMPUTED)
            return self._unknown(expression, address, block, name)
        if isinstance(value, list):
            inner = expression if isinstance(expression, list) else [expression] * len(value)
            items = []
            for number, each in enumerate(value):
                of_item = inner[number] if number < len(inner) else expression
                items.append(self._value(each, _at(sensitive, number), of_item, address, block, name, written))
            return [each for each in items if each is not _ABSENT]
        if isinstance(value, dict):
            found = {}
            for key, each in value.items():
                plain = isinstance(expression, dict) and not expression.keys() & {"references", "constant_value"}
                inner_expression = expression.get(key) if plain else expression
                there = (key in expression) if plain else written
                made = self._value(each, _at(sensitive, key), inner_expression, address, block, key, there)
                if made is not _ABSENT:
                    found[key] = made
            return found
        if isinstance(value, str) and value and block is not None and isinstance(expression, dict):
            return self._named(value, expression, address, block)
        return value

    def _named(
        self, value: str, expression: Mapping[str, Any], address: str, block: tuple[Module, Mapping[str, Any]]
    ) -> Value:
        """A known value, or the reference that it is: the name of a resource of the plan."""
        references = expression.get("references")
        if not isinstance(references, list) or not references:
            return value
        found = [each for each in self.configurations.expression(block[0], expression, block[1]) if not each.gap]
        if len(found) != 1 or not _IDENTIFYING.match(found[0].attribute.rpartition(".")[2]):
            return value
        targets = self._targets(found[0], address)
        if len(targets) != 1 or "data." in _MODULE.sub("", targets[0])[:5]:
            return value
        return Unknown(
            "the name of a resource of the plan", (Reference(targets[0], found[0].attribute),), value,
            origin="reference", open=False,
        )  # fmt: skip

    def _unknown(
        self, expression: Any, address: str, block: tuple[Module, Mapping[str, Any]] | None, name: str
    ) -> Unknown:
        """What is known only after apply: the references that it is made of."""
        if block is None:
            return Unknown("known after apply")
        found = list(dict.fromkeys(self.configurations.expression(block[0], expression, block[1])))
        leads = [each for each in found if not each.gap]
        gaps = [each.gap for each in found if each.gap]
        references: dict[Reference, None] = {}
        data = False
        for each in leads:
            for target in self._targets(each, address):
                references[Reference(target, each.attribute or "id")] = None
                data = data or _MODULE.sub("", target).startswith("data.")
        if not references:
            if not gaps:
                return Unknown("known after apply")
            name = gaps[0]
            if name.startswith("var."):
                return Unknown(f"variable {name[4:]} has no value", text="${" + name + "}", origin="parameter")
            return Unknown(f"rests on {name}, which a plan does not hold", text="${" + name + "}")
        if _DOCUMENT.search(name) and not data:
            # a document or a text in which the reference is but a part: what else stands in it is not known
            return Unknown("known after apply", tuple(references))
        if len(references) == 1 and not gaps:
            (only,) = references
            text = "${" + f"{only.resource}.{only.attribute}" + "}"
            origin = "deployment" if data else "reference"
            return Unknown("known after apply", (only,), text, origin=origin, open=data)
        kinds = {(_type_of(each.resource), each.attribute) for each in references}
        if len(kinds) > 1 or gaps or data:
            return Unknown("known after apply", tuple(references))
        first = next(iter(references))
        text = "${" + f"{_plain(first.resource)}.{first.attribute}" + "}"  # one of several of a kind
        return Unknown("known after apply", tuple(references), text, origin="reference", open=False)

    def _targets(self, found: Found, address: str) -> list[str]:
        """The instances that a reference means, seen from an instance: the one of its own module instance and key, if
        that is clear, else all."""
        every = self.addresses.get(_plain(found.address), [])
        if len(every) <= 1:
            return every or [found.address]
        modules = _MODULE.match(address)
        prefix = modules[1] if modules is not None else ""
        near = [each for each in every if each.startswith(prefix)] or every
        key = _KEY.search(found.address)
        exact = [each for each in near if each.endswith(key[0])] if key is not None else []
        if exact:
            return exact
        own = _KEY.search(address)
        same = [each for each in near if own is not None and each.endswith(own[0])]
        return same if len(same) == 1 else near

    # providers --------------------------------------------------------------------------------------------------------

    def _provider(self, block: tuple[Module, Mapping[str, Any]] | None) -> tuple[str | None, str | None]:
        """The Region and the account of a resource's provider."""
        key = block[1].get("provider_config_key") if block is not None else None
        if not isinstance(key, str):
            return None, None
        if key not in self._providers:
            entry = self.configurations.providers.get(key)
            if entry is None and ":" in key:  # a module's provider that is handed down
                entry = self.configurations.providers.get(key.rpartition(":")[2])
            self._providers[key] = self._configured(entry if isinstance(entry, dict) else {})
        return self._providers[key]

    def _configured(self, entry: Mapping[str, Any]) -> tuple[str | None, str | None]:
        expressions = entry.get("expressions")
        expressions = expressions if isinstance(expressions, dict) else {}
        region = self._constant(expressions.get("region"))
        accounts = self._constant(expressions.get("allowed_account_ids"))
        account = accounts[0] if isinstance(accounts, list) and len(accounts) == 1 else None
        roles = expressions.get("assume_role")
        for role in roles if isinstance(roles, list) else ():
            arn = self._constant(role.get("role_arn")) if isinstance(role, dict) else None
            match = _ROLE.match(arn) if isinstance(arn, str) else None
            account = match[1] if match is not None else account
        return region if isinstance(region, str) else None, account if isinstance(account, str) else None

    def _constant(self, expression: Any) -> Any:
        if not isinstance(expression, dict):
            return None
        if "constant_value" in expression:
            return expression["constant_value"]
        references = expression.get("references")
        names = whole([each for each in references if isinstance(each, str)]) if isinstance(references, list) else []
        if len(names) == 1 and names[0].startswith("var."):
            given = self.configurations.variables.get(names[0][4:])
            return given.get("value") if isinstance(given, dict) else None
        return None

    def _where(self, address: str) -> str:
        line = self.lines.of(address)
        return f"{self.name}:{line}" if line is not None else self.name

    def _note(self, where: str, what: str, why: str, level: str = "note") -> None:
        self.skipped.append(Skipped(where, what, why, level))


class _Mark:
    pass


_UNKNOWN: Final = _Mark()
_ABSENT: Final = _Mark()


def _merged(after: Any, unknown: Any) -> Any:
    """Values with a mark wherever ``after_unknown`` says that they are not known."""
    if unknown is True:
        return _UNKNOWN
    if isinstance(unknown, dict):
        found = dict(after) if isinstance(after, dict) else {}
        for key, each in unknown.items():
            if each is not False:
                found[key] = _merged(found.get(key), each)
        return found if found or isinstance(after, dict) else after
    if isinstance(unknown, list) and (isinstance(after, list) or any(each is not False for each in unknown)):
        items = list(after) if isinstance(after, list) else []
        items += [None] * (len(unknown) - len(items))
        return [_merged(each, unknown[n] if n < len(unknown) else False) for n, each in enumerate(items)]
    return after


def _at(marks: Any, step: str | int) -> Any:
    """The part of ``after_sensitive`` that belongs to a member or item."""
    if isinstance(marks, dict):
        return marks.get(step)
    if isinstance(marks, list) and isinstance(step, int):
        return marks[step] if step < len(marks) else None
    return marks if marks is True else None


def hidden(value: Any, sensitive: Any) -> Any:
    """A value in which what is marked as sensitive is not kept."""
    if sensitive is True:
        return Unknown("a sensitive value", origin="no-echo")
    if isinstance(value, dict):
        return {key: hidden(each, _at(sensitive, key)) for key, each in value.items()}
    if isinstance(value, list):
        return [hidden(each, _at(sensitive, number)) for number, each in enumerate(value)]
    return value


def resources_in(module: Any) -> list[dict[str, Any]]:
    """The resources of a module of values and of those below it, each with an address and a type."""
    found: list[dict[str, Any]] = []
    pending = [module]
    while pending:
        each = pending.pop()
        if not isinstance(each, dict):
            continue
        items = each.get("resources")
        found += [
            item
            for item in (items if isinstance(items, list) else ())
            if isinstance(item, dict) and isinstance(item.get("address"), str) and isinstance(item.get("type"), str)
        ]
        children = each.get("child_modules")
        pending.extend(children if isinstance(children, list) else ())
    return found


def _plain(address: str) -> str:
    return re.sub(r"\[[^\]]*\]", "", address)


def _type_of(address: str) -> str:
    return _MODULE.sub("", _plain(address)).partition(".")[0]
