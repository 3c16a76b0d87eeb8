"""A cache on disk that is trusted only where nobody else can write. What is not there, or not trusted, is made anew.

Entries are named by a hash of all that they depend on, written whole or not at all, and never changed, so that runs
side by side do not disturb each other. ``DEMARCATE_CACHE`` names another folder, or is ``off``.
"""

import hashlib
import os
import stat
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

from demarcate import __version__

SWITCH = "DEMARCATE_CACHE"


def key_of(*parts: bytes) -> str:
    """The name of an entry that depends on ``parts``, on this version of the tool, and on the Python that runs it."""
    digest = hashlib.sha256(f"{__version__} {sys.implementation.cache_tag} {sys.hexversion}".encode())
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


@cache
def _folder() -> Path | None:
    """The cache's folder, made if need be; ``None`` if there is none that only this user can write."""
    chosen = os.environ.get(SWITCH, "")
    if chosen.lower() in ("off", "0", "no", "false"):
        return None
    base = os.environ.get("XDG_CACHE_HOME", "")
    try:
        folder = Path(chosen) if chosen else (Path(base) if base else Path.home() / ".cache") / "demarcate"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder if _only_mine(folder) else None
    except (OSError, RuntimeError):
        return None


def _only_mine(folder: Path) -> bool:
    """Whether a folder, and each one above it, can be changed by nobody but this user and the administrator."""
    if not hasattr(os, "geteuid"):
        return False
    me = os.geteuid()
    for number, each in enumerate((folder.resolve(), *folder.resolve().parents)):
        found = each.stat()
        others_write = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        sticky = found.st_mode & stat.S_ISVTX and number > 0
        if found.st_uid not in (me, 0) or (others_write and not sticky) or (number == 0 and found.st_uid != me):
            return False
    return True


def get(name: str) -> bytes | None:
    """The content of an entry, or ``None``."""
    folder = _folder()
    if folder is None:
        return None
    try:
        handle = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)  # a pipe would wait for a writer
    except OSError:
        return None
    found = os.fstat(handle)
    mine = found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if not mine or not stat.S_ISREG(found.st_mode):
        os.close(handle)
        return None
    with os.fdopen(handle, "rb") as file:
        return file.read()


def put(name: str, content: bytes) -> None:
    """Write an entry, whole or not at all; a failure to do so is no error."""
    folder = _folder()
    if folder is None:
        return
    import tempfile  # only a run that finds something missing needs it

    with suppress(OSError):
        handle, temporary = tempfile.mkstemp(dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(temporary).replace(folder / name)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
