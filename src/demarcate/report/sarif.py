"""SARIF 2.1.0: a result for what is there to act on, with the rules' help from the catalogue.

What is not satisfied is a ``fail``. What could not be decided is ``open``, which SARIF keeps for too little
information, under a rule id of its own (``…/undecided``) without a security severity, so that no viewer ranks it among
the failures. What was accepted is a suppressed ``fail``. GitHub takes at most 25,000 results and 10 MB compressed, so
the most pressing come first and the rest is left out with a notification.
"""

import hashlib
import posixpath
import re
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, Final
from urllib.parse import quote

import msgspec

from demarcate.catalog import Catalog
from demarcate.model import Ledger, Severity, Skipped
from demarcate.report.formats import RenderOptions, timestamp
from demarcate.report.rows import FRAMEWORK_TITLES, FindingRow, Standing, finding_rows
from demarcate.report.terminal_text import safe

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MAX_RESULTS: Final = 25_000
MAX_COMPRESSED: Final = 9_000_000
"""Compressed bytes of results; GitHub takes 10 MB of everything."""
_LEVEL: Final = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
_SECURITY_SEVERITY: Final = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0"}
"""In the middle of the ranges by which GitHub names a score critical, high, medium and low."""
_UNDECIDED: Final = "/undecided"
_ROOT: Final = "%SRCROOT%"
_CONFIG: Final = "demarcate.yaml"
"""Where account settings are stated; a result without a file would make GitHub refuse all of them."""
_SOURCE: Final = re.compile(r"(.+?):(\d+)(?::(\d+))?")
_ENCODE: Final = msgspec.json.Encoder().encode


def render(ledger: Ledger, data: Catalog, options: RenderOptions) -> Iterator[bytes]:
    """The SARIF log, a result a line; with ``options.satisfied`` also what passes."""
    rows = [each for each in finding_rows(ledger, data) if options.satisfied or each.standing is not Standing.SATISFIED]
    rules = _Rules(rows)
    results: list[bytes] = []
    packer = zlib.compressobj(6)
    packed = 0
    for row in rows[:MAX_RESULTS]:
        encoded = _ENCODE(_result(row, rules))
        packed += len(packer.compress(encoded))
        if packed > MAX_COMPRESSED:
            break
        results.append(encoded)
    yield b'{"$schema": ' + _ENCODE(SCHEMA) + b',\n"version": "2.1.0",\n"runs": [{\n"tool": '
    yield _ENCODE({"driver": _driver(ledger, rules)})
    yield b',\n"automationDetails": {"id": "demarcate/"},\n"originalUriBaseIds": '
    yield _ENCODE({_ROOT: {"description": {"text": "The folder in which Demarcate was run."}}})
    yield b',\n"invocations": ' + _ENCODE([_invocation(ledger, options, len(rows) - len(results))])
    yield b',\n"taxonomies": ' + _ENCODE(rules.taxonomies()) + b',\n"results": ['
    for number, encoded in enumerate(results):
        yield (b",\n" if number else b"\n") + encoded
    yield b"\n]\n}]}\n"


# rules ---------------------------------------------------------------------------------------------------------------


class _Rules:
    """The rules that results name, and the taxonomies that rules name, by their place in the log."""

    def __init__(self, rows: Iterable[FindingRow]) -> None:
        first: dict[str, FindingRow] = {}
        severity: dict[str, Severity] = {}
        for row in rows:
            name = rule_id(row)
            first.setdefault(name, row)
            found = Severity(row.finding.severity)
            severity[name] = min(severity.get(name, found), found, key=lambda each: each.rank)
        self.names = sorted(first)
        self.index = {name: number for number, name in enumerate(self.names)}
        taxa: dict[str, set[str]] = {}
        for row in first.values():
            for framework, ids in row.frameworks.items():
                taxa.setdefault(framework, set()).update(ids)
        self._taxa = {framework: sorted(taxa[framework]) for framework in sorted(taxa)}
        self._taxon = {
            (framework, each): (number, place)
            for number, (framework, ids) in enumerate(self._taxa.items())
            for place, each in enumerate(ids)
        }
        self.descriptors = [self._descriptor(name, first[name], severity[name].value) for name in self.names]

    def _descriptor(self, name: str, row: FindingRow, severity: str) -> dict[str, Any]:
        undecided = name.endswith(_UNDECIDED)
        title = f"Could not be decided: {row.title}" if undecided else row.title
        control = row.control
        properties: dict[str, Any] = {
            "tags": ["security", "aws", f"responsibility/{row.finding.responsibility}"],
            "problem.severity": "recommendation" if undecided else _problem(severity),
        }
        if not undecided:
            properties["security-severity"] = _SECURITY_SEVERITY[severity]
        if control is not None:
            properties["profile"] = control.profile
            properties["precision"] = "medium" if control.derived else "high"
        descriptor: dict[str, Any] = {
            "id": name,
            "name": "".join(part.capitalize() for part in re.split(r"[^A-Za-z0-9]+", name)),
            "shortDescription": {"text": _message(title)},
            "fullDescription": {"text": _message(row.why or title)},
            "defaultConfiguration": {"level": "note" if undecided else _LEVEL[severity]},
            "help": _help(row),
            "properties": properties,
        }
        if row.source:
            descriptor["helpUri"] = row.source
        relationships = [
            self._relationship(framework, each) for framework, ids in row.frameworks.items() for each in ids
        ]
        if relationships:
            descriptor["relationships"] = relationships
        return descriptor

    def _relationship(self, framework: str, name: str) -> dict[str, Any]:
        component, index = self._taxon[framework, name]
        target = {"id": name, "index": index, "toolComponent": {"name": framework, "index": component}}
        return {"target": target, "kinds": ["relevant"]}

    def taxonomies(self) -> list[dict[str, Any]]:
        """The frameworks whose requirements the rules serve."""
        return [
            {
                "name": framework,
                "shortDescription": {"text": FRAMEWORK_TITLES.get(framework, framework)},
                "taxa": [{"id": each} for each in ids],
            }
            for framework, ids in self._taxa.items()
        ]

    def supported(self) -> list[dict[str, Any]]:
        """References to the taxonomies."""
        return [{"name": framework, "index": number} for number, framework in enumerate(self._taxa)]


def rule_id(row: FindingRow) -> str:
    """The id of the rule that a finding's result names."""
    return row.finding.control + (_UNDECIDED if row.standing is Standing.UNKNOWN else "")


def _problem(severity: str) -> str:
    return {"error": "error", "warning": "warning", "note": "recommendation"}[_LEVEL[severity]]


def _help(row: FindingRow) -> dict[str, str]:
    """Why, how to mend, how the fix is written, and the page; as text and as Markdown."""
    control = row.control
    if control is None:
        text = f"The catalogue that this report was written with does not have the control {row.finding.control}."
        return {"text": _message(text), "markdown": _message(text)}
    plain = [f"Why: {control.why}", f"Fix: {control.fix}", f"Source: {control.source}"]
    rich = [f"**Why** {control.why}", f"**Fix** {control.fix}"]
    for language, title, snippet in (
        ("yaml", "CloudFormation", control.snippets.cloudformation),
        ("hcl", "Terraform", control.snippets.terraform),
    ):
        if snippet:
            rich.append(f"{title}:\n\n```{language}\n{snippet.rstrip()}\n```")
    rich.append(f"[Documentation]({control.source})")
    ids = "; ".join(f"{name}: {', '.join(each)}" for name, each in row.frameworks.items())
    if ids:
        rich.append(ids)
    return {"text": "\n".join(plain), "markdown": "\n\n".join(rich)}


def _driver(ledger: Ledger, rules: _Rules) -> dict[str, Any]:
    return {
        "name": "Demarcate",
        "version": ledger.tool.version,
        "semanticVersion": ledger.tool.version,
        "shortDescription": {"text": "What is AWS's responsibility, what is yours, and whether yours is done."},
        "properties": {"catalog": ledger.tool.catalog, "profile": ledger.tool.profile, "asOf": ledger.tool.asof},
        "supportedTaxonomies": rules.supported(),
        "rules": rules.descriptors,
    }


# results -------------------------------------------------------------------------------------------------------------


def _result(row: FindingRow, rules: _Rules) -> dict[str, Any]:
    finding, name = row.finding, rule_id(row)
    failed = row.standing in (Standing.NOT_SATISFIED, Standing.ACCEPTED)
    kind = "fail" if failed else "open" if row.standing is Standing.UNKNOWN else "pass"
    digest = hashlib.sha256(finding.id.encode()).hexdigest()[:16]
    result: dict[str, Any] = {
        "ruleId": name,
        "ruleIndex": rules.index[name],
        "kind": kind,
        "level": _LEVEL[finding.severity] if failed else "none",
        "message": {"text": _message(f"{_resource_name(row)}: {finding.message}")},
        "locations": [_location(row)],
        # by what is found where, not by the line, so that an alert stays the same as a file grows above it
        "partialFingerprints": {"demarcateFinding/v1": digest, "primaryLocationLineHash": f"{digest}:1"},
        "properties": {
            "severity": finding.severity,
            "responsibility": finding.responsibility,
            "resource": finding.resource,
            "account": row.account,
            "region": row.region,
            "evidence": finding.evidence,
        },
    }
    related = _related(finding.declared.source)
    if related:
        result["relatedLocations"] = [related]
    if finding.accepted is not None:
        accepted = finding.accepted
        why = "; ".join(
            part
            for part in (
                accepted.reason,
                f"by {accepted.owner}" if accepted.owner else "",
                f"until {accepted.until}" if accepted.until else "",
            )
            if part
        )
        result["suppressions"] = [{"kind": "inSource", "status": "accepted", "justification": safe(why)}]
    return result


def _resource_name(row: FindingRow) -> str:
    return row.resource.name if row.resource is not None else f"account {row.finding.resource}"


def _location(row: FindingRow) -> dict[str, Any]:
    declared = row.finding.declared
    if row.resource is None:
        physical: dict[str, Any] = {"artifactLocation": artifact(_CONFIG)}
        logical: dict[str, Any] = {"name": row.finding.resource, "kind": "account"}
    else:
        physical = {"artifactLocation": artifact(declared.file)}
        logical = {"name": row.resource.name, "fullyQualifiedName": row.resource.id, "kind": "resource"}
        if declared.line:
            physical["region"] = {"startLine": declared.line}
    return {"physicalLocation": physical, "logicalLocations": [logical]}


def artifact(file: str) -> dict[str, str]:
    """A file as SARIF names it: relative to where the tool ran, or as an absolute ``file`` URI."""
    path = file.replace("\\", "/")
    if path.startswith("/"):
        return {"uri": "file://" + quote(posixpath.normpath(path))}
    if re.match(r"[A-Za-z]:/", path):
        return {"uri": f"file:///{path[0]}:{quote(path[2:])}"}
    return {"uri": quote(posixpath.normpath(path)), "uriBaseId": _ROOT}


def _related(source: str | None) -> dict[str, Any] | None:
    """The user's own code line behind a generated template."""
    found = _SOURCE.fullmatch(source) if source else None
    if found is None:
        return None
    region = {"startLine": max(1, int(found[2]))}
    return {
        "id": 1,
        "message": {"text": "The code that declares the resource."},
        "physicalLocation": {"artifactLocation": artifact(found[1]), "region": region},
    }


def _message(text: str) -> str:
    """Text in which nothing is a placeholder (braces) or a link (brackets before a parenthesis) of SARIF's."""
    return safe(text).replace("{", "(").replace("}", ")").replace("](", "] (")


# the run -------------------------------------------------------------------------------------------------------------


def _invocation(ledger: Ledger, options: RenderOptions, left_out: int) -> dict[str, Any]:
    notifications = [_notification(each) for each in ledger.skipped[:MAX_RESULTS]]
    if left_out:
        text = f"{left_out} findings of less weight were left out: code scanning takes at most {MAX_RESULTS} results."
        notifications.insert(0, {"level": "warning", "message": {"text": text}, "descriptor": {"id": "left-out"}})
    return {
        "executionSuccessful": not any(each.level == "error" for each in ledger.skipped),
        "endTimeUtc": timestamp(ledger, options),
        "toolExecutionNotifications": notifications,
    }


def _notification(each: Skipped) -> dict[str, Any]:
    file, _, line = each.where.rpartition(":")
    place: dict[str, Any] = {"artifactLocation": artifact(each.where)}
    if file and line.isdecimal() and line.isascii() and int(line) > 0:
        place = {"artifactLocation": artifact(file), "region": {"startLine": int(line)}}
    notification: dict[str, Any] = {
        "level": "error" if each.level == "error" else "note",
        "message": {"text": _message(f"{each.what}: {each.why}")},
        "descriptor": {"id": "could-not-be-read" if each.level == "error" else "skipped"},
    }
    if each.where:
        notification["locations"] = [{"physicalLocation": place}]
    return notification
