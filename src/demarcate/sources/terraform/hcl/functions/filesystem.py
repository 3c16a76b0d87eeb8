"""Functions that read files: of the module, of the root module and of the tree that the user named, nothing else."""

import base64
import os
import posixpath
import re
from collections.abc import Mapping
from fnmatch import translate
from pathlib import Path
from typing import Final

from demarcate.errors import InputError
from demarcate.model import Unknown, Value
from demarcate.sources.terraform.hcl.functions.calls import Function
from demarcate.sources.terraform.hcl.functions.encoding import digest
from demarcate.sources.terraform.hcl.scope import Scope
from demarcate.sources.terraform.hcl.values import MAX_TEXT, EvaluationError, TooLargeError, derived, to_text

MAX_BYTES: Final = 20_000_000
"""The largest file that a hash is made of."""
MAX_FILES: Final = 20_000
"""The most files that ``fileset`` looks at."""


def _path(scope: Scope, value: Value) -> Path:
    """The path of a file that may be read. Raises :class:`TooLargeError` for one outside of what the user named."""
    text = to_text(value)
    if "\0" in text:
        raise EvaluationError("a path with a null character")
    if text.startswith("~"):
        raise TooLargeError(f"{text} is outside of the configuration")
    real = Path(os.path.realpath(scope.module.root_folder / text))
    if not any(real.is_relative_to(each) for each in scope.module.readable):
        raise TooLargeError(f"{text} is outside of the configuration, and not read")
    return real


def _bytes(scope: Scope, value: Value, limit: int) -> bytes:
    path = _path(scope, value)
    try:
        if not path.is_file():
            raise EvaluationError(f"there is no file {to_text(value)}")
        if path.stat().st_size > limit:
            raise TooLargeError(f"{to_text(value)} is larger than {limit:,} bytes")
        return path.read_bytes()
    except OSError as error:
        raise EvaluationError(f"{to_text(value)} cannot be read: {error.strerror}") from None


def _text(scope: Scope, value: Value) -> str:
    try:
        return _bytes(scope, value, MAX_TEXT).decode()
    except UnicodeDecodeError:
        raise EvaluationError(f"{to_text(value)} is not UTF-8 text") from None


def _exists(scope: Scope, value: Value) -> Value:
    return _path(scope, value).is_file()


def _base64(scope: Scope, value: Value) -> Value:
    return base64.b64encode(_bytes(scope, value, MAX_TEXT)).decode("ascii")


def _file_hash(name: str, as_base64: bool = False) -> Function:
    return Function(
        lambda scope, path: digest(name, _bytes(scope, path, MAX_BYTES), as_base64=as_base64), 1, 1, scoped=True
    )


def _fileset(scope: Scope, folder: Value, pattern: Value) -> Value:
    top = _path(scope, folder)
    expression = re.compile("|".join(_glob(each) for each in _alternatives(to_text(pattern))))
    found: list[str] = []
    count = 0
    for place, folders, files in os.walk(top):
        folders.sort()
        for name in files:
            count += 1
            if count > MAX_FILES:
                raise TooLargeError(f"fileset of more than {MAX_FILES:,} files")
            path = os.path.relpath(Path(place) / name, top).replace("\\", "/")
            if expression.fullmatch(path):
                found.append(path)
    from demarcate.sources.terraform.hcl.types import make_set

    return make_set(found)


def _alternatives(pattern: str) -> list[str]:
    """``a.{b,c}`` → ``a.b`` and ``a.c``."""
    pending, done = [pattern], []
    while pending:
        each = pending.pop()
        match = re.search(r"\{([^{}]*)\}", each)
        if match is None:
            done.append(each)
        else:
            pending.extend(each[: match.start()] + choice + each[match.end() :] for choice in match[1].split(","))
        if len(pending) + len(done) > 200:
            raise TooLargeError("a pattern with too many alternatives")
    return done


def _glob(pattern: str) -> str:
    made = []
    for part in pattern.split("/"):
        if part == "**":
            made.append("(?:[^/]+/)*")
        else:
            body = translate(part)
            body = body[4 : body.rindex(")")] if body.startswith("(?s:") else body
            made.append(body.replace(".*", "[^/]*") + "/")
    whole = "".join(made)
    return whole.removesuffix("/") if not pattern.endswith("**") else whole + "[^/]+"


def _template_file(scope: Scope, path: Value, values: Value) -> Value:
    if isinstance(path, Unknown):
        return derived(path, values)
    return _rendered(scope, _text(scope, path), values, f"the template {to_text(path)}")


def _template_text(scope: Scope, text: Value, values: Value) -> Value:
    return (
        derived(text, values) if isinstance(text, Unknown) else _rendered(scope, to_text(text), values, "the template")
    )


MAX_NESTED: Final = 20


def _rendered(scope: Scope, text: str, values: Value, name: str) -> Value:
    from demarcate.sources.terraform.hcl.syntax import parse_template

    if isinstance(values, Unknown) or not isinstance(values, dict):
        if isinstance(values, Unknown):
            return derived(values)
        raise EvaluationError("the variables of a template are no object")
    if scope.label.count(" @ template") >= MAX_NESTED:
        raise TooLargeError("templates in templates without end")
    if "${" not in text and "%{" not in text:
        return text.replace("$${", "${").replace("%%{", "%{")
    try:
        evaluate = parse_template(text, name, {})
    except TooLargeError:
        raise
    except InputError as error:
        raise EvaluationError(f"{error.where}: {error.what}") from None
    return evaluate(Scope(_OnlyFunctions(scope), dict(values), scope.label + " @ template"))


class _OnlyFunctions:
    """What a template may use beside its variables: functions, and nothing that the module declares."""

    def __init__(self, scope: Scope) -> None:
        module = scope.module
        self.budget = module.budget
        self.folder = module.folder
        self.root_folder = module.root_folder
        self.readable = module.readable
        self.shown_folder = module.shown_folder
        self.prefix = module.prefix

    def _refuse(self, name: str) -> Value:
        raise EvaluationError(f"the template has no variable for {name}")

    variable = local = call = _refuse

    def kind_of(self, path: tuple[str, ...]) -> str | None:
        return None

    def resource(self, mode: str, kind: str, name: str) -> Value:
        return self._refuse(f"{kind}.{name}")

    def workspace(self) -> Value:
        return self._refuse("terraform.workspace")


FILESYSTEM: Final[Mapping[str, Function]] = {
    "file": Function(_text, 1, 1, scoped=True),
    "fileexists": Function(_exists, 1, 1, scoped=True),
    "filebase64": Function(_base64, 1, 1, scoped=True),
    "fileset": Function(_fileset, 2, 2, scoped=True),
    "filemd5": _file_hash("md5"),
    "filesha1": _file_hash("sha1"),
    "filesha256": _file_hash("sha256"),
    "filesha512": _file_hash("sha512"),
    "filebase64sha256": _file_hash("sha256", True),
    "filebase64sha512": _file_hash("sha512", True),
    "templatefile": Function(_template_file, 2, 2, "none", scoped=True),
    "templatestring": Function(_template_text, 2, 2, "none", scoped=True),
    "basename": Function(lambda path: posixpath.basename(to_text(path).rstrip("/")) or "/", 1, 1),
    "dirname": Function(lambda path: posixpath.dirname(to_text(path)) or ".", 1, 1),
    "abspath": Function(lambda path: Unknown("where the configuration stands"), 1, 1),
    "pathexpand": Function(
        lambda path: Unknown("a home folder") if to_text(path).startswith("~") else to_text(path), 1, 1
    ),
}
