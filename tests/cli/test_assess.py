"""``demarcate assess``: inputs, reports, profiles, the config, the gate, and catalogues of one's own."""

import io
import json
from types import SimpleNamespace

import pytest
from tests.catalogs import ACME, VAULT, service_file
from tests.cli.conftest import QUEUE

from demarcate.cli import main


def outcome_of(control, *arguments, capsys):
    """What a control found on the one resource that has it, and its severity; ``None`` if it was not asked."""
    main(["assess", "--format", "json", *arguments])
    findings = json.loads(capsys.readouterr().out)["findings"]
    return next(((each["outcome"], each["severity"]) for each in findings if each["control"] == control), None)


def test_the_terminal_report_is_the_default(capsys):
    assert main(["assess", "queue.yaml", "--fail-on", "never"]) == 0
    found = capsys.readouterr()
    assert "SECURITY IN THE CLOUD" in found.out
    assert "sqs.queue" in found.out
    assert found.err == ""


def test_json(capsys):
    assert main(["assess", "queue.yaml", "--format", "json", "--fail-on", "never"]) == 0
    ledger = json.loads(capsys.readouterr().out)
    assert ledger["schema"] == "demarcate.ledger/1"
    assert [each["offering"] for each in ledger["resources"]] == ["sqs.queue"]


@pytest.mark.parametrize("form", ["json", "terminal"])
@pytest.mark.parametrize("option", ["-o", "--output"])
def test_a_report_goes_into_a_file(tmp_path, capsys, form, option):
    assert main(["assess", "queue.yaml", "--format", form, option, "report", "--fail-on", "never"]) == 0
    assert capsys.readouterr().out == ""
    text = (tmp_path / "report").read_text(encoding="utf-8")
    assert "sqs.queue" in text
    assert "\x1b" not in text


def test_quiet_prints_nothing_but_writes_the_file(tmp_path, capsys):
    assert main(["assess", "queue.yaml", "--quiet", "--fail-on", "never"]) == 0
    assert main(["assess", "queue.yaml", "--quiet", "--format", "json", "-o", "out.json", "--fail-on", "never"]) == 0
    found = capsys.readouterr()
    assert (found.out, found.err) == ("", "")
    assert json.loads((tmp_path / "out.json").read_bytes())["summary"]["resources"] == 1


def test_quiet_still_says_what_could_not_be_read(tmp_path, capsys):
    (tmp_path / "broken.yaml").write_text("Resources: [\n")
    assert main(["assess", "queue.yaml", "broken.yaml", "--quiet"]) == 2
    assert "broken.yaml:2" in capsys.readouterr().err


PARAMETER_FILES = [
    [{"ParameterKey": "Sse", "ParameterValue": "false"}],
    ["Sse=false"],
    {"Parameters": {"Sse": "false"}},
    {"Sse": "false"},
]


@pytest.mark.parametrize("content", PARAMETER_FILES)
def test_parameter_files(tmp_path, capsys, content):
    (tmp_path / "values.json").write_text(json.dumps(content))
    control = "sqs-queue-encrypted"
    assert outcome_of(control, "queue.yaml", capsys=capsys)[0] == "unknown"
    assert outcome_of(control, "queue.yaml", "--parameters", "values.json", capsys=capsys)[0] == "not-satisfied"


def test_parameters_on_the_command_line_and_the_last_one_wins(tmp_path, capsys):
    (tmp_path / "values.json").write_text('{"Sse": "true"}')
    control = "sqs-queue-encrypted"
    given = ["queue.yaml", "--parameters", "values.json", "--parameters", "Sse=false"]
    assert outcome_of(control, *given, capsys=capsys)[0] == "not-satisfied"
    given = ["queue.yaml", "--parameters", "Sse=false", "--parameters", "values.json"]
    assert outcome_of(control, *given, capsys=capsys)[0] == "satisfied"


def test_region_and_account(capsys):
    main(["assess", "queue.yaml", "--region", "eu-central-1", "--account", "123456789012", "--format", "json"])
    (resource,) = json.loads(capsys.readouterr().out)["resources"]
    assert (resource["region"], resource["account"]) == ("eu-central-1", "123456789012")
    main(["assess", "queue.yaml", "--region", "eu-central-1"])
    assert "Regions: eu-central-1" in capsys.readouterr().out


def test_standard_input(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(QUEUE.encode())))
    assert main(["assess", "-", "--format", "json", "--fail-on", "never"]) == 0
    (resource,) = json.loads(capsys.readouterr().out)["resources"]
    assert resource["declared"]["file"] == "<stdin>"


def test_as_of_is_the_day_that_is_written_down(capsys):
    main(["assess", "queue.yaml", "--as-of", "2031-02-03", "--format", "json"])
    assert json.loads(capsys.readouterr().out)["tool"]["asof"] == "2031-02-03"


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "2026-13-01", "20260101", "2026-1-1", "2026-01-01 "])
def test_what_is_no_day_is_refused(day, capsys):
    assert main(["assess", "queue.yaml", "--as-of", day]) == 2
    assert "is no day" in capsys.readouterr().err


def test_as_of_decides_on_versions(tmp_path, capsys):
    (tmp_path / "db.yaml").write_text(
        "Resources: {D: {Type: AWS::RDS::DBInstance, Properties: {Engine: postgres, EngineVersion: '16.4'}}}"
    )
    found = {}
    for day in ("2024-01-01", "2045-01-01"):
        main(["assess", "db.yaml", "--as-of", day, "--format", "json"])
        ledger = json.loads(capsys.readouterr().out)
        found[day] = {each["control"] for each in ledger["findings"] if each["outcome"] == "not-satisfied"}
    assert found["2045-01-01"] - found["2024-01-01"]


# profiles, config, exit status ---------------------------------------------------------------------------------------

PROFILES = [
    ("baseline", ("satisfied", "medium"), None),
    ("strict", ("satisfied", "medium"), ("not-satisfied", "low")),
    ("{extends: strict}", ("satisfied", "medium"), ("not-satisfied", "low")),
    ("{extends: none}", None, None),
    ("{extends: none, include: [acme-*]}", ("satisfied", "medium"), ("not-satisfied", "low")),
    ("{include: ['responsibility:key-management']}", ("satisfied", "medium"), ("not-satisfied", "low")),
    ("{extends: strict, exclude: [acme-vault-sealed]}", ("satisfied", "medium"), None),
    ("{exclude: ['responsibility:authorization']}", None, None),
    ("{severity: {acme-vault-locked: critical}}", ("satisfied", "critical"), None),
    ("{params: {acme-vault-locked: {keys: 3}}}", ("not-satisfied", "medium"), None),
]


@pytest.mark.parametrize(("profile", "locked", "sealed"), PROFILES)
def test_profiles(tmp_path, capsys, profile, locked, sealed):
    if profile.startswith("{"):
        (tmp_path / "own.yaml").write_text(profile)
        profile = "own.yaml"
    arguments = ["vault.yaml", "--catalog", str(tmp_path / "acme"), "--profile", profile]
    assert outcome_of("acme-vault-locked", *arguments, capsys=capsys) == locked
    assert outcome_of("acme-vault-sealed", *arguments, capsys=capsys) == sealed


def test_the_profile_is_named_in_the_ledger(tmp_path, capsys):
    (tmp_path / "house.yaml").write_text("extends: strict")
    for profile, name in (("strict", "strict"), ("house.yaml", "house")):
        main(["assess", "queue.yaml", "--profile", profile, "--format", "json"])
        assert json.loads(capsys.readouterr().out)["tool"]["profile"] == name


BAD_PROFILES = [
    ("severity: {acme-vault-lokced: low}", "acme-vault-lokced"),
    ("params: {acme-vault-lokced: {keys: 1}}", "acme-vault-lokced"),
    ("severity: {acme-vault-locked: dire}", "dire"),
    ("extends: everything", "everything"),
    ("exclud: [x]", "exclud"),
    ("exclude: [\n", "own.yaml:2"),
]


@pytest.mark.parametrize(("text", "message"), BAD_PROFILES)
def test_a_broken_profile_is_refused(tmp_path, capsys, text, message):
    (tmp_path / "own.yaml").write_text(text)
    assert main(["assess", "vault.yaml", "--catalog", str(tmp_path / "acme"), "--profile", "own.yaml"]) == 2
    assert message in capsys.readouterr().err


def test_a_config_is_read_where_it_is_named_or_here(tmp_path, capsys):
    (tmp_path / "own.yaml").write_text("profile: strict\n")
    main(["assess", "queue.yaml", "--config", "own.yaml", "--format", "json"])
    assert json.loads(capsys.readouterr().out)["tool"]["profile"] == "strict"
    (tmp_path / "own.yaml").rename("demarcate.yaml")
    main(["assess", "queue.yaml", "--format", "json"])
    assert json.loads(capsys.readouterr().out)["tool"]["profile"] == "strict"
    main(["assess", "queue.yaml", "--profile", "baseline", "--format", "json"])
    assert json.loads(capsys.readouterr().out)["tool"]["profile"] == "baseline"


def test_what_is_confidential_comes_from_tags_names_and_macie(tmp_path, capsys):
    (tmp_path / "stores.yaml").write_text(
        "Resources:\n"
        "  Tagged: {Type: 'AWS::S3::Bucket', Properties: {Tags: [{Key: level, Value: public}]}}\n"
        "  Named: {Type: 'AWS::S3::Bucket', Properties: {BucketName: hr-files}}\n"
        "  Found: {Type: 'AWS::S3::Bucket', Properties: {BucketName: dump}}\n"
        "  Other: {Type: 'AWS::S3::Bucket'}\n"
    )
    finding = {"type": "SensitiveData:S3Object/Personal", "resourcesAffected": {"s3Bucket": {"name": "dump"}}}
    (tmp_path / "macie.json").write_text(json.dumps({"findings": [finding]}))
    (tmp_path / "demarcate.yaml").write_text(
        "classification: {tag: level, names: [{match: ^hr-, level: secret}]}\nmacie_findings: macie.json\n"
    )
    main(["assess", "stores.yaml", "--format", "json"])
    resources = json.loads(capsys.readouterr().out)["resources"]
    levels = {each["name"]: each.get("classification") for each in resources}
    assert levels == {"Tagged": "public", "Named": "secret", "Found": "restricted", "Other": None}


@pytest.mark.parametrize("severity", ["critical", "high", "medium", "low"])
def test_fail_on_fails_at_its_severity_and_above(tmp_path, severity):
    (tmp_path / "own.yaml").write_text(
        f"{{extends: none, include: [acme-vault-sealed], severity: {{acme-vault-sealed: {severity}}}}}"
    )
    order = ["critical", "high", "medium", "low"]
    for number, least in enumerate(order):
        arguments = ["assess", "vault.yaml", "--catalog", str(tmp_path / "acme"), "--profile", "own.yaml", "--quiet"]
        expected = 1 if order.index(severity) <= number else 0
        assert main([*arguments, "--fail-on", least]) == expected
        assert main([*arguments, "--fail-on", "never"]) == 0
    assert main(arguments) == (1 if severity in ("critical", "high") else 0)


def test_an_accepted_finding_does_not_fail(tmp_path):
    (tmp_path / "vault.yaml").write_text(
        VAULT + "    Metadata: {demarcate: {accept: [{control: acme-vault-sealed, reason: a museum piece}]}}\n"
    )
    arguments = ["assess", "vault.yaml", "--catalog", str(tmp_path / "acme"), "--profile", "strict", "--quiet"]
    assert main([*arguments, "--fail-on", "low"]) == 0


def test_an_input_that_cannot_be_read_outweighs_the_gate(tmp_path, capsys):
    (tmp_path / "broken.json").write_text('{"Resources": {')
    assert main(["assess", "queue.yaml", "broken.json", "--format", "json"]) == 2
    found = capsys.readouterr()
    assert "broken.json:1" in found.err
    assert json.loads(found.out)["summary"]["resources"] == 1


# a catalogue of one's own --------------------------------------------------------------------------------------------


def test_an_own_service_is_split_and_verified(tmp_path, capsys):
    (tmp_path / "vault.yaml").write_text(VAULT.replace("Locked: true", "Mode: bare"))
    arguments = ["assess", "vault.yaml", "--catalog", str(tmp_path / "acme"), "--fail-on", "medium"]
    assert main([*arguments, "--format", "json"]) == 1
    ledger = json.loads(capsys.readouterr().out)
    assert [each["offering"] for each in ledger["resources"]] == ["acme-store.bare"]
    assert ledger["splits"]["acme-store.bare"]["operating-system"]["party"] == "customer"
    assert [each["control"] for each in ledger["findings"]] == ["acme-vault-locked"]


def test_without_it_the_type_is_a_third_partys(capsys):
    assert main(["assess", "vault.yaml", "--format", "json"]) == 0
    (skipped,) = json.loads(capsys.readouterr().out)["skipped"]
    assert "third party" in skipped["why"]


def test_an_own_file_replaces_the_catalogues(tmp_path, capsys):
    own = ACME.replace("acme-store", "sqs").replace("Acme::Store::Vault", "AWS::SQS::Queue")
    service_file(tmp_path / "own", own.replace("Acme::Store", "AWS::SQS"), "sqs")
    main(
        [
            "assess",
            "queue.yaml",
            "--catalog",
            str(tmp_path / "own"),
            "--catalog",
            str(tmp_path / "acme"),
            "--format",
            "json",
        ]
    )
    assert [each["offering"] for each in json.loads(capsys.readouterr().out)["resources"]] == ["sqs.vault"]


def test_own_names_can_be_explained(tmp_path, capsys):
    for name in ("acme-store", "acme-store.bare", "acme-vault-locked", "Acme::Store::Vault"):
        assert main(["explain", name, "--catalog", str(tmp_path / "acme")]) == 0
    assert "Bare vault" in capsys.readouterr().out


BROKEN_SERVICES = [
    ("service: acme-store\ntitle: [\n", "acme-store.yaml:3"),
    ("service: acme-store\nservice: acme-store\n", "acme-store.yaml:2"),
    (ACME.replace("title: Acme Store", "titel: Acme Store"), "acme-store.yaml: "),
    (ACME.replace("service: acme-store", "service: other"), "acme-store.yaml"),
    (ACME.replace("severity: medium", "severity: dire"), "$.controls[0].severity"),
    (ACME.replace("Mode == 'bare'", "Mode =="), "acme-store"),
    (ACME.replace("boundary: provisioning", "boundary: roof"), "roof"),
]


@pytest.mark.parametrize(("text", "message"), BROKEN_SERVICES)
def test_a_broken_service_file_is_named(tmp_path, capsys, text, message):
    service_file(tmp_path / "broken", text)
    assert main(["assess", "vault.yaml", "--catalog", str(tmp_path / "broken")]) == 2
    assert message in capsys.readouterr().err
