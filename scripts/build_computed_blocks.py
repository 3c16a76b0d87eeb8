"""Takes from Pulumi's package of the AWS provider which blocks the provider computes where nobody writes them.

``python scripts/build_computed_blocks.py pulumi-aws.tgz`` (``npm pack @pulumi/aws``) writes ``src/demarcate/catalog/
terraform/computed_blocks.json``: Terraform type → its optional blocks that a plan shows as known after apply when they
are not written. Pulumi says it by an input that may be left out and an output that is always there. Its resources are
found by the names of their inputs, as the package does not say Terraform's; only names are taken.
"""

import json
import re
import sys
import tarfile
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

from demarcate.catalog.check_terraform import provider_types
from demarcate.sources.terraform.arguments import arguments_of, block_of

FILE = Path(__file__).resolve().parent.parent / "src/demarcate/catalog/terraform/computed_blocks.json"
_OUTPUT = re.compile(r"^    readonly (\w+): pulumi\.Output<outputs\.[\w.]+(?:\[\])?>;", re.M)
_INPUT = re.compile(r"^    (\w+)(\??): pulumi\.Input<", re.M)
_CLASS = re.compile(r"^export declare class (\w+) extends pulumi\.CustomResource", re.M)
_LEAST = 0.7


def plain(name: str) -> str:
    """A name without case, underscores and the plural."""
    text = name.replace("_", "").lower()
    if text.endswith("ies"):
        return f"{text[:-3]}y"
    return text[:-2] if text.endswith(("sses", "xes")) else text.removesuffix("s")


def classes(package: Path) -> Iterator[tuple[str, set[str], set[str]]]:
    """Each resource: what its file is called, its inputs, and which of them it always gives though they may be left
    out."""
    with tarfile.open(package) as archive:
        for member in archive:
            parts = member.name.removesuffix(".d.ts").split("/")
            file = archive.extractfile(member) if member.name.endswith(".d.ts") and len(parts) == 3 else None
            text = file.read().decode() if file is not None else ""
            found = _CLASS.search(text)
            arguments = text.partition(f"export interface {found[1]}Args " if found else "\0")[2]
            if found is None or not arguments:
                continue
            inputs = dict(_INPUT.findall(arguments))
            given = {plain(name) for name in _OUTPUT.findall(text) if inputs.get(name) == "?"}
            yield f"aws{parts[1]}{found[1]}".lower(), {plain(name) for name in inputs}, given


def computed(package: Path) -> dict[str, list[str]]:
    """Terraform type → its blocks that the provider computes."""
    known = list(classes(package))
    found: dict[str, list[str]] = {}
    for name in sorted(provider_types().aws):
        arguments = arguments_of(name)
        blocks = {each for each, kind in arguments.items() if block_of(kind) is not None}
        own = {plain(each) for each in arguments} - {"tagsall"}
        if not blocks:
            continue
        scored = [
            (len(own & inputs) / len(own | inputs), SequenceMatcher(None, name.replace("_", ""), file).ratio(), given)
            for file, inputs, given in known
        ]
        score, _, given = max(scored, key=lambda each: each[:2])
        some = sorted(each for each in blocks if plain(each) in given)
        if score >= _LEAST and some:
            found[name] = some
    return found


def main() -> None:
    """Write the file."""
    package = Path(sys.argv[1])
    version = re.search(r"-(\d[\d.]*)\.tgz$", package.name)
    data = {"source": f"@pulumi/aws {version[1] if version else ''}".strip(), "types": computed(package)}
    FILE.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    print(f"{len(data['types'])} types")


if __name__ == "__main__":
    main()
