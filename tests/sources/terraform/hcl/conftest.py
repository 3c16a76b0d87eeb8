from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from demarcate.sources.terraform.hcl.reader import read_folder
from demarcate.sources.terraform.instances import Configuration, Instance

Read = Callable[..., list[Configuration]]
One = Callable[..., Instance]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Writes files (a text is ``main.tf``) and reads their folder."""

    def function(files: str | Mapping[str, str], **arguments: Any) -> list[Configuration]:
        for name, text in ({"main.tf": files} if isinstance(files, str) else files).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        arguments = {"variables": {}, "environment": {}, "named": "tf", **arguments}
        return read_folder(tmp_path, **arguments)

    return function


@pytest.fixture
def value(read: Read) -> Callable[..., Any]:
    """The value of an expression beside declarations."""

    def function(expression: str, declarations: str = "", **arguments: Any) -> Any:
        text = f'{declarations}\nresource "aws_probe" "it" {{\n  v = {expression}\n}}\n'
        (configuration,) = read(text, **arguments)
        return next(each for each in configuration.instances if each.type == "aws_probe").values["v"]

    return function
