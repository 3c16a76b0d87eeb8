"""``oscal-component``: a component definition of the offerings in use."""

from collections import defaultdict
from collections.abc import Mapping

from demarcate.catalog import ACCOUNT_OFFERING
from demarcate.model import Scope, SplitCell
from demarcate.report import nist
from demarcate.report.oscal.document import Builder, Json, prop
from demarcate.report.oscal.text import markup, uuid_of


def render(builder: Builder) -> bytes:
    """The document. What it says of an offering does not depend on how the estate stands."""
    components = []
    for offering in builder.offerings():
        implementation = _implementation(offering, builder)
        components.append({**builder.component(offering), **implementation})
    body = {"components": components} if components else {}
    return builder.encode(
        "component-definition",
        "AWS offerings in use: what AWS does and what is left to the customer",
        body,
        remarks="A component is an offering of AWS as deployed. Where a control is shared, both halves are there.",
    )


def _implementation(offering: str, builder: Builder) -> Json:
    by_control: dict[str, dict[str, SplitCell]] = defaultdict(dict)
    wanted = (Scope.ACCOUNT, Scope.ORGANISATION) if offering == ACCOUNT_OFFERING else (Scope.RESOURCE,)
    for name, cell in builder.ledger.splits[offering].items():
        responsibility = builder.data.responsibilities[name]
        if responsibility.scope in wanted:
            for control in responsibility.nist_800_53_r5:
                if nist.oscal_id(control):
                    by_control[control][name] = cell
    if not by_control:
        return {}
    return {
        "control-implementations": [
            {
                "uuid": uuid_of("control-implementation", offering, nist.FRAMEWORK),
                "source": builder.catalogue(),
                "description": "What AWS does for the controls of NIST SP 800-53 Rev. 5, and what is left to be done.",
                "implemented-requirements": [
                    _requirement(offering, control, by_control[control], builder)
                    for control in sorted(by_control, key=nist.order)
                ],
            }
        ]
    }


def _requirement(offering: str, control: str, cells: Mapping[str, SplitCell], builder: Builder) -> Json:
    paragraphs = []
    for name, cell in cells.items():
        title = markup(builder.data.responsibilities[name].title)
        halves = [
            f"{who}: {markup(text)}" for who, text in (("AWS", cell.aws), ("The customer", cell.customer)) if text
        ]
        paragraphs.append(f"**{title}.** {' '.join(halves) or markup(cell.reason)}")
    return {
        "uuid": uuid_of("implemented-requirement", offering, control),
        "control-id": nist.oscal_id(control),
        "description": "\n\n".join(paragraphs),
        "props": [prop("responsibility", name, **{"class": cell.party.value}) for name, cell in cells.items()],
        **builder.links(cell.source for cell in cells.values()),
    }
