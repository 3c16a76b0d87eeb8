"""Draws a random sample of property paths for labelling by hand, blind: it never asks the rules for a label.

``python scripts/sample_properties.py --seed 2 --types 200 --per-type 3`` draws types uniformly from the pinned schemas
and up to three paths uniformly from the paths of each, and prints them with what the schema says of them;
``--except-draw 1:130`` leaves out the types that ``--seed 1 --types 130`` (with the exceptions named before it) draws.
The same arguments give the same sample.
"""

import argparse
import json
import random
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from build_properties import _Expander, schemas
from property_rules import DEFAULT, Context, Rules

DESCRIPTION = 160


class _Recorder(Rules):
    """Stands in for the rules: keeps every property it is asked about, and gives no label."""

    def __init__(self) -> None:
        super().__init__((), {}, [DEFAULT])
        self.seen: list[Context] = []

    def responsibility(self, context: Context) -> str:
        """The default for everything; the property is kept."""
        self.seen.append(context)
        return DEFAULT


def contexts_of(type_name: str, schema: Mapping[str, Any]) -> list[Context]:
    """Every property of a type, as the rules would see it, in the schema's order."""
    recorder = _Recorder()
    _Expander(type_name, schema, recorder).trie()
    return recorder.seen


def draw_types(names: Iterable[str], seed: int, count: int) -> tuple[list[str], random.Random]:
    """``count`` of the names in the order of the draw, and the source to go on drawing from."""
    source = random.Random(seed)  # noqa: S311 (a reproducible draw, not a secret)
    ordered = sorted(names)
    return source.sample(ordered, min(count, len(ordered))), source


def sample(
    every: Mapping[str, Mapping[str, Any]],
    *,
    seed: int,
    types: int,
    per_type: int,
    without: Iterable[tuple[int, int]] = (),
) -> Iterator[tuple[str, list[Context]]]:
    """The sampled types, in the order of the draw, each with its sampled paths in the schema's order."""
    names = set(every)
    for earlier, count in without:
        names -= set(draw_types(names, earlier, count)[0])
    drawn, source = draw_types(names, seed, types)
    for name in drawn:
        found = contexts_of(name, every[name])
        chosen = sorted(source.sample(range(len(found)), min(per_type, len(found))))
        if chosen:
            yield name, [found[each] for each in chosen]


def _lines(type_name: str, contexts: list[Context]) -> Iterator[str]:
    yield f"{type_name}:"
    for each in contexts:
        text = textwrap.shorten(each.description, DESCRIPTION, placeholder=" …")
        form = f", format: {each.format}" if each.format else ""
        yield f"  {each.path}:  # {each.value_type or 'any'}{form}, {json.dumps(text, ensure_ascii=False)}"


def _draw(text: str) -> tuple[int, int]:
    seed, _, count = text.partition(":")
    return int(seed), int(count)


def main(arguments: list[str]) -> int:
    """Print the sample."""
    parser = argparse.ArgumentParser(description="Draw a random sample of property paths for labelling by hand.")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--types", type=int, default=200)
    parser.add_argument("--per-type", type=int, default=3)
    parser.add_argument("--except-draw", type=_draw, action="append", default=[], metavar="SEED:TYPES")
    options = parser.parse_args(arguments)
    drawn = sample(
        schemas(), seed=options.seed, types=options.types, per_type=options.per_type, without=options.except_draw
    )
    for type_name, contexts in drawn:
        print("\n".join(_lines(type_name, contexts)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
