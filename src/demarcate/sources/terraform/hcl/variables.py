"""The values of a root module's variables: environment, ``*.tfvars``, what the user gave, in Terraform's order."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from demarcate.errors import InputError
from demarcate.model import Skipped, Value
from demarcate.sources.document import parse_document
from demarcate.sources.files import InputFile, read_text
from demarcate.sources.terraform.hcl.files import join_shown, names_in
from demarcate.sources.terraform.hcl.module import Module
from demarcate.sources.terraform.hcl.names import nothing
from demarcate.sources.terraform.hcl.resources import guarded
from demarcate.sources.terraform.hcl.scope import Evaluate
from demarcate.sources.terraform.hcl.syntax import Block, parse

PREFIX: Final = "TF_VAR_"
MAX_NAMED: Final = 5
"""The most names that a note lists."""
_TEXTUAL: Final = frozenset({"string", ""})


def root_values(
    module: Module,
    shared: dict[bytes, Evaluate],
    variables: Mapping[str, Any],
    environment: Mapping[str, str],
    var_files: Sequence[Path],
    skipped: list[Skipped],
) -> dict[str, Value]:
    """The values of the variables of a root module, by name; later sources win.

    A value file of the folder that cannot be read is skipped, as an error. Raises :class:`InputError` for one of
    ``var_files`` and for a text in ``variables`` that is no value of the variable's type.
    """
    values: dict[str, Value] = {}
    for name in module.variables:
        if PREFIX + name in environment:
            where = f"environment variable {PREFIX}{name}"
            values[name] = _given(module, name, environment[PREFIX + name], where, shared)
    names = names_in(module.folder)
    automatic: list[str] = [each for each in ("terraform.tfvars", "terraform.tfvars.json") if each in names]
    automatic += [each for each in names if each.endswith((".auto.tfvars", ".auto.tfvars.json"))]
    for each in automatic:
        try:
            read, places = _read(module.folder / each, join_shown(module.shown, each), shared)
        except InputError as error:
            skipped.append(Skipped(error.where, "variable values", error.what, "error"))
            continue
        values.update(read)
        if module.complete:
            skipped.extend(_not_declared(places, frozenset(module.variables), "the root module does not declare"))
    for path in var_files:
        values.update(_read(path, str(path), shared)[0])
    for name, value in variables.items():
        if name in module.variables:
            values[name] = _given(module, name, value, f"variable {name}", shared)
    return values


def undeclared(
    declared: Sequence[frozenset[str] | None], variables: Collection[str], var_files: Sequence[Path]
) -> list[Skipped]:
    """The values that the user gave for variables that no root module declares; those of the environment are for all
    that may want them. ``declared`` are the variables of each root, ``None`` where they are not all known."""
    if None in declared:
        return []
    names = frozenset(name for each in declared if each is not None for name in each)
    found = _not_declared(
        dict.fromkeys(variables, "--parameters"), names, "neither a root module nor a template declares"
    )
    for path in var_files:
        found += _not_declared(_read(path, str(path), {})[1], names, "no root module declares")
    return found


def _not_declared(places: Mapping[str, str], declared: frozenset[str], why: str) -> list[Skipped]:
    """One note for all values of a file."""
    names = [name for name in places if name not in declared]
    if not names:
        return []
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    what = f"variable values: {', '.join(names[:MAX_NAMED])}{more}"
    return [Skipped(places[names[0]], what, f"not used: {why} a variable of that name")]


def _read(path: Path, shown: str, shared: dict[bytes, Evaluate]) -> tuple[dict[str, Value], dict[str, str]]:
    """The values of a file by name, and where each stands."""
    text = read_text(InputFile(shown, path, True))
    if path.name.endswith(".json"):
        document = parse_document(text, shown) if text.lstrip()[:1] == "{" else None
        if document is None or not isinstance(document.value, dict):
            raise InputError("not a JSON object", f"{shown}:1", "variable values in JSON are one object")
        return document.value, {name: document.where((name,)) for name in document.value}
    body = parse(text, shown, shared)
    values = {name: guarded(attribute, nothing()) for name, attribute in body.attributes.items()}
    return values, {name: f"{shown}:{attribute.line}" for name, attribute in body.attributes.items()}


def _given(module: Module, name: str, value: Any, where: str, shared: dict[bytes, Evaluate]) -> Value:
    """A value as the user gave it; a text is an expression unless the variable's type is a text or is not said."""
    block: Block = module.variables[name]
    kind = block.attributes.get("type")
    if not isinstance(value, str) or kind is None or kind.text.strip().strip('"') in _TEXTUAL:
        return value
    if kind.text.strip() in ("number", "bool"):
        return value
    try:
        return guarded(parse(f"x = {value}\n", where, shared).attributes["x"], nothing())
    except InputError as error:
        raise InputError(
            f"not a value of type {kind.text}: {error.what}", where, "write it as in a tfvars file"
        ) from None
