"""Finding modules: those of a tree of folders, those that are called, and which of them are roots."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from demarcate.errors import InputError
from demarcate.model import Skipped
from demarcate.sources.files import SKIPPED_FOLDERS, TERRAGRUNT, InputFile, read_text
from demarcate.sources.terraform.hcl.files import (
    configuration_files,
    is_folder,
    join_shown,
    names_in,
    read_module,
)
from demarcate.sources.terraform.hcl.module import Module
from demarcate.sources.terraform.hcl.providers import ProviderConfiguration, configuration_of
from demarcate.sources.terraform.hcl.resources import fill
from demarcate.sources.terraform.hcl.scope import Evaluate
from demarcate.sources.terraform.hcl.syntax import Block
from demarcate.sources.terraform.hcl.types import Type
from demarcate.sources.terraform.hcl.values import EvaluationError

if TYPE_CHECKING:
    from demarcate.sources.terraform.hcl.frame import Frame

MAX_FOLDERS: Final = 50_000
"""The most folders of a tree that are searched."""
_INDEX: Final = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|[^\]"]*)\]')
_BUILT_IN: Final = "terraform.io/builtin/terraform"


class Loader:
    """Reads modules, each once. ``top`` is the folder that is searched and ``named`` what the user calls it."""

    def __init__(self, top: Path, named: str) -> None:
        self.top = Path(os.path.realpath(top))
        self.named = named
        self.shared: dict[bytes, Evaluate] = {}
        self.types: dict[str, Type] = {}
        self.bodies: dict[Path, Block] = {}
        self._modules: dict[Path, Module] = {}
        self._vendored: dict[Path, Mapping[str, str]] = {}

    def shown(self, folder: Path) -> str:
        """A folder as the user would name it."""
        return join_shown("", os.path.normpath(Path(self.named) / os.path.relpath(folder, self.top)))

    def module(self, folder: Path) -> Module:
        """The module in a folder. Raises :class:`InputError` if the folder cannot be read."""
        real = Path(os.path.realpath(folder))
        found = self._modules.get(real)
        if found is None:
            shown = self.shown(real)
            blocks, skipped = read_module(real, shown, self.shared)
            found = self._modules[real] = Module(real, shown, blocks, skipped)
        return found

    # calls ------------------------------------------------------------------------------------------------------------

    def called(self, module: Module, path: str, block: Block, root: Path) -> Module:
        """The module that a ``module`` block calls; ``path`` is its address in the configuration.

        Raises :class:`EvaluationError` for one that is not there to be read, :class:`InputError` for one that is wrong.
        """
        source = source_of(block)
        if source is None:
            raise EvaluationError("not read: where the module is kept is not written down as a text")
        if source.startswith(("./", "../")) or source in (".", ".."):
            return self._local(module.folder / source, source)
        key = ".".join(each for each in _INDEX.sub("", path).split(".") if each)
        vendored = self._manifest(root).get(".".join(key.split(".")[1::2]))
        if vendored is None:
            raise EvaluationError(f"not read: {source} is not here (terraform init brings it under .terraform/modules)")
        return self._local(root / vendored, source)

    def _local(self, folder: Path, source: str) -> Module:
        if not folder.is_dir():
            raise InputError(f"not read: there is no folder {source}")
        module = self.module(folder)
        if not configuration_files(names_in(folder)):
            raise InputError(f"not read: there is no configuration in {source}")
        return module

    def _manifest(self, root: Path) -> Mapping[str, str]:
        found = self._vendored.get(root)
        if found is None:
            found = self._vendored[root] = self._read_manifest(root)
        return found

    @staticmethod
    def _read_manifest(root: Path) -> Mapping[str, str]:
        path = root / ".terraform" / "modules" / "modules.json"
        if not path.is_file():
            return {}
        try:
            listed = msgspec.json.decode(read_text(InputFile(str(path), path, True)))["Modules"]
            return {str(each["Key"]): str(each["Dir"]) for each in listed}
        except (InputError, msgspec.DecodeError, KeyError, TypeError, RecursionError):
            return {}

    # providers --------------------------------------------------------------------------------------------------------

    def provider_of(self, frame: "Frame", block: Block, kind: str) -> ProviderConfiguration:
        """The provider of a resource."""
        attribute = block.attributes.get("provider")
        key = kind.split("_", 1)[0]
        if attribute is not None:
            text = attribute.text.strip().removeprefix("${").removesuffix("}").strip('"')
            key = text.split("[", 1)[0].strip() or key
        return self.provider(frame, key)

    def provider(self, frame: "Frame", key: str) -> ProviderConfiguration:
        """A provider configuration by its name in a module: ``aws`` or ``aws.alias``."""
        found = frame.provider_cache.get(key)
        if found is None:
            local_name = key.split(".", 1)[0]
            source = _BUILT_IN if local_name == "terraform" else frame.module.source_of(local_name)
            declared = next((each for each in frame.module.providers if _key(each) == key), None)
            if declared is not None:
                found = configuration_of(source, fill(declared, frame.scope, {}, ""))
            else:
                # asked of the caller only now: what configures a provider may come from a module that is called
                theirs = frame.passed_providers.get(key, key if "." not in key else None)
                caller = frame.calling_frame
                given = None if caller is None or theirs is None else self.provider(caller, theirs)
                found = (
                    ProviderConfiguration(source) if given is None else msgspec.structs.replace(given, source=source)
                )
            frame.provider_cache[key] = found
        return found


def _key(block: Block) -> str:
    alias = block.attributes.get("alias")
    return block.labels[0] if alias is None else f"{block.labels[0]}.{alias.text.strip().strip(chr(34))}"


def source_of(block: Block) -> str | None:
    """Where a module call says that its module is, if that is a literal text."""
    attribute = block.attributes.get("source")
    value = getattr(attribute.evaluate, "value", None) if attribute is not None else None
    return value if isinstance(value, str) else None


# the tree -------------------------------------------------------------------------------------------------------------


def folders(top: Path, shown: str, skipped: list[Skipped]) -> Iterator[tuple[Path, list[str]]]:
    """Every folder of a tree with its configuration files (Terragrunt's too), parents first. Links are not followed."""
    pending = [(top, shown)]
    count = 0
    while pending:
        folder, name = pending.pop()
        count += 1
        if count > MAX_FOLDERS:
            skipped.append(Skipped(shown, "folder", f"more than {MAX_FOLDERS:,} folders below it", "error"))
            return
        try:
            with os.scandir(folder) as entries:
                listed = sorted(entries, key=lambda each: each.name)
            below = [each for each in listed if each.is_dir(follow_symlinks=False)]
            files = [each.name for each in listed if not is_folder(each)]
        except OSError as error:
            skipped.append(Skipped(name, "folder", f"cannot be read: {error.strerror}", "error"))
            continue
        mine = configuration_files(files) + [each for each in TERRAGRUNT if each in files]
        if mine:
            yield folder, mine
        pending.extend(
            (folder / each.name, join_shown(name, each.name))
            for each in reversed(below)
            if each.name not in SKIPPED_FOLDERS and each.name != ".terragrunt-cache"
        )


def roots_of(modules: Mapping[Path, Module]) -> list[Path]:
    """The folders that no other one calls; of modules that call each other in a circle, the first."""
    calls: dict[Path, list[Path]] = {}
    for folder, module in modules.items():
        sources = [source_of(block) for block in module.calls.values()]
        calls[folder] = [
            Path(os.path.realpath(folder / each)) for each in sources if each is not None and each[:1] == "."
        ]
    called = {target for folder, targets in calls.items() for target in targets if target != folder}
    roots = [folder for folder in sorted(modules) if folder not in called]
    reached: set[Path] = set()
    for start in [*roots, *sorted(modules)]:
        if start in reached:
            continue
        if start not in roots:
            roots.append(start)
        pending: list[Any] = [start]
        while pending:
            folder = pending.pop()
            if folder not in reached:
                reached.add(folder)
                pending.extend(calls.get(folder, ()))
    return sorted(roots)
