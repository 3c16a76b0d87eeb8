"""Terragrunt: a ``terragrunt.hcl`` names the module of its folder's configuration and the values of its variables."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from demarcate.errors import InputError
from demarcate.model import Skipped, Unknown, Value
from demarcate.sources.terraform.hcl.files import configuration_files, join_shown, names_in, read_file
from demarcate.sources.terraform.hcl.frame import Frame, Session
from demarcate.sources.terraform.hcl.module import Module
from demarcate.sources.terraform.hcl.modules import Loader
from demarcate.sources.terraform.hcl.resources import guarded


class Unit(msgspec.Struct, frozen=True):
    """The ``module`` that a Terragrunt file configures, the folder of the file as the user named it, and the values of
    variables that it gives."""

    module: Module
    shown: str
    inputs: Mapping[str, Value]


def read_unit(
    loader: Loader, folder: Path, name: str, has_own: bool, environment: Mapping[str, str], skipped: list[Skipped]
) -> Unit | None:
    """The unit of a folder; ``None`` (and a note of why) if its module is not here, or if it names none."""
    shown = loader.shown(folder)
    where = join_shown(shown, name)
    try:
        body = read_file(folder / name, where, loader.shared)
    except InputError as error:
        skipped.append(Skipped(error.where, "file", error.what, "error"))
        return None
    module = Module(folder, shown, body.blocks, [])
    session = Session(loader, folder, {}, None)
    frame = Frame(session, module, "", {}, None, {}, None, ())
    inputs: Mapping[str, Value] = {}
    if "inputs" in body.attributes:
        value = guarded(body.attributes["inputs"], frame.scope)
        if isinstance(value, dict):
            inputs = value
        elif isinstance(value, Unknown):
            line = body.attributes["inputs"].line
            skipped.append(Skipped(f"{where}:{line}", "inputs", f"not read: {value.why}"))
    for block in body.blocks:
        if block.type == "include":
            why = "not followed: what the included file adds (inputs, providers) is not known"
            skipped.append(Skipped(f"{where}:{block.line}", "include", why))
    source, line = None, 1
    for block in body.blocks:
        if block.type == "terraform" and "source" in block.attributes:
            source, line = guarded(block.attributes["source"], frame.scope), block.attributes["source"].line
    if source is None:
        return Unit(loader.module(folder), shown, inputs) if has_own else None
    if not isinstance(source, str) or source[:1] not in (".", "/"):
        text = source if isinstance(source, str) else getattr(source, "text", None) or "the module"
        skipped.append(Skipped(f"{where}:{line}", "module", f"not read: {text} is not here"))
        return None
    target = folder / source.replace("//", "/").split("?", 1)[0]
    try:
        if not target.is_dir() or not configuration_files(names_in(target)):
            raise InputError(f"not read: there is no configuration in {source}", f"{where}:{line}")
        return Unit(loader.module(target), shown, inputs)
    except InputError as error:
        skipped.append(Skipped(error.where, "module", error.what, "error"))
        return None
