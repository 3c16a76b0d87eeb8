"""Expressions of the catalogue: a subset of CEL, three-valued, compiled to Python code (docs/expressions.md)."""

from collections.abc import Callable
from functools import cache

from demarcate.expressions.codegen import Writer, compiled, function_source, load
from demarcate.expressions.parser import names, parse
from demarcate.expressions.runtime import equal
from demarcate.expressions.subject import Neighbours, Subject
from demarcate.expressions.unknowns import truth
from demarcate.model import Value

__all__ = ["Neighbours", "Subject", "Writer", "compile_expression", "equal", "names", "parse", "truth"]


@cache
def compile_expression(text: str, where: str = "") -> Callable[[Subject], Value]:
    """A function from a :class:`Subject` to the expression's value (an :class:`Unknown` where it cannot be decided).

    Raises :class:`ExpressionError` for a text outside the documented subset. The returned function raises nothing.
    """
    writer = Writer("")
    result = writer.value(text, where)
    source = function_source("evaluate", "s", [*writer.body(), f"return {result}"])
    return load(compiled(source, where or "expression"))["evaluate"]
