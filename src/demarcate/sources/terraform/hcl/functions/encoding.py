"""Encodings: Base64, JSON, YAML, CSV and URLs; hashes."""

import base64
import csv
import gzip
import hashlib
import io
import json
import uuid
import zlib
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote_plus, unquote_plus

import yaml

from demarcate.model import Unknown, Value
from demarcate.sources.composer import MAX_DEPTH
from demarcate.sources.terraform.hcl.functions.calls import Function
from demarcate.sources.terraform.hcl.values import (
    MAX_TEXT,
    EvaluationError,
    Opaque,
    SetList,
    TooLargeError,
    by_cases,
    derived,
    is_known,
    json_number,
    json_text,
    to_text,
    unknown_in,
)
from demarcate.sources.terraform.instances import Json


def _encode_base64(value: Value) -> Value:
    if isinstance(value, Opaque):
        return value.unknown()
    if isinstance(value, Unknown):
        found = by_cases(_encode_base64, value)
        return value if found is None else found  # what is encoded is what matters
    if isinstance(value, Json) and not is_known(value):
        return derived(value, text=json_text(value.value))
    return base64.b64encode(to_text(value).encode()).decode("ascii")


def _decode_base64(text: Value) -> Value:
    return base64.b64decode(to_text(text), validate=True).decode()


def _text_to_base64(text: Value, encoding: Value) -> Value:
    return base64.b64encode(to_text(text).encode(to_text(encoding))).decode("ascii")


def _text_from_base64(text: Value, encoding: Value) -> Value:
    return base64.b64decode(to_text(text), validate=True).decode(to_text(encoding))


def _gunzip(text: Value) -> Value:
    try:
        data = zlib.decompressobj(wbits=31).decompress(base64.b64decode(to_text(text), validate=True), MAX_TEXT + 1)
    except (zlib.error, gzip.BadGzipFile):
        raise EvaluationError("not gzip data") from None
    if len(data) > MAX_TEXT:
        raise TooLargeError(f"a text of more than {MAX_TEXT:,} characters")
    return data.decode()


def _is_document(value: Value) -> bool:
    """Whether a value is the document of a data source, which is read later."""
    return type(value) is Unknown and len(value.references) == 1 and value.references[0].attribute.endswith("json")


def _encode_json(value: Value) -> Value:
    if isinstance(value, Unknown | Opaque):
        return value if _is_document(value) else derived(value)  # a document that was decoded
    for _ in unknown_in([value]):
        pass  # bounded
    return Json(value)


def _decode_json(value: Value) -> Value:
    if isinstance(value, Json):
        return value.value
    if isinstance(value, Unknown | Opaque):
        return value if _is_document(value) else derived(value)
    text = to_text(value)
    try:
        decoded = json.loads(text, parse_int=json_number, parse_float=json_number)
    except (ValueError, RecursionError):
        raise EvaluationError("not valid JSON") from None
    return decoded


# YAML -----------------------------------------------------------------------------------------------------------------


class _Loader(yaml.CSafeLoader):
    """YAML with the scalars that Terraform knows."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012


def _resolvers() -> None:
    import re

    truths = re.compile(r"^(?:[yYnN]|(?:yes|Yes|YES|true|True|TRUE|on|On|ON|no|No|NO|false|False|FALSE|off|Off|OFF))$")
    _Loader.add_implicit_resolver("tag:yaml.org,2002:bool", truths, list("yYnNtTfFoO"))
    _Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
    number = re.compile(r"^[-+]?(?:0x[0-9a-fA-F]+|[0-9]+)$")
    _Loader.add_implicit_resolver("tag:yaml.org,2002:int", number, list("-+0123456789"))
    fraction = re.compile(r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(?:[eE][-+]?[0-9]+)?$")
    _Loader.add_implicit_resolver("tag:yaml.org,2002:float", fraction, list("-+0123456789."))
    _Loader.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile(r"^<<$"), ["<"])


_resolvers()
_Loader.add_constructor("tag:yaml.org,2002:bool", lambda loader, node: node.value.lower() in ("y", "yes", "true", "on"))


def _decode_yaml(text: Value) -> Value:
    source = to_text(text)
    depth = count = 0
    try:
        for event in yaml.parse(source, Loader=yaml.CSafeLoader):
            count += 1
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MAX_DEPTH or count > MAX_TEXT:
                raise TooLargeError(f"YAML nested more than {MAX_DEPTH} deep")
        value = yaml.load(source, Loader=_Loader)  # noqa: S506 - a safe loader
    except yaml.YAMLError:
        raise EvaluationError("not valid YAML") from None
    for _ in unknown_in([value]):
        pass  # bounded: aliases may have made it large
    return _with_text_keys(value)


def _with_text_keys(value: Any) -> Value:
    if isinstance(value, dict):
        return {to_text(key): _with_text_keys(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_text_keys(each) for each in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return str(value)


class _Dumper(yaml.SafeDumper):
    """Quoted texts, as Terraform writes them."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, "|" if "\n" in text else '"'),
)
_Dumper.add_representer(SetList, lambda dumper, items: dumper.represent_list(items))


def _encode_yaml(value: Value) -> Value:
    for _ in unknown_in([value]):
        pass  # bounded
    return yaml.dump(value, Dumper=_Dumper, width=10**9, allow_unicode=True)


def _decode_csv(text: Value) -> Value:
    rows = list(csv.reader(io.StringIO(to_text(text)), strict=True))
    if not rows:
        raise EvaluationError("a CSV text without a head line")
    names = rows[0]
    if len(set(names)) < len(names) or any(len(row) != len(names) for row in rows[1:] if row):
        raise EvaluationError("a CSV text whose lines do not fit its head line")
    return [dict(zip(names, row, strict=True)) for row in rows[1:] if row]


# hashes ---------------------------------------------------------------------------------------------------------------


def digest(name: str, data: bytes, *, as_base64: bool = False) -> str:
    """A hash in hexadecimal or Base64."""
    made = hashlib.new(name, data, usedforsecurity=False)
    return base64.b64encode(made.digest()).decode("ascii") if as_base64 else made.hexdigest()


def _hash(name: str, as_base64: bool = False) -> Callable[[Value], Value]:
    return lambda text: digest(name, to_text(text).encode(), as_base64=as_base64)


_NAMESPACES: Final = {
    "dns": uuid.NAMESPACE_DNS,
    "url": uuid.NAMESPACE_URL,
    "oid": uuid.NAMESPACE_OID,
    "x500": uuid.NAMESPACE_X500,
}


def _uuid5(namespace: Value, name: Value) -> Value:
    space = to_text(namespace)
    return str(uuid.uuid5(_NAMESPACES.get(space) or uuid.UUID(space), to_text(name)))


def _made_anew(what: str, origin: str = "") -> Callable[..., Value]:
    return lambda *_: Unknown(f"{what} is known only after apply", origin=origin)


ENCODING: Final[Mapping[str, Function]] = {
    "base64encode": Function(_encode_base64, 1, 1, "none"),
    "base64decode": Function(_decode_base64, 1, 1),
    "textencodebase64": Function(_text_to_base64, 2, 2),
    "textdecodebase64": Function(_text_from_base64, 2, 2),
    "base64gzip": Function(lambda value: derived(value, why="compressed text"), 1, 1, "none"),
    "base64gunzip": Function(_gunzip, 1, 1),
    "jsonencode": Function(_encode_json, 1, 1, "none"),
    "jsondecode": Function(_decode_json, 1, 1, "none"),
    "yamlencode": Function(_encode_yaml, 1, 1),
    "yamldecode": Function(_decode_yaml, 1, 1),
    "csvdecode": Function(_decode_csv, 1, 1),
    "urlencode": Function(lambda text: quote_plus(to_text(text)), 1, 1),
    "urldecode": Function(lambda text: unquote_plus(to_text(text)), 1, 1),
    "md5": Function(_hash("md5"), 1, 1),
    "sha1": Function(_hash("sha1"), 1, 1),
    "sha256": Function(_hash("sha256"), 1, 1),
    "sha512": Function(_hash("sha512"), 1, 1),
    "base64sha256": Function(_hash("sha256", True), 1, 1),
    "base64sha512": Function(_hash("sha512", True), 1, 1),
    "uuidv5": Function(_uuid5, 2, 2),
    "uuid": Function(_made_anew("a random UUID"), 0, 0),
    "bcrypt": Function(_made_anew("a salted hash", "no-echo"), 1, 2, "none"),
    "rsadecrypt": Function(_made_anew("a decrypted secret", "no-echo"), 2, 2, "none"),
    "timestamp": Function(_made_anew("the time"), 0, 0),
    "plantimestamp": Function(_made_anew("the time"), 0, 0),
}
