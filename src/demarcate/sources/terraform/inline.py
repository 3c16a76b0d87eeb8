"""What stands inline in a Terraform resource and is a resource of its own in CloudFormation.

A queue's ``policy``, the ``route`` blocks of a route table, the ``vpc_id`` of an internet gateway. The mapping's
``makes`` says which; each such resource points at the one that it stands in.
"""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from demarcate.model import Unknown, Value
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
    value = instance.values.get(made.argument)
    if value in _NOTHING or (type(value) is Unknown and value.origin == COMPUTED):
        return
    level = level_of(made.type, made.properties)
    items = value if isinstance(value, list) and not made.whole else [value]
    for number, item in enumerate(items):
        at = f"{made.argument}[{number}]" if isinstance(value, list) and not made.whole else made.argument
        name = made.argument if len(items) == 1 else f"{made.argument} {number + 1}"
        filler = Filler(references, instance.lines)
        properties: dict[str, Value] = {}
        why: str | None = None
        if isinstance(item, dict):
            given = {key: each for key, each in item.items() if each not in _NOTHING}
            filler.fill(level, given, properties, properties, at)
        else:
            if type(item) is Unknown and not item.references:
                why = f"it is not known whether there is a {made.argument}: {item.why}"
            filler.fill(level, {made.argument: item}, properties, properties)
        for path, constant in made.fixed.items():
            store(properties, steps_of(path), constant)
        for path, attribute in made.own.items():
            store(properties, steps_of(path), own(attribute))
        yield Found(name, properties, filler, why)
