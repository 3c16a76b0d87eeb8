"""Expressions of the catalogue: a subset of CEL, three-valued, compiled to Python code (docs/expressions.md).

What compiles (``Writer``, ``names``, ``parse``) is imported when it is asked for: most runs find all compiled.
"""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from demarcate.expressions.loading import load
from demarcate.expressions.runtime import equal
from demarcate.expressions.subject import Neighbours, Subject
from demarcate.expressions.unknowns import truth
from demarcate.model import Value

if TYPE_CHECKING:
    from demarcate.expressions.codegen import Writer
    from demarcate.expressions.parser import names, parse

__all__ = ["Neighbours", "Subject", "Writer", "compile_expression", "equal", "names", "parse", "truth"]


@cache
def compile_expression(text: str, where: str = "") -> Callable[[Subject], Value]:
    """A function from a :class:`Subject` to the expression's value (an :class:`Unknown` where it cannot be decided).

    Raises :class:`ExpressionError` for a text outside the documented subset. The returned function raises nothing.
    """
    from demarcate.expressions.codegen import Writer, compiled, function_source

    writer = Writer("")
    result = writer.value(text, where)
    source = function_source("evaluate", "s", [*writer.body(), f"return {result}"])
    return load(compiled(source, where or "expression"))["evaluate"]


def __getattr__(name: str) -> Any:
    if name == "Writer":
        from demarcate.expressions.codegen import Writer

        return Writer
    if name in ("names", "parse"):
        from demarcate.expressions import parser

        return getattr(parser, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
