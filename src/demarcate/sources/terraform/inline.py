"""What stands inline in a Terraform resource and is a resource of its own in CloudFormation.

A queue's ``policy``, the ``route`` blocks of a route table, the ``vpc_id`` of an internet gateway. The mapping's
``makes`` says which; each such resource points at the one that it stands in.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from demarcate.model import Unknown, Value
from demarcate.sources.terraform.choices import alternatives, is_choice, items
from demarcate.sources.terraform.filling import Filler, store
from demarcate.sources.terraform.instances import Instance
from demarcate.sources.terraform.mapping import Made
from demarcate.sources.terraform.plan import COMPUTED
from demarcate.sources.terraform.references import References
from demarcate.sources.terraform.rules import level_of, steps_of

_NOTHING: Final[tuple[Value, ...]] = (None, "", [], {})


class Found(NamedTuple):
    """A resource that an argument makes: what tells it apart (``name``), its ``properties``, the ``filler`` that has
    their lines, and why it is ``uncertain`` that it exists."""

    name: str
    properties: dict[str, Value]
    filler: Filler
    uncertain: str | None


def made_of(made: Made, instance: Instance, references: References, own: Callable[[str], Value]) -> Iterator[Found]:
    """The resources that one argument makes; ``own`` is the resource that it stands in, as a value of an attribute.

    A list makes one resource an item (if the mapping says ``whole``, one of all). An argument of a plan that is not
    written makes none.
    """
    value, where = _found(made.argument, instance.values)
    if value in _NOTHING or (type(value) is Unknown and value.origin == COMPUTED):
        return
    level = level_of(made.type, made.properties)
    own_name = made.argument.rpartition(".")[2]
    several: list[tuple[Value, str | None]] = [(value, None)]
    if not made.whole:
        several = []
        for item in items(value):
            parts = alternatives(item)
            if is_choice(item) and any(isinstance(each, dict) for each in parts):  # each is there, perhaps
                several += [(each, f"it is not known whether there is this {own_name}: {item.why}") for each in parts]
            else:
                several.append((item, None))
    for number, (item, doubt) in enumerate(several):
        at = f"{where}[{number}]" if isinstance(value, list) and not made.whole else where
        name = own_name if len(several) == 1 else f"{own_name} {number + 1}"
        filler = Filler(references, instance.lines)
        properties: dict[str, Value] = {}
        why = doubt
        if isinstance(item, dict):
            given = {key: each for key, each in item.items() if each not in _NOTHING}
            filler.fill(level, given, properties, properties, at)
        else:
            if type(item) is Unknown and not item.references:
                why = f"it is not known whether there is a {own_name}: {item.why}"
            filler.fill(level, {own_name: item}, properties, properties)
        for path, constant in made.fixed.items():
            store(properties, steps_of(path), constant)
        for path, attribute in made.own.items():
            store(properties, steps_of(path), own(attribute))
        yield Found(name, properties, filler, why)


def _found(argument: str, values: Mapping[str, Value]) -> tuple[Value, str]:
    """The value of an argument, which may stand inside of blocks (``a.b``), and its place."""
    *blocks, last = argument.split(".")
    where = ""
    for each in blocks:
        value = values.get(each)
        where += f"{each}[0]." if isinstance(value, list) else f"{each}."
        value = value[0] if isinstance(value, list) and value else value
        if not isinstance(value, dict):
            return (value if type(value) is Unknown else None), where + last
        values = value
    return values.get(last), where + last
