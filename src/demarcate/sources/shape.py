"""CloudFormation's shape, exactly: scalars of the type that the schema gives them, and no property that is ``null``.

CloudFormation takes ``"true"`` for ``true`` and ``"80"`` for ``80``, and the other way round; later stages need not.
"""

from demarcate.catalog.property_index import Scalar, ScalarTree, scalars_of
from demarcate.model import Value

_NOTHING: ScalarTree = {}
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
            pending.extend((each, tree) for each in item if isinstance(each, dict | list))
        elif isinstance(item, dict):
            absent = []
            for name, each in item.items():
                if each is None:
                    absent.append(name)
                    continue
                kind = tree.get(name)
                if isinstance(each, dict | list):
                    if isinstance(kind, Scalar):
                        item[name] = _scalar_list(each, kind)
                    else:
                        pending.append((each, kind or _NOTHING))
                elif kind is not None and isinstance(kind, Scalar):
                    item[name] = scalar(each, kind)
            for name in absent:
                del item[name]


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
