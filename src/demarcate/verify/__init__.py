"""Verification: a profile's controls on every resource, to findings. :func:`verify` is the stage's public function."""

from collections.abc import Iterator, Mapping
from operator import attrgetter

import msgspec

from demarcate.catalog import Catalog
from demarcate.expressions import Neighbours, Subject
from demarcate.expressions.functions.versions import lifecycle
from demarcate.model import Control, Declared, Estate, Finding, Outcome, Party, Resource, Skipped, Unknown, Value
from demarcate.programs import Program, program
from demarcate.split import Split, known_as
from demarcate.verify.acceptance import Acceptance, acceptances_of
from demarcate.verify.accounts import on_accounts
from demarcate.verify.cases import cases_of
from demarcate.verify.evidence import counted, evidence_of, sentence
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
    accounts = sorted({each.account for each in split.resources})
    findings.extend(on_accounts(accounts, options.settings, data, run.profile, run.asof))
    return Verification(
        findings=tuple(sorted(findings, key=attrgetter("id"))),
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
        self._parties: dict[str, frozenset[str]] = {}

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
        out = self._outcomes(kind.program, selection, resource, name)
        accepted = self._accepted(resource, kind.program.controls) if resource.attributes else {}
        awss = self._awss(self._offerings[resource.id])
        for number, result, at, properties in out:
            control = kind.program.controls[number]
            if result is None or control.responsibility in awss:
                continue
            severity = selection.severities[number]
            reads = kind.program.reads[number]
            yield _finding(resource, control, severity, result, reads, at, accepted.get(control.id), properties)

    def _subject(self, resource: Resource, name: str, properties: Mapping[str, Value]) -> Subject:
        return Subject(
            name,
            properties,
            identifier=resource.id,
            tags=resource.tags,
            attributes=resource.attributes,
            neighbours=self.neighbours,
            settings=self.options.settings,
            asof=self.asof,
        )

    def _outcomes(
        self, compiled: Program, selection: Selection, resource: Resource, name: str
    ) -> list[tuple[int, Value, str | None, Mapping[str, Value]]]:
        """What the controls find: (position, outcome, the item that decided, the properties that decided). What is not
        known as the properties stand, but comes out alike in every case of their conditions, is decided."""
        found: list[tuple[int, Value, str | None]] = []
        whole = resource.properties
        compiled.assess(self._subject(resource, name, whole), selection.wanted, selection.params, found)
        undecided = frozenset(number for number, result, _ in found if type(result) is Unknown)
        alike: dict[int, tuple[Value, str | None, Mapping[str, Value]]] | None = None
        for properties in cases_of(whole) if undecided else ():
            case: list[tuple[int, Value, str | None]] = []
            compiled.assess(self._subject(resource, name, properties), undecided, selection.params, case)
            if alike is None:
                alike = {n: (result, at, properties) for n, result, at in case if type(result) is not Unknown}
            for number, result, _ in case:
                if number in alike and result is not alike[number][0]:
                    del alike[number]
        decided = alike or {}
        return [
            (number, *decided[number]) if number in decided else (number, result, at, whole)
            for number, result, at in found
        ]

    def _awss(self, offering: str) -> frozenset[str]:
        """The responsibilities that are AWS's alone in an offering."""
        if offering not in self._parties:
            cells = self._splits[offering].items()
            self._parties[offering] = frozenset(name for name, cell in cells if cell.party is Party.AWS)
        return self._parties[offering]

    def _accepted(self, resource: Resource, controls: tuple[Control, ...]) -> Mapping[str, Acceptance]:
        accepted, notes = acceptances_of(resource, self.asof)
        self.skipped.extend(notes)
        for unknown in sorted(accepted.keys() - {each.id for each in controls}) if accepted else ():
            why = f"{unknown} is no control on {resource.type}"
            self.skipped.append(Skipped(_where(resource.declared), f"acceptance on {resource.name}", why, "error"))
        return accepted

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
    properties: Mapping[str, Value],
) -> Finding:
    if result is True:  # most findings, so the short way
        return Finding(
            id=f"{control.id}@{resource.id}",
            control=control.id,
            resource=resource.id,
            responsibility=control.responsibility,
            outcome="satisfied",
            severity=severity,
            message=control.title,
            evidence=counted(properties, reads, sensitive=control.sensitive),
            declared=resource.declared,
        )
    undecided = type(result) is Unknown
    evidence = evidence_of(properties, reads, at, sensitive=control.sensitive)
    return Finding(
        id=f"{control.id}@{resource.id}",
        control=control.id,
        resource=resource.id,
        responsibility=control.responsibility,
        outcome=Outcome.UNKNOWN.value if undecided else Outcome.NOT_SATISFIED.value,
        severity=severity,
        message=sentence(control, evidence, result.why if undecided else None),
        evidence=evidence,
        declared=_place(resource, at if properties is resource.properties else None, reads),  # a case's items move
        accepted=None if undecided else accepted,
    )


def _place(resource: Resource, at: str | None, reads: tuple[str, ...]) -> Declared:
    """Where the deciding property stands, or the resource where the property is absent."""
    path = at or next((each for each in reads if each.partition(".")[0] in resource.properties), None)
    line = resource.lines.get(path) if path is not None else None
    declared = resource.declared
    return declared if line is None else Declared(declared.file, line, declared.path, declared.source)


def _where(declared: Declared) -> str:
    return f"{declared.file}:{declared.line}" if declared.line else declared.file
