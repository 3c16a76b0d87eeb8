"""One instance of a module: its variables, locals, outputs, resources and calls, each evaluated when asked for."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from demarcate.errors import InputError
from demarcate.model import Skipped, Unknown, Value
from demarcate.sources.terraform.hcl.expansion import expand
from demarcate.sources.terraform.hcl.module import Module, passed_providers
from demarcate.sources.terraform.hcl.providers import ProviderConfiguration
from demarcate.sources.terraform.hcl.resources import Resource
from demarcate.sources.terraform.hcl.scope import Budget, Scope
from demarcate.sources.terraform.hcl.syntax import Attribute, Block, parse
from demarcate.sources.terraform.hcl.types import ANY, Type, convert, or_default, parse_type
from demarcate.sources.terraform.hcl.values import (
    EvaluationError,
    Opaque,
    TooLargeError,
    derived,
    is_known,
    plain_value,
    references_of,
)

if TYPE_CHECKING:
    from demarcate.sources.terraform.hcl.modules import Loader

_DOING: Final = object()
STEPS: Final = 500_000
"""The steps of evaluation that one configuration may take."""
MAX_INSTANCES: Final = 200_000
"""The most instances of resources and data sources of one configuration."""
MAX_CALLS: Final = 20_000
"""The most instances of modules of one configuration."""


class Session:
    """What the modules of one configuration share. ``values`` are the root's variables as the user gave them."""

    def __init__(self, loader: "Loader", root: Path, values: Mapping[str, Value], workspace: str | None) -> None:
        self.loader = loader
        self.root = root
        self.values = values
        self.workspace = workspace
        self.budget = Budget(STEPS)
        self.skipped: dict[Skipped, None] = {}
        self._made = {"instances": 0, "instances of modules": 0}
        self._most = {"instances": MAX_INSTANCES, "instances of modules": MAX_CALLS}
        self._refused: set[tuple[str, str]] = set()

    def takes(self, what: str, number: int, where: str, address: str) -> bool:
        """Whether so many more instances are within the limit. Past it, none are, and each block is an error once."""
        made = self._made[what] + number
        if made <= self._most[what]:
            self._made[what] = made
            return True
        self._made[what] = self._most[what] + 1
        if (what, where) not in self._refused:
            self._refused.add((what, where))
            self.skip(where, address, f"more than {self._most[what]:,} {what}", "error")
        return False

    def skip(self, where: str, what: str, why: str, level: str = "note") -> None:
        """Take note of what was not read."""
        self.skipped[Skipped(where, what, why, level)] = None


class Frame:
    """An instance of a ``module`` at a ``prefix`` (``module.a[0].``; empty for a root).

    ``arguments`` are what the caller gives, with the caller's scope; ``uncertain`` says why it is not known whether,
    or how many times, the module is there.
    """

    def __init__(
        self,
        session: Session,
        module: Module,
        prefix: str,
        arguments: Mapping[str, Attribute],
        caller: Scope | None,
        passed_providers: Mapping[str, str],
        uncertain: str | None,
        parents: tuple[Path, ...],
    ) -> None:
        self.session = session
        self.module = module
        self.prefix = prefix
        self.folder = module.folder
        self.root_folder = session.root
        self.readable: tuple[Path, ...] = (session.root, module.folder, session.loader.top)
        self.shown_folder = module.shown
        self.budget = session.budget
        self.arguments = arguments
        self.caller = caller
        self.calling_frame = caller.module if caller is not None and isinstance(caller.module, Frame) else None
        self.passed_providers = passed_providers
        self.uncertain = uncertain
        self.parents = parents
        self.scope = Scope(self, {})
        self._known: dict[tuple[str, ...], Any] = {}
        self._calls: dict[str, Any] = {}
        self.provider_cache: dict[str, ProviderConfiguration] = {}
        for each in module.skipped:
            session.skipped[each] = None

    # names ------------------------------------------------------------------------------------------------------------

    def _once(self, key: tuple[str, ...], where: str, evaluate: Callable[[], Value]) -> Value:
        """A named value, evaluated at its first use. What depends on itself is an error, and unknown."""
        found = self._known.get(key)
        if found is not None:
            if found is _DOING:
                name = ".".join(key)
                self.session.skip(where, f"{self.prefix}{name}", "depends on itself", "error")
                return Unknown(f"{name} depends on itself")
            if isinstance(found, EvaluationError):
                raise found
            return found[0]
        self._known[key] = _DOING
        value: Value
        try:
            value = evaluate()
            weigh(value)
        except EvaluationError as error:
            self._known[key] = EvaluationError(error.what)
            raise
        except TooLargeError as error:
            value = Unknown(error.what)
        except RecursionError:
            value = Unknown(f"{'.'.join(key)} is nested too deeply")
        except BaseException:
            del self._known[key]
            raise
        self._known[key] = (value,)
        return value

    def _missing(self, what: str) -> Value:
        if not self.module.complete:
            return Unknown(f"{what} may be declared in a file that could not be read")
        raise EvaluationError(f"{what} is not declared")

    def variable(self, name: str) -> Value:
        """``var.name``."""
        block = self.module.variables.get(name)
        if block is None:
            return self._missing(f"var.{name}")
        return self._once(("var", name), f"{block.file}:{block.line}", lambda: self._variable(name, block))

    def _variable(self, name: str, block: Block) -> Value:
        secret = any(self._flag(block, each) for each in ("sensitive", "ephemeral"))
        text = "${var." + name + "}"
        given = False
        value: Value = None
        if name in self.arguments and self.caller is not None:
            value, given = self.arguments[name].evaluate(self.caller), True
        elif self.caller is None and name in self.session.values:
            value, given = self.session.values[name], True
        default = block.attributes.get("default")
        if default is None and not given:
            return Unknown(f"variable {name} has no value", text=text, origin="no-echo" if secret else "parameter")
        if default is not None and (not given or (value is None and self._flag(block, "nullable") is False)):
            value, given = default.evaluate(self.scope), False
        elif default is not None and isinstance(value, Unknown) and self._flag(block, "nullable") is False:
            value = or_default(value, default.evaluate(self.scope))
        value = convert(value, self._type(block))
        if not secret:
            return value
        return hidden(
            value, f"variable {name}", text, "no-echo" if given and self.caller is None else "no-echo-default"
        )

    def _flag(self, block: Block, name: str) -> bool | None:
        attribute = block.attributes.get(name)
        return None if attribute is None else attribute.text.strip() == "true" or attribute.evaluate(self.scope) is True

    def _type(self, block: Block) -> Type:
        attribute = block.attributes.get("type")
        if attribute is None:
            return ANY
        types = self.session.loader.types
        found = types.get(attribute.text)
        if found is None:
            text = attribute.text
            inner = text[2:-1] if text.startswith("${") and text.endswith("}") else text
            found = types[text] = parse_type(inner, self._constant)
        return found

    def kind_of(self, path: tuple[str, ...]) -> str | None:
        """The kind of what stands at a path from ``var`` by the types that are declared."""
        block = self.module.variables.get(path[0])
        if block is None:
            return None
        try:
            kind: Type | None = self._type(block)
        except InputError:
            return None
        for name in path[1:]:
            kind = kind if kind is None or kind.kind == "any" else kind.member(name)
        if kind is not None and kind.kind == "any":
            return "any" if self.caller is None else None  # what is written down for a root is a tuple or an object
        return None if kind is None else kind.kind

    def _constant(self, text: str) -> Value:
        body = parse(f"x = {text}\n", self.shown_folder, self.session.loader.shared)
        return body.attributes["x"].evaluate(self.scope)

    def local(self, name: str) -> Value:
        """``local.name``."""
        attribute = self.module.locals.get(name)
        if attribute is None:
            return self._missing(f"local.{name}")
        where = f"{attribute.file}:{attribute.line}"
        return self._once(("local", name), where, lambda: attribute.evaluate(self.scope))

    def output(self, name: str) -> Value:
        """``module.this.name`` as the caller sees it."""
        block = self.module.outputs.get(name)
        value = block.attributes.get("value") if block is not None else None
        if block is None or value is None:
            return self._missing(f"{self.prefix}output.{name}")

        def evaluate() -> Value:
            result = value.evaluate(self.scope)
            if any(self._flag(block, each) for each in ("sensitive", "ephemeral")):
                text = "${" + self.prefix + name + "}"
                return hidden(result, f"output {name} of a module", text, "no-echo-default")
            return result

        return self._once(("output", name), f"{block.file}:{block.line}", evaluate)

    def workspace(self) -> Value:
        """``terraform.workspace``."""
        if self.session.workspace is not None:
            return self.session.workspace
        return Unknown("the workspace is chosen when Terraform runs", text="${terraform.workspace}", origin="parameter")

    def resource(self, mode: str, kind: str, name: str) -> Value:
        """A resource or data source as a value: its one instance, or a list or dict of them."""
        found = self.declared_resource(mode, kind, name)
        if found is None:
            shown = f"{kind}.{name}" if mode == "managed" else f"{mode}.{kind}.{name}"
            return self._missing(shown)
        return found.value()

    def declared_resource(self, mode: str, kind: str, name: str) -> Resource | None:
        """A resource by its declaration."""
        key = (mode, kind, name)
        found = self._calls.get(str(key))
        if found is None:
            block = self.module.resources.get(key)
            if block is None:
                return None
            found = self._calls[str(key)] = Resource(self, mode, kind, name, block)
        return found

    def call(self, name: str) -> Value:
        """``module.name``: its one instance, or a list or dict of them."""
        found = self.declared_call(name)
        return self._missing(f"module.{name}") if found is None else found.value()

    def declared_call(self, name: str) -> "Call | None":
        """A module call by its declaration."""
        found = self._calls.get(name)
        if found is None:
            block = self.module.calls.get(name)
            if block is None:
                return None
            found = self._calls[name] = Call(self, name, block)
        return found

    def frames(self) -> Iterator["Frame"]:
        """This instance and those of all modules below it."""
        pending = [self]
        while pending:
            frame = pending.pop()
            yield frame
            for name in sorted(frame.module.calls, reverse=True):
                call = frame.declared_call(name)
                if call is not None:
                    pending.extend(reversed(call.frames()))


class Called(Opaque):
    """An instance of a called module as a value."""

    __slots__ = ("frame",)

    def __init__(self, frame: Frame, uncertain: bool) -> None:
        self.frame = frame
        self.uncertain = uncertain

    def attribute(self, name: str) -> Value:
        """An output."""
        return self.frame.output(name)

    def unknown(self) -> Unknown:
        """A module as a whole, in a value."""
        return Unknown("a module's outputs", text="${" + self.frame.prefix.rstrip(".") + "}")


class NotRead(Opaque):
    """A call of a module that could not be read, as a value."""

    __slots__ = ("text", "why")

    def __init__(self, text: str, why: str) -> None:
        self.uncertain = True
        self.text = text
        self.why = why

    def attribute(self, name: str) -> Value:
        """An output."""
        return Unknown(self.why, text="${" + f"{self.text}.{name}" + "}")

    def unknown(self) -> Unknown:
        """A module as a whole, in a value."""
        return Unknown(self.why, text="${" + self.text + "}")


_META: Final = frozenset({"source", "version", "count", "for_each", "providers", "depends_on"})
_MODULES: Final = "instances of modules"
MAX_MODULE_DEPTH: Final = 30
"""The deepest nesting of module calls that is followed."""


class Call:
    """A ``module`` block of a frame, and its instances."""

    def __init__(self, frame: Frame, name: str, block: Block) -> None:
        self._frame = frame
        self._name = name
        self._block = block
        self._found: Value = None
        self._frames: list[Frame] = []
        self._state = 0

    def value(self) -> Value:
        """The call as a value."""
        if self._state == 0:
            self._state = 1
            try:
                self._found = self._expand()
            finally:
                self._state = 2
        elif self._state == 1:
            where = f"{self._block.file}:{self._block.line}"
            self._frame.session.skip(where, f"{self._frame.prefix}module.{self._name}", "depends on itself", "error")
            return NotRead(f"module.{self._name}", "the module depends on itself")
        return self._found

    def frames(self) -> list[Frame]:
        """The instances that could be read."""
        self.value()
        return self._frames

    def _expand(self) -> Value:
        frame, block = self._frame, self._block
        where, text = f"{block.file}:{block.line}", f"{frame.prefix}module.{self._name}"
        try:
            module = frame.session.loader.called(frame.module, text, block, frame.session.root)
            if len(frame.parents) >= MAX_MODULE_DEPTH:
                raise InputError(f"not read: modules call each other more than {MAX_MODULE_DEPTH} deep")
            if module.folder in (*frame.parents, frame.folder):
                raise InputError("not read: the module calls itself")
        except EvaluationError as error:
            frame.session.skip(where, text, error.what)
            return NotRead(text, error.what)
        except InputError as error:
            frame.session.skip(where, text, error.what, "error")
            return NotRead(text, error.what)
        arguments = {name: each for name, each in block.attributes.items() if name not in _META}
        takes = frame.session.takes
        expansion = expand(block, frame.scope, frame.uncertain) if takes(_MODULES, 0, where, text) else None
        if expansion is None or not takes(_MODULES, len(expansion.items), where, text):
            return NotRead(text, f"not read: more than {MAX_CALLS:,} {_MODULES}")
        passed = passed_providers(block)

        def one(suffix: str, scope: Scope) -> Called:
            prefix = f"{text}{suffix}."
            parents = (*frame.parents, frame.folder)
            made = Frame(frame.session, module, prefix, arguments, scope, passed, expansion.uncertain, parents)
            self._frames.append(made)
            return Called(made, expansion.uncertain is not None and frame.uncertain is None)

        return expansion.value(one)


def hidden(value: Value, what: str, text: str, origin: str) -> Value:
    """A value that is not to be kept: nothing of it is but its references; null stays null, for no secret is in it."""
    if value is None or value in ("", [], {}):
        return value
    if type(value) is Unknown and value.cases is None and (value.text is None or value.text.count("${") == 1):
        pure = value.text is None or (value.text.startswith("${") and value.text.endswith("}"))
        if pure and value.origin:
            return value
    if is_known(value):
        return Unknown(f"{what} is sensitive", text=text, origin=origin)
    one = derived(value, why=f"{what} is sensitive", text=text)
    return Unknown(one.why, references_of([value]), text, origin=origin)


def weigh(value: Value) -> None:
    """Refuse values past the limit of size. Raises :class:`TooLargeError`."""
    if isinstance(value, dict | list):
        plain_value(value)
