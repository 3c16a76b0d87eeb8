"""The words of the expression language beside operators: one table for the parser and for docs/expressions.md."""

from typing import Final

import msgspec


class Word(msgspec.Struct, frozen=True):
    """A function or a method: how many arguments it takes, what it gives, and whether CEL has it too."""

    arities: tuple[int, ...]
    meaning: str
    cel: bool = False


MACROS: Final = ("all", "exists", "exists_one", "filter", "map")

VARIABLES: Final = {
    "tags": "the resource's tags (key → value)",
    "attributes": "what is declared beside the properties: `DeletionPolicy`, `UpdateReplacePolicy`, `Metadata` …",
    "params": "the control's parameters, as its `params` or a profile sets them",
    "asof": "the day of the catalogue's version data, or of `--as-of`, as `YYYY-MM-DD`",
}
"""Names that stand for something other than a property of the resource."""

FUNCTIONS: Final = {
    "has": Word((1,), "whether a property is there", cel=True),
    "size": Word((1,), "the length of a text, list or map", cel=True),
    "string": Word((1,), "a scalar as text", cel=True),
    "int": Word((1,), "a number or numeric text as a whole number, towards zero", cel=True),
    "is": Word((1,), "whether the resource is of a type: `is('AWS::ECS::Service')`"),
    "related": Word(
        (1, 2),
        "connected resources of a type, as a list of their properties: `related('T')` those that refer to this one or "
        "that it refers to; `related('T', 'Path')` those that the property names. A name that leads out of the estate "
        "makes the list incomplete, so that what it does not decide is unknown",
    ),
    "account": Word((1,), "an account-level setting (`account_knobs.yaml`), unknown unless the estate says it"),
    "text": Word((1,), "the literal text of a value as far as it is written down (`${Name}` where it is not)"),
    "literal": Word((1,), "whether a value stands in the source as plain text: false for references of any kind"),
    "origin": Word(
        (1,),
        "where an unknown value comes from: `reference`, `parameter`, `no-echo`, `no-echo-default`, `secret`, `ssm`, "
        "`pseudo` (a pseudo parameter), `deployment`; empty for a value that is known or absent",
    ),
    "secrets": Word((1,), "what looks like a credential anywhere in a value: a list of `{path, kind, fingerprint}`"),
    "statements": Word(
        (1,),
        "the statements of an IAM policy document, normalised: `Effect`, `Action`, `NotAction`, `Resource`, "
        "`NotResource` (lists), `Principal` (a list such as `AWS:*`, `Service:s3.amazonaws.com`), `Condition`, `Sid`",
    ),
    "grants": Word((2,), "whether a normalised statement allows an action: `grants(s, 'iam:PassRole')`"),
    "denies_plain": Word((1,), "whether a policy document denies every request that does not come over TLS"),
    "public": Word((1,), "whether a normalised statement allows everybody, with no condition that narrows the caller"),
    "world": Word((1,), "whether a CIDR block is (or a list of them holds) the whole internet"),
    "opens": Word((2,), "whether a security-group rule (`IpProtocol`, `FromPort`, `ToPort`) covers a TCP or UDP port"),
    "supported": Word(
        (2,), "whether a version is in standard support as of `asof`: `supported('postgres', EngineVersion)`; unknown "
        "for a version that the catalogue's `lifecycle.yaml` does not have"
    ),
    "json": Word((1,), "a text parsed as JSON; null if it is none, and a map or list comes back as it is"),
}  # fmt: skip

METHODS: Final = {
    "startsWith": Word((1,), "whether a text starts with another", cel=True),
    "endsWith": Word((1,), "whether a text ends with another", cel=True),
    "contains": Word((1,), "whether a text contains another, or a list an item", cel=True),
    "matches": Word((1,), "whether a regular expression is found in a text", cel=True),
    "size": Word((0,), "the length of a text, list or map", cel=True),
    "lowerAscii": Word((0,), "the text in lower case"),
    "upperAscii": Word((0,), "the text in upper case"),
    "trim": Word((0,), "the text without white space around it"),
    "split": Word((1,), "the parts of a text"),
    "related": Word((1, 2), "as the function, from an item that `related` gave"),
}
