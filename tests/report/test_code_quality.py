"""GitLab's Code Quality report."""

import json

import pytest
from tests.estates import estate_of

from demarcate.api import assess_estate
from demarcate.catalog import catalog
from demarcate.report import formats
from demarcate.verify import VerifyOptions

QUEUES = """
Parameters: {Sse: {Type: String}}
Resources:
  Plain: {Type: AWS::SQS::Queue, Properties: {SqsManagedSseEnabled: false}}
  Asked: {Type: AWS::SQS::Queue, Properties: {SqsManagedSseEnabled: !Ref Sse}}
  Fine: {Type: AWS::SQS::Queue, Properties: {SqsManagedSseEnabled: true}}
"""
CONTROL = "sqs-queue-encrypted"


@pytest.fixture(name="ledger")
def _ledger(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return assess_estate(estate_of(tmp_path, QUEUES), catalog(), VerifyOptions())


def report(ledger):
    return b"".join(formats.render("code-quality", ledger, catalog(), formats.RenderOptions()))


def test_what_fails_and_what_is_not_decided(ledger):
    found = [each for each in json.loads(report(ledger)) if each["check_name"] == CONTROL]
    shown = {each["description"].rpartition("#")[2].rstrip(")"): each["severity"] for each in found}
    (severity,) = {each.severity for each in ledger.findings if each.control == CONTROL}
    expected = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor"}[severity]
    assert shown == {"Plain": expected, "Asked": "info"}
    assert next(each for each in found if each["severity"] == "info")["description"].startswith("Not decided: ")


def test_every_failure_of_the_ledger_is_in_it_with_a_fingerprint_of_its_own(ledger):
    found = json.loads(report(ledger))
    wanted = [each for each in ledger.findings if each.outcome in ("not-satisfied", "unknown")]
    assert len(wanted) > 2
    assert [each["check_name"] for each in found] == [each.control for each in wanted]
    assert len({each["fingerprint"] for each in found}) == len(found)
    assert all(each["location"]["lines"]["begin"] >= 1 and each["location"]["path"] for each in found)


def test_a_moved_resource_keeps_its_fingerprints(tmp_path, ledger):
    moved = assess_estate(estate_of(tmp_path, "# a comment\n" * 5 + QUEUES), catalog(), VerifyOptions())
    before, after = (json.loads(report(each)) for each in (ledger, moved))
    assert [each["fingerprint"] for each in before] == [each["fingerprint"] for each in after]
    assert before[0]["location"]["lines"] != after[0]["location"]["lines"]


def test_nothing_to_say_is_an_empty_list(tmp_path):
    empty = assess_estate(estate_of(tmp_path, "Resources: {}"), catalog(), VerifyOptions())
    assert json.loads(report(empty)) == []
