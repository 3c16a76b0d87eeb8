"""SAM templates, expanded by AWS's own translator (the ``sam`` extra). Nothing is sent anywhere."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from demarcate.model import Skipped
from demarcate.sources.cloudformation.intrinsics import resolve
from demarcate.sources.cloudformation.stack import Environment, Stack
from demarcate.sources.document import Document, Path

TRANSFORM: Final = "AWS::Serverless-2016-10-31"
APPLICATION: Final = "AWS::Serverless::Application"
PLACE: Final = "s3://not-packaged-yet/"
"""Stands for the bucket to which ``sam package`` uploads local files."""
IMAGE: Final = "111122223333.dkr.ecr.us-east-1.amazonaws.com/not-built-yet"
_LOCAL: Final = {
    "AWS::Serverless::Function": ("CodeUri",),
    "AWS::Serverless::LayerVersion": ("ContentUri",),
    "AWS::Serverless::Api": ("DefinitionUri",),
    "AWS::Serverless::HttpApi": ("DefinitionUri",),
    "AWS::Serverless::StateMachine": ("DefinitionUri",),
    "AWS::Serverless::GraphQLApi": ("SchemaUri",),
}
"""The properties that name local files before packaging."""


def is_sam(template: Mapping[str, Any]) -> bool:
    """Whether a template asks for the SAM transform."""
    transform = template.get("Transform")
    return TRANSFORM in (transform if isinstance(transform, list) else [transform])


def expand(document: Document, environment: Environment) -> tuple[Document, list[Skipped]]:
    """The document with its SAM resources translated into CloudFormation's, and notes.

    Without the extra, or where the translator refuses the template, the document comes back as it is: its SAM
    resources keep their own types, which the catalogue has too.
    """
    try:
        from samtranslator.translator.transform import transform
    except ImportError:
        why = "SAM resources are assessed as declared, not as what they expand to; install demarcate[sam]"
        return document, [Skipped(document.where(("Transform",)), "SAM transform", why)]
    try:
        translated = _translate(transform, document, environment)
    except Exception as error:  # the translator raises many kinds for bad templates, none of which may end the run
        why = f"the SAM translator refuses it, so SAM resources are assessed as declared: {_message(error)}"
        return document, [Skipped(document.where(("Transform",)), "SAM transform", why)]
    originals = document.value["Resources"]
    names = sorted((name for name in originals if isinstance(name, str)), key=len, reverse=True)

    def line_of(path: Path) -> int:
        if len(path) > 1 and path[0] == "Resources" and path[1] not in originals:
            origin = next((name for name in names if str(path[1]).startswith(name)), None)
            return document.line_of(("Resources", origin) if origin else ("Resources",))
        return document.line_of(path)

    return Document(document.file, translated, line_of), []


def _translate(transform: Any, document: Document, environment: Environment) -> dict[str, Any]:
    import copy
    import logging
    import os

    logging.getLogger("samtranslator").setLevel(logging.CRITICAL)
    template = copy.deepcopy(document.value)
    transforms = template.get("Transform")
    if isinstance(transforms, list):
        template["Transform"] = TRANSFORM
    plain = Stack(
        Document(document.file, {**document.value, "Resources": {}, "Outputs": {}}, document.line_of),
        environment,
        root=document.file,
    )
    resources = template["Resources"]
    # an application of the Serverless Application Repository would be asked for there: it stays as it is declared
    kept = {name: each for name, each in resources.items() if _type_of(each) == APPLICATION}
    common = _common(template)
    template["Resources"] = {name: _packaged(each, common) for name, each in resources.items() if name not in kept}
    if not template["Resources"]:
        return {**template, "Resources": kept}
    values = {name: resolve({"Ref": name}, plain) for name in plain.parameters}
    known = {name: value for name, value in values.items() if isinstance(value, str | int | float | list)}
    region = environment.region or "us-east-1"
    before = os.environ.get("AWS_DEFAULT_REGION")
    os.environ["AWS_DEFAULT_REGION"] = region  # the translator asks boto3's session for it; no call is made
    try:
        found = transform(template, known, _NoManagedPolicies())
    finally:
        if before is None:
            del os.environ["AWS_DEFAULT_REGION"]
        else:
            os.environ["AWS_DEFAULT_REGION"] = before
    assert isinstance(found, dict)
    found["Resources"] = {**found.get("Resources", {}), **kept}
    return found


def _type_of(resource: Any) -> Any:
    return resource.get("Type") if isinstance(resource, dict) else None


def _packaged(resource: Any, common: Mapping[str, Any]) -> Any:
    """A SAM resource with its local files where ``sam package`` would put them, for the translator takes nothing else.

    ``common`` is what ``Globals`` says of functions.
    """
    kind = _type_of(resource)
    names = _LOCAL.get(kind, ()) if isinstance(kind, str) else ()
    properties = resource.get("Properties") if names else None
    if not isinstance(properties, dict):
        return resource
    _place_local(properties, names)
    if kind == "AWS::Serverless::Function":
        both = {**common, **properties}
        if both.get("PackageType") == "Image":
            properties.setdefault("ImageUri", IMAGE)
        elif not both.keys() & {"CodeUri", "InlineCode", "ImageUri"}:
            properties["CodeUri"] = f"{PLACE}code"
    return resource


def _place_local(properties: dict[str, Any], names: Sequence[str]) -> None:
    for name in names:
        value = properties.get(name)
        if isinstance(value, str) and not value.startswith(("s3://", "https://")):
            properties[name] = f"{PLACE}{value.strip('./') or 'code'}"


def _common(template: Mapping[str, Any]) -> dict[str, Any]:
    """What ``Globals`` says of functions, with local files placed."""
    everywhere = template.get("Globals")
    found = everywhere.get("Function") if isinstance(everywhere, dict) else None
    if not isinstance(found, dict):
        return {}
    _place_local(found, _LOCAL["AWS::Serverless::Function"])
    return found


class _NoManagedPolicies:
    """Stands in for the loader that would list AWS's managed policies by calling IAM."""

    def load(self) -> dict[str, str]:
        """No names: a policy given by name stays as it is written."""
        return {}


def _message(error: Exception) -> str:
    causes = getattr(error, "causes", None)
    texts = [getattr(cause, "message", str(cause)) for cause in causes] if causes else [str(error)]
    return "; ".join(" ".join(text.split()) for text in texts)[:500]
