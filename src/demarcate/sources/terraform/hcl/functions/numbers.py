"""Functions of numbers."""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from demarcate.model import Value
from demarcate.sources.terraform.hcl.functions.calls import Function
from demarcate.sources.terraform.hcl.operations import Number, on_numbers, to_number
from demarcate.sources.terraform.hcl.values import EvaluationError


def _whole(value: float) -> Number:
    if not math.isfinite(value):
        raise EvaluationError("a number past all measure")
    return int(value) if value.is_integer() else value


def _of_number(function: Callable[[Any], Value]) -> Callable[[Value], Value]:
    return lambda value: function(to_number(value))


def _logarithm(value: Value, base: Value) -> Value:
    return _whole(math.log(to_number(value)) / math.log(to_number(base)))


def _power(value: Value, exponent: Value) -> Value:
    one, other = to_number(value), to_number(exponent)
    if isinstance(one, int) and isinstance(other, int) and other >= 0:
        if one.bit_length() * other > 2_000:
            raise EvaluationError("a number past all measure")
        return one**other
    return _whole(float(one) ** float(other))


def _parse(text: Value, base: Value) -> Value:
    number = to_number(base)
    if not 2 <= number <= 62 or not isinstance(text, str) or len(text) > 400 or "_" in text or text != text.strip():
        raise EvaluationError(f"{text!r} is no number to base {number}")
    if number <= 36:
        return int(text, number)
    digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[:number]
    result = 0
    for digit in text.lstrip("-"):
        result = result * number + digits.index(digit)
    return -result if text.startswith("-") else result


def _sum(values: Value) -> Value:
    if not values:
        raise EvaluationError("the sum of nothing")
    total: Value = 0
    for each in values:
        total = on_numbers("+", total, each)
    return total


def _most(*values: Value) -> Value:
    return max(to_number(each) for each in values)


def _least(*values: Value) -> Value:
    return min(to_number(each) for each in values)


def _range(*values: Value) -> Value:
    numbers = [to_number(each) for each in values]
    start, limit = (0, numbers[0]) if len(numbers) == 1 else numbers[:2]
    step = numbers[2] if len(numbers) == 3 else (1 if start <= limit else -1)
    if step == 0 or ((step > 0) != (limit >= start) and limit != start):
        raise EvaluationError("range never ends")
    made: list[Value] = []
    value = start
    while (value < limit) if step > 0 else (value > limit):
        if len(made) >= 1_024:
            raise EvaluationError("range gives more than 1,024 numbers")
        made.append(value)
        value = on_numbers("+", value, step)
    return made


NUMBERS: Final[Mapping[str, Function]] = {
    "abs": Function(_of_number(abs), 1, 1),
    "ceil": Function(_of_number(math.ceil), 1, 1),
    "floor": Function(_of_number(math.floor), 1, 1),
    "signum": Function(_of_number(lambda value: (value > 0) - (value < 0)), 1, 1),
    "log": Function(_logarithm, 2, 2),
    "pow": Function(_power, 2, 2),
    "parseint": Function(_parse, 2, 2),
    "max": Function(_most, 1, 1_000),
    "min": Function(_least, 1, 1_000),
    "sum": Function(_sum, 1, 1),
    "range": Function(_range, 1, 3),
}
