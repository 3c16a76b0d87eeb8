"""Parameter values: ``KEY=VALUE``, or a file in one of the forms that AWS's tools take."""

import re
from pathlib import Path
from typing import Any

from demarcate.errors import InputError
from demarcate.sources.document import Document, parse_document
from demarcate.sources.files import InputFile, read_text


def parameters_of(argument: str, path: Path) -> dict[str, Any]:
    """The values of one ``--parameters`` argument.

    A file holds a list of ``{"ParameterKey", "ParameterValue"}`` (``create-stack``), a list of ``"Key=Value"``
    (``deploy``), ``{"Parameters": {…}}`` (CodePipeline), or a mapping. Raises :class:`InputError` for anything else.
    """
    pair = re.fullmatch(r"([A-Za-z0-9:_-]+)=(.*)", argument, re.DOTALL)
    if pair is not None and not path.is_file():
        return {pair[1]: pair[2].encode("utf-8", "surrogateescape").decode("utf-8", "replace")}
    if not path.exists():
        raise InputError("neither KEY=VALUE nor a file", argument, "write KEY=VALUE or the path of a parameter file")
    return _from(parse_document(read_text(InputFile(argument, path, True)), argument))


def _from(document: Document) -> dict[str, Any]:
    value = document.value
    if isinstance(value, dict):
        inner = value.get("Parameters")
        chosen = inner if isinstance(inner, dict) else value
        return {str(key): each for key, each in chosen.items() if isinstance(each, str | int | float | bool | list)}
    if not isinstance(value, list):
        raise InputError("no parameter values", document.where(), "see 'demarcate assess --help' for the forms")
    found: dict[str, Any] = {}
    for number, each in enumerate(value):
        if isinstance(each, dict) and "ParameterKey" in each:
            if "ParameterValue" in each:
                found[str(each["ParameterKey"])] = each["ParameterValue"]
        elif isinstance(each, str) and "=" in each:
            key, _, text = each.partition("=")
            found[key] = text
        else:
            raise InputError("no parameter value", document.where((number,)), "write ParameterKey and ParameterValue")
    return found
