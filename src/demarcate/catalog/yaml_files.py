"""Catalogue YAML into structs: strict (unknown keys and duplicate keys are errors), with the file named."""

import re
import sys
from collections.abc import Hashable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import yaml

from demarcate import cache
from demarcate.errors import CatalogError

CATALOG_ROOT: Final = Path(__file__).parent
"""The folder of the catalogue's own data."""

T = TypeVar("T")


class _Loader(yaml.CSafeLoader):
    """PyYAML's C loader without timestamps (a day stays text), with only ``true`` and ``false`` as booleans (``on`` is
    a key), and with duplicate keys as errors."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key that is not text", key_node.start_mark)
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


def load(file: Path, kind: type[T], guide: str = "docs/catalogue.md") -> T:
    """The content of a YAML file as ``kind``; it is parsed once, and kept in the cache on disk by its hash. An empty
    file is an empty mapping; ``guide`` is the page that describes the format.

    Raises :class:`CatalogError` naming the file, the line (where YAML is at fault) or the key (where the shape is).
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise CatalogError(f"cannot be read: {error.strerror}", str(file), "check its permissions") from None
    name = cache.key_of(_FORMAT, _shape(kind.__module__), data)
    stored = cache.get(name)
    if stored is not None:
        with suppress(msgspec.MsgspecError):
            return msgspec.msgpack.decode(stored, type=kind)
    name_shown = file.name if file.is_relative_to(CATALOG_ROOT) else str(file)
    found = _parse(data, name_shown, kind, guide)
    cache.put(name, msgspec.msgpack.encode(found))
    return found


_FORMAT: Final = b"yaml 1"


@lru_cache(maxsize=16)
def _shape(module: str) -> bytes:
    """What a stored struct depends on beside its file: the source of its type and of the model."""
    sources = sorted((CATALOG_ROOT.parent / "model").glob("*.py"))
    defined_in = getattr(sys.modules[module], "__file__", None)
    if defined_in is not None:
        sources.append(Path(defined_in))
    return cache.key_of(*(each.read_bytes() for each in sources)).encode()


def _parse(data: bytes, name: str, kind: type[T], guide: str) -> T:
    try:
        raw = yaml.load(data.decode("utf-8"), _Loader)  # noqa: S506 (a safe loader's subclass)
        return msgspec.convert({} if raw is None else raw, kind)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CatalogError(str(error.problem), f"{name}:{line}", "mend the YAML") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CatalogError(str(error).replace("\n", " "), name, "mend the YAML") from None
    except msgspec.ValidationError as error:
        raise CatalogError(str(error), name, f"see {guide} for the format") from None
