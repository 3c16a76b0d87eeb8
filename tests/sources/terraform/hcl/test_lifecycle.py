"""``lifecycle``: what it says is no argument, and ``prevent_destroy`` is no ``DeletionPolicy``."""

from collections.abc import Callable

import pytest

from demarcate.model import Estate

LIFECYCLES = {
    "prevented": "prevent_destroy = true",
    "not prevented": "prevent_destroy = false",
    "an expression": "prevent_destroy = var.u",
    "others": "create_before_destroy = true\n    ignore_changes = [tags]",
}


@pytest.mark.parametrize("case", LIFECYCLES)
def test_it_says_nothing_of_what_is_kept(estate_of: Callable[..., Estate], case: str) -> None:
    text = (
        f'variable "u" {{}}\nresource "aws_dynamodb_table" "t" {{\n  lifecycle {{\n    {LIFECYCLES[case]}\n  }}\n}}\n'
    )
    (table,) = estate_of(text).resources
    assert (table.attributes, table.properties) == ({}, {})
    assert table.uncertain is None


def test_whether_a_last_snapshot_is_taken_is_another_matter(estate_of: Callable[..., Estate]) -> None:
    text = 'resource "aws_db_instance" "d" {\n  skip_final_snapshot = true\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n'
    (database,) = estate_of(text).resources
    assert database.attributes["DeletionPolicy"] == "Delete"
