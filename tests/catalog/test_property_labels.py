"""The property index against labels that were given by hand, without sight of what the rules say."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from demarcate.catalog import catalog

FILE = Path(__file__).with_name("property_labels.yaml")


class Row(NamedTuple):
    """A labelled path: ``accepted`` holds the label, then the alternatives that are as defensible."""

    type_name: str
    path: str
    accepted: tuple[str, ...]


@cache
def rows() -> tuple[Row, ...]:
    return tuple(_rows())


def _rows() -> Iterator[Row]:
    for type_name, labels in yaml.load(FILE.read_text(), Loader=yaml.CSafeLoader).items():
        for path, label in labels.items():
            accepted = (label,) if isinstance(label, str) else (label["label"], *label["or"])
            yield Row(type_name, path, accepted)


@cache
def index_of(type_name: str) -> dict[str, str]:
    return {node.path: node.responsibility for node in catalog().properties_of(type_name)}


def test_the_sample_is_large() -> None:
    assert len(rows()) >= 400
    assert len({row.type_name for row in rows()}) >= 150


def test_labels_are_responsibilities() -> None:
    known = set(catalog().responsibilities)
    assert {label for row in rows() for label in row.accepted} <= known


def test_paths_are_in_the_index() -> None:
    assert [row[:2] for row in rows() if row.path not in index_of(row.type_name)] == []


def test_alternatives_are_the_exception() -> None:
    assert sum(len(row.accepted) > 1 for row in rows()) < 0.12 * len(rows())


def test_index_agrees_with_the_labels() -> None:
    misses = [
        f"{row.type_name} {row.path}: {found}, not {' or '.join(row.accepted)}"
        for row in rows()
        if (found := index_of(row.type_name).get(row.path)) not in row.accepted
    ]
    accuracy = 1 - len(misses) / len(rows())
    assert accuracy >= 0.95, "\n".join([f"{accuracy:.1%} of {len(rows())}", *misses])
