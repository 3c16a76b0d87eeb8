"""Catalogue YAML into structs: strict (unknown keys and duplicate keys are errors), with the file named."""

import re
from collections.abc import Hashable
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from demarcate.errors import CatalogError

T = TypeVar("T")


class _Loader(yaml.CSafeLoader):
    """PyYAML's C loader without timestamps (a day stays text), with only ``true`` and ``false`` as booleans (``on`` is
    a key), and with duplicate keys as errors."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            if key_node.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key_node.value!r} stands twice", key_node.start_mark
                )
            seen.add(key_node.value)
        return super().construct_mapping(node, deep=deep)


_PREFIX = "tag:yaml.org,2002:"
_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag not in (f"{_PREFIX}timestamp", f"{_PREFIX}bool")]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(f"{_PREFIX}bool", re.compile("^(?:true|false)$"), list("tf"))


def load(file: Traversable | Path, kind: type[T]) -> T:
    """The content of a catalogue file as ``kind``.

    Raises :class:`CatalogError` naming the file, the line (where YAML is at fault) or the key (where the shape is).
    """
    try:
        raw = yaml.load(file.read_text(encoding="utf-8"), _Loader)  # noqa: S506 (a safe loader's subclass)
        return msgspec.convert(raw, kind)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CatalogError(str(error.problem), f"{file.name}:{line}", "mend the YAML") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CatalogError(str(error).replace("\n", " "), file.name, "mend the YAML") from None
    except msgspec.ValidationError as error:
        raise CatalogError(str(error), file.name, "see docs/catalogue.md for the format") from None
