"""What an expression is evaluated in."""

import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from demarcate.model import Value
from demarcate.sources.terraform.hcl.values import TooLargeError, plain_value, tells, unknown_in


class Budget:
    """The steps of evaluation that are left; what would go past them becomes unknown.

    ``doubts`` are the items that were taken so far of what may have none, for ``try`` and ``can``: an error, perhaps.
    """

    __slots__ = ("_told", "doubts", "left")

    def __init__(self, steps: int) -> None:
        self.left = steps
        self.doubts: list[str] = []
        self._told = 0

    def mark(self, *values: Value) -> str:
        """What tells values from others in the name of a condition; each time another if they do not tell it."""
        finished = [plain_value(each) for each in values]
        if all(tells(each) for each in unknown_in(finished)):
            return sha256(repr(finished).encode("utf-8", "replace")).hexdigest()[:8]
        self._told += 1
        return f"?{self._told}"

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

    def kind_of(self, path: tuple[str, ...]) -> str | None:
        """The kind of what stands at a path from ``var`` by the types that are declared; ``None`` if they do not tell.
        Raises nothing."""

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

    def condition(self, text: str) -> str:
        """The name of a condition. Two with one name are one condition, so what differs between the places that a text
        stands in is a part of it: the keys of instances and rounds, and a mark of the values that it uses."""
        if not any(each in text for each in self.names):
            return f"{self.module.prefix}{text}"
        rest = _KEYS.sub("", text)
        words = frozenset(_WORD.findall(rest))
        used = [value for name, value in self.names.items() if name in words]
        mark = f" #{self.module.budget.mark(*used)}" if used else ""
        return f"{self.module.prefix}{text}{self.label}{mark}"


_KEYS: Final = re.compile(r"\b(?:each\.key|count\.index)\b")
_WORD: Final = re.compile(r"[^\W\d][\w-]*")


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
