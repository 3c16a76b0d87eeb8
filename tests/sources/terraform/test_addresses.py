"""Addresses, whose keys may hold anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarcate.sources.terraform.addresses import base_of, key_of, module_keys, module_of, step, within_module

KEYS = st.none() | st.integers(0, 99) | st.text(max_size=6)
NAMES = st.from_regex(r"[a-z_][a-z0-9_-]{0,5}", fullmatch=True)


@given(st.lists(st.tuples(NAMES, KEYS), max_size=3), st.booleans(), NAMES, KEYS)
def test_an_address_is_taken_apart_as_it_was_made(modules, data, name, key):
    steps = [(each, "" if index is None else step(index)) for each, index in modules]
    last = "" if key is None else step(key)
    own = f"{'data.' if data else ''}aws_x.{name}"
    prefix = "".join(f"module.{each}{index}." for each, index in steps)
    address = f"{prefix}{own}{last}"
    assert module_of(address) == prefix
    assert module_keys(address) == tuple(index for _, index in steps)
    assert key_of(address) == last
    assert within_module(address) == own + last
    assert base_of(address) == "".join(f"module.{each}." for each, _ in steps) + own


@pytest.mark.parametrize("address", ["", "[", "]", 'a["', 'a["b', "module.", "module.a", 'module.a["', "a.b[]", "a..b"])
def test_what_is_no_address_is_no_error(address):
    assert isinstance(base_of(address) + module_of(address) + key_of(address), str)
