"""Makes the property index (``src/demarcate/catalog/properties/*.json``) from the schemas that cfn-lint ships.

``python scripts/build_properties.py`` writes the files; ``--check`` exits 1 and names those that differ from what the
pinned schemas and the rules give.
"""

import importlib.metadata
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from property_rules import DEFAULT, Context, Rules, load_rules

PINNED = "1.58.0"
RESPONSIBILITY_BITS = 5
"""A property's number: its responsibility in the lower bits, the kind of scalar above them."""
SCALARS = {"boolean": 1, "integer": 2, "number": 3, "string": 4}
HOME_REGION = "us-east-1"
FOLDER = Path(__file__).resolve().parent.parent / "src/demarcate/catalog/properties"


def schemas() -> dict[str, dict[str, Any]]:
    """Every resource type's schema: the home Region's, and those of types that only other Regions have."""
    version = importlib.metadata.version("cfn-lint")
    if version != PINNED:
        sys.exit(f"cfn-lint {version} is installed, {PINNED} is pinned: pip install cfn-lint=={PINNED}")
    import cfnlint

    data = Path(cfnlint.__file__).parent / "data/schemas"
    providers = sorted((data / "providers").glob("*.json"), key=lambda file: (file.stem != HOME_REGION, file.stem))
    digests: dict[str, str] = {}
    for provider in providers:
        for name, digest in json.loads(provider.read_text()).items():
            digests.setdefault(name, digest)
    return {
        name: json.loads((data / "resources" / f"{digest}.json").read_text())
        for name, digest in sorted(digests.items())
        if "::" in name and not name.startswith("Module")
    }


def stem_of(type_name: str) -> str:
    """The namespace file of a type."""
    first, second, *_ = type_name.split("::")
    return second.lower() if first == "AWS" else f"{first}-{second}".lower()


class _Expander:
    """Expands one schema into a trie of writable properties."""

    def __init__(self, type_name: str, schema: Mapping[str, Any], rules: Rules) -> None:
        self.type_name = type_name
        self.schema = schema
        self.rules = rules
        self.read_only = {path.replace("/items/", "/*/") for path in schema.get("readOnlyProperties", [])}

    def trie(self) -> dict[str, Any]:
        root = {"properties": self.schema.get("properties", {})}
        return self._children(root, "", "/properties", (), ())

    def _resolve(self, node: Any, seen: tuple[str, ...]) -> tuple[dict[str, Any], tuple[str, ...], bool]:
        while isinstance(node, dict) and "$ref" in node:
            name = str(node["$ref"]).rpartition("/")[2]
            if name in seen:
                return {}, seen, True
            seen = (*seen, name)
            rest = {key: value for key, value in node.items() if key != "$ref"}
            node = {**self.schema.get("definitions", {}).get(name, {}), **rest}
        return (node if isinstance(node, dict) else {}), seen, False

    def _properties(self, node: Mapping[str, Any], seen: tuple[str, ...]) -> dict[str, tuple[Any, tuple[str, ...]]]:
        found = {name: (each, seen) for name, each in node.get("properties", {}).items()}
        for keyword in ("oneOf", "anyOf", "allOf"):
            for alternative in node.get(keyword, []):
                inner, inside, recursive = self._resolve(alternative, seen)
                if not recursive:
                    for name, each in self._properties(inner, inside).items():
                        found.setdefault(name, each)
        return found

    def _children(
        self, node: Mapping[str, Any], path: str, pointer: str, seen: tuple[str, ...], above: tuple[Context, ...]
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, (child, inside) in self._properties(node, seen).items():
            place = f"{pointer}/{name}"
            if isinstance(child, dict) and place not in self.read_only:
                found.update(self._node(name, child, path, place, inside, above))
        return found

    def _node(
        self, name: str, raw: Any, path: str, pointer: str, seen: tuple[str, ...], above: tuple[Context, ...]
    ) -> dict[str, Any]:
        node, seen, recursive = self._resolve(raw, seen)
        description = str((raw.get("description") if isinstance(raw, dict) else None) or node.get("description") or "")
        marks = ""
        form = node.get("format")
        while not recursive and "properties" not in node and (_is_array(node) or _is_map(node)):
            marks += "[]" if _is_array(node) else "{}"
            inner = node.get("items") if _is_array(node) else _map_value(node)
            pointer += "/*"
            node, seen, recursive = self._resolve(inner, seen)
            form = node.get("format", form)
        full = f"{path}.{name}" if path else name
        children_above = above
        value_type = node.get("type", "")
        kind = " ".join(map(str, value_type)) if isinstance(value_type, list) else str(value_type)
        has_children = bool(self._properties(node, seen)) and not recursive
        context = Context(
            type_name=self.type_name, path=full, name=name, value_type="object" if has_children else kind,
            format=form if isinstance(form, str) else "", description=description, above=above,
        )  # fmt: skip
        responsibility = self.rules.responsibility(context)
        context = context.labelled(responsibility)
        children_above = (*above, context)
        children = self._children(node, full + marks, pointer, seen, children_above) if has_children else None
        code = self.rules.codes[responsibility]
        if children and responsibility == DEFAULT:
            code = _mostly(children, code)
        tail: Any = children or None
        if recursive:
            tail = "recursive"
        elif not children and _is_opaque(node, kind, form):
            tail = "json"
        if tail is None:
            code += SCALARS.get(kind, 0) << RESPONSIBILITY_BITS
        semantic = form if isinstance(form, str) and "::" in form else None
        if semantic:
            return {name + marks: [code, tail, semantic]}
        return {name + marks: [code, tail] if tail else code}


def _mostly(children: Mapping[str, Any], default: int) -> int:
    """What more than half of an object's properties bear on: no rule knew the object, so its content decides."""
    mask = (1 << RESPONSIBILITY_BITS) - 1
    codes = [(each if isinstance(each, int) else each[0]) & mask for each in children.values()]
    code, number = Counter(codes).most_common(1)[0]
    return int(code) if 2 * number > len(codes) else default


def _is_array(node: Mapping[str, Any]) -> bool:
    return isinstance(node.get("items"), dict)


def _map_value(node: Mapping[str, Any]) -> Any:
    patterns = node.get("patternProperties")
    if isinstance(patterns, dict) and patterns:
        return next(iter(patterns.values()))
    return node.get("additionalProperties")


def _is_map(node: Mapping[str, Any]) -> bool:
    return not node.get("properties") and isinstance(_map_value(node), dict) and bool(_map_value(node))


def _is_opaque(node: Mapping[str, Any], kind: str, form: Any) -> bool:
    return form == "json" or "object" in kind.split() or (not kind and not node.get("enum") and not node.get("const"))


def own_name(schema: Mapping[str, Any]) -> str | None:
    """The property by whose value others name a resource: its primary identifier, if that is one writable property."""
    identifiers = schema.get("primaryIdentifier", [])
    if len(identifiers) != 1 or identifiers[0] in schema.get("readOnlyProperties", []):
        return None
    name = str(identifiers[0]).removeprefix("/properties/")
    return name if name in schema.get("properties", {}) else None


def namespace_files(rules: Rules) -> Iterator[tuple[str, str]]:
    """The index's files: (name, text), sorted."""
    by_stem: dict[str, dict[str, Any]] = {}
    names: dict[str, dict[str, str]] = {}
    for type_name, schema in schemas().items():
        stem = stem_of(type_name)
        by_stem.setdefault(stem, {})[type_name] = _Expander(type_name, schema, rules).trie()
        name = own_name(schema)
        if name is not None:
            names.setdefault(stem, {})[type_name] = name
    for stem in sorted(by_stem):
        lines = ",\n".join(
            f"{json.dumps(name)}: {json.dumps(trie, separators=(',', ':'))}" for name, trie in by_stem[stem].items()
        )
        known = json.dumps(names.get(stem, {}), separators=(",", ":"))
        head = f'"responsibilities": {json.dumps(list(rules.codes))}, "names": {known}'
        yield f"{stem}.json", f'{{{head}, "types": {{\n{lines}\n}}}}\n'
    index = {name: stem for stem in by_stem for name in by_stem[stem]}
    entries = ",\n".join(f"{json.dumps(name)}: {json.dumps(index[name])}" for name in sorted(index))
    yield "index.json", f'{{"source": "cfn-lint {PINNED}", "types": {{\n{entries}\n}}}}\n'


def main(arguments: list[str]) -> int:
    """Write the index, or with ``--check`` compare it."""
    wanted = dict(namespace_files(load_rules(FOLDER)))
    present = {file.name for file in FOLDER.glob("*.json")}
    if "--check" in arguments:
        wrong = sorted(
            (present ^ wanted.keys())
            | {name for name in present & wanted.keys() if (FOLDER / name).read_text() != wanted[name]}
        )
        for name in wrong:
            print(f"{name} is not what the pinned schemas and the rules give: run 'make catalog'")
        return 1 if wrong else 0
    for name in present - wanted.keys():
        (FOLDER / name).unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text)
    print(f"{len(wanted) - 1} namespaces, {sum(map(len, wanted.values())):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
