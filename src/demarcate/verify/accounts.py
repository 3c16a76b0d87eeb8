"""Controls on accounts: what the estate says of account-level settings, which no template holds."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from demarcate.catalog import ACCOUNT, Catalog
from demarcate.expressions import Subject
from demarcate.model import Control, Declared, Finding, Outcome, Unknown, Value
from demarcate.programs import program
from demarcate.verify.profiles import Profile

PLACE: Final = "account settings"
"""What stands for the file in the findings on an account."""
_KNOB: Final = re.compile(r"account\(\s*'([^']+)'\s*\)")


def knobs_of(control: Control) -> tuple[str, ...]:
    """The account knobs that a control reads."""
    texts = (control.when, control.unless, control.expect)
    return tuple(dict.fromkeys(knob for text in texts if text for knob in _KNOB.findall(text)))


def on_accounts(
    accounts: list[str], settings: Mapping[str, Value], data: Catalog, profile: Profile, asof: str
) -> Iterator[Finding]:
    """What the controls find on each account. A control on a setting that the estate does not speak of leaves no
    finding: its duty stays open."""
    found = program(ACCOUNT, data)
    selection = profile.select(found.controls)
    asked = frozenset(
        number for number in selection.wanted if any(knob in settings for knob in knobs_of(found.controls[number]))
    )
    if not asked:
        return
    for account in accounts:
        out: list[tuple[int, Value, str | None]] = []
        found.assess(Subject(ACCOUNT, {}, settings=settings, asof=asof), asked, selection.params, out)
        for number, result, _ in out:
            if result is not None:
                yield _finding(account, found.controls[number], selection.severities[number], result, settings)


def _finding(account: str, control: Control, severity: str, result: Value, settings: Mapping[str, Value]) -> Finding:
    outcome = Outcome.SATISFIED if result is True else Outcome.NOT_SATISFIED
    message = control.title if result is True else f"{control.title}: not so"
    if type(result) is Unknown:
        outcome, message = Outcome.UNKNOWN, f"{control.title}: cannot be decided, {result.why}"
    return Finding(
        id=f"{control.id}@{account}",
        control=control.id,
        resource=account,
        responsibility=control.responsibility,
        outcome=outcome.value,
        severity=severity,
        message=message,
        evidence={knob: settings.get(knob) for knob in knobs_of(control)},
        declared=Declared(PLACE),
    )
