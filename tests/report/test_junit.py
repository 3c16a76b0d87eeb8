"""JUnit XML, read by an independent parser and held against the structure that Jenkins' schema gives."""

import re
from collections import Counter

import msgspec
import pytest
from defusedxml import ElementTree

from demarcate.model import Skipped
from demarcate.report import junit
from demarcate.report.formats import RenderOptions

# what junit-10.xsd of https://github.com/jenkinsci/xunit-plugin allows, as far as a report of ours could use it
STRUCTURE = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "time", "skipped", "timestamp", "hostname", "id", "package", "file"},
        {"testcase", "properties", "system-out", "system-err"},
    ),
    "testcase": ({"name", "classname", "time", "group"}, {"skipped", "error", "failure", "system-out", "system-err"}),
    "failure": ({"message", "type"}, set()),
    "error": ({"message", "type"}, set()),
    "skipped": ({"message", "type"}, set()),
}
REQUIRED = {"testsuite": {"name", "tests", "failures", "errors"}, "testcase": {"name"}}


def tree(ledger_and_data):
    ledger, data = ledger_and_data
    return ElementTree.fromstring(b"".join(junit.render(ledger, data, RenderOptions())))


@pytest.mark.parametrize("which", ["vaults", "attacks", "shop"])
def test_the_structure_is_that_of_junit(which, request):
    root = tree(request.getfixturevalue(which))
    assert root.tag == "testsuites"
    for element in root.iter():
        attributes, children = STRUCTURE[element.tag]
        assert set(element.attrib) <= attributes
        assert REQUIRED.get(element.tag, set()) <= set(element.attrib)
        assert {each.tag for each in element} <= children
        if element.tag == "testsuite":
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", element.get("timestamp"))


@pytest.mark.parametrize("which", ["vaults", "attacks", "shop"])
def test_the_numbers_add_up(which, request):
    ledger, data = request.getfixturevalue(which)
    root = tree((ledger, data))
    totals: Counter[str] = Counter()
    for suite in root:
        found = Counter(child.tag for case in suite for child in case)
        assert int(suite.get("tests")) == len(suite)
        assert int(suite.get("failures")) == found["failure"]
        assert int(suite.get("errors")) == found["error"]
        assert int(suite.get("skipped")) == found["skipped"]
        totals += Counter({name: int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped")})
    for name in ("tests", "failures", "errors"):
        assert int(root.get(name)) == totals[name]
    assert totals["tests"] == len(ledger.findings) + len(ledger.skipped)


def test_what_is_unknown_or_accepted_is_skipped_not_passed(vaults):
    root = tree(vaults)
    skipped = [each.get("message") for each in root.iter("skipped")]
    assert any(each.startswith("could not be decided: ") for each in skipped)
    assert "accepted: =a museum piece <b>" in skipped
    passed = sum(not len(case) for case in root.iter("testcase"))
    assert passed == vaults[0].summary.findings["satisfied"]


def test_failures_say_where_why_and_how_to_mend(vaults):
    (failure,) = tree(vaults).iter("failure")
    assert failure.get("type") == "medium"
    assert failure.text.splitlines()[1:] == [
        "at shop.yaml:7",
        "why: Otherwise anybody opens it.",
        "fix: Set Locked to true.",
        "see: https://docs.example.com/store/locks",
    ]


def test_what_could_not_be_read_is_an_error(vaults):
    ledger, data = vaults
    broken = msgspec.structs.replace(ledger, skipped=(Skipped("x.yaml:2", "template", 'not "YAML" <&>', "error"),))
    root = tree((broken, data))
    (error,) = root.iter("error")
    assert error.get("message") == 'not "YAML" <&>'
    assert root.get("errors") == "1"
