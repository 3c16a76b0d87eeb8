"""Terraform's addresses: ``module.a["x"].aws_x.y[0]``; a key may hold dots, brackets and quotes."""

import re
from typing import Final

_KEY: Final = r'\[(?:"(?:[^"\\]|\\.)*"|[^\]"]*)\]'
KEY: Final = re.compile(_KEY)
_MODULE: Final = re.compile(rf"(?:module\.[^.\[]+(?:{_KEY})?\.)*")
_CALL: Final = re.compile(rf"module\.[^.\[]+({_KEY})?\.")
BRACES: Final = str.maketrans({"{": "(", "}": ")", "$": "_"})
"""For an address that stands in a text with ``${…}``."""
_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def base_of(address: str) -> str:
    """An address without instance keys: ``module.a[0].aws_x.y["k"]`` → ``module.a.aws_x.y``."""
    return KEY.sub("", address) if "[" in address else address


def module_of(address: str) -> str:
    """The module instance of an address, with a dot at its end: ``module.a[0].``; empty in the root module."""
    found = _MODULE.match(address) if address.startswith("module.") else None
    return found[0] if found is not None else ""


def within_module(address: str) -> str:
    """An address as its own module has it."""
    return address[len(module_of(address)) :]


def module_keys(address: str) -> tuple[str, ...]:
    """The keys of the modules of an address, from the outermost; empty texts for modules without."""
    return tuple(_CALL.findall(module_of(address))) if address.startswith("module.") else ()


def key_of(address: str) -> str:
    """The instance key at the end of an address: ``[0]``, ``["k"]``, or an empty text."""
    if not address.endswith("]"):
        return ""
    found = list(KEY.finditer(address))  # from the start: a quoted key may end like another
    return found[-1][0] if found and found[-1].end() == len(address) else ""


def step(key: str | int | float) -> str:
    """An instance key as an address has it."""
    if not isinstance(key, str):
        return f"[{key:g}]" if isinstance(key, float) else f"[{key}]"
    return '["' + key.translate(_ESCAPES).replace("${", "$${").replace("%{", "%%{") + '"]'
