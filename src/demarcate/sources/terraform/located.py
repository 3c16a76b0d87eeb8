"""Plans and states beside the configuration that they come from: where each resource is written, and what a plan does
not hold of it: acceptances in comments, ``prevent_destroy``, and what of a document is known before apply."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from demarcate.errors import InputError
from demarcate.model import Declared, Skipped, Unknown, Value
from demarcate.sources.terraform.addresses import base_of
from demarcate.sources.terraform.instances import Configuration, Instance, Json


class Written(NamedTuple):
    """The resources of a root module, by address and by address without instance keys, and what was not read of it."""

    blocks: Mapping[str, Instance]
    skipped: tuple[Skipped, ...]


def written_in(folder: Path, variables: Mapping[str, object], environment: Mapping[str, str]) -> Written:
    """What a folder's root module writes; ``variables`` are those of the plan.

    Raises :class:`InputError` for a folder that holds no root module.
    """
    from demarcate.sources.terraform.hcl.reader import read_folder

    name = str(folder)
    roots = read_folder(folder, variables=variables, environment=environment, named=name)
    own = next((each for each in roots if each.root == name), None)
    if own is None:
        mend = "name the folder in which the plan was made"
        raise InputError("no Terraform configuration in this folder", name, mend)
    found: dict[str, Instance] = {}
    for each in own.instances:
        found[each.address] = each
        found.setdefault(base_of(each.address), each)
    return Written(found, tuple(each for each in own.skipped if each.level == "error"))


def located(configuration: Configuration, written: Written) -> Configuration:
    """A plan or state whose resources stand where the configuration writes them; one that the configuration does not
    have stays where it is."""
    return msgspec.structs.replace(
        configuration,
        instances=tuple(_located(configuration.instances, written.blocks)),
        skipped=(*configuration.skipped, *written.skipped),
    )


def _located(instances: Iterable[Instance], blocks: Mapping[str, Instance]) -> Iterable[Instance]:
    for each in instances:
        own = blocks.get(each.address)
        block = own or blocks.get(base_of(each.address))
        if block is None or block.mode != each.mode:
            yield each
            continue
        yield msgspec.structs.replace(
            each,
            values=_completed(each.values, own.values) if own is not None else each.values,
            declared=Declared(block.declared.file, block.declared.line, each.address),
            lines=block.lines,
            accepted=block.accepted,
            prevents_destroy=block.prevents_destroy,
        )


def _completed(values: Mapping[str, Value], written: Mapping[str, Value]) -> dict[str, Value]:
    """The arguments of a plan; for what is known only after apply, what the configuration says of it: its expression,
    or that nobody wrote it."""
    found: dict[str, Value] = {}
    for name, value in values.items():
        known = _known(value, written.get(name))
        if known is not None:
            found[name] = known
    return found


def _known(value: Value, written: Value) -> Value:
    if type(value) is Unknown:
        return written
    if isinstance(value, dict) and isinstance(written, dict):
        return _completed(value, written)
    if isinstance(value, list) and isinstance(written, list) and _is_same(value, written):
        return [_known(each, other) for each, other in zip(value, written, strict=True)]
    return value


def _is_same(value: Value, written: Value) -> bool:
    """Whether what is known on both sides agrees: the blocks of a set stand in another order in a plan."""
    if isinstance(value, dict) and isinstance(written, dict):
        return all(_is_same(each, written[name]) for name, each in value.items() if written.get(name) is not None)
    if isinstance(value, list) and isinstance(written, list):
        return len(value) == len(written) and all(map(_is_same, value, written))
    if type(value) in (Unknown, Json) or type(written) in (Unknown, Json):
        return True
    return str(value).lower() == str(written).lower()
