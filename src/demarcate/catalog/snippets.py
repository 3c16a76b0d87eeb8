"""How a control's fix looks in a template, where nobody has written it: its shortest example that satisfies it."""

import re
from typing import Any, Final

import yaml

from demarcate.model import Control

MAX_LINES: Final = 24
"""The longest example that is shown."""
_NOT_FIXED: Final = ("$settings", "$params", "$asof")


def example_template(control: Control) -> str:
    """A satisfied example of a control as the resources of a CloudFormation template, in YAML; the resource in question
    is ``It``. Empty where each one is too long, rests on more than a template says, or holds what is not known."""
    found = [
        text
        for each in control.examples.satisfied
        if not each.keys() & set(_NOT_FIXED) and not _refers(text := _template(control, each), "Unknown")
    ]
    short = min(found, key=lambda text: (text.count("\n"), text), default="")
    return short if short.count("\n") <= MAX_LINES else ""


def _template(control: Control, example: dict[str, Any]) -> str:
    properties = {key: value for key, value in example.items() if not key.startswith("$")}
    subject = {
        "Type": example.get("$type", control.types[0]),
        **({"Properties": properties} if properties else {}),
        **example.get("$attributes", {}),
    }
    resources = {"It": subject, **example.get("$with", {})}
    text = str(yaml.safe_dump({"Resources": resources}, sort_keys=False, width=100))
    return _NO_ECHO + text if _refers(text, "Secret") else text


_NO_ECHO: Final = """\
Parameters:
  Secret: {Type: String, NoEcho: true}
"""


def _refers(text: str, name: str) -> bool:
    """Whether a template refers to one of the parameters that examples may use."""
    return re.search(rf"Ref: {name}$|\$\{{{name}\}}", text, re.MULTILINE) is not None
