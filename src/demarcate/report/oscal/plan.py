"""``oscal-ssp``: the skeleton of a system security plan in which AWS is the leveraged system."""

from collections import defaultdict
from typing import Final

from demarcate.model import Party, Scope, Status
from demarcate.report import nist
from demarcate.report.oscal.document import (
    AWS_PARTY,
    CUSTOMER,
    CUSTOMER_PARTY,
    OSCAL_NS,
    PROVIDER,
    Builder,
    Json,
    component_uuid,
    prop,
    tally,
)
from demarcate.report.oscal.shares import applicable, by_offering, component_answer, state
from demarcate.report.oscal.text import line, markup, uuid_of
from demarcate.report.terminal_text import count_of

_AWS_SYSTEM: Final = uuid_of("component", "aws-as-a-system")
_TO_FILL_IN: Final = "To be filled in"
_NO_DATE: Final = "1970-01-01"
_SUMMED_UP: Final = 12


def render(builder: Builder) -> bytes:
    """The document. What the ledger cannot know stands there as *to be filled in*."""
    offerings = builder.offerings()
    authorization = builder.own("leveraged-authorization", "aws")
    leveraged = [prop("leveraged-authorization-uuid", authorization, OSCAL_NS)]
    components: list[Json] = [
        {
            "uuid": builder.own("this-system"),
            "type": "this-system",
            "title": "This system",
            "description": "The system as a whole: what its owner deploys on AWS and operates there.",
            "status": {"state": "other", "remarks": f"{_TO_FILL_IN}."},
        },
        {
            "uuid": _AWS_SYSTEM,
            "type": "system",
            "title": "Amazon Web Services",
            "description": "The leveraged system, of which the offerings below are parts.",
            "props": [prop("implementation-point", "external", OSCAL_NS), *leveraged],
            "status": {"state": "operational"},
            "responsible-roles": [{"role-id": PROVIDER, "party-uuids": [AWS_PARTY]}],
        },
    ]
    for offering in offerings:
        found = builder.component(offering)
        found["props"] = [*found["props"], *leveraged, prop("inherited-uuid", component_uuid(offering), OSCAL_NS)]
        components.append({**found, "status": {"state": "operational"}})
    items = [builder.item(each) for each in builder.ledger.resources]
    body: Json = {
        "import-profile": {
            "href": builder.catalogue(),
            "remarks": f"{_TO_FILL_IN}: the profile of the baseline that the system is to meet.",
        },
        "system-characteristics": _characteristics(builder),
        "system-implementation": {
            "leveraged-authorizations": [
                {
                    "uuid": authorization,
                    "title": "Amazon Web Services",
                    "party-uuid": AWS_PARTY,
                    "date-authorized": _NO_DATE,
                    "remarks": f"{_TO_FILL_IN}: the authorization that covers the Regions in use, with its date. The "
                    "date here is a placeholder.",
                }
            ],
            "users": [
                {
                    "uuid": builder.own("user", "operators"),
                    "title": "Operators",
                    "role-ids": [CUSTOMER],
                    "remarks": f"{_TO_FILL_IN}: who uses and operates the system, with their privileges.",
                }
            ],
            "components": components,
            **({"inventory-items": items} if items else {}),
        },
        "control-implementation": {
            "description": "Derived from the ledger of duties: what is inherited from AWS, what AWS leaves to be done, "
            "and how that stands. The statements on the customer's own procedures are to be filled in.",
            "implemented-requirements": [_requirement(each, builder) for each in builder.controls],
        },
    }
    return builder.encode(
        "system-security-plan",
        "System security plan (skeleton) for an estate on AWS",
        body,
        remarks="A skeleton made from a ledger. It is no plan until its owner has completed and approved it.",
    )


def _characteristics(builder: Builder) -> Json:
    accounts = sorted({each.account for each in builder.ledger.resources})
    return {
        "system-ids": [{"identifier-type": "https://ietf.org/rfc/rfc4122", "id": builder.own("system")}],
        "system-name": f"{_TO_FILL_IN}: the system's name",
        "description": markup(
            f"{_TO_FILL_IN}: what the system is for. It has {count_of(len(builder.ledger.resources), 'resource')} of "
            f"{count_of(len(builder.offerings()), 'offering')} in {count_of(len(accounts), 'AWS account')}."
        ),
        "props": [prop("account", each) for each in accounts] or [prop("account", "none")],
        "system-information": {"information-types": _information(builder)},
        "status": {"state": "other", "remarks": f"{_TO_FILL_IN}."},
        "authorization-boundary": {
            "description": f"{_TO_FILL_IN}. The inventory lists what the ledger knows to lie within."
        },
    }


def _information(builder: Builder) -> list[Json]:
    kinds: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in builder.ledger.resources:
        if each.holds:
            kinds[each.holds, each.classification or ""].append(each.name)
    found: list[Json] = []
    for (holds, classification), names in sorted(kinds.items()):
        shown = ", ".join(line(each) for each in names[:_SUMMED_UP])
        more = f" and {len(names) - _SUMMED_UP:,} more" if len(names) > _SUMMED_UP else ""
        found.append(
            {
                "uuid": builder.own("information-type", holds, classification),
                "title": markup(f"{holds} ({classification or 'not classified'})"),
                "description": markup(f"Kept in {shown}{more}. {_TO_FILL_IN}: what the data are, and their impact."),
                **({"props": [prop("classification", classification)]} if classification else {}),
            }
        )
    if found:
        return found
    nothing = f"{_TO_FILL_IN}: no resource of the estate is known to keep customer data."
    return [{"uuid": builder.own("information-type", ""), "title": _TO_FILL_IN, "description": nothing}]


def _requirement(control: nist.NistControl, builder: Builder) -> Json:
    parts = by_offering(applicable(control.parts))
    return {
        "uuid": builder.own("plan-requirement", control.id),
        "control-id": nist.oscal_id(control.id),
        "props": [
            *(prop("control-origination", each, OSCAL_NS) for each in _origination(control, builder)),
            prop("fedramp-control-origination", control.origination.value),
            prop("status", control.status.value),
        ],
        "responsible-roles": [
            *([{"role-id": PROVIDER, "party-uuids": [AWS_PARTY]}] if control.halves(Party.AWS) else []),
            {"role-id": CUSTOMER, "party-uuids": [CUSTOMER_PARTY]},
        ],
        "by-components": [
            {
                "component-uuid": builder.own("this-system"),
                "uuid": builder.own("by-component", control.id, "this-system"),
                "description": _ours(control),
                "implementation-status": state(control.counts),
            },
            *(
                component_answer(control, offering, of_offering, builder, prototype=False)
                for offering, of_offering in parts.items()
            ),
        ],
    }


def _origination(control: nist.NistControl, builder: Builder) -> list[str]:
    """In OSCAL's words, seen from the system that the plan is of: its owner is the organisation, AWS is leveraged."""
    found: list[str] = []
    mine = [each for each in applicable(control.parts) if each.party is not Party.AWS]
    scopes = {builder.data.responsibilities[each.responsibility].scope for each in mine}
    if any(each.party is not Party.CUSTOMER for each in applicable(control.parts)):
        found.append("inherited")
    if scopes - {Scope.ORGANISATION}:
        found.append("system-specific")
    if Scope.ORGANISATION in scopes:
        found.append("organization")
    return found


def _ours(control: nist.NistControl) -> str:
    if control.status is Status.NOT_APPLICABLE:
        return "No resource of the estate can have a duty of this control."
    halves = [f"* {markup(text)}" for text, _ in control.halves(Party.CUSTOMER)]
    if not halves:
        return "AWS has the whole of it; it is inherited."
    head = markup(f"The customer's part, in all: {tally(control.counts)}.")
    return "\n".join([head, "", *halves])
