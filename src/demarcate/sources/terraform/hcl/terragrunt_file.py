"""A Terragrunt file: its locals, what it includes, and the inputs and the source that come of both."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from demarcate.errors import InputError
from demarcate.model import Skipped, Unknown, Value
from demarcate.sources.terraform.hcl.files import join_shown, read_file
from demarcate.sources.terraform.hcl.frame import Frame, Session
from demarcate.sources.terraform.hcl.functions.terragrunt import DEFAULT, OUTSIDE, TerragruntNames, placed
from demarcate.sources.terraform.hcl.module import Module
from demarcate.sources.terraform.hcl.modules import Loader
from demarcate.sources.terraform.hcl.resources import guarded
from demarcate.sources.terraform.hcl.scope import Evaluate
from demarcate.sources.terraform.hcl.syntax import Attribute, Block
from demarcate.sources.terraform.hcl.values import EvaluationError, derived

MAX_READS: Final = 20
"""How deep Terragrunt files are read by each other."""
_DEEP: Final = ("deep", "deep_map_only")


class Merged(NamedTuple):
    """What a file says together with those that it includes: ``inputs``; ``rest``, why there may be others; and the
    ``source`` of its module with its place, ``None`` if none is named."""

    inputs: dict[str, Value]
    rest: str | None
    source: tuple[Value, str] | None


class Reading:
    """What the files of one unit (in ``folder``) share. ``included`` are the files that it includes."""

    def __init__(self, loader: Loader, folder: Path, environment: Mapping[str, str]) -> None:
        self.loader = loader
        self.folder = folder
        self.environment = environment
        self.session = Session(loader, folder, {}, None)
        self.included: set[Path] = set()
        self.open: list[Path] = []
        self.read: dict[Path, Value] = {}

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """What was not read."""
        return tuple(self.session.skipped)

    def body(self, path: Path) -> Block:
        """The body of a file. Raises :class:`EvaluationError` for one outside of the folder that was given, and
        :class:`InputError` for one that is wrong."""
        real = Path(os.path.realpath(path))
        if not real.is_relative_to(self.loader.top):
            raise EvaluationError(OUTSIDE)
        found = self.loader.bodies.get(path)
        if found is None:
            shown = join_shown(self.loader.shown(path.parent), path.name)
            found = self.loader.bodies[path] = read_file(path, shown, self.loader.shared)
        return found


class File(Frame, TerragruntNames):
    """A Terragrunt file as the scope of its expressions; one that is included is read for the file that includes it,
    whose folder is ``start``."""

    def __init__(self, reading: Reading, path: Path, start: Path, *, is_included: bool = False) -> None:
        body = reading.body(path)
        module = Module(path.parent, reading.loader.shown(path.parent), body.blocks, [])
        super().__init__(reading.session, module, "", {}, None, {}, None, ())
        self.reading = reading
        self.path = path
        self.body = body
        self.start = start
        self.is_included = is_included
        self.unit = reading.folder
        self.own = self.root_folder = path.parent
        self.top = reading.loader.top
        self.readable = (self.top,)
        self.environment = reading.environment
        self._files: dict[int, File | Unknown] = {}

    # names ------------------------------------------------------------------------------------------------------------

    def resource(self, mode: str, kind: str, name: str) -> Value:
        """``include.name``, ``dependency.name`` and the other names that Terragrunt has."""
        if kind == "dependency":
            return Unknown("an output of another Terragrunt unit", text="${dependency." + name + "}")
        if kind in ("values", "unit", "stack"):
            return Unknown("a value of a Terragrunt stack", text="${" + f"{kind}.{name}" + "}")
        if kind == "feature":
            block = next((each for each in self.body.of_type(kind) if each.labels == (name,)), None)
            if block is not None and "default" in block.attributes:
                return {"value": guarded(block.attributes["default"], self.scope)}
        if kind == "include":
            for block in self.body.of_type(kind):
                if block.labels in ((name,), ()):
                    found = self._included(block)
                    whole = found if isinstance(found, Unknown) else found.config()
                    return whole if block.labels or isinstance(whole, Unknown) else whole.get(name)
        raise EvaluationError(f"there is no {kind}.{name}")

    def variable(self, name: str) -> Value:
        """There are no variables in Terragrunt's files."""
        raise EvaluationError(f"there is no var.{name} in Terragrunt")

    # includes ---------------------------------------------------------------------------------------------------------

    def include_folder(self, label: str | None) -> Path | Unknown | None:
        """The folder of the file that an ``include`` block names."""
        for block in self.body.of_type("include"):
            if label is None or block.labels == (label,):
                found = self._path(block)
                return found if isinstance(found, Unknown) else found.parent
        return None

    def _path(self, block: Block) -> Path | Unknown:
        attribute = block.attributes.get("path")
        value = guarded(attribute, self.scope) if attribute is not None else Unknown("it has no path")
        if isinstance(value, Unknown):
            return value
        if not isinstance(value, str) or not value:
            return Unknown("its path is no text")
        try:
            return placed(self.own, value)
        except EvaluationError as error:
            return Unknown(f"its path is {error.what}")

    def _included(self, block: Block) -> "File | Unknown":
        """The file that an ``include`` block names; unknown, and counted once, if it is not read."""
        found = self._files.get(id(block))
        if found is None:
            self._files[id(block)] = Unknown("the included file depends on itself")
            found = self._files[id(block)] = self._include(block)
        return found

    def _include(self, block: Block) -> "File | Unknown":
        path = self._path(block)
        if isinstance(path, Unknown):
            return self._unread(block, path.why, "note")
        if self.is_included:
            return self._unread(block, "Terragrunt follows no include of an included file", "note")
        if path == self.path or path in self.reading.open:
            return self._unread(block, "the file includes itself", "error")
        try:
            if not path.is_file() and path.is_relative_to(self.top):
                raise InputError("there is no such file")
            made = File(self.reading, path, self.start, is_included=True)
        except EvaluationError as error:
            return self._unread(block, error.what, "note")
        except InputError as error:
            return self._unread(block, f"{error.where}: {error.what}" if error.where else error.what, "error")
        self.reading.included.add(path)
        return made

    def _unread(self, block: Block, why: str, level: str) -> Unknown:
        self.session.skip(f"{block.file}:{block.line}", "include", f"not read: {why}", level)
        return Unknown(f"an included file is not read: {why}")

    # what it says -----------------------------------------------------------------------------------------------------

    def config(self) -> dict[str, Value]:
        """The file as an object, as ``include`` and ``read_terragrunt_config`` give it."""
        merged = self.merged()
        found: dict[str, Value] = {each.type: Unknown(f"{each.type} blocks are not read") for each in self.body.blocks}
        found.update((name, guarded(each, self.scope)) for name, each in self.body.attributes.items())
        found["inputs"] = Unknown(merged.rest) if merged.rest else merged.inputs
        found["locals"] = {
            name: guarded(Attribute(name, each.file, each.line, each.text, _local(name)), self.scope)
            for name, each in self.module.locals.items()
        }
        if merged.source is not None:
            found["terraform"] = {"source": merged.source[0]}
        return found

    def merged(self) -> Merged:
        """Its inputs and source over those of what it includes, of which the last ones win."""
        inputs, rest = self._inputs()
        source = self._source()
        for block in reversed(list(self.body.of_type("include"))):
            strategy = self._strategy(block)
            if strategy == "no_merge":
                continue
            file = self._included(block)
            if isinstance(file, Unknown):
                rest = rest or file.why
                continue
            parent = file.merged()
            theirs = {name: Unknown(rest) for name in parent.inputs} if rest else parent.inputs
            if strategy in _DEEP:
                inputs = {name: _unsure(each, parent.rest) for name, each in inputs.items()} if parent.rest else inputs
                inputs = _deep(theirs, inputs, lists=strategy == "deep")
            else:
                inputs = {**theirs, **inputs}
            rest = rest or parent.rest
            source = source or parent.source
        return Merged(inputs, rest, source)

    def _strategy(self, block: Block) -> str:
        attribute = block.attributes.get("merge_strategy")
        value = guarded(attribute, self.scope) if attribute is not None else "shallow"
        return value if isinstance(value, str) else "shallow"

    def _inputs(self) -> tuple[dict[str, Value], str | None]:
        attribute = self.body.attributes.get("inputs")
        if attribute is None:
            return {}, None
        value = guarded(attribute, self.scope)
        if isinstance(value, dict):
            return dict(value), None
        why = value.why if isinstance(value, Unknown) else "not an object"
        self.session.skip(f"{attribute.file}:{attribute.line}", "inputs", f"not read: {why}")
        return {}, f"inputs of the Terragrunt unit are not known: {why}"

    def _source(self) -> tuple[Value, str] | None:
        found = None
        for block in self.body.of_type("terraform"):
            attribute = block.attributes.get("source")
            if attribute is not None:
                found = guarded(attribute, self.scope), f"{attribute.file}:{attribute.line}"
        return found

    def read(self, path: Path, default: Value, has_default: bool) -> Value:
        """``read_terragrunt_config``."""
        reading = self.reading
        if not Path(os.path.realpath(path)).is_relative_to(self.top):
            return Unknown(f"not read: {OUTSIDE}")
        if path.is_dir():
            path = path / next((each for each in DEFAULT if (path / each).is_file()), DEFAULT[0])
        if not path.is_file():
            if has_default:
                return default
            raise EvaluationError(f"there is no {path.name}")
        if path in (self.path, *reading.open) or len(reading.open) >= MAX_READS:
            return Unknown("Terragrunt files that read each other in a circle, or without end")
        if path not in reading.read:
            reading.open.append(self.path)
            try:
                reading.read[path] = File(reading, path, path.parent).config()
            except EvaluationError:
                raise
            except InputError as error:
                self.session.skip(error.where, "file", error.what, "error")
                reading.read[path] = Unknown(f"not read: {error.what}")
            finally:
                reading.open.pop()
        return reading.read[path]


def _local(name: str) -> Evaluate:
    return lambda scope: scope.module.local(name)


def _unsure(value: Value, why: str) -> Value:
    return Unknown(why) if isinstance(value, dict | list) else value


def _deep(under: Mapping[str, Value], over: Mapping[str, Value], *, lists: bool) -> dict[str, Value]:
    """Two objects merged at every depth; with ``lists``, lists are put one after the other."""
    made = dict(under)
    for name, value in over.items():
        old = made.get(name)
        if isinstance(old, dict) and isinstance(value, dict):
            made[name] = _deep(old, value, lists=lists)
        elif lists and isinstance(old, list) and isinstance(value, list):
            made[name] = [*old, *value]
        elif isinstance(old, Unknown) and isinstance(value, dict | list):
            made[name] = derived(old, value)
        else:
            made[name] = value
    return made
