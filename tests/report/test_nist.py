"""The ledger by NIST control."""

import re
from collections import Counter

import msgspec
import pytest
from tests.report.hostile import small

from demarcate.catalog import catalog
from demarcate.model import Party, Scope, Status
from demarcate.report import nist
from demarcate.report.nist import Origination


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return small(tmp_path)


def view(ledger):
    return {each.id: each for each in nist.by_control(*ledger)}


def test_every_control_that_the_catalogue_names_has_a_title():
    data = catalog()
    named = {name for each in data.responsibilities.values() for name in each.nist_800_53_r5}
    for service in data.services():
        for control in service.controls:
            named.update(control.frameworks.get(nist.FRAMEWORK, ()))
    assert [name for name in sorted(named) if not nist.title_of(name)] == []


def test_titles_are_of_every_family_and_hold_the_catalogues_controls():
    known = nist.titles()
    assert {name[:2] for name in known.titles} == set(known.families)
    assert all(re.fullmatch(r"[A-Z]{2}-\d+(\(\d+\))?", name) for name in known.titles)
    assert nist.title_of("SC-28(1)") == "Protection of Information at Rest | Cryptographic Protection"
    assert nist.title_of("ZZ-1") == ""


def test_ids_are_ordered_as_the_publication_orders_them():
    names = ["SC-7", "AC-10", "AC-2(10)", "AC-2", "AC-2(2)", "free text"]
    assert sorted(names, key=nist.order) == ["AC-2", "AC-2(2)", "AC-2(10)", "AC-10", "SC-7", "free text"]


@pytest.mark.parametrize(
    ("name", "expected"), [("AC-2", "ac-2"), ("AC-2(1)", "ac-2.1"), ("ac-2", ""), ("AC-2 (1)", ""), ("<x>", "")]
)
def test_oscal_ids(name, expected):
    assert nist.oscal_id(name) == expected


def test_counts_are_those_of_the_duties_of_the_responsibilities(ledger):
    found, data = ledger
    by_responsibility: dict[str, Counter[str]] = {}
    for duty in found.duties:
        by_responsibility.setdefault(duty.responsibility, Counter())[duty.status.value] += 1
    for each in nist.by_control(found, data):
        expected: Counter[str] = Counter()
        for name in each.responsibilities:
            expected.update(by_responsibility[name])
        assert {name: number for name, number in each.counts.items() if number} == dict(expected)
        assert sum(each.parties.values()) == sum(expected.values()) - expected["not-applicable"]
        of_parts: Counter[str] = sum((Counter(part.counts) for part in each.parts), Counter())
        assert of_parts == expected


def test_all_that_is_aws_is_inherited(ledger):
    found = view(ledger)["MA-5"]
    assert found.origination is Origination.INHERITED
    assert found.status is Status.INHERITED
    assert found.halves(Party.CUSTOMER) == ()
    ((text, offerings),) = found.halves(Party.AWS)
    assert text == "Buys, installs, replaces and retires the equipment."
    assert offerings == ("acme-store.bare", "acme-store.vault")


def test_what_both_have_is_shared(ledger):
    found = view(ledger)["CM-8"]
    assert found.responsibilities == ("service-configuration",)
    assert found.origination is Origination.SHARED
    assert found.halves(Party.AWS)
    assert found.halves(Party.CUSTOMER)


def test_what_is_the_customers_without_a_setting_is_provided(ledger):
    assert view(ledger)["CM-14"].origination is Origination.PROVIDED


def test_what_is_the_customers_with_a_setting_is_configured():
    data = catalog()
    assert "logging" in data.knobs_of("AWS::S3::Bucket")
    cell = nist._Cell("s3.bucket", "logging", Party.CUSTOMER, Status.OPEN, frozenset({Party.CUSTOMER}), 1, True)
    assert nist._origination([cell]) is Origination.CONFIGURED


def test_a_duty_that_may_be_either_partys_is_not_inherited():
    both = frozenset({Party.AWS, Party.CUSTOMER})
    cell = nist._Cell("x.y", "operating-system", Party.AWS, Status.UNKNOWN, both, 1, False)
    assert nist._origination([cell]) is Origination.SHARED


def test_what_may_be_either_offerings_is_counted_as_undecided(ledger):
    found = view(ledger)["SI-3"]
    assert found.responsibilities == ("operating-system",)
    assert found.undecided == 1
    assert found.counts["unknown"] == 1


def test_nothing_that_applies_has_no_origination(ledger):
    found, data = ledger
    duties = tuple(msgspec.structs.replace(each, status=Status.NOT_APPLICABLE) for each in found.duties)
    for each in nist.by_control(msgspec.structs.replace(found, duties=duties), data):
        assert (each.origination, each.status) == (Origination.NONE, Status.NOT_APPLICABLE)
        assert each.halves(Party.AWS) == each.halves(Party.CUSTOMER) == ()


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((), "not-applicable"),
        (("not-applicable",), "not-applicable"),
        (("not-applicable", "inherited"), "inherited"),
        (("inherited", "satisfied"), "satisfied"),
        (("satisfied", "attested"), "attested"),
        (("satisfied", "accepted"), "accepted"),
        (("satisfied", "open"), "open"),
        (("satisfied", "open", "unknown"), "unknown"),
        (("satisfied", "unknown", "not-satisfied"), "not-satisfied"),
    ],
)
def test_the_worst_status_counts(statuses, expected):
    assert nist.roll_up(statuses) == expected


def test_unknown_and_open_never_become_a_pass():
    """Whatever else is there: with an unknown or an open duty the whole is not one of the states that count as done."""
    done = {Status.SATISFIED, Status.ATTESTED, Status.ACCEPTED, Status.INHERITED, Status.NOT_APPLICABLE}
    for one in Status:
        for other in (Status.UNKNOWN, Status.OPEN):
            assert nist.roll_up((one, other)) not in done


def test_a_check_that_names_a_control_beyond_its_responsibility_bears_on_it(ledger, tmp_path):
    found, data = ledger
    text = (tmp_path / "acme" / "services" / "acme-store.yaml").read_text(encoding="utf-8")
    named = text.replace("severity: medium", "severity: medium\n    frameworks: {nist-800-53-r5: [PE-8, PM-31]}")
    (tmp_path / "acme" / "services" / "acme-store.yaml").write_text(named, encoding="utf-8")
    controls = {each.id: each for each in nist.by_control(found, type(data)((tmp_path / "acme",)))}
    assert "acme-vault-locked" in controls["PM-31"].controls
    of_findings = Counter(
        "accepted" if each.accepted else each.outcome for each in found.findings if each.control == "acme-vault-locked"
    )
    counts = controls["PM-31"].counts
    assert {name: number for name, number in counts.items() if number} == dict(of_findings)
    assert controls["PM-31"].status is Status.NOT_SATISFIED
    before = view(ledger)["PE-8"].counts
    assert controls["PE-8"].counts["not-satisfied"] == before["not-satisfied"] + of_findings["not-satisfied"]
    assert controls["PE-8"].origination is Origination.SHARED
    assert "acme-vault-locked" not in controls["AC-3"].controls


def test_account_duties_stand_in_the_accounts_offering(ledger):
    found, data = ledger
    accounts = [each for each in found.duties if each.scope is Scope.ACCOUNT and each.responsibility == "identity"]
    (part,) = view(ledger)["IA-4"].parts
    assert part.offering == "account.account"
    assert sum(part.counts.values()) == len(accounts)
    assert data.responsibilities["identity"].title == "Identities"


def test_the_view_is_the_same_each_time(ledger):
    assert nist.by_control(*ledger) == nist.by_control(*ledger)
