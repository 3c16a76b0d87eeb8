"""What an expression is evaluated in."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol, TypeAlias

from demarcate.model import Value
from demarcate.sources.terraform.hcl.values import TooLargeError


class Budget:
    """The steps of evaluation that are left; what would go past them becomes unknown.

    ``doubts`` are the items that were taken so far of what may have none, for ``try`` and ``can``: an error, perhaps.
    """

    __slots__ = ("doubts", "left")

    def __init__(self, steps: int) -> None:
        self.left = steps
        self.doubts: list[str] = []

    def spend(self, steps: int) -> None:
        """Take steps. Raises :class:`TooLargeError` if there are none left."""
        self.left -= steps
        if self.left < 0:
            raise TooLargeError("more steps of evaluation than are done for one configuration")


class Names(Protocol):
    """A module as its expressions see it. Every method raises :class:`EvaluationError` for what is not declared."""

    budget: Budget
    folder: Path
    root_folder: Path
    readable: tuple[Path, ...]
    shown_folder: str
    prefix: str

    def variable(self, name: str) -> Value:
        """``var.name``."""

    def local(self, name: str) -> Value:
        """``local.name``."""

    def call(self, name: str) -> Value:
        """``module.name``."""

    def resource(self, mode: str, kind: str, name: str) -> Value:
        """A resource or data source: an :class:`Opaque`, or a list or dict of them."""

    def workspace(self) -> Value:
        """``terraform.workspace``."""


class Scope:
    """A module and the names that stand only here: ``each``, ``count``, ``self`` and the variables of ``for``.

    ``label`` tells conditions with the same text in different scopes apart.
    """

    __slots__ = ("label", "module", "names")

    def __init__(self, module: Names, names: Mapping[str, Value], label: str = "") -> None:
        self.module = module
        self.names = names
        self.label = label

    def having(self, names: Mapping[str, Value], label: str) -> "Scope":
        """This scope with more names."""
        return Scope(self.module, {**self.names, **names}, self.label + label)


Evaluate: TypeAlias = Callable[[Scope], Value]
"""A compiled expression. Raises :class:`EvaluationError` or :class:`TooLargeError`."""


class Constant:
    """A compiled expression whose value is written down."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value

    def __call__(self, scope: Scope) -> Value:
        """The value, whatever the scope."""
        return self.value
