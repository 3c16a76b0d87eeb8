"""A ledger of many resources, made by repeating a small one."""

import msgspec
from tests.report.hostile import small

from demarcate.ledger import summarise
from demarcate.model import Connection, Duty, Finding, LedgerResource, Scope


def many(folder, times):
    """The small ledger's resources ``times`` times under new ids, each connected with the next, and the catalogue."""
    ledger, data = small(folder)
    resources: list[LedgerResource] = []
    findings: list[Finding] = []
    duties: list[Duty] = []
    connections: list[Connection] = []
    for number in range(times):
        for each in ledger.resources:
            resources.append(msgspec.structs.replace(each, id=f"{each.id}-{number}", name=f"{each.name}-{number}"))
            connections.append(Connection(f"{each.id}-{number}", f"{each.id}-{(number + 1) % times}", "use", "Peer"))
        findings += [
            msgspec.structs.replace(each, id=f"{each.id}-{number}", resource=f"{each.resource}-{number}")
            for each in ledger.findings
        ]
        for duty in ledger.duties:
            if duty.scope is Scope.RESOURCE:
                names = tuple(f"{name}-{number}" for name in duty.findings)
                duties.append(msgspec.structs.replace(duty, resource=f"{duty.resource}-{number}", findings=names))
    duties += [each for each in ledger.duties if each.scope is not Scope.RESOURCE]
    changed = msgspec.structs.replace(
        ledger,
        resources=tuple(resources),
        findings=tuple(findings),
        duties=tuple(duties),
        connections=tuple(sorted(connections)),
        summary=summarise(duties, len(resources), findings),
    )
    return changed, data
