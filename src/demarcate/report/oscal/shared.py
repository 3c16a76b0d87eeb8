"""``oscal-srm``: a document after NIST's prototype *Shared Responsibility Model*.

The prototype is a draft that no release of OSCAL has: the metaschemas ``oscal_shared-responsibility`` and
``oscal_responsibility-common`` on the branch named below, at the commit named below.
"""

from typing import Final

from demarcate.report import nist
from demarcate.report.oscal.document import AWS_PARTY, Builder, Json, prop
from demarcate.report.oscal.shares import applicable, by_offering, component_answer

PROTOTYPE_VERSION: Final = "1.2.0"
PROTOTYPE_BRANCH: Final = "prototype-shared-responsibility-model"
PROTOTYPE_COMMIT: Final = "59e950543f41906acdb4c9f9b3510afe99219a96"
PROTOTYPE_PAGE: Final = (
    "https://pages.nist.gov/OSCAL-Reference/models/prototype-shared-responsibility-model/shared-responsibility/"
    "json-reference/"
)
_NOTHING: Final = "No offering of AWS is in use."


def render(builder: Builder) -> bytes:
    """The document: by control and offering, what AWS provides, what it leaves to be done, and what is done of that."""
    page = builder.cite(PROTOTYPE_PAGE, "NIST's prototype of the OSCAL shared responsibility model")
    requirements = [found for each in builder.controls if (found := _requirement(each, builder))["by-components"]]
    if not requirements:  # the model wants at least one
        requirements = [{**_requirement(each, builder), "remarks": _NOTHING} for each in builder.controls]
        for each in requirements:
            del each["by-components"]
    body: Json = {
        "source-ssp": {
            "title": "System security plan of Amazon Web Services",
            "party-uuid": AWS_PARTY,
            "referenced-profile": {"href": builder.catalogue()},
            "remarks": "The plan itself is AWS's and not public. What stands here is from AWS's public documentation.",
        },
        "control-implementation": {
            "description": "By offering in use: what AWS provides for a control and what it leaves to the customer. "
            "They are those of the component definition and of the system security plan, by the same UUIDs.",
            "implemented-requirements": requirements,
        },
    }
    return builder.encode(
        "shared-responsibility",
        "AWS shared responsibility for the estate",
        body,
        PROTOTYPE_VERSION,
        props=[
            prop("prototype", f"{PROTOTYPE_BRANCH} {PROTOTYPE_VERSION}"),
            prop("prototype-commit", PROTOTYPE_COMMIT),
        ],
        links=[{"href": page, "rel": "reference"}],
        remarks="Follows a prototype of NIST that may change; no release of OSCAL has this model.",
    )


def _requirement(control: nist.NistControl, builder: Builder) -> Json:
    parts = by_offering(applicable(control.parts))
    return {
        "uuid": builder.own("shared-requirement", control.id),
        "control-id": nist.oscal_id(control.id),
        "props": [prop("control-origination", control.origination.value)],
        "by-components": [
            component_answer(control, offering, of_offering, builder, prototype=True)
            for offering, of_offering in parts.items()
        ],
    }
