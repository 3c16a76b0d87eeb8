"""How far the two sides of the pairs agree in their properties, whether a control reads them or not.

They need not agree in all: what one side leaves out the provider sends as its default, and a text may be written in
base64. References count as equal where they lead to the same resource.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.equivalence.test_pairs import ALL

from demarcate.model import Unknown
from demarcate.sources import ReadOptions, read

OPTIONS = ReadOptions(region="eu-west-1", account="111122223333")
LEAST = 0.95
MISSING = object()


def _plain(value: Any, names: dict[str, str]) -> Any:
    if type(value) is Unknown:
        return [names.get(each.resource, each.resource) for each in value.references] or "?"
    if isinstance(value, dict):
        return {key: _plain(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return sorted((_plain(each, names) for each in value), key=lambda each: json.dumps(each, sort_keys=True))
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return _plain(json.loads(value), names)
        except ValueError:
            return value
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _compared(one: Any, other: Any) -> Iterator[bool]:
    """Whether each leaf agrees."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in {*one, *other}:
            yield from _compared(one.get(key, MISSING), other.get(key, MISSING))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for left, right in zip(one, other, strict=True):
            yield from _compared(left, right)
    else:
        yield one == other or "?" in (one, other) or one in ([other],) or other in ([one],)


def test_nearly_all_properties_agree(tmp_path: Path) -> None:
    agreed = total = 0
    for number, (_, pair) in enumerate(ALL):
        folder = tmp_path / str(number)
        folder.mkdir()
        template, configuration = folder / "template.yaml", folder / "main.tf"
        template.write_text(pair.cloudformation, encoding="utf-8")
        configuration.write_text(pair.terraform, encoding="utf-8")
        left, right = (
            {each.name: each for each in read([str(file)], OPTIONS).resources} for file in (template, folder)
        )
        names = {right[address].id: left[logical].id for logical, address in pair.names.items()}
        for logical, address in pair.names.items():
            one, other = (_plain(each.properties, names) for each in (left[logical], right[address]))
            found = list(_compared(one, other))
            agreed, total = agreed + sum(found), total + len(found)
    assert total > 10_000
    assert agreed / total >= LEAST
