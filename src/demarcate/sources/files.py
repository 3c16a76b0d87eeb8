"""Finding and reading input files: folders, globs, standard input; bounded, decoded, never followed elsewhere."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from demarcate.errors import InputError
from demarcate.model import Skipped

STDIN: Final = "-"
SUFFIXES: Final = frozenset({".json", ".yaml", ".yml", ".template", ".cfn", ".cform", ".tfstate", ".tfplan"})
"""What a folder is searched for; a file that is named is read whatever its suffix."""
CONFIGURATION: Final = (".tf", ".tf.json", ".tofu", ".tofu.json")
"""How the names of Terraform's and OpenTofu's configuration files end; a folder of them is read as one."""
TERRAGRUNT: Final = ("terragrunt.hcl", "terragrunt.hcl.json")
SKIPPED_FOLDERS: Final = frozenset({"node_modules", "__pycache__", ".git", ".venv", "venv", ".terraform", ".aws-sam"})
MAX_BYTES: Final = 50_000_000
"""The largest file that is read; CloudFormation itself takes templates of up to 1 MB."""


class InputFile(msgspec.Struct, frozen=True):
    """A file to read: ``name`` as it is shown, ``path`` (``None`` for standard input), and whether the user ``named``
    it rather than a folder that holds it, the ``top`` one (as the user named it)."""

    name: str
    path: Path | None
    named: bool
    top: str | None = None

    @property
    def is_configuration(self) -> bool:
        """Whether it is a file of Terraform, OpenTofu or Terragrunt configuration."""
        return self.path is not None and _is_configuration(self.path)


def _is_configuration(path: Path) -> bool:
    return path.name.endswith(CONFIGURATION) or path.name in TERRAGRUNT


def find(arguments: Sequence[str]) -> tuple[list[InputFile], list[Skipped]]:
    """The files that the arguments name (each once, in order; a folder's sorted), and what could not be searched.

    A folder that holds a CDK cloud assembly gives its ``manifest.json`` in place of the templates beside it.
    Raises :class:`InputError` for an argument that names nothing.
    """
    found: dict[object, InputFile] = {}
    skipped: list[Skipped] = []
    for argument in arguments:
        for each in _one(argument, skipped):
            key = each.path.resolve() if each.path is not None else STDIN
            if key not in found or (each.named and not found[key].named):
                found[key] = msgspec.structs.replace(each, name=_shown(each.name))
    return list(found.values()), skipped


def _shown(name: str) -> str:
    """A file's name as text: on Linux it may be bytes that are not UTF-8."""
    return name if name.isascii() else name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _one(argument: str, skipped: list[Skipped]) -> Iterator[InputFile]:
    if argument == STDIN:
        yield InputFile("<stdin>", None, True)
        return
    path = Path(argument)
    if path.is_dir():
        yield from _folder(path, skipped)
    elif path.exists():
        yield InputFile(argument, path, True)
    elif any(mark in argument for mark in "*?["):
        anchor = Path(path.anchor) if path.is_absolute() else Path()
        pattern = str(path.relative_to(path.anchor)) if path.is_absolute() else argument
        matches = sorted(anchor.glob(pattern))
        if not matches:
            raise InputError("no file matches", argument, "check the pattern, and quote it against the shell")
        for match in matches:
            if match.is_dir():
                yield from _folder(match, skipped)
            else:
                yield InputFile(str(match), match, True)
    else:
        raise InputError("no such file or folder", argument, "check the path")


def is_assembly(folder: Path) -> bool:
    """Whether a folder is a CDK cloud assembly."""
    return (folder / "manifest.json").is_file() and ((folder / "cdk.out").exists() or (folder / "tree.json").exists())


def _folder(top: Path, skipped: list[Skipped]) -> Iterator[InputFile]:
    pending = [top]
    while pending:
        entry = pending.pop()
        if not entry.is_dir():
            if entry.suffix.lower() in SUFFIXES or _is_configuration(entry):
                yield InputFile(str(entry), entry, False, str(top))
        elif is_assembly(entry):
            yield InputFile(str(entry / "manifest.json"), entry / "manifest.json", True)
        elif entry is top or not entry.is_symlink():
            try:
                pending.extend(sorted(_searched(entry, skipped), reverse=True))
            except OSError as error:
                skipped.append(Skipped(_shown(str(entry)), "folder", f"cannot be read: {error.strerror}", "error"))


def _searched(folder: Path, skipped: list[Skipped]) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.name in SKIPPED_FOLDERS and entry.is_dir():
            skipped.append(Skipped(_shown(str(entry)), "folder", "not searched: other people's or generated files"))
        else:
            yield entry


def read_text(file: InputFile) -> str:
    """The text of a file, UTF-8 or UTF-16 by its byte order mark.

    Raises :class:`InputError` for what is no regular file, too large, unreadable, or in another encoding.
    """
    return decoded_text(read_bytes(file), file.name)


def decoded_text(data: bytes, name: str) -> str:
    """The text of a file's content. Raises :class:`InputError` for one in another encoding."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError("not UTF-8 text", f"{name}:{line}", "save the file as UTF-8") from None


def read_bytes(file: InputFile) -> bytes:
    """The content of a file. Raises :class:`InputError` as :func:`read_text` does."""
    limit = f"{MAX_BYTES // 1_000_000} MB are read at most"
    if file.path is None:
        data = sys.stdin.buffer.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise InputError("too large", file.name, limit)
        return data
    try:
        if not file.path.is_file():
            raise InputError("not a regular file", file.name, "name a file")
        size = file.path.stat().st_size
        if size > MAX_BYTES:
            raise InputError(f"too large ({size / 1_000_000:,.0f} MB)", file.name, limit)
        return file.path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file.name, "check its permissions") from None
