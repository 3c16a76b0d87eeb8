"""SAM templates, expanded by AWS's own translator (the ``sam`` extra). Nothing is sent anywhere."""

import copy
import logging
import os
from collections.abc import Mapping
from typing import Any, Final

from demarcate.model import Skipped
from demarcate.sources.cloudformation.intrinsics import resolve
from demarcate.sources.cloudformation.stack import Environment, Stack
from demarcate.sources.document import Document, Path

TRANSFORM: Final = "AWS::Serverless-2016-10-31"


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
        return document, [Skipped(document.where(("Transform",)), "SAM transform", why, "error")]
    originals = document.value["Resources"]
    names = sorted((name for name in originals if isinstance(name, str)), key=len, reverse=True)

    def line_of(path: Path) -> int:
        if len(path) > 1 and path[0] == "Resources" and path[1] not in originals:
            origin = next((name for name in names if str(path[1]).startswith(name)), None)
            return document.line_of(("Resources", origin) if origin else ("Resources",))
        return document.line_of(path)

    return Document(document.file, translated, line_of), []


def _translate(transform: Any, document: Document, environment: Environment) -> dict[str, Any]:
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
