"""``oscal-results``: what the checks found, as assessment results.

An *observation* holds what one check found with one outcome, with the resources as its subjects. A *finding* stands for
a NIST control that is decided. A control that is not decided has no finding (OSCAL's only states are satisfied and
not), but an observation that says so.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from demarcate.model import Control, Finding, Outcome, Severity, Status
from demarcate.report import nist
from demarcate.report.oscal.document import OSCAL_NS, Builder, Json, item_uuid, prop, tally
from demarcate.report.oscal.text import line, markup, uuid_of
from demarcate.report.terminal_text import count_of

_TOOL: Final = uuid_of("component", "tool")
_ACCEPTED: Final = "accepted"
_PLAN: Final = "The checks of the profile"


def render(builder: Builder) -> bytes:
    """The document."""
    known = nist.controls_of(builder.ledger, builder.data)
    groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for each in builder.ledger.findings:
        groups[each.control, _standing(each)].append(each)
    places = {each.id: item_uuid(each.account, each.region, each.id) for each in builder.ledger.resources}
    observations = [_observation(*key, groups[key], known, places, builder) for key in sorted(groups)]
    undecided = [each for each in builder.controls if each.status in (Status.UNKNOWN, Status.OPEN)]
    observations += [_undecided(each, builder) for each in undecided]
    standings: dict[str, list[str]] = defaultdict(list)
    for control, standing in sorted(groups):
        standings[control].append(standing)
    risks = [
        _risk(*key, groups[key], known, builder)
        for key in sorted(groups)
        if key[1] in (Outcome.NOT_SATISFIED, _ACCEPTED)
    ]
    findings = [found for each in builder.controls if (found := _finding(each, standings, builder)) is not None]
    result: Json = {
        "uuid": builder.own("result", builder.ledger.tool.profile, builder.moment),
        "title": "Checks of the estate on AWS",
        "description": "What the checks of the profile found in what was declared or observed of the estate.",
        "start": builder.moment,
        "end": builder.moment,
        "props": [prop(f"findings-{name}", str(number)) for name, number in builder.ledger.summary.findings.items()],
        "local-definitions": _definitions(builder),
        "reviewed-controls": {"control-selections": [_selection(builder)]},
        **({"observations": observations} if observations else {}),
        **({"risks": risks} if risks else {}),
        **({"findings": findings} if findings else {}),
    }
    return builder.encode(
        "assessment-results",
        "Assessment results for an estate on AWS",
        {"import-ap": _import(builder), "results": [result]},
        remarks="No assessment plan in OSCAL lies beneath these results: the profile of checks stands in its place.",
    )


def _import(builder: Builder) -> Json:
    reference = builder.cite(
        nist.titles().source, nist.titles().title,
        remarks=f"{_PLAN} {builder.ledger.tool.profile} stand in the place of an assessment plan.",
    )  # fmt: skip
    return {"href": reference, "remarks": "There is no assessment plan; the controls are those of the publication."}


def _selection(builder: Builder) -> Json:
    ids = [{"control-id": nist.oscal_id(each.id)} for each in builder.controls]
    return {"include-controls": ids} if ids else {"include-all": {}}


def _definitions(builder: Builder) -> Json:
    subjects = {each.resource for each in builder.ledger.findings}
    resources = [each for each in builder.ledger.resources if each.id in subjects]
    accounts = sorted(subjects - {each.id for each in resources})
    offerings = sorted({each.offering for each in resources})
    items = [builder.item(each) for each in resources]
    items += [
        {
            "uuid": item_uuid(each, "", each),
            "description": markup(f"AWS account {each}"),
            "props": [prop("asset-id", each, OSCAL_NS)],
        }
        for each in accounts
    ]
    tool = {
        "uuid": _TOOL,
        "type": "software",
        "title": markup(f"{builder.ledger.tool.name} {builder.ledger.tool.version}"),
        "description": "The tool that ran the checks.",
        "status": {"state": "operational"},
    }
    components = [{**builder.component(each), "status": {"state": "operational"}} for each in offerings]
    return {
        **({"components": components} if components else {}),
        **({"inventory-items": items} if items else {}),
        "assessment-assets": {
            "components": [tool],
            "assessment-platforms": [
                {"uuid": builder.own("platform"), "title": "The tool", "uses-components": [{"component-uuid": _TOOL}]}
            ],
        },
    }


def _standing(finding: Finding) -> str:
    if finding.outcome == Outcome.NOT_SATISFIED and finding.accepted is not None:
        return _ACCEPTED
    return finding.outcome


def _title(control: str, known: Mapping[str, Control]) -> str:
    return known[control].title if control in known else control


def _origins() -> Json:
    return {"origins": [{"actors": [{"type": "tool", "actor-uuid": _TOOL}]}]}


def _observation(
    control: str,
    standing: str,
    findings: list[Finding],
    known: Mapping[str, Control],
    places: Mapping[str, str],
    builder: Builder,
) -> Json:
    return {
        "uuid": _observation_uuid(control, standing, builder),
        "title": markup(_title(control, known)),
        "description": markup(f"Check {control}: {standing} on {count_of(len(findings), 'subject')}."),
        "props": [prop("check", control), prop("outcome", standing)],
        **builder.links([known[control].source] if control in known else []),
        "methods": ["EXAMINE"],
        "types": ["discovery" if standing in (Outcome.NOT_SATISFIED, _ACCEPTED) else "control-objective"],
        **_origins(),
        "subjects": [
            {
                "subject-uuid": places.get(each.resource) or item_uuid(each.resource, "", each.resource),
                "type": "inventory-item",
                "props": [prop("finding", each.id)],
                "remarks": "\n\n".join(_evidence(each)),
            }
            for each in findings
        ],
        "collected": builder.moment,
    }


def _observation_uuid(control: str, standing: str, builder: Builder) -> str:
    return builder.own("observation", control, standing)


def _evidence(finding: Finding) -> Iterator[str]:
    declared = finding.declared
    where = f"{declared.file}:{declared.line}" if declared.line else declared.file
    yield markup(f"{where}: {finding.message}")
    for name, value in finding.evidence.items():
        yield markup(f"{name} = {_shown(value)}")
    if finding.accepted is not None:
        yield markup(f"Accepted: {finding.accepted.reason}")


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _undecided(control: nist.NistControl, builder: Builder) -> Json:
    return {
        "uuid": builder.own("undecided", control.id),
        "title": markup(f"{control.id} is not decided"),
        "description": markup(f"{control.id} {control.title}: {tally(control.counts)}."),
        "props": [prop("control-id", nist.oscal_id(control.id)), prop("outcome", control.status.value)],
        "methods": ["EXAMINE"],
        "types": ["control-objective"],
        **_origins(),
        "collected": builder.moment,
    }


def _risk_uuid(control: str, standing: str, builder: Builder) -> str:
    return builder.own("risk", control, standing)


def _risk(control: str, standing: str, findings: list[Finding], known: Mapping[str, Control], builder: Builder) -> Json:
    entry = known.get(control)
    worst = min((each.severity for each in findings), key=lambda each: Severity(each).rank)
    accepted = sorted({_acceptance(each) for each in findings if each.accepted is not None})
    return {
        "uuid": _risk_uuid(control, standing, builder),
        "title": markup(f"Not so: {_title(control, known)}"),
        "description": markup(f"Check {control} is not satisfied on {count_of(len(findings), 'subject')}."),
        "statement": markup(entry.why if entry is not None else f"Check {control} is not satisfied."),
        "props": [prop("check", control), *(prop("accepted", each, OSCAL_NS) for each in accepted)],
        **builder.links([entry.source] if entry is not None else []),
        "status": "deviation-approved" if standing == _ACCEPTED else "open",
        **_origins(),
        "characterizations": [
            {
                "origin": _origins()["origins"][0],
                "facets": [{"name": "severity", "system": OSCAL_NS, "value": line(worst)}],
            }
        ],
        **(
            {
                "remediations": [
                    {
                        "uuid": builder.own("remediation", control, standing),
                        "lifecycle": "recommendation",
                        "title": "How to mend",
                        "description": markup(entry.fix),
                    }
                ]
            }
            if entry is not None and entry.fix
            else {}
        ),
        "related-observations": [{"observation-uuid": _observation_uuid(control, standing, builder)}],
    }


def _acceptance(finding: Finding) -> str:
    assert finding.accepted is not None
    until = f" (until {finding.accepted.until})" if finding.accepted.until else ""
    return line(f"{finding.accepted.reason}{until}")


_DECIDED: Final[Mapping[Status, tuple[str, str]]] = {
    Status.NOT_SATISFIED: ("not-satisfied", "fail"),
    Status.ACCEPTED: ("not-satisfied", "other"),
    Status.ATTESTED: ("satisfied", "pass"),
    Status.SATISFIED: ("satisfied", "pass"),
}


def _finding(control: nist.NistControl, standings: Mapping[str, list[str]], builder: Builder) -> Json | None:
    if control.status not in _DECIDED or not control.controls:
        return None
    state, reason = _DECIDED[control.status]
    related = [(name, standing) for name in control.controls for standing in standings[name]]
    risks = [key for key in related if key[1] in (Outcome.NOT_SATISFIED, _ACCEPTED)]
    return {
        "uuid": builder.own("finding", control.id),
        "title": markup(f"{control.id} {control.title}"),
        "description": markup(f"{control.id}: {tally(control.counts)}."),
        "props": [prop("status", control.status.value)],
        **_origins(),
        "target": {
            "type": "statement-id",
            "target-id": f"{nist.oscal_id(control.id)}_smt",
            "status": {"state": state, "reason": reason},
        },
        "related-observations": [{"observation-uuid": _observation_uuid(*key, builder)} for key in related],
        **({"related-risks": [{"risk-uuid": _risk_uuid(*key, builder)} for key in risks]} if risks else {}),
    }
