"""Terragrunt: a ``terragrunt.hcl`` names the module of its folder's configuration and the values of its variables."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from demarcate.errors import InputError
from demarcate.model import Skipped, Unknown, Value
from demarcate.sources.terraform.hcl.files import configuration_files, join_shown, names_in
from demarcate.sources.terraform.hcl.functions.terragrunt import placed
from demarcate.sources.terraform.hcl.module import Module
from demarcate.sources.terraform.hcl.modules import Loader
from demarcate.sources.terraform.hcl.terragrunt_file import File, Merged, Reading


class Unit(msgspec.Struct, frozen=True):
    """What a Terragrunt ``file`` configures: its ``module`` (``None`` if that is not here, or none is named), the
    file's folder as the user named it, the values of variables that it gives, the files that it includes
    (``includes``: whether it has such blocks) and what was not read."""

    file: Path
    module: Module | None
    shown: str
    inputs: Mapping[str, Value]
    included: frozenset[Path]
    includes: bool
    skipped: tuple[Skipped, ...]


def read_unit(loader: Loader, folder: Path, name: str, has_own: bool, environment: Mapping[str, str]) -> Unit:
    """The unit of a folder; ``has_own`` says whether the folder has configuration of its own."""
    shown = loader.shown(folder)
    where = join_shown(shown, name)
    path = folder / name
    reading = Reading(loader, folder, environment)
    skipped: list[Skipped] = []
    module: Module | None = None
    merged = Merged({}, None, None)
    includes = False
    try:
        file = File(reading, path, folder)
        includes = any(file.body.of_type("include"))
        merged = file.merged()
        module = _module(loader, folder, has_own, merged)
    except InputError as error:
        what = "module" if error.where.startswith(f"{where}:") and merged.source is not None else "file"
        skipped.append(Skipped(error.where or where, what, error.what, "error"))
    if module is None and merged.source is not None and not skipped:
        value, place = merged.source
        text = value if isinstance(value, str) else getattr(value, "text", None) or "the module"
        skipped.append(Skipped(place, "module", f"not read: {text} is not here"))
    inputs: dict[str, Value] = {}
    if module is not None:
        if merged.rest is not None:
            inputs = {each: Unknown(merged.rest, text="${var." + each + "}") for each in module.variables}
        inputs.update(merged.inputs)
        inputs = _moved(inputs, loader, os.path.relpath(loader.top, module.folder))
    notes = [msgspec.structs.replace(each, why=_named(each.why, loader)) for each in (*reading.skipped, *skipped)]
    return Unit(path, module, shown, inputs, frozenset(reading.included), includes, tuple(notes))


def _module(loader: Loader, folder: Path, has_own: bool, merged: Merged) -> Module | None:
    """The module of a unit, if it is here. Raises :class:`InputError` where there is none."""
    if merged.source is None:
        return loader.module(folder) if has_own else None
    source, place = merged.source
    if not isinstance(source, str) or source[:1] not in (".", "/"):
        return None
    target = placed(folder, source.replace("//", "/").split("?", 1)[0])
    if not target.is_dir() or not configuration_files(names_in(target)):
        raise InputError(f"not read: there is no configuration in {source}", place)
    return loader.module(target)


def _moved(value: Value, loader: Loader, to: str) -> Value:
    """A value in which paths below the folder that was given are relative to the module, wherever that folder is."""
    top = str(loader.top)
    if isinstance(value, str):
        below = value == top or value.startswith(f"{top}/")
        return os.path.normpath(to + value[len(top) :]).replace("\\", "/") if below else value
    if isinstance(value, dict):
        return {key: _moved(each, loader, to) for key, each in value.items()}
    if isinstance(value, Unknown):
        return msgspec.structs.replace(value, why=_named(value.why, loader))
    return [_moved(each, loader, to) for each in value] if isinstance(value, list) else value


def _named(why: str, loader: Loader) -> str:
    """A message in which the folder that was given has the name that the user gave it."""
    top = str(loader.top)
    return why.replace(top, loader.named) if len(top) > 1 else why
