"""OCSF against its published schema, ASFF against the service's own model."""

import gzip
import json
import re
from pathlib import Path

import botocore
import jsonschema
import msgspec
import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from demarcate.report import asff, ocsf
from demarcate.report.formats import RenderOptions

DEFAULT = RenderOptions()
EVERYTHING = RenderOptions(satisfied=True, timestamp="2026-01-31T12:00:00Z")
MODEL = ServiceModel(Loader().load_service_model("securityhub", "service-2"))


@pytest.fixture(scope="module")
def ocsf_validator():
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=ocsf.VERSION))
    return jsonschema.Draft202012Validator(schema.get_class_schema("compliance_finding", ["cloud"]))


def events(ledger_and_data, options=DEFAULT):
    ledger, data = ledger_and_data
    lines = b"".join(ocsf.render(ledger, data, options)).decode().split("\n")
    assert lines.pop() == ""
    return [json.loads(line) for line in lines]


def findings(ledger_and_data, options=DEFAULT):
    ledger, data = ledger_and_data
    return json.loads(b"".join(asff.render(ledger, data, options)))


def placed(ledger_and_data, account, region):
    ledger, data = ledger_and_data
    resources = tuple(msgspec.structs.replace(each, account=account, region=region) for each in ledger.resources)
    return msgspec.structs.replace(ledger, resources=resources), data


# OCSF ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["vaults", "attacks", "shop"])
@pytest.mark.parametrize("options", [DEFAULT, EVERYTHING])
def test_events_follow_the_schema(which, options, request, ocsf_validator):
    for each in events(request.getfixturevalue(which), options):
        assert [(list(x.path), x.message[:200]) for x in ocsf_validator.iter_errors(each)] == []


@pytest.mark.parametrize("change", ["time", "cloud", "metadata", "compliance", "finding_info", "severity_id"])
def test_the_schema_refuses_events_that_lack_something(change, vaults, ocsf_validator):
    (event, *_) = events(vaults)
    del event[change]
    assert list(ocsf_validator.iter_errors(event))


def test_events_say_what_was_found(vaults):
    found = events(vaults, EVERYTHING)
    ledger, _ = vaults
    assert len(found) == len(ledger.findings)
    statuses = {each["finding_info"]["uid"]: (each["compliance"]["status"], each["status"]) for each in found}
    outcomes = {"satisfied": "Pass", "not-satisfied": "Fail", "unknown": "Unknown"}
    for each in ledger.findings:
        status, state = statuses[each.id]
        assert status == outcomes[each.outcome]
        assert (state == "Suppressed") == (each.accepted is not None)
    assert {each["time"] for each in found} == {1769860800000}
    assert {each["type_uid"] for each in found} == {200301}


def test_only_what_is_to_be_done_is_the_default(vaults):
    assert all(each["compliance"]["status"] != "Pass" for each in events(vaults))


def test_accounts_and_regions_where_they_are_known(vaults):
    (first, *_) = events(placed(vaults, "111122223333", "us-gov-west-1"))
    assert first["cloud"] == {
        "provider": "AWS",
        "region": "us-gov-west-1",
        "account": {"uid": "111122223333", "type": "AWS Account", "type_id": 10},
    }
    assert first["resources"][0]["cloud_partition"] == "aws-us-gov"
    assert events(vaults)[0]["cloud"] == {"provider": "AWS"}


def test_partitions_are_those_of_the_sdk():
    known = json.loads((Path(botocore.__file__).parent / "data" / "partitions.json").read_bytes())["partitions"]
    for partition in known:
        for region in partition["regions"]:
            if not region.endswith("-global"):
                assert ocsf.partition_of(region) == partition["id"], region


# ASFF ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["vaults", "attacks", "shop"])
@pytest.mark.parametrize("options", [DEFAULT, EVERYTHING])
def test_findings_are_what_batch_import_findings_takes(which, options, request):
    found = findings(request.getfixturevalue(which), options)
    report = ParamValidator().validate({"Findings": found}, MODEL.operation_model("BatchImportFindings").input_shape)
    assert report.generate_report() == ""
    assert len({each["Id"] for each in found}) == len(found)


def test_the_model_refuses_findings_that_lack_something(vaults):
    found = findings(vaults)
    del found[0]["Title"]
    report = ParamValidator().validate({"Findings": found}, MODEL.operation_model("BatchImportFindings").input_shape)
    assert "Title" in report.generate_report()


def documented_lengths(shape):
    """The longest texts that the service's own model documents, by member."""
    folder = Path(botocore.__file__).parent / "data" / "securityhub" / "2018-10-26"
    (file,) = folder.glob("service-2.json*")
    raw = file.read_bytes()
    members = json.loads(gzip.decompress(raw) if file.suffix == ".gz" else raw)["shapes"][shape]["members"]
    limits = {}
    for name, member in members.items():
        text = re.sub("<[^>]+>", " ", member.get("documentation", ""))
        match = re.search(r"Maximum (?:length )?of (\d+)", text)
        if match:
            limits[name] = int(match[1])
    return limits


def test_texts_are_no_longer_than_documented(vaults):
    ledger, data = vaults
    long = "💣" * 3000
    resources = tuple(msgspec.structs.replace(each, id=f"{each.id}{long}", name=long) for each in ledger.resources)
    changed = tuple(
        msgspec.structs.replace(each, id=f"{each.id}{long}", message=long, resource=f"{each.resource}{long}")
        for each in ledger.findings
    )
    limits = documented_lengths("AwsSecurityFinding")
    assert limits["Title"] == 256
    assert limits["Description"] == 1024
    assert limits["GeneratorId"] == 512
    for each in findings((msgspec.structs.replace(ledger, resources=resources, findings=changed), data), EVERYTHING):
        for name, limit in limits.items():
            if isinstance(each.get(name), str):
                assert 1 <= len(each[name].encode()) <= limit
        assert len(each["Resources"][0]["Id"].encode()) <= 512
        assert len(each["Remediation"]["Recommendation"]["Text"]) <= 512
        assert all(len(k) <= 128 and len(v) <= 2048 for k, v in each["ProductFields"].items())
        assert len(json.dumps(each).encode()) < 240_000


def test_no_more_than_32_requirements(shop):
    for each in findings(shop, EVERYTHING):
        assert len(each["Compliance"].get("RelatedRequirements", [])) <= 32


def test_compliance_of_every_outcome(vaults):
    found = findings(vaults, EVERYTHING)
    statuses = {each["ProductFields"]["demarcate/finding"]: each for each in found}
    outcomes = {"satisfied": "PASSED", "not-satisfied": "FAILED", "unknown": "WARNING"}
    for each in vaults[0].findings:
        one = statuses[each.id]
        assert one["Compliance"]["Status"] == outcomes[each.outcome]
        assert ("StatusReasons" in one["Compliance"]) == (each.outcome == "unknown")
        if each.accepted is not None:
            assert one["Workflow"]["Status"] == "SUPPRESSED"
            assert one["Note"]["Text"] == "accepted: =a museum piece <b>"
        if each.outcome == "satisfied":
            assert one["Severity"]["Label"] == "INFORMATIONAL"
    assert {each["CreatedAt"] for each in found} == {"2026-01-31T12:00:00Z"}


def test_accounts_and_regions_or_what_stands_for_them(vaults):
    known = findings(placed(vaults, "111122223333", "cn-north-1"))[0]
    assert known["ProductArn"] == "arn:aws-cn:securityhub:cn-north-1:111122223333:product/111122223333/default"
    unknown = findings(vaults)[0]
    assert (unknown["AwsAccountId"], unknown["Region"]) == (asff.ACCOUNT, asff.REGION)
    assert findings(placed(vaults, "x' or 1", "y"))[0]["AwsAccountId"] == asff.ACCOUNT
