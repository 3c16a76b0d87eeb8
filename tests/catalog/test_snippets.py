"""What a control shows as its fix does satisfy it."""

import pytest
from tests.estates import estate_of

from demarcate import assess, assess_estate
from demarcate.catalog import catalog
from demarcate.catalog.snippets import MAX_LINES, example_template
from demarcate.sources.terraform.mapping import mappings
from demarcate.verify import VerifyOptions
from demarcate.verify.profiles import Profile

CONTROLS = {each.id: each for service in catalog().services() for each in service.controls}
WITH_EXAMPLE = sorted(name for name, each in CONTROLS.items() if example_template(each))


def test_nearly_every_control_shows_a_template():
    shown = [name for name, each in CONTROLS.items() if each.snippets.cloudformation or example_template(each)]
    assert len(shown) >= 0.97 * len(CONTROLS)


@pytest.mark.parametrize("name", WITH_EXAMPLE[::4])
def test_an_example_that_is_shown_satisfies_its_control(tmp_path, name):
    text = example_template(CONTROLS[name])
    assert text.count("\n") <= MAX_LINES
    profile = Profile(extends="none", include=(name,))
    ledger = assess_estate(estate_of(tmp_path, text), None, VerifyOptions(profile=profile))
    (finding,) = [each for each in ledger.findings if each.control == name and each.resource.endswith("#It")]
    assert finding.outcome == "satisfied"


def test_what_no_template_says_shows_none():
    assert example_template(CONTROLS["account-root-mfa"]) == ""


TERRAFORM = sorted(name for name, each in CONTROLS.items() if each.snippets.terraform)
ARGUMENTS = {
    entry.is_: name
    for name in reversed(mappings().types())
    if not name.startswith("awscc_") and (entry := mappings().entry(name)) is not None and entry.is_ is not None
}
"""CloudFormation type → the first Terraform type that is one."""


@pytest.mark.parametrize("name", TERRAFORM)
def test_a_snippet_of_terraform_is_read_and_not_found_wanting(tmp_path, name):
    """Some show an argument whose control applies only beside others, or refer to what the snippet leaves out."""
    control = CONTROLS[name]
    text = control.snippets.terraform
    if 'resource "' not in text:
        text = f'resource "{ARGUMENTS[control.types[0]]}" "it" {{\n{text}\n}}\n'
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    ledger = assess(str(tmp_path), profile="strict")
    assert [each for each in ledger.skipped if each.level == "error"] == []
    assert {each.outcome for each in ledger.findings if each.control == name} <= {"satisfied", "unknown"}
