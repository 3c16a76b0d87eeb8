"""A plan, as ``terraform show -json PLANFILE`` writes it, to instances.

Format: https://developer.hashicorp.com/terraform/internals/json-format. What is known only after apply is followed
through the configuration that the plan holds: a reference to a key of the same plan stays a reference to it.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from demarcate.model import Declared, Skipped, Unknown, Value
from demarcate.sources.terraform.addresses import base_of, within_module
from demarcate.sources.terraform.computed_blocks import RULES, computed_blocks
from demarcate.sources.terraform.instances import Configuration, Instance
from demarcate.sources.terraform.plan_configuration import Configurations, Scope, whole
from demarcate.sources.terraform.plan_references import PlanReferences
from demarcate.sources.terraform.plan_values import (
    HASHED,
    LINKING,
    SENSITIVE,
    UNKNOWN,
    at,
    beside,
    is_hash,
    linked_json,
    merged,
    omitted,
    resources_in,
    tagged,
    without,
)

if TYPE_CHECKING:
    from demarcate.sources.terraform.recognition import Lines

_ACTIONS: Final = {
    ("no-op",): "no-op", ("create",): "create", ("read",): "read", ("update",): "update", ("delete",): "delete",
    ("delete", "create"): "replace", ("create", "delete"): "replace", ("forget",): "forget",
    ("create", "forget"): "replace", ("forget", "create"): "replace",
}  # fmt: skip
COMPUTED: Final = "computed"
"""The origin of what a plan does not know and no expression gives."""
_NOT_WRITTEN: Final = Unknown("not written, or a dynamic block", maybe_absent=True, origin=COMPUTED)
_IN_BLOCK: Final = Unknown("in a dynamic block, which a plan does not hold", maybe_absent=True, origin="deployment")
_ROLE: Final = re.compile(r"arn:[\w-]+:iam::(\d{12}):role/")
_GONE: Final = {"delete": "will be destroyed by this plan", "forget": "will no longer be managed after this plan"}


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
        self.references = PlanReferences(self.configurations)
        self._providers: dict[str, tuple[str | None, str | None]] = {}
        self._ruled: frozenset[str] | None = None
        self._all: list[dict[str, Any]] = []

    def read(self) -> Configuration:
        self._all = self._changes()
        changes = [each for each in self._all if self._stays(each)]
        before = self._read_before()
        for change in changes:
            what = change["change"]
            self.references.add(change["address"], change["type"], what.get("after"), what.get("after_unknown"))
        for each in before:
            self.references.add(each.address, each.type, each.values, {})
        found: dict[str, Instance] = {}
        for change in changes:
            found[change["address"]] = self._instance(change)
        for each in before:
            found.setdefault(each.address, each)
        if self.data.get("errored") is True:
            self._note(self.name, "plan", "the plan ended in an error, and may be incomplete")
        return Configuration(
            root=self.name,
            instances=tuple(found[key] for key in sorted(found)),
            skipped=tuple(sorted(self.skipped)),
            given={
                name: each["value"]
                for name, each in self.configurations.variables.items()
                if isinstance(each, dict) and "value" in each
            },
        )

    # what changes -----------------------------------------------------------------------------------------------------

    def _changes(self) -> list[dict[str, Any]]:
        """The changes of a plan, those that it defers, and what only its planned values have."""
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
        there = {each["address"] for each in found}
        values = self.data.get("planned_values")
        more = resources_in(values.get("root_module") if isinstance(values, dict) else None)
        return found + [{**each, "change": self._planned(each)} for each in more if each["address"] not in there]

    def _planned(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """The change of a resource of which there are only planned values."""
        values = entry.get("values")
        scope = self.configurations.scope_of(entry["address"])
        expressions = scope.block.get("expressions") if scope is not None and scope.block is not None else None
        return {
            "actions": [],
            "after": values,
            "after_unknown": omitted(values, expressions),
            "after_sensitive": entry.get("sensitive_values"),
        }

    def _stays(self, change: Mapping[str, Any]) -> bool:
        """Whether a change leaves its resource in the estate; if not, it is noted."""
        address = change["address"]
        if change.get("deposed"):
            self._note(self._where(address), address, "a deposed object, which the plan destroys")
            return False
        gone = _GONE.get(_action(change))
        if gone is not None:
            self._note(self._where(address), address, f"{gone}, so it is not assessed")
        return gone is None

    def _instance(self, change: Mapping[str, Any]) -> Instance:
        address, what = change["address"], change["change"]
        after = what.get("after")
        scope = self.configurations.scope_of(address)
        values = self._values(after if isinstance(after, dict) else {}, what, address, scope)
        region, account = self._provider(scope)
        own = values.get("region")
        deferred = change.get("deferred")
        return Instance(
            address=address,
            mode="data" if change.get("mode") == "data" else "managed",
            type=change["type"],
            name=str(change.get("name", "")),
            provider=str(change.get("provider_name", "")),
            values=values,
            declared=Declared(self.name, self.lines.of(address), address),
            action=_action(change),
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
                values=without(each["values"], each.get("sensitive_values")),
                declared=Declared(self.name, self.lines.of(each["address"]), each["address"]),
            )
            for each in resources_in(module)
            if each.get("mode") == "data" and isinstance(each.get("values"), dict)
        ]

    # values -----------------------------------------------------------------------------------------------------------

    def _values(
        self, after: Mapping[str, Any], change: Mapping[str, Any], address: str, scope: Scope | None
    ) -> dict[str, Value]:
        unknown, sensitive = change.get("after_unknown"), tagged(change.get("after_sensitive"))
        expressions = scope.block.get("expressions") if scope is not None and scope.block is not None else None
        expressions = expressions if isinstance(expressions, dict) else {}
        kind = within_module(address).partition(".")[0]
        computed = computed_blocks().get(kind, ())
        found: dict[str, Value] = {}
        for name, value in merged(dict(after), unknown if isinstance(unknown, dict) else {}).items():
            unwritten = value is UNKNOWN and name in computed and name not in expressions and scope is not None
            if unwritten and self._nobody_wrote(kind, address):
                continue
            if value is not None:  # most arguments are not set
                expression, written = expressions.get(name), name in expressions
                if is_hash(kind, name, value):
                    constant = expression.get("constant_value") if isinstance(expression, dict) else None
                    value = constant if isinstance(constant, str) else HASHED
                found[name] = self._value(value, at(sensitive, name), expression, address, scope, name, written)
        return found

    def _nobody_wrote(self, kind: str, address: str) -> bool:
        """Whether a block that the provider computes, and that is known after apply, is not written. Rules of a
        security group are often dynamic: that is taken only where they have resources of their own."""
        return "security_group" not in kind or base_of(address) in self._with_rules()

    def _with_rules(self) -> frozenset[str]:
        """The security groups that resources of their own give rules to."""
        if self._ruled is None:
            found: set[str] = set()
            for each in self._all:
                scope = self.configurations.scope_of(each["address"]) if each["type"] in RULES else None
                block = scope.block if scope is not None else None
                expressions = block.get("expressions") if block is not None else None
                if scope is not None and isinstance(expressions, dict):
                    group = expressions.get("security_group_id")
                    found.update(each.base for each in self.configurations.expression(scope, group) if not each.gap)
            self._ruled = frozenset(found)
        return self._ruled

    def _value(
        self,
        value: Any,
        sensitive: Any,
        expression: Any,
        address: str,
        scope: Scope | None,
        name: str,
        written: bool,
        nested: bool = False,
    ) -> Value:
        if sensitive is True and not (isinstance(expression, dict) and "constant_value" in expression):
            return SENSITIVE
        if value is UNKNOWN:
            if not written and scope is not None:
                # nothing was written, and the provider computes it; or a dynamic block, which a plan does not hold
                return _IN_BLOCK if nested else _NOT_WRITTEN
            return self.references.unknown(expression, scope, name)
        if isinstance(value, list):
            inner = beside(value, expression) if isinstance(expression, list) else [expression] * len(value)
            items = []
            for number, each in enumerate(value):
                of_item = inner[number] if number < len(inner) else expression
                items.append(self._value(each, at(sensitive, number), of_item, address, scope, name, written, nested))
            return items
        if isinstance(value, dict):
            found = {}
            plain = isinstance(expression, dict) and not expression.keys() & {"references", "constant_value"}
            for key, each in value.items():
                inner_expression = expression.get(key) if plain else expression
                there = (key in expression) if plain else written
                found[key] = self._value(
                    each, at(sensitive, key), inner_expression, address, scope, key, there, not (plain or written)
                )
            return found
        if name in LINKING and isinstance(value, str) and value.startswith("{"):
            return linked_json(value, lambda arn: self.references.owner(arn, address))
        if isinstance(value, str) and scope is not None and isinstance(expression, dict) and "references" in expression:
            return self.references.named(value, expression, scope, address, name)
        return value

    # providers --------------------------------------------------------------------------------------------------------

    def _provider(self, scope: Scope | None) -> tuple[str | None, str | None]:
        """The Region and the account of a resource's provider."""
        key = scope.block.get("provider_config_key") if scope is not None and scope.block is not None else None
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


def _action(change: Mapping[str, Any]) -> str:
    actions = change["change"].get("actions")
    names = tuple(each for each in actions if isinstance(each, str)) if isinstance(actions, list) else ()
    return _ACTIONS.get(names, "-".join(names))
