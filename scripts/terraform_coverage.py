"""Lists what the Terraform mapping leaves open.

``python scripts/terraform_coverage.py [SERVICE …]`` prints, for each Terraform type of the services (all, if none is
named), the properties that a control or an offering reads and no argument gives; with ``--arguments`` also the
arguments that go nowhere without the mapping saying so, and with ``--all`` where each argument goes.
"""

import sys

from demarcate.catalog import catalog, stem_of
from demarcate.catalog.check_terraform import (
    IGNORED_ARGUMENTS,
    cloudformation_types,
    paths,
    targets_of,
    uncovered,
)
from demarcate.sources.terraform.arguments import arguments_of, attributes_of
from demarcate.sources.terraform.mapping import Mapped, Mappings, PropertySpec


def said(entry: Mapped, argument: str) -> bool:
    """Whether the mapping says itself that an argument goes nowhere, or what it does instead of setting a property."""
    top = argument.partition(".")[0]
    other = {made.argument for made in entry.makes} | {given.argument for given in entry.gives}
    if top in other or (entry.variant is not None and argument == entry.variant.argument):
        return True
    specs = entry.properties
    for part in argument.split("."):
        if part not in specs:
            return False
        spec = specs[part]
        if spec is None:
            return True
        specs = spec.properties if isinstance(spec, PropertySpec) else {}
    return False


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
        for each in paths(targets_of(entry, type_name), arguments_of(name), "", base_of(entry)):
            if "--all" in arguments and each.target is not None:
                lines.append(f"  {each.argument} -> {each.target}")
            own = each.argument in (*entry.parent_arguments().values(), *entry.match, *IGNORED_ARGUMENTS)
            shown = bool({"--arguments", "--all"} & set(arguments)) and not own
            if shown and each.target is None and not said(entry, each.argument):
                lines.append(f"  ARG {each.argument}")
        if lines:
            print(name, "->", type_name, "; computed:", *sorted(attributes_of(name)) if "--all" in arguments else ())
            print(*lines, sep="\n")
    print(sum(map(len, open_paths.values())), "properties are read and not given")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
