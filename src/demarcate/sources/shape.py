"""CloudFormation's shape, exactly: scalars of the type that the schema gives them, and no property that is ``null``.

CloudFormation takes ``"true"`` for ``true`` and ``"80"`` for ``80``, and the other way round; later stages need not.
"""

import msgspec

from demarcate.catalog.property_index import Scalar, ScalarTree, scalars_of
from demarcate.model import Unknown, Value

_NOTHING: ScalarTree = {}
_STRING = Scalar.STRING  # an enum's member is looked up slowly, and this one is asked for of every text
_BOOLEANS = {"true": True, "false": False}


def shaped(type_name: str, properties: dict[str, Value]) -> dict[str, Value]:
    """The properties of a resource with scalars as its schema has them; changed in place where need be."""
    _shape(properties, scalars_of(type_name))
    return properties


def _shape(value: Value, wanted: ScalarTree) -> None:
    pending: list[tuple[Value, ScalarTree]] = [(value, wanted)]
    while pending:
        item, tree = pending.pop()
        if isinstance(item, list):
            for number, each in enumerate(item):
                if isinstance(each, dict | list):
                    pending.append((each, tree))
                elif type(each) is Unknown and each.cases is not None:
                    item[number] = _shaped_cases(each, tree, pending)
        elif isinstance(item, dict):
            absent = []
            for name, each in item.items():
                if each is None:
                    absent.append(name)
                    continue
                kind = tree.get(name)
                if type(each) is str:
                    if kind is not _STRING and isinstance(kind, Scalar):
                        item[name] = scalar(each, kind)
                elif isinstance(each, dict | list):
                    if isinstance(kind, Scalar):
                        item[name] = _scalar_list(each, kind)
                    else:
                        pending.append((each, kind or _NOTHING))
                elif type(each) is Unknown:
                    if each.cases is not None:
                        item[name] = _shaped_cases(each, kind or _NOTHING, pending)
                elif isinstance(kind, Scalar):
                    item[name] = scalar(each, kind)
            for name in absent:
                del item[name]


def _shaped_cases(value: Unknown, kind: Scalar | ScalarTree, pending: list[tuple[Value, ScalarTree]]) -> Unknown:
    """An unknown choice with both of its values in shape."""
    assert value.cases is not None
    condition, *values = value.cases
    shaped_values: list[Value] = []
    for each in values:
        if type(each) is Unknown:
            shaped_values.append(each if each.cases is None else _shaped_cases(each, kind, pending))
        elif isinstance(kind, Scalar):
            shaped_values.append(_scalar_list(each, kind) if isinstance(each, list) else scalar(each, kind))
        else:
            if isinstance(each, dict | list):
                pending.append((each, kind))
            shaped_values.append(each)
    one, other = shaped_values
    return msgspec.structs.replace(value, cases=(condition, one, other))


def _scalar_list(value: Value, kind: Scalar) -> Value:
    return [scalar(each, kind) for each in value] if isinstance(value, list) else value


def scalar(value: Value, kind: Scalar) -> Value:
    """A value as a scalar of a kind, or as it is where it cannot be one."""
    if kind is Scalar.BOOLEAN:
        return _BOOLEANS.get(value.lower(), value) if isinstance(value, str) else value
    if kind is Scalar.STRING:
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value) if isinstance(value, int | float) else value
    if isinstance(value, str):
        try:
            return int(value) if kind is Scalar.INTEGER else float(value)
        except ValueError:
            return value
    return value
