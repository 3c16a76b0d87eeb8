import pytest

from demarcate import assess, assess_estate
from demarcate.ledger import status_of
from demarcate.model import Acceptance, Declared, Estate, Finding, Status


def finding(outcome, accepted=None):
    return Finding(
        id=outcome, control="c", resource="r", responsibility="logging", outcome=outcome, severity="low", message="m",
        evidence={}, declared=Declared("f"), accepted=accepted,
    )  # fmt: skip


LIVED_WITH = finding("not-satisfied", Acceptance(reason="so"))


@pytest.mark.parametrize(
    ("findings", "status"),
    [
        ([finding("satisfied")], Status.SATISFIED),
        ([finding("satisfied"), finding("not-satisfied")], Status.NOT_SATISFIED),
        ([finding("unknown"), finding("not-satisfied")], Status.NOT_SATISFIED),
        ([finding("satisfied"), finding("unknown")], Status.UNKNOWN),
        ([LIVED_WITH], Status.ACCEPTED),
        ([LIVED_WITH, finding("satisfied")], Status.ACCEPTED),
        ([LIVED_WITH, finding("unknown")], Status.UNKNOWN),
        ([LIVED_WITH, finding("not-satisfied")], Status.NOT_SATISFIED),
    ],
)
def test_the_worst_finding_counts(findings, status):
    assert status_of(findings) is status
    assert status_of(findings[::-1]) is status


def test_totals_add_up():
    ledger = assess("examples")
    summary = ledger.summary
    assert summary.resources == len(ledger.resources) > 30
    assert summary.duties == len(ledger.duties)
    assert (
        sum(summary.by_party.values())
        == sum(summary.by_status.values())
        == sum(summary.by_scope.values())
        == summary.duties
    )
    assert summary.by_scope["resource"] == summary.resources * 22
    assert summary.by_scope["account"] == summary.accounts * 3
    assert summary.by_scope["organisation"] == summary.organisations * 2
    assert sum(summary.findings.values()) == len(ledger.findings)


def test_an_inherited_duty_has_no_finding():
    ledger = assess("examples")
    for duty in ledger.duties:
        if duty.status in (Status.INHERITED, Status.NOT_APPLICABLE):
            assert duty.findings == ()
        elif duty.status is Status.OPEN:
            assert duty.findings == () or duty.responsibility == "customer-data"  # whose classification is not known
        elif duty.status is not Status.UNKNOWN:
            assert duty.findings


def test_an_empty_estate_has_an_empty_ledger():
    ledger = assess_estate(Estate())
    assert ledger.duties == ()
    assert ledger.summary.duties == 0
    assert ledger.splits == {}


def test_findings_on_identities_stand_with_the_account(tmp_path):
    (tmp_path / "t.yaml").write_text(
        "Resources:\n  U: {Type: AWS::IAM::User, Properties: {LoginProfile: {Password: x}}}\n"
        "  K: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref U}}\n"
    )
    ledger = assess(tmp_path / "t.yaml", account="111122223333")
    duty = next(each for each in ledger.duties if each.responsibility == "identity")
    assert duty.resource == "111122223333"
    assert duty.status is Status.NOT_SATISFIED
    assert any(each.startswith("iam-") for each in duty.findings)
