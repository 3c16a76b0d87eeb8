"""Who has what of a control, by component: what AWS provides, what it leaves to be done, what is inherited and done."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from demarcate.model import Status
from demarcate.report import nist
from demarcate.report.nist import NistControl, NistPart
from demarcate.report.oscal.document import AWS_PARTY, CUSTOMER_PARTY, Builder, Json, component_uuid, prop, tally
from demarcate.report.oscal.text import markup, uuid_of

_DONE = (Status.SATISFIED, Status.ATTESTED)


class Share:
    """What one part puts into a component's answer to a control: each a list, empty if there is nothing to say."""

    def __init__(self, control: NistControl, part: NistPart, builder: Builder, *, prototype: bool = False) -> None:
        key = (control.id, part.offering, part.responsibility)
        self.provided: list[Json] = []
        self.responsibilities: list[Json] = []
        self.inherited: list[Json] = []
        self.satisfied: list[Json] = []
        title = builder.data.responsibilities[part.responsibility].title
        props = [prop("responsibility", part.responsibility)]
        common = {"props": props, **builder.links([part.source])}
        provided = uuid_of("provided", *key)
        if part.aws:
            text = markup(f"{title}: {part.aws}")
            by = {"implemented-by": AWS_PARTY} if prototype else {}
            export = {"exportable": True} if prototype else {}
            self.provided.append({"uuid": provided, **by, **export, "description": text, **common})
            self.inherited.append(
                {
                    "uuid": builder.own("inherited", *key),
                    "provided-uuid": provided,
                    **by,
                    "description": text,
                    "props": props,
                }
            )
        if part.customer:
            text = markup(f"{title}: {part.customer}")
            of = {"provided-uuid": provided} if part.aws else {}
            responsibility = uuid_of("responsibility", *key)
            export = {"exportable": True} if prototype else {}
            self.responsibilities.append({"uuid": responsibility, **of, **export, "description": text, **common})
            if is_done(part.counts):
                inherited = {"inherited-uuid": builder.own("inherited", *key)} if prototype and part.aws else {}
                self.satisfied.append(
                    {
                        "uuid": builder.own("satisfied", *key),
                        "responsibility-uuid": responsibility,
                        **inherited,
                        "description": markup(f"{title}: every duty is done ({tally(part.counts)})."),
                        "props": props,
                        "responsible-roles": [{"role-id": "customer", "party-uuids": [CUSTOMER_PARTY]}],
                    }
                )


def is_done(counts: Mapping[str, int]) -> bool:
    """Whether every duty that applies is shown or attested to be done, and there is one."""
    applicable = {status for status, number in counts.items() if number and status != Status.NOT_APPLICABLE}
    return bool(applicable) and applicable <= set(_DONE)


def applicable(parts: Iterable[NistPart]) -> list[NistPart]:
    """The parts that any resource can have."""
    return [each for each in parts if any(status != Status.NOT_APPLICABLE for status in each.counts)]


def by_offering(parts: Iterable[NistPart]) -> Mapping[str, Sequence[NistPart]]:
    """Parts by offering, sorted. A responsibility stands once an offering, with all its duties."""
    grouped: dict[str, dict[str, list[NistPart]]] = defaultdict(lambda: defaultdict(list))
    for each in parts:
        grouped[each.offering][each.responsibility].append(each)
    return {offering: [_joined(same) for same in grouped[offering].values()] for offering in sorted(grouped)}


def _joined(parts: Sequence[NistPart]) -> NistPart:
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    return NistPart(
        offering=first.offering,
        responsibility=first.responsibility,
        party=first.party,
        aws=first.aws,
        customer=first.customer,
        source=first.source,
        counts=added(parts),
        configured=any(each.configured for each in parts),
    )


def added(parts: Iterable[NistPart]) -> Counter[str]:
    """The duties of several parts by status."""
    total: Counter[str] = Counter()
    for each in parts:
        total.update(each.counts)
    return total


def state(counts: Mapping[str, int]) -> Json:
    """An ``implementation-status``. What is not known is neither implemented nor planned: OSCAL lets a document have
    states of its own, and these are ``unknown``, ``open`` and ``not-implemented``."""
    worst = nist.roll_up(status for status, number in counts.items() if number)
    done = any(counts.get(each, 0) for each in (Status.INHERITED, *_DONE))
    value = {
        Status.NOT_SATISFIED: "partial" if done else "not-implemented",
        Status.UNKNOWN: "unknown",
        Status.OPEN: "open",
        Status.ACCEPTED: "partial" if done else "not-implemented",
        Status.NOT_APPLICABLE: "not-applicable",
    }.get(worst, "implemented")
    remarks = f"Duties: {tally(counts)}." if tally(counts) else "No duty."
    return {"state": value, "remarks": markup(remarks)}


def component_answer(
    control: NistControl, offering: str, parts: Sequence[NistPart], builder: Builder, *, prototype: bool
) -> Json:
    """A ``by-component`` for an offering: in a plan with what is provided under ``export``, in the prototype beside."""
    shares = [Share(control, each, builder, prototype=prototype) for each in parts]
    provided = [entry for each in shares for entry in each.provided]
    responsibilities = [entry for each in shares for entry in each.responsibilities]
    inherited = [entry for each in shares for entry in each.inherited]
    satisfied = [entry for each in shares for entry in each.satisfied]
    left_to = {
        **({"provided": provided} if provided else {}),
        **({"responsibilities": responsibilities} if responsibilities else {}),
    }
    return {
        "component-uuid": component_uuid(offering),
        "uuid": builder.own("by-component", control.id, offering),
        "description": markup(_described(builder.offering_title(offering), provided, responsibilities)),
        "implementation-status": state(added(parts)),
        **(left_to if prototype else {"export": left_to}),
        **({"inherited": inherited} if inherited else {}),
        **({"satisfied": satisfied} if satisfied else {}),
    }


def _described(title: str, provided: Sequence[Json], responsibilities: Sequence[Json]) -> str:
    if not responsibilities:
        return f"{title}: AWS has the whole of it."
    if not provided:
        return f"{title}: the customer has the whole of it."
    return f"{title}: AWS has a part of it, and the customer has one."
