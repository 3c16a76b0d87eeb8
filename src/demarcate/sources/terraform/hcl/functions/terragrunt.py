"""Terragrunt's own functions: paths of its files, and reading them. Outside of Terragrunt's files they are unknown."""

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from demarcate.model import Unknown, Value
from demarcate.sources.terraform.hcl.functions.calls import Function
from demarcate.sources.terraform.hcl.scope import Scope
from demarcate.sources.terraform.hcl.values import EvaluationError, to_text

DEFAULT: Final = ("terragrunt.hcl", "terragrunt.hcl.json")
ROOT: Final = "root.hcl"
OUTSIDE: Final = "it lies outside of the folder that was given"
_LONGEST: Final = 4_096


class TerragruntNames(ABC):
    """A Terragrunt file as its functions see it. ``start`` is the folder of the file that Terragrunt was started on,
    which an included file is read for; ``unit`` the same, but for files that are read by ``read_terragrunt_config`` the
    folder of the unit; ``own`` the folder of the file itself; ``top`` the folder that was given."""

    is_included: bool
    start: Path
    unit: Path
    own: Path
    top: Path
    environment: Mapping[str, str]

    @abstractmethod
    def include_folder(self, label: str | None) -> Path | Unknown | None:
        """The folder of a file that this one includes; ``None`` if there is none."""

    @abstractmethod
    def read(self, path: Path, default: Value, has_default: bool) -> Value:
        """What another Terragrunt file says."""


def placed(folder: Path, text: str) -> Path:
    """A path as it stands in a folder's file. Raises :class:`EvaluationError` for what is no path anywhere."""
    path = Path(os.path.normpath(folder / text))
    if "\0" in text or len(os.fsencode(path)) >= _LONGEST or any(len(os.fsencode(each)) > 255 for each in path.parts):
        raise EvaluationError("no path")
    return path


def _names(scope: Scope) -> TerragruntNames | Unknown:
    module = scope.module
    return module if isinstance(module, TerragruntNames) else Unknown("a function that only Terragrunt has")


def _find(scope: Scope, name: Value = None, fallback: Value = None) -> Value:
    """``find_in_parent_folders``: nothing is looked for above the folder that was given, so neither is the ``fallback``
    ever known to be taken."""
    here = _names(scope)
    if isinstance(here, Unknown):
        return here
    wanted = (DEFAULT, (ROOT,)) if name is None else ((to_text(name),),)
    for some in wanted:
        folder = here.start
        while folder != here.top and here.top in folder.parents:
            folder = folder.parent
            for each in some:
                path = placed(folder, each)
                if path.is_relative_to(here.top) and path.exists():
                    return str(path)
    shown = " or ".join(each for some in wanted for each in some[:1])
    return Unknown(f"there is no {shown} above it in the folder that was given; what lies outside is not read")


def _terragrunt_folder(scope: Scope) -> Value:
    here = _names(scope)
    return here if isinstance(here, Unknown) else str(here.start)


def _unit_folder(scope: Scope) -> Value:
    here = _names(scope)
    return here if isinstance(here, Unknown) else str(here.unit)


def _parent_folder(scope: Scope, label: Value = None) -> Value:
    here = _names(scope)
    if isinstance(here, Unknown):
        return here
    folder = _including(here, label)
    return folder if isinstance(folder, Unknown) else str(folder)


def _relative_to(scope: Scope, label: Value = None) -> Value:
    here = _names(scope)
    if isinstance(here, Unknown):
        return here
    folder = _including(here, label)
    return folder if isinstance(folder, Unknown) else os.path.relpath(here.start, folder).replace("\\", "/")


def _relative_from(scope: Scope, label: Value = None) -> Value:
    here = _names(scope)
    if isinstance(here, Unknown):
        return here
    folder = _including(here, label)
    return folder if isinstance(folder, Unknown) else os.path.relpath(folder, here.start).replace("\\", "/")


def _including(here: TerragruntNames, label: Value) -> Path | Unknown:
    """The folder of the included file: this one, if it is included itself, else the one that it includes."""
    if here.is_included:
        return here.own
    found = here.include_folder(None if label is None else to_text(label))
    if isinstance(found, Path) and not found.is_relative_to(here.top):
        return Unknown(OUTSIDE)
    return here.own if found is None else found


def _repository(scope: Scope) -> Path | Unknown:
    here = _names(scope)
    if isinstance(here, Unknown):
        return here
    for folder in (here.start, *here.start.parents):
        if not folder.is_relative_to(here.top):
            break
        if (folder / ".git").exists():
            return folder
    return Unknown("where the repository begins")


def _repository_root(scope: Scope) -> Value:
    found = _repository(scope)
    return found if isinstance(found, Unknown) else str(found)


def _from_repository(scope: Scope, *, back: bool) -> Value:
    found, here = _repository(scope), _names(scope)
    if isinstance(found, Unknown) or isinstance(here, Unknown):
        return found if isinstance(found, Unknown) else here
    pair = (found, here.start) if back else (here.start, found)
    return os.path.relpath(*pair).replace("\\", "/")


def _environment(scope: Scope, name: Value, default: Value = None) -> Value:
    here = _names(scope)
    if isinstance(here, Unknown):
        return here
    text = to_text(name)
    if text in here.environment:
        return here.environment[text]
    if text.startswith("TF_") and default is not None:  # all of these are handed over
        return default
    return Unknown(f"the environment variable {text}", text="${" + f"env.{text}" + "}", origin="parameter")


def _read(scope: Scope, path: Value, *default: Value) -> Value:
    here = _names(scope)
    if isinstance(here, Unknown):
        return here
    if isinstance(path, Unknown):
        return Unknown(f"not read: {path.why}")
    return here.read(placed(here.start, to_text(path)), default[0] if default else None, bool(default))


TERRAGRUNT: Final[Mapping[str, Function]] = {
    "find_in_parent_folders": Function(_find, 0, 2, scoped=True),
    "get_terragrunt_dir": Function(_terragrunt_folder, 0, 0, scoped=True),
    "get_original_terragrunt_dir": Function(_unit_folder, 0, 0, scoped=True),
    "get_parent_terragrunt_dir": Function(_parent_folder, 0, 1, scoped=True),
    "path_relative_to_include": Function(_relative_to, 0, 1, scoped=True),
    "path_relative_from_include": Function(_relative_from, 0, 1, scoped=True),
    "get_repo_root": Function(_repository_root, 0, 0, scoped=True),
    "get_path_from_repo_root": Function(lambda scope: _from_repository(scope, back=False), 0, 0, scoped=True),
    "get_path_to_repo_root": Function(lambda scope: _from_repository(scope, back=True), 0, 0, scoped=True),
    "get_env": Function(_environment, 1, 2, scoped=True),
    "read_terragrunt_config": Function(_read, 1, 2, "none", scoped=True),
}
