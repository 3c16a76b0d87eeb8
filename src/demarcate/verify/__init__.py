"""Verification: a profile's controls on every resource, to findings. :func:`verify` is the stage's public function."""

from collections import defaultdict
from collections.abc import Mapping
from operator import attrgetter
from typing import TypeAlias, TypeVar

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
    run = _Run(data, options, split, neighbours or Neighbours.of(estate), estate.settings)
    for resource in estate.resources:
        name = known_as(resource.type, data)
        if name is not None:
            run.resource(resource, name)
    accounts = sorted({each.account for each in split.resources})
    # in the order that sorting by id gives, or nearly so: resources come in the order of their ids
    findings = [each for control in sorted(run.findings) for each in run.findings[control]]
    for account in accounts:
        findings.extend(on_accounts([account], run.settings_of(account), data, run.profile, run.asof))
    findings.sort(key=attrgetter("id"))
    return Verification(
        findings=tuple(findings),
        classifications=run.classifications,
        skipped=tuple(run.skipped),
    )


_T = TypeVar("_T")
_Outcome: TypeAlias = tuple[int, Value, str | None]
"""A control's position, its outcome, and the path of the item that decided."""
_Decided: TypeAlias = tuple[Value, str | None, Mapping[str, Value]]
"""An outcome, the path of the item that decided, and the properties in which it did."""


class _Type(msgspec.Struct, frozen=True):
    """What is needed of a type on every resource of it."""

    program: Program
    chosen: Mapping[bool, Selection]
    """The selected controls, for stores of restricted data (``True``) and for others."""


class _Run:
    def __init__(
        self,
        data: Catalog,
        options: VerifyOptions,
        split: Split,
        neighbours: Neighbours,
        settings: Mapping[str, Mapping[str, Value]],
    ) -> None:
        self.data = data
        self.options = options
        self.profile = options.profile or baseline()
        self.asof = options.asof or lifecycle().as_of
        self.neighbours = neighbours
        self._settings = settings
        self.classifications: dict[str, str] = {}
        self.skipped: list[Skipped] = []
        self.findings: dict[str, list[Finding]] = defaultdict(list)
        self._types: dict[str, _Type] = {}
        self._offerings = {each.id: each.offering for each in split.resources}
        self._splits = split.splits
        self._parties: dict[str, frozenset[str]] = {}

    def resource(self, resource: Resource, name: str) -> None:
        """Add what the controls find on a resource to ``findings``, which are by control."""
        entry = self.data.type_entry(name)
        level = self.options.stewardship.level_of(resource) if entry is not None and entry.holds else None
        if level is not None:
            self.classifications[resource.id] = level
            steward = self.options.stewardship.finding(resource, level)
            self.findings[f"{steward.control}@"].append(steward)
        kind = self._type(name)
        selection = kind.chosen[self.options.stewardship.is_restricted(level)]
        if not selection.wanted:
            return
        found, decided = self._outcomes(kind.program, selection, resource, name)
        accepted = self._accepted(resource, kind.program.controls) if resource.attributes else {}
        awss = self._awss(self._offerings[resource.id])
        controls, all_reads, severities = kind.program.controls, kind.program.reads, selection.severities
        for number, result, at in found:
            control = controls[number]
            properties = resource.properties
            if number in decided:
                result, at, properties = decided[number]
            if result is None or control.responsibility in awss:
                continue
            reads = all_reads[number]
            if result is True:  # most findings, so the short way
                made = Finding(
                    id=f"{control.id}@{resource.id}",
                    control=control.id,
                    resource=resource.id,
                    responsibility=control.responsibility,
                    outcome="satisfied",
                    severity=severities[number],
                    message=control.title,
                    evidence=counted(properties, reads, sensitive=control.sensitive),
                    declared=resource.declared,
                )
            else:
                accepting = accepted.get(control.id)
                made = _finding(resource, control, severities[number], result, reads, at, accepting, properties)
            self.findings[f"{control.id}@"].append(made)

    def settings_of(self, account: str) -> Mapping[str, Value]:
        """The settings of an account: what its source says, and what the user says, which wins."""
        own = self._settings.get(account)
        return {**own, **self.options.settings} if own else self.options.settings

    def _subject(self, resource: Resource, name: str, properties: Mapping[str, Value]) -> Subject:
        return Subject(
            name,
            properties,
            identifier=resource.id,
            tags=resource.tags,
            attributes=resource.attributes,
            neighbours=self.neighbours,
            settings=self.settings_of(resource.account) if self._settings else self.options.settings,
            asof=self.asof,
        )

    def _outcomes(
        self, compiled: Program, selection: Selection, resource: Resource, name: str
    ) -> tuple[list[_Outcome], Mapping[int, _Decided]]:
        """What the controls find, and by position what stands in its place: what is not known as the properties stand,
        but comes out alike in every case of their conditions, is decided."""
        found: list[_Outcome] = []
        whole = resource.properties
        compiled.assess(self._subject(resource, name, whole), selection.wanted, selection.params, found)
        undecided = frozenset([number for number, result, _ in found if type(result) is Unknown])
        alike: dict[int, _Decided] | None = None
        for properties in cases_of(whole) if undecided else ():
            case: list[_Outcome] = []
            compiled.assess(self._subject(resource, name, properties), undecided, selection.params, case)
            if alike is None:
                alike = {n: (result, at, properties) for n, result, at in case if type(result) is not Unknown}
            for number, result, _ in case:
                if number in alike and result is not alike[number][0]:
                    del alike[number]
        return found, alike or {}

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
    """The finding of what is not satisfied or not known."""
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
    declared = resource.declared
    if path is None:
        return declared
    elsewhere = _nearest(resource.places, path) if resource.places else None
    if elsewhere is not None:
        return elsewhere
    line = _nearest(resource.lines, path)
    return declared if line is None else Declared(declared.file, line, declared.path, declared.source)


def _nearest(known: Mapping[str, _T], path: str) -> _T | None:
    """What is known of a property path, or of the nearest thing above it."""
    while path:
        found = known.get(path)
        if found is not None:
            return found
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return None


def _where(declared: Declared) -> str:
    return f"{declared.file}:{declared.line}" if declared.line else declared.file
