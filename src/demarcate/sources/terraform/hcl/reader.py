"""A folder of Terraform or OpenTofu configuration as instances: one configuration for each root module in it."""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from demarcate.errors import InputError
from demarcate.model import Skipped, Value
from demarcate.sources.files import CONFIGURATION, TERRAGRUNT
from demarcate.sources.terraform.hcl.frame import Frame, Session
from demarcate.sources.terraform.hcl.module import Module
from demarcate.sources.terraform.hcl.modules import Loader, folders, roots_of
from demarcate.sources.terraform.hcl.terragrunt import Unit, read_unit
from demarcate.sources.terraform.hcl.variables import root_values
from demarcate.sources.terraform.instances import Configuration, Instance

_NUMBER: Final = re.compile(r"\[(\d+)\]")
_STACK: Final = 10_000


def is_configuration(path: Path) -> bool:
    """Whether a path is a file of Terraform, OpenTofu or Terragrunt configuration, or a folder that holds one."""
    if path.is_dir():
        try:
            return any(each.name.endswith(CONFIGURATION) or each.name in TERRAGRUNT for each in path.iterdir())
        except OSError:
            return False
    return path.name.endswith(CONFIGURATION) or path.name in TERRAGRUNT


def read_folder(
    folder: Path,
    *,
    variables: Mapping[str, Any],
    environment: Mapping[str, str],
    var_files: Sequence[Path] = (),
    named: str,
) -> list[Configuration]:
    """The configurations of the root modules in a tree of folders, in the order of their names.

    ``variables`` are values by name, a text as on Terraform's command line; ``environment`` is asked for ``TF_VAR_*``
    and ``TF_WORKSPACE``; ``var_files`` hold values for every root; ``named`` is the folder as the user named it. What
    cannot be read is in each configuration's ``skipped``. Raises :class:`InputError` for what is no folder, and for
    variables' values and files that are none.
    """
    if not folder.is_dir():
        raise InputError("no such folder", named, "name a folder of Terraform configuration")
    loader = Loader(folder, named)
    skipped: list[Skipped] = []
    modules: dict[Path, Module] = {}
    units: list[Unit] = []
    with _deep_stack():
        for path, names in folders(loader.top, named, skipped):
            terragrunt = next((each for each in TERRAGRUNT if each in names), None)
            if terragrunt is not None:
                units.append(read_unit(loader, path, terragrunt, len(names) > 1, environment))
            if terragrunt is None or len(names) > 1:
                modules[path] = loader.module(path)
        included = {path for unit in units for path in unit.included}
        # what others include is no unit of its own, unless it includes others, which Terragrunt refuses
        units = [unit for unit in units if unit.includes or unit.file not in included]
        skipped.extend(dict.fromkeys(each for unit in units for each in unit.skipped))
        of_units = {unit.module.folder for unit in units if unit.module is not None}
        found = [
            _configuration(loader, modules[path], modules[path].shown, None, variables, environment, var_files)
            for path in roots_of(modules)
            if path not in of_units
        ]
        found += [
            _configuration(loader, unit.module, unit.shown, unit.inputs, variables, environment, var_files)
            for unit in units
            if unit.module is not None
        ]
    if skipped:
        elsewhere = any(unit.module is None and unit.skipped for unit in units)  # what is not here may declare any
        declared = None if elsewhere else frozenset[str]()
        found.append(Configuration(root=named, skipped=tuple(sorted(skipped)), variables=declared))
    return sorted(found, key=lambda each: each.root)


@contextmanager
def _deep_stack() -> Iterator[None]:
    """Values that depend on each other in long chains are evaluated one inside the other."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _STACK))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _configuration(
    loader: Loader,
    module: Module,
    shown: str,
    inputs: Mapping[str, Value] | None,
    variables: Mapping[str, Any],
    environment: Mapping[str, str],
    var_files: Sequence[Path],
) -> Configuration:
    skipped: list[Skipped] = []
    values = root_values(module, loader.shared, variables, environment, var_files, skipped)
    session = Session(loader, module.folder, {**(inputs or {}), **values}, _workspace(module.folder, environment))
    root = Frame(session, module, "", {}, None, {}, None, ())
    for each in skipped:
        session.skipped[each] = None
    instances: list[Instance] = []
    for frame in root.frames():
        for mode, kind, name in frame.module.resources:
            resource = frame.declared_resource(mode, kind, name)
            if resource is None or mode == "ephemeral":
                continue
            resource.value()
            instances.extend(handle.instance() for handle in resource.handles)
    instances.sort(key=lambda each: _NUMBER.sub(_padded, each.address))
    return Configuration(
        root=shown,
        instances=tuple(instances),
        skipped=tuple(sorted(session.skipped)),
        variables=frozenset(module.variables) if module.complete else None,
    )


def _padded(match: re.Match[str]) -> str:
    return f"[{match[1]:0>12}]"


def _workspace(folder: Path, environment: Mapping[str, str]) -> str | None:
    """The workspace that is chosen, if that is known."""
    if environment.get("TF_WORKSPACE"):
        return environment["TF_WORKSPACE"]
    chosen = folder / ".terraform" / "environment"
    try:
        if chosen.is_file() and chosen.stat().st_size < 1_000:
            return chosen.read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        pass
    return None
