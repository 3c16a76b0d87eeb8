"""A module as its files declare it, before anything is evaluated."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from demarcate.model import Skipped, Value
from demarcate.sources.terraform.hcl.files import ACCEPTANCE
from demarcate.sources.terraform.hcl.syntax import Attribute, Block

_SOURCE: Final = re.compile(r'([\w-]+)\s*[=:]\s*(?:\{[^{}]*?"?source"?\s*[=:]\s*"([^"$%]*)"[^{}]*\}|"[^"]*")')
_MODES: Final = {"resource": "managed", "data": "data", "ephemeral": "ephemeral"}
REGISTRY: Final = "registry.terraform.io"


class Module:
    """What the files of a ``folder`` (``shown`` as the user named it) declare, by name.

    ``complete`` is false if a file could not be read: what is not declared may stand there.
    """

    def __init__(self, folder: Path, shown: str, blocks: Iterable[Block], skipped: list[Skipped]) -> None:
        self.folder = folder
        self.shown = shown
        self.skipped = skipped
        self.complete = all(each.what == ACCEPTANCE for each in skipped)
        self.variables: dict[str, Block] = {}
        self.outputs: dict[str, Block] = {}
        self.calls: dict[str, Block] = {}
        self.locals: dict[str, Attribute] = {}
        self.resources: dict[tuple[str, str, str], Block] = {}
        self.providers: list[Block] = []
        self.sources: dict[str, str] = {}
        for block in blocks:
            self._add(block)

    def _add(self, block: Block) -> None:
        kind, labels = block.type, block.labels
        tables: Mapping[str, dict[str, Block]] = {
            "variable": self.variables,
            "output": self.outputs,
            "module": self.calls,
        }
        if kind in _MODES:
            if len(labels) != 2:
                self._wrong(block, f"a {kind} block has a type and a name")
            elif (_MODES[kind], *labels) in self.resources:
                self._wrong(block, f"{labels[0]}.{labels[1]} is declared twice", " ".join(labels))
            else:
                self.resources[(_MODES[kind], labels[0], labels[1])] = block
        elif kind in tables:
            if len(labels) != 1:
                self._wrong(block, f"a {kind} block has a name")
            elif labels[0] in tables[kind]:
                self._wrong(block, f"{kind} {labels[0]} is declared twice")
            else:
                tables[kind][labels[0]] = block
        elif kind == "locals":
            self.locals.update(block.attributes)
        elif kind == "provider" and len(labels) == 1:
            self.providers.append(block)
        elif kind == "terraform":
            for each in block.of_type("required_providers"):
                self._sources(each)

    def _wrong(self, block: Block, why: str, what: str = "") -> None:
        self.skipped.append(Skipped(f"{block.file}:{block.line}", what or block.type, why, "error"))

    def _sources(self, block: Block) -> None:
        for name, attribute in block.attributes.items():
            match = _SOURCE.match(f"{name} = {attribute.text}")
            source = match[2] if match is not None else None
            if source is None and not attribute.text:  # JSON syntax
                value = getattr(attribute.evaluate, "value", None)
                source = value.get("source") if isinstance(value, dict) else None
            if isinstance(source, str) and source:
                self.sources[name] = full_source(source)

    def source_of(self, local_name: str) -> str:
        """The source address of a provider by the name that it has in this module."""
        return self.sources.get(local_name) or full_source(f"hashicorp/{local_name}")


def full_source(source: str) -> str:
    """A provider's source address with its registry: ``hashicorp/aws`` → ``registry.terraform.io/hashicorp/aws``."""
    parts = source.lower().split("/")
    if len(parts) == 1:
        parts = ["hashicorp", *parts]
    return "/".join([REGISTRY, *parts] if len(parts) == 2 else parts)


_PAIR: Final = re.compile(r'"?([\w-]+(?:\.[\w-]+)?)"?\s*[=:]\s*"?([\w-]+(?:\.[\w-]+)?)"?')


def passed_providers(block: Block) -> dict[str, str]:
    """The provider configurations that a call passes on: the called module's name → the caller's."""
    attribute = block.attributes.get("providers")
    if attribute is None:
        return {}
    if attribute.text:
        return dict(_PAIR.findall(attribute.text))
    value: Value = getattr(attribute.evaluate, "value", None)  # JSON syntax
    return {key: str(each) for key, each in value.items()} if isinstance(value, dict) else {}
