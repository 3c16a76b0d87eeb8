"""Which files make up a module, and what is in them: blocks, with overrides merged in."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from demarcate.errors import InputError
from demarcate.model import Skipped
from demarcate.sources.files import CONFIGURATION, InputFile, read_text
from demarcate.sources.terraform.hcl.json_syntax import parse_json
from demarcate.sources.terraform.hcl.scope import Evaluate
from demarcate.sources.terraform.hcl.syntax import Attribute, Block, parse

ACCEPTANCE: Final = "acceptance"
"""What is skipped where an acceptance stands at no resource."""
MAX_FILES: Final = 2_000
"""The most files of one folder that are read as one module."""


def configuration_files(names: Sequence[str]) -> list[str]:
    """The files among a folder's that make up a module: first the primary ones, then overrides, each sorted."""
    mine = {each for each in names if each.endswith(CONFIGURATION) and not _is_ignored(each)}
    for each in list(mine):
        if each.endswith(".tofu"):
            mine.discard(f"{each[:-5]}.tf")
        elif each.endswith(".tofu.json"):
            mine.discard(f"{each[:-10]}.tf.json")
    return sorted(mine, key=lambda each: (_is_override(each), each))


def _is_ignored(name: str) -> bool:
    return name.startswith((".", "#")) or name.endswith("~")


def _is_override(name: str) -> bool:
    stem = next(name[: -len(suffix)] for suffix in reversed(CONFIGURATION) if name.endswith(suffix))
    return stem == "override" or stem.endswith("_override")


def is_folder(entry: "os.DirEntry[str]") -> bool:
    """Whether an entry is a folder, or a link to one."""
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def names_in(folder: Path) -> list[str]:
    """The names of the files of a folder. Raises :class:`InputError` if it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return sorted(each.name for each in entries if not is_folder(each))
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", str(folder), "check its permissions") from None


def read_file(path: Path, shown: str, shared: dict[bytes, Evaluate]) -> Block:
    """The body of a configuration file. Raises :class:`InputError` with ``file:line``."""
    text = read_text(InputFile(shown, path, True))
    return parse_json(text, shown, shared) if path.name.endswith(".json") else parse(text, shown, shared)


def read_module(folder: Path, shown: str, shared: dict[bytes, Evaluate]) -> tuple[list[Block], list[Skipped]]:
    """The top-level blocks of the module in a folder, overrides merged; and the files that could not be read."""
    blocks: list[Block] = []
    skipped: list[Skipped] = []
    names = configuration_files(names_in(folder))
    if len(names) > MAX_FILES:
        skipped.append(Skipped(shown, "module", f"more than {MAX_FILES:,} files in one folder", "error"))
    for name in names[:MAX_FILES]:
        try:
            body = read_file(folder / name, join_shown(shown, name), shared)
        except InputError as error:
            skipped.append(Skipped(error.where, "file", _why(error), "error"))
            continue
        for each in body.accepted:
            where = f"{join_shown(shown, name)}:{each.line}"
            skipped.append(Skipped(where, ACCEPTANCE, "it stands neither in a resource nor just above one", "error"))
        if _is_override(name):
            for block in body.blocks:
                _override(blocks, block)
        else:
            blocks.extend(body.blocks)
    return blocks, skipped


def _why(error: InputError) -> str:
    return f"{error.what} ({error.mend})" if error.mend else error.what


def join_shown(folder: str, name: str) -> str:
    """A file's name below a folder as the user named it, fit to be shown."""
    text = name if folder in ("", ".") else f"{folder.rstrip('/')}/{name}"
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _override(blocks: list[Block], block: Block) -> None:
    """An override block takes the place of what it sets in the block of the same type and labels."""
    if block.type == "locals":
        block.type = "locals"
        blocks.append(block)
        return
    for each in blocks:
        if each.type == block.type and each.labels == block.labels and _alias(each) == _alias(block):
            each.attributes.update(block.attributes)
            _merge_lifecycle(each, block)
            replaced = {nested.type for nested in block.blocks} | {
                nested.labels[0] for nested in block.blocks if nested.type == "dynamic" and nested.labels
            }
            each.blocks = [
                nested
                for nested in each.blocks
                if nested.type not in replaced
                and not (nested.type == "dynamic" and nested.labels and nested.labels[0] in replaced)
            ]
            each.blocks.extend(block.blocks)
            each.accepted += block.accepted
            return
    blocks.append(block)


def _merge_lifecycle(base: Block, block: Block) -> None:
    """The arguments of ``lifecycle`` are overridden one by one, where other nested blocks are replaced."""
    for over in block.of_type("lifecycle"):
        for each in base.of_type("lifecycle"):
            over.attributes = {**each.attributes, **over.attributes}


def _alias(block: Block) -> str:
    found: Attribute | None = block.attributes.get("alias") if block.type == "provider" else None
    return found.text if found is not None else ""
