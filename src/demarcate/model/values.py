"""Property values. What a source cannot know is a value of its own, :class:`Unknown`, that carries why."""

from typing import Any, Final, TypeAlias

import msgspec

Value: TypeAlias = Any
"""A property value in CloudFormation's shape: ``str``, ``bool``, ``int``, ``float``, ``None``, ``list``, ``dict`` with
string keys, or :class:`Unknown` at any depth."""


class Reference(msgspec.Struct, frozen=True):
    """A use of another resource: its ``resource`` id in the estate and the ``attribute`` read (``Ref``, ``Arn``, …)."""

    resource: str
    attribute: str


class Unknown(msgspec.Struct, frozen=True):
    """A value that the source cannot tell.

    ``why`` is a sentence for people; ``references`` the resources whose attributes make up the value; ``text`` the
    literal text as far as it is written down (``${Bucket}`` stands where a part is not known), ``None`` if none is;
    ``maybe_absent`` says that the property may not be there at all; ``origin`` where the value comes from
    (``reference``, ``parameter``, ``no-echo``, ``no-echo-default``, ``secret``, ``ssm``, ``pseudo``, ``deployment``;
    empty if that is not known either). ``open`` says that what is not written in ``text`` may be anything; else it
    stands for references to resources, whose names and ARNs look like no constant that one compares them with.
    ``cases`` is there for a choice between two values: the id of the condition in the estate, the value where it holds,
    and the other; each may be :data:`NO_VALUE`, or unknown itself.
    """

    why: str
    references: tuple[Reference, ...] = ()
    text: str | None = None
    maybe_absent: bool = False
    origin: str = ""
    open: bool = True
    cases: tuple[str, Value, Value] | None = None


class _NoValue:
    """The type of :data:`NO_VALUE`."""

    def __repr__(self) -> str:
        return "NO_VALUE"


NO_VALUE: Final = _NoValue()
"""What ``AWS::NoValue`` resolves to: the property that holds it is left out."""


def is_unknown(value: Value) -> bool:
    """Whether the value itself (not a part of it) is unknown."""
    return isinstance(value, Unknown)


def contains_unknown(value: Value) -> bool:
    """Whether the value or any part of it is unknown."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, Unknown):
            return True
        if isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return False
