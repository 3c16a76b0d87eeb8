"""Verification: a profile's controls on every resource, to findings. :func:`verify` is the stage's public function."""

from collections.abc import Iterator, Mapping

import msgspec

from demarcate.catalog import Catalog
from demarcate.expressions import Neighbours, Subject
from demarcate.expressions.functions.versions import lifecycle
from demarcate.model import Control, Declared, Estate, Finding, Outcome, Party, Resource, Skipped, Unknown, Value
from demarcate.programs import Program, program
from demarcate.split import Split, known_as
from demarcate.verify.acceptance import Acceptance, acceptances_of
from demarcate.verify.evidence import evidence_of, sentence
from demarcate.verify.profiles import Profile, Selection, baseline
from demarcate.verify.stewardship import Stewardship

__all__ = ["Verification", "VerifyOptions", "verify"]


class VerifyOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How controls are run: the ``profile``; ``settings`` of the accounts (account knob id → value); ``asof``, the day
    (``YYYY-MM-DD``) that versions and acceptances are held against (the day of the version data if empty); and what is
    known of the data's ``stewardship``."""

    profile: Profile | None = None
    settings: Mapping[str, Value] = {}
    asof: str = ""
    stewardship: Stewardship = Stewardship()


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """The ``findings``, sorted by id; the ``classifications`` of the stores of customer data (resource id → level); and
    what was ``skipped``, such as an acceptance without a reason."""

    findings: tuple[Finding, ...]
    classifications: Mapping[str, str]
    skipped: tuple[Skipped, ...]


def verify(
    estate: Estate,
    split: Split,
    data: Catalog,
    options: VerifyOptions | None = None,
    neighbours: Neighbours | None = None,
) -> Verification:
    """What the controls find on every resource of an estate whose duties are known.

    A control that does not apply leaves no finding, nor does one whose duty is AWS's. Raises :class:`CatalogError` or
    :class:`ExpressionError` for a catalogue that breaks its format.
    """
    options = options or VerifyOptions()
    run = _Run(data, options, split, neighbours or Neighbours.of(estate))
    findings: list[Finding] = []
    for resource in estate.resources:
        name = known_as(resource.type, data)
        if name is not None:
            findings.extend(run.resource(resource, name))
    return Verification(
        findings=tuple(sorted(findings, key=lambda each: each.id)),
        classifications=run.classifications,
        skipped=tuple(run.skipped),
    )


class _Type(msgspec.Struct, frozen=True):
    """What is needed of a type on every resource of it."""

    program: Program
    chosen: Mapping[bool, Selection]
    """The selected controls, for stores of restricted data (``True``) and for others."""


class _Run:
    def __init__(self, data: Catalog, options: VerifyOptions, split: Split, neighbours: Neighbours) -> None:
        self.data = data
        self.options = options
        self.profile = options.profile or baseline()
        self.asof = options.asof or lifecycle().as_of
        self.neighbours = neighbours
        self.classifications: dict[str, str] = {}
        self.skipped: list[Skipped] = []
        self._types: dict[str, _Type] = {}
        self._offerings = {each.id: each.offering for each in split.resources}
        self._splits = split.splits

    def resource(self, resource: Resource, name: str) -> Iterator[Finding]:
        entry = self.data.type_entry(name)
        level = self.options.stewardship.level_of(resource) if entry is not None and entry.holds else None
        if level is not None:
            self.classifications[resource.id] = level
            yield self.options.stewardship.finding(resource, level)
        kind = self._type(name)
        selection = kind.chosen[self.options.stewardship.is_restricted(level)]
        if not selection.wanted:
            return
        subject = Subject(
            name,
            resource.properties,
            identifier=resource.id,
            tags=resource.tags,
            attributes=resource.attributes,
            neighbours=self.neighbours,
            settings=self.options.settings,
            asof=self.asof,
        )
        out: list[tuple[int, Value, str | None]] = []
        kind.program.assess(subject, selection.wanted, selection.params, out)
        accepted, notes = acceptances_of(resource, self.asof) if resource.attributes else ({}, ())
        self.skipped.extend(notes)
        cells = self._splits[self._offerings[resource.id]]
        for number, result, at in out:
            control = kind.program.controls[number]
            if result is None or cells[control.responsibility].party is Party.AWS:
                continue
            severity = selection.severities.get(number, control.severity)
            reads = kind.program.reads[number]
            yield _finding(resource, control, severity, result, reads, at, accepted.get(control.id))
        for unknown in sorted(accepted.keys() - {each.id for each in kind.program.controls}):
            why = f"{unknown} is no control on {resource.type}"
            self.skipped.append(Skipped(_where(resource.declared), f"acceptance on {resource.name}", why, "error"))

    def _type(self, name: str) -> _Type:
        if name not in self._types:
            found = program(name, self.data)
            chosen = {
                restricted: self.profile.select(found.controls, restricted=restricted) for restricted in (False, True)
            }
            self._types[name] = _Type(found, chosen)
        return self._types[name]


def _finding(
    resource: Resource,
    control: Control,
    severity: str,
    result: Value,
    reads: tuple[str, ...],
    at: str | None,
    accepted: Acceptance | None,
) -> Finding:
    if type(result) is Unknown:
        outcome = Outcome.UNKNOWN
    else:
        outcome = Outcome.SATISFIED if result is True else Outcome.NOT_SATISFIED
    brief = outcome is Outcome.SATISFIED
    evidence = evidence_of(resource.properties, reads, at, sensitive=control.sensitive, brief=brief)
    declared = resource.declared
    message = control.title
    if outcome is not Outcome.SATISFIED:
        declared = _place(resource, at, reads)
        why = result.why if type(result) is Unknown else None
        message = sentence(control, evidence, why)
    return Finding(
        id=f"{control.id}@{resource.id}",
        control=control.id,
        resource=resource.id,
        responsibility=control.responsibility,
        outcome=outcome.value,
        severity=severity,
        message=message,
        evidence=evidence,
        declared=declared,
        accepted=accepted if outcome is Outcome.NOT_SATISFIED else None,
    )


def _place(resource: Resource, at: str | None, reads: tuple[str, ...]) -> Declared:
    """Where the deciding property stands, or the resource where the property is absent."""
    for path in ([at] if at else []) + [each for each in reads if each.partition(".")[0] in resource.properties]:
        line = resource.lines.get(path)
        if line is not None:
            return msgspec.structs.replace(resource.declared, line=line)
    return resource.declared


def _where(declared: Declared) -> str:
    return f"{declared.file}:{declared.line}" if declared.line else declared.file
