"""Findings: outcomes, evidence, places, profiles, acceptances, classification; and every control's own examples."""

import re

import msgspec
import pytest
from tests.estates import estate_of, statuses

from demarcate import assess_estate, read
from demarcate.catalog import catalog
from demarcate.config import Config, read_config
from demarcate.errors import InputError
from demarcate.model import Outcome, Severity
from demarcate.verify import VerifyOptions
from demarcate.verify.evidence import evidence_of, sentence, value_at
from demarcate.verify.examples import check_examples, examples_of
from demarcate.verify.profiles import Profile, profile_of
from demarcate.verify.stewardship import NameRule, Stewardship

TEMPLATE = """\
Parameters:
  Maybe: {Type: String}
Resources:
  Good:
    Type: AWS::SQS::Queue
    Properties: {SqsManagedSseEnabled: true}
  Bad:
    Type: AWS::SQS::Queue
    Properties:
      DelaySeconds: 1
      SqsManagedSseEnabled: false
  Unsure:
    Type: AWS::SQS::Queue
    Properties: {SqsManagedSseEnabled: !Ref Maybe}
  Lived:
    Type: AWS::SQS::Queue
    Metadata:
      demarcate:
        accept: [{control: sqs-queue-encrypted, reason: Holds nothing of ours, owner: platform, until: 2030-01-01}]
    Properties: {SqsManagedSseEnabled: false}
"""


def findings(ledger, control):
    return {each.resource.rpartition("#")[2]: each for each in ledger.findings if each.control == control}


def test_outcomes_evidence_and_places(tmp_path):
    ledger = assess_estate(estate_of(tmp_path, TEMPLATE))
    found = findings(ledger, "sqs-queue-encrypted")
    assert {name: each.outcome for name, each in found.items()} == {
        "Good": "satisfied",
        "Bad": "not-satisfied",
        "Unsure": "unknown",
        "Lived": "not-satisfied",
    }
    assert found["Bad"].evidence["SqsManagedSseEnabled"] is False
    assert found["Bad"].declared.line == 11
    assert "SqsManagedSseEnabled is false" in found["Bad"].message
    assert "Maybe has no value" in found["Unsure"].message
    assert found["Lived"].accepted is not None
    assert found["Lived"].accepted.owner == "platform"
    status = {name: statuses(ledger, name)["encryption-at-rest"] for name in found}
    assert status == {"Good": "satisfied", "Bad": "not-satisfied", "Unsure": "unknown", "Lived": "accepted"}


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("{control: sqs-queue-encrypted}", "names its control and its reason"),
        ("{reason: none}", "names its control and its reason"),
        ("{control: sqs-queue-encrypted, reason: was so, until: 2020-01-01}", "ended on 2020-01-01"),
        ("{control: s3-no-such-control, reason: x}", "is no control on"),
    ],
)
def test_acceptances_that_do_not_count_are_said(tmp_path, entry, why):
    text = TEMPLATE.replace(
        "{control: sqs-queue-encrypted, reason: Holds nothing of ours, owner: platform, until: 2030-01-01}", entry
    )
    ledger = assess_estate(estate_of(tmp_path, text))
    assert statuses(ledger, "Lived")["encryption-at-rest"] == "not-satisfied"
    assert any(why in each.why for each in ledger.skipped)


def test_a_control_on_what_is_awss_leaves_no_finding():
    data = catalog()
    for service in data.services():
        for control in service.controls:
            assert control.responsibility in data.responsibilities


def test_every_example_comes_out_as_it_says():
    assert check_examples(catalog()) == ()


def test_the_catalogue_is_as_large_as_it_says():
    controls = [each for service in catalog().services() for each in service.controls]
    types = {name for each in controls for name in each.types}
    responsibilities = {each.responsibility for each in controls}
    assert len(controls) >= 700
    assert len(types) >= 320
    assert len({each.id for each in controls}) == len(controls)
    assert sum(1 for _ in examples_of(catalog())) >= 2 * len(controls)
    assert sum(1 for each in controls if each.examples.unknown) >= len(controls) // 3
    # every duty of the customer's that configuration can decide has controls
    undecided = {"facilities", "hardware", "global-network", "virtualization", "compliance", "awareness-training"}
    assert set(catalog().responsibilities) - responsibilities - undecided == set()


def test_profiles_pick_regrade_and_parametrise(tmp_path):
    controls = {each.id: each for service in catalog().services() for each in service.controls}
    strict = next(each for each in controls.values() if each.profile == "strict")
    base = next(each for each in controls.values() if each.profile == "baseline")
    assert Profile().asks(base)
    assert not Profile().asks(strict)
    assert Profile(extends="strict").asks(strict)
    assert not Profile(extends="none").asks(base)
    assert Profile(extends="none", include=(strict.id,)).asks(strict)
    assert Profile(extends="none", include=(f"responsibility:{strict.responsibility}",)).asks(strict)
    assert not Profile(exclude=(f"{base.id[:4]}*",)).asks(base)
    file = tmp_path / "ours.yaml"
    file.write_text("extends: none\ninclude: [sqs-queue-encrypted]\nseverity: {sqs-queue-encrypted: critical}\n")
    options = VerifyOptions(profile=profile_of(str(file)))
    ledger = assess_estate(estate_of(tmp_path, TEMPLATE), None, options)
    assert {each.control for each in ledger.findings} == {"sqs-queue-encrypted"}
    assert {each.severity for each in ledger.findings} == {"critical"}
    assert ledger.tool.profile == "ours"


@pytest.mark.parametrize(
    "text", ["extends: elsewhere\n", "nonsense: 1\n", "severity: {sqs-queue-encrypted: dire}\n", "a: [\n"]
)
def test_a_broken_profile_is_refused(tmp_path, text):
    file = tmp_path / "p.yaml"
    file.write_text(text)
    with pytest.raises(Exception, match=r"p\.yaml|extends"):
        profile_of(str(file))
    with pytest.raises(InputError, match="no profile"):
        profile_of("nowhere")


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("include: [s4-*]\n", "'s4-*' fits no control"),
        ("exclude: [sqs-queue-encrypte]\n", "'sqs-queue-encrypte' fits no control"),
        ("exclude: ['responsibility:loging']\n", "'responsibility:loging' fits no control"),
        ("exclude: ['service:s3']\n", "'service:s3' fits no control"),
        ("params: {nothing-here: {days: 3}}\n", "no control 'nothing-here'"),
        ("include: [s3-*, derived-*, 'responsibility:logging', sqs-queue-encrypted]\n", None),
        ("", None),
    ],
)
def test_a_profile_that_names_no_control_is_refused(tmp_path, text, refused):
    file = tmp_path / "p.yaml"
    file.write_text(text)
    if refused is None:
        assert profile_of(str(file), catalog()).name == "p"
    else:
        with pytest.raises(InputError, match=re.escape(refused)):
            profile_of(str(file), catalog())


def test_an_empty_config_says_nothing(tmp_path):
    file = tmp_path / "demarcate.yaml"
    file.write_text("# nothing yet\n")
    assert read_config(str(file), {})[0] == Config()


STORES = """
Resources:
  Tagged: {Type: AWS::S3::Bucket, Properties: {Tags: [{Key: data-classification, Value: Restricted}]}}
  Named: {Type: AWS::DynamoDB::Table, Properties: {TableName: customer-orders}}
  Pool: {Type: AWS::Cognito::UserPool, Properties: {UserPoolTags: {data-classification: public}}}
  Found: {Type: AWS::S3::Bucket, Properties: {BucketName: media}}
  Nothing: {Type: AWS::S3::Bucket}
  Queue: {Type: AWS::SQS::Queue}
  NoStore: {Type: AWS::EC2::RouteTable, Properties: {VpcId: v}}
"""


def test_classification_comes_from_tag_name_or_macie(tmp_path):
    rules = Stewardship(names=(NameRule(match="customer", level="internal"),), found={"media": "restricted"})
    ledger = assess_estate(estate_of(tmp_path, STORES), None, VerifyOptions(stewardship=rules))
    levels = {each.name: each.classification for each in ledger.resources}
    known = {"Tagged": "Restricted", "Named": "internal", "Found": "restricted", "Pool": "public"}
    assert levels == {**known, "Nothing": None, "Queue": None, "NoStore": None}
    assert statuses(ledger, "Queue")["customer-data"] == "open"
    assert statuses(ledger, "Nothing")["customer-data"] in ("open", "not-satisfied")
    assert statuses(ledger, "NoStore")["customer-data"] == "not-applicable"


def test_restricted_data_raise_what_is_asked(tmp_path):
    ledger = assess_estate(estate_of(tmp_path, STORES))
    asked: dict[str, set[str]] = {}
    for each in ledger.findings:
        asked.setdefault(each.resource.rpartition("#")[2], set()).add(each.control)
    raised = asked["Tagged"] - asked["Nothing"] - {"data-classified"}
    data = catalog()
    found = [data.control(each) for each in raised]
    assert found
    assert all(each is not None and each.profile == "strict" for each in found)
    assert {each.responsibility for each in found if each is not None} <= {
        "encryption-at-rest",
        "key-management",
        "logging",
        "backup-recovery",
    }


def test_macie_findings_and_account_settings_come_from_the_config(tmp_path):
    (tmp_path / "macie.json").write_text(
        '{"findings": [{"type": "SensitiveData:S3Object/Personal",'
        ' "resourcesAffected": {"s3Bucket": {"name": "media"}}}]}'
    )
    (tmp_path / "demarcate.yaml").write_text(
        "account_settings: {ebs-encryption-by-default: true}\nmacie_findings: macie.json\n"
    )
    config, folder = read_config(str(tmp_path / "demarcate.yaml"), catalog().account_knobs)
    assert config.stewardship(folder).found == {"media": "restricted"}
    text = "Resources:\n  V: {Type: AWS::EC2::Volume, Properties: {AvailabilityZone: a, Size: 1}}\n"
    estate = estate_of(tmp_path, text)
    assert statuses(assess_estate(estate), "V")["encryption-at-rest"] == "unknown"
    options = VerifyOptions(settings=config.account_settings)
    assert statuses(assess_estate(estate, None, options), "V")["encryption-at-rest"] == "satisfied"
    (tmp_path / "demarcate.yaml").write_text("account_settings: {no-such-knob: true}\n")
    with pytest.raises(InputError, match="no-such-knob"):
        read_config(str(tmp_path / "demarcate.yaml"), catalog().account_knobs)
    (tmp_path / "macie.json").write_text("[1]")
    with pytest.raises(InputError, match="Macie"):
        config.stewardship(tmp_path)


SECRETS = """
Parameters: {Plain: {Type: String}, Quiet: {Type: String, NoEcho: true}}
Resources:
  Literal: {Type: AWS::RDS::DBInstance, Properties: {Engine: postgres, MasterUserPassword: correct-horse-battery}}
  Unseen: {Type: AWS::RDS::DBInstance, Properties: {Engine: postgres, MasterUserPassword: !Ref Quiet}}
  Store:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: postgres, MasterUserPassword: '{{resolve:secretsmanager:s:SecretString:p}}'}
  Work:
    Type: AWS::Lambda::Function
    Properties: {Environment: {Variables: {API_TOKEN: tok-1a2b3c4d5e6f}}}
"""


def test_credentials_are_found_and_never_shown(tmp_path):
    ledger = assess_estate(estate_of(tmp_path, SECRETS))
    found = {name: each.outcome for name, each in findings(ledger, "rds-instance-password-not-in-plain-text").items()}
    assert found == {"Literal": "not-satisfied", "Unseen": "satisfied", "Store": "satisfied"}
    assert statuses(ledger, "Work")["secrets"] == "not-satisfied"
    text = msgspec.json.encode(ledger).decode()
    assert "correct-horse-battery" not in text
    assert "tok-1a2b3c4d5e6f" not in text


def test_evidence_is_short_and_says_what_is_unknown(tmp_path):
    estate = estate_of(tmp_path, TEMPLATE)
    unsure = next(each for each in estate.resources if each.name == "Unsure")
    found = evidence_of(unsure.properties, ("SqsManagedSseEnabled", "Missing.Part"), None)
    assert found["SqsManagedSseEnabled"]["unknown"] == "parameter Maybe has no value"
    assert found["Missing.Part"] is None
    long = evidence_of(
        {"A": "x" * 5000, "B": list(range(100)), "C": {"a": {"b": {"c": {"d": {"e": 1}}}}}}, ("A", "B", "C"), None
    )
    assert len(str(long)) < 1000
    assert value_at({"A": {"B": [{"C": 7}]}}, "A.B[0].C") == 7
    assert value_at({"A": {"B": []}}, "A.B[0].C") is None


def test_severities_are_ranked():
    assert [each.rank for each in Severity] == [0, 1, 2, 3]
    assert Outcome("not-satisfied") is Outcome.NOT_SATISFIED


def test_findings_are_unique_sorted_and_belong_to_duties():
    ledger = assess_estate(read(["examples"]))
    ids = [each.id for each in ledger.findings]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    of_duties = [each for duty in ledger.duties for each in duty.findings]
    assert sorted(of_duties) == ids


def test_account_settings_decide_the_duties_of_accounts(tmp_path):
    text = "Resources:\n  Q: {Type: AWS::SQS::Queue}\n"
    estate = estate_of(tmp_path, text, account="111122223333")
    settings = {"iam-root-mfa": False, "alternate-contacts": ["SECURITY"], "access-analyzer": "not known"}
    ledger = assess_estate(estate, None, VerifyOptions(settings=settings))
    status = {duty.responsibility: duty.status.value for duty in ledger.duties if duty.resource == "111122223333"}
    assert status == {
        "identity": "not-satisfied",
        "incident-response": "satisfied",
        "monitoring-detection": "not-satisfied",
    }
    silent = assess_estate(estate)
    assert {d.status.value for d in silent.duties if d.resource == "111122223333"} == {"open"}


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ({"A.B": None}, "B is not set"),
        ({"A": True}, "A is true"),
        ({"A": 1}, "A is 1"),
        ({"A.X": "v", "B.X": 2}, "A.X is 'v'; B.X is 2"),
        ({"A": [{"FromPort": 1, "Open": True, "Name": None}]}, "A is [{FromPort: 1, Open: true, Name: null}]"),
        ({"A": {"unknown": "why"}, "B": 1}, "B is 1"),
        ({"A": {"unknown": "why"}}, "A is not known (why)"),
        ({"A": {}}, "A is empty"),
        ({"A": {"hidden": "str"}}, "A is written in plain text"),
    ],
)
def test_sentences_name_the_deciding_values(evidence, expected):
    control = next(each for each in catalog().controls_of("AWS::SQS::Queue") if each.responsibility != "secrets")
    assert sentence(control, evidence, None) == f"{control.title}: not so, {expected}"
