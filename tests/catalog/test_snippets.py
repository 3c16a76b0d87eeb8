"""What a control shows as its fix does satisfy it."""

import pytest
from tests.estates import estate_of

from demarcate import assess_estate
from demarcate.catalog import catalog
from demarcate.catalog.snippets import MAX_LINES, example_template
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
