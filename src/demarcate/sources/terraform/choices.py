"""Choices between blocks: what is made of a block is made of each that may be chosen."""

from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Final

import msgspec

from demarcate.model import NO_VALUE, Unknown, Value

MAX_CHOICES: Final = 4
"""How many choices among some blocks are told apart."""


def is_choice(value: Value) -> bool:
    """Whether a value is a choice between two."""
    return type(value) is Unknown and value.cases is not None


def chosen(value: Unknown, one: Value, other: Value) -> Value:
    """The same choice between other values."""
    assert value.cases is not None
    if one is NO_VALUE and other is NO_VALUE:
        return NO_VALUE
    absent = any(each is NO_VALUE or (type(each) is Unknown and each.maybe_absent) for each in (one, other))
    return msgspec.structs.replace(value, cases=(value.cases[0], one, other), maybe_absent=absent)


def over(value: Value, change: Callable[[Value], Value]) -> Value:
    """A value changed; of a choice, what may be chosen."""
    if type(value) is Unknown and value.cases is not None:
        one, other = (NO_VALUE if each is NO_VALUE else over(each, change) for each in value.cases[1:])
        return chosen(value, one, other)
    return change(value)


def items(value: Value) -> list[Value]:
    """The items of a list, one alone, or those of a choice between lists: each a choice that may be of nothing."""
    if value is None or value is NO_VALUE:
        return []
    if type(value) is Unknown and value.cases is not None:
        one, other = (items(each) for each in value.cases[1:])
        return [chosen(value, first, second) for first, second in zip_longest(one, other, fillvalue=NO_VALUE)]
    if isinstance(value, list):
        return [item for each in value for item in (items(each) if is_choice(each) else [each])]
    return [value]


def alternatives(value: Value) -> list[Value]:
    """What may be chosen, nothing left out; a value that is no choice alone."""
    if type(value) is Unknown and value.cases is not None:
        return [part for each in value.cases[1:] if each is not NO_VALUE for part in alternatives(each)]
    return [value]


def spread(blocks: Sequence[Value], make: Callable[[Sequence[Value]], Value], depth: int = 0) -> Value:
    """What is made of blocks together; where one is a choice, a choice between what is made with each."""
    for place, each in enumerate(blocks):
        if type(each) is not Unknown or each.cases is None:
            continue
        if depth >= MAX_CHOICES:
            return Unknown(each.why, each.references, maybe_absent=True, origin=each.origin)
        one, other = (
            spread([*blocks[:place], *([] if part is NO_VALUE else [part]), *blocks[place + 1 :]], make, depth + 1)
            for part in each.cases[1:]
        )
        return chosen(each, NO_VALUE if one is None else one, NO_VALUE if other is None else other)
    return make(blocks)
