"""Takes the names of Terraform's types and arguments from the packages that CDK Terrain makes of the providers.

``python scripts/build_terraform.py AWS.tgz AWSCC.whl [OLDER.tgz …]`` writes ``src/demarcate/catalog/terraform/
types.json`` (every resource type and data source of the provider ``aws``) and ``arguments.json.gz``
beside it (arguments and attributes of each resource type of ``aws``, nested, with their kinds, and
the types of ``awscc``); ``--check`` compares instead. Fetch the packages with ``npm pack @cdktn/provider-aws`` and
``pip download --no-deps cdktn-provider-awscc``; older majors of ``@cdktf/provider-aws`` add what the provider has
dropped since, because old configurations still have it. Only names are taken: nothing of the packages' text is kept.
"""

import gzip
import io
import json
import re
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TYPES = ROOT / "src/demarcate/catalog/terraform/types.json"
SCHEMA = ROOT / "src/demarcate/catalog/terraform/arguments.json.gz"

_RESOURCE = re.compile(r"\btfResourceType = \"(\w+)\";")
_KIND = re.compile(r"class (\w+) extends (?:cdktn|cdktf)\.Terraform(Resource|DataSource)")
_PROVIDER = re.compile(r"providerVersion: '([\d.]+)'")
_FUNCTION = re.compile(r"^function (\w+)ToHclTerraform\(struct\) \{(.*?)^\}", re.M | re.S)
_OWN = re.compile(r"^    synthesizeHclAttributes\(\) \{(.*?)^    \}", re.M | re.S)
_ATTRIBUTE = re.compile(
    r"^ {8,12}(\w+): \{\s+value: (.*?),\n\s+isBlock: (true|false),\n\s+type: \"(\w+)\",\n"
    r"\s+storageClassType: \"(\w+)\",",
    re.M | re.S,
)
_STRUCT = re.compile(r"(?:\w+\.)?(\w+)ToHclTerraform\b")
_GETTER = re.compile(
    r"^    // (\w+) - computed: \w+, optional: (true|false), required: (true|false)\n"
    r"(?:    _\w+ = new .*\n|    _\w+;.*\n)?"
    r"    get \w+\(\) \{\n        return (?:\w+\.)?(\w+)",
    re.M,
)
_PLAIN = re.compile(r"\b(get\w+Attribute)\('(\w+)'\)")
_BLOCK = re.compile(r"this\._\w+ = new \w+\(this, \"(\w+)\"")
_SIMPLE = {"string": "string", "number": "number", "boolean": "boolean", "any": "any"}
_READ = {
    "getStringAttribute": "string", "getNumberAttribute": "number", "getBooleanAttribute": "boolean",
    "getListAttribute": ["string"], "getNumberListAttribute": ["number"], "getStringMapAttribute": {"map": "string"},
}  # fmt: skip
"""Kinds that getters of computed attributes show; any other is ``any``."""
_META = frozenset({"timeouts", "id"})


class _Shapes:
    """Objects of the schema, each kept once and named by its number."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, shape: Mapping[str, Any]) -> int:
        return self.numbers.setdefault(json.dumps(shape, sort_keys=True), len(self.numbers))

    def all(self) -> list[Any]:
        return [json.loads(each) for each in self.numbers]


def _kind(
    value: str, kind: str, storage: str, structs: Mapping[str, str], shapes: _Shapes, memo: dict[str, Any]
) -> Any:
    """An argument's kind: the name of a scalar, ``[kind]``, ``{"map": kind}``, or the number of an object's shape."""
    if kind == "simple":
        return _SIMPLE.get(storage, "any")
    if kind == "map" or storage.endswith("Map"):
        return {
            "map": "number"
            if storage.startswith("number")
            else "boolean"
            if storage.startswith("boolean")
            else "string"
        }
    found = [name for name in _STRUCT.findall(value) if name in structs]
    if found:
        inner = _struct(found[0], structs, shapes, memo)
        return inner if kind == "struct" and "listMapper" not in value else [inner]
    if storage.startswith("number"):
        return ["number"]
    return ["string"] if storage.startswith("string") else ["any"]


def _struct(name: str, structs: Mapping[str, str], shapes: _Shapes, memo: dict[str, Any]) -> Any:
    if name not in memo:
        memo[name] = "any"  # a structure inside of itself
        memo[name] = shapes.number(_attributes(structs[name], structs, shapes, memo))
    return memo[name]


def _attributes(text: str, structs: Mapping[str, str], shapes: _Shapes, memo: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _kind(value, kind, storage, structs, shapes, memo)
        for name, value, _, kind, storage in _ATTRIBUTE.findall(text)
    }


def _modules(package: Path) -> Iterator[str]:
    """The text of each resource and data source, with the structures that stand in files of their own."""
    texts: dict[str, str] = {}
    with tarfile.open(package) as archive:
        for member in archive:
            parts = member.name.split("/")
            if len(parts) < 4 or parts[1] != "lib" or not member.name.endswith(".js"):
                continue
            # older majors have a folder for a service, with a file for each type
            key = parts[2] if parts[3] in ("index.js", "index-structs") else member.name
            file = archive.extractfile(member)
            if file is not None:
                texts[key] = texts.get(key, "") + file.read().decode() + "\n"
    for name in sorted(texts):
        yield texts[name]


def read_aws(package: Path, shapes: _Shapes) -> tuple[str, dict[str, Any], set[str]]:
    """The provider's version; resource type → number of its shape (arguments) and computed attributes; data sources."""
    version, resources, data = "", {}, set()
    for text in _modules(package):
        found, name = _KIND.search(text), _RESOURCE.search(text)
        if found is None or name is None:
            continue
        version = version or next(iter(_PROVIDER.findall(text)), "") or "3"
        if found[2] == "DataSource":
            data.add(name[1])
            continue
        structs = dict(_FUNCTION.findall(text))
        own = _OWN.search(text)
        memo: dict[str, Any] = {}
        own_text = text[found.start() : text.find("\n}\n", found.start())]
        getters = _GETTER.findall(own_text)
        if own:
            arguments = _attributes(own[1], structs, shapes, memo)
        else:  # majors before 5 have no more than the getters
            read_only = {
                attribute for attribute, optional, required, _ in getters if "true" not in (optional, required)
            }
            arguments = {
                attribute: _READ.get(getter, "any")
                for getter, attribute in _PLAIN.findall(own_text)
                if attribute not in read_only
            }
            arguments.update({attribute: ["any"] for attribute in _BLOCK.findall(own_text)})
        computed = {
            attribute: _READ.get(getter, "any") for attribute, *_, getter in getters if attribute not in arguments
        }
        resources[name[1]] = [
            shapes.number({each: kind for each, kind in arguments.items() if each not in _META}),
            computed,
        ]
    return version, resources, data


def read_awscc(package: Path) -> set[str]:
    """Resource types of the provider for AWS Cloud Control."""
    with zipfile.ZipFile(package) as archive:
        modules = {
            parts[1]
            for name in archive.namelist()
            if len(parts := name.split("/")) == 3 and parts[2] == "__init__.py" and not parts[1].startswith("_")
        }
    return {f"awscc_{each}" for each in modules if not each.startswith("data_awscc_") and each != "provider"}


def _add_arguments(entry: list[Any], number: int, shapes: _Shapes) -> None:
    """Add what an older major had at the top of a type and the newest has not."""
    known, old = (json.loads(list(shapes.numbers)[each]) for each in (entry[0], number))
    for name, kind in old.items():
        known.setdefault(name, kind)
    entry[0] = shapes.number(known)


def files(aws: Path, awscc: Path, older: list[Path]) -> dict[Path, bytes]:
    """What the packages give: file → content."""
    shapes = _Shapes()
    version, resources, data = read_aws(aws, shapes)
    former: dict[str, Any] = {}
    before: dict[str, str] = {}
    for package in older:
        old_version, old, _ = read_aws(package, shapes)
        for name, (number, computed) in old.items():
            if name not in resources:
                former.setdefault(name, [number, computed])
                before.setdefault(name, old_version)
            else:
                _add_arguments(resources[name], number, shapes)
    cc = read_awscc(awscc)
    types = {
        "source": f"provider aws {version}, and of older majors what it has dropped; awscc {_wheel_version(awscc)}",
        "aws": sorted(resources),
        "aws_former": {name: before[name] for name in sorted(former)},
        "aws_data": sorted(data),
    }
    schema = {
        "source": types["source"],
        "awscc": sorted(cc),
        "types": dict(sorted({**former, **resources}.items())),
        "shapes": shapes.all(),
    }
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0, filename="") as file:
        file.write(json.dumps(schema, separators=(",", ":")).encode())
    return {TYPES: (json.dumps(types, indent=0) + "\n").encode(), SCHEMA: packed.getvalue()}


def _wheel_version(package: Path) -> str:
    return package.name.split("-")[1]


def main(arguments: list[str]) -> int:
    """Write the files, or with ``--check`` compare them."""
    packages = [Path(each) for each in arguments if each != "--check"]
    wheels = [each for each in packages if each.suffix == ".whl"]
    tarballs = [each for each in packages if each.suffix == ".tgz"]
    if len(wheels) != 1 or not tarballs:
        print(__doc__)
        return 2
    wanted = files(tarballs[0], wheels[0], tarballs[1:])
    if "--check" in arguments:
        wrong = [file.name for file, content in wanted.items() if not file.is_file() or file.read_bytes() != content]
        print(*(f"{name} is not what the packages give" for name in wrong), sep="\n")
        return 1 if wrong else 0
    for file, content in wanted.items():
        file.write_bytes(content)
        print(f"{file.name}: {len(content):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
