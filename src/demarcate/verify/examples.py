"""The controls' own examples, run as templates through the whole line: source, split, verify.

``python -m demarcate.verify.examples [SERVICE …]`` runs them while a service file is being written.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from demarcate.catalog import ACCOUNT, Catalog, catalog
from demarcate.catalog.check import Problem
from demarcate.expressions import Neighbours
from demarcate.model import Control, Outcome
from demarcate.sources import estate_of_template
from demarcate.split import split
from demarcate.verify import VerifyOptions, verify
from demarcate.verify.accounts import on_accounts
from demarcate.verify.profiles import Profile

_SUBJECT = "It"


class Example(msgspec.Struct, frozen=True):
    """One example: its control, its ``number`` under the outcome that it should have, and its properties."""

    control: Control
    expected: Outcome
    number: int
    properties: Mapping[str, Any]


def examples_of(data: Catalog, services: Iterable[str] | None = None) -> Iterator[Example]:
    """All examples of the hand-written controls of some services, or of all."""
    for name in services if services is not None else data.service_names:
        service = data.service(name)
        for control in service.controls if service is not None else ():
            for outcome in Outcome:
                for number, each in enumerate(getattr(control.examples, outcome.name.lower())):
                    yield Example(control, outcome, number, each)


def outcome_of(example: Example, data: Catalog) -> tuple[Outcome, str]:
    """What the control finds on an example, and its message."""
    properties = {key: value for key, value in example.properties.items() if not key.startswith("$")}
    extra = example.properties
    control = example.control
    if control.types[0] == ACCOUNT:
        found = on_accounts(["example"], extra.get("$settings", {}), data, _only(control), extra.get("$asof", ""))
        return next(((Outcome(each.outcome), each.message) for each in found), (Outcome.NOT_APPLICABLE, ""))
    template = {
        "Parameters": {"Unknown": {"Type": "String"}, "Secret": {"Type": "String", "NoEcho": True}},
        "Conditions": {"Perhaps": {"Fn::Equals": [{"Ref": "Unknown"}, "yes"]}},
        "Resources": {
            _SUBJECT: {
                "Type": extra.get("$type", control.types[0]),
                "Properties": properties,
                **extra.get("$attributes", {}),
            },
            **extra.get("$with", {}),
        },
    }
    estate = estate_of_template(template, f"example {control.id}")
    neighbours = Neighbours.of(estate)
    parties = split(estate, data, neighbours)
    profile = Profile(
        name="example", extends="none", include=(control.id,), params={control.id: extra.get("$params", {})}
    )
    options = VerifyOptions(profile=profile, settings=extra.get("$settings", {}), asof=extra.get("$asof", ""))
    subject = f"#{_SUBJECT}"
    for finding in verify(estate, parties, data, options, neighbours).findings:
        if finding.resource.endswith(subject) and finding.control == control.id:
            return Outcome(finding.outcome), finding.message
    return Outcome.NOT_APPLICABLE, ""


def _only(control: Control) -> Profile:
    return Profile(name="example", extends="none", include=(control.id,))


def check_examples(data: Catalog, services: Iterable[str] | None = None) -> tuple[Problem, ...]:
    """The examples that come out otherwise than they say, and controls that lack examples."""
    problems: list[Problem] = []
    wanted = tuple(services) if services is not None else data.service_names
    for name in wanted:
        service = data.service(name)
        problems += [
            Problem(name, f"{control.id}: no example of satisfied or of not-satisfied")
            for control in (service.controls if service is not None else ())
            if not (control.examples.satisfied and control.examples.not_satisfied)
        ]
    for example in examples_of(data, wanted):
        found, message = outcome_of(example, data)
        if found is not example.expected:
            where = f"{example.control.id}: example {example.number + 1} of {example.expected.value}"
            stem = example.control.types[0].split("::")[1].lower()
            problems.append(Problem(stem, f"{where} came out {found.value}" + (f" ({message})" if message else "")))
    return tuple(problems)


def main(arguments: list[str]) -> int:
    """Run the examples of some services, print what is wrong, and the number of controls and examples."""
    data = catalog()
    services = arguments or None
    problems = check_examples(data, services)
    print(*problems, sep="\n")
    examples = sum(1 for _ in examples_of(data, services))
    controls = sum(len(each.controls) for name in services or data.service_names if (each := data.service(name)))
    print(f"{controls} controls, {examples} examples, {len(problems)} problem(s)")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
