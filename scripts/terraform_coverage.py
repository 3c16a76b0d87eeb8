"""Lists what the Terraform mapping leaves open.

``python scripts/terraform_coverage.py [SERVICE …]`` prints, for each Terraform type of the services (all, if none is
named), the properties that a control or an offering reads and no argument gives; with ``--arguments`` also the
arguments that go nowhere without the mapping saying so, and with ``--all`` where each argument goes.
"""

import sys

from demarcate.catalog import catalog, stem_of
from demarcate.catalog.check_terraform import (
    cloudformation_types,
    lost_arguments,
    paths,
    targets_of,
    uncovered,
)
from demarcate.sources.terraform.arguments import arguments_of, attributes_of
from demarcate.sources.terraform.mapping import Mapped, Mappings


def base_of(entry: Mapped) -> str:
    """Where the arguments of a setting go in its parent."""
    return (entry.to or "").replace("[]", "")


def main(arguments: list[str]) -> int:
    """Print what is open."""
    mappings = Mappings()
    data = catalog()
    wanted = {each for each in arguments if not each.startswith("--")}
    open_paths: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for name, type_name, path, reader in uncovered(data, mappings):
        open_paths.setdefault((name, type_name), []).append((path, reader))
    for name in mappings.types():
        entry = mappings.entry(name)
        if entry is None or not cloudformation_types(entry):
            continue
        type_name = cloudformation_types(entry)[0]
        if wanted and stem_of(type_name) not in wanted:
            continue
        lines = [f"  READ {path}  ({reader})" for path, reader in open_paths.get((name, type_name), ())]
        every = (
            paths(targets_of(entry, type_name), arguments_of(name), "", base_of(entry)) if "--all" in arguments else ()
        )
        lines += [f"  {each.argument} -> {each.target}" for each in every if each.target is not None]
        if {"--arguments", "--all"} & set(arguments):
            lines += [f"  ARG {each}" for each in lost_arguments(entry, name)]
        if lines:
            print(name, "->", type_name, "; computed:", *sorted(attributes_of(name)) if "--all" in arguments else ())
            print(*lines, sep="\n")
    print(sum(map(len, open_paths.values())), "properties are read and not given")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
