"""Expressions of the catalogue: a subset of CEL, three-valued."""

from demarcate.expressions.evaluate import Subject, compile_expression, equal, truth
from demarcate.expressions.parser import names, parse

__all__ = ["Subject", "compile_expression", "equal", "names", "parse", "truth"]
