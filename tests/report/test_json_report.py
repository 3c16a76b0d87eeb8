import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from tests.catalogs import VAULT, service_file

from demarcate import __version__, assess, explain
from demarcate.explanation import compare
from demarcate.report import json_report

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "schema" / "demarcate.ledger.schema.json").read_bytes())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
EVERYTHING = """
Parameters: {Engine: {Type: String}, Sse: {Type: String}}
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: !Ref Engine, Tags: [{Key: data-classification, Value: secret}]}
  Queue: {Type: 'AWS::SQS::Queue', Properties: {SqsManagedSseEnabled: !Ref Sse}}
  Policy: {Type: 'AWS::SQS::QueuePolicy', Properties: {Queues: [!Ref Queue], PolicyDocument: {}}}
  Plain:
    Type: AWS::SQS::Queue
    Properties: {SqsManagedSseEnabled: false}
    Metadata:
      demarcate:
        accept: {control: sqs-queue-encrypted, reason: "public\\u2028 \\" data", owner: me, until: 2999-01-01}
  Unknown: {Type: 'AWS::No::Such'}
"""


def rendered(ledger):
    return b"".join(json_report.render(ledger))


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("t.yaml").write_text(EVERYTHING, encoding="utf-8")
    return assess("t.yaml", account="123456789012", region="eu-west-1")


@pytest.fixture
def webshop():
    return assess(ROOT / "examples" / "webshop")


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("which", ["ledger", "webshop"])
def test_it_follows_its_schema(which, request):
    document = json.loads(rendered(request.getfixturevalue(which)))
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []


def test_so_does_the_ledger_of_nothing(tmp_path):
    (tmp_path / "t.yaml").write_text("Resources: {}\n")
    VALIDATOR.validate(json.loads(rendered(assess(tmp_path / "t.yaml"))))


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.pop("duties"),
        lambda document: document.update(schema="demarcate.ledger/2"),
        lambda document: document["duties"][0].update(party="nobody"),
        lambda document: document["resources"][0].pop("offering"),
        lambda document: document["summary"].update(duties="many"),
    ],
)
def test_the_schema_refuses_other_documents(ledger, change):
    document = json.loads(rendered(ledger))
    change(document)
    assert list(VALIDATOR.iter_errors(document))


@pytest.mark.parametrize("which", ["ledger", "webshop"])
def test_round_trip(which, request):
    ledger = request.getfixturevalue(which)
    data = rendered(ledger)
    again = json_report.read(data)
    assert rendered(again) == data
    assert again.summary == ledger.summary
    assert again.resources == ledger.resources
    assert again.duties == ledger.duties
    assert again.skipped == ledger.skipped


def test_the_same_input_gives_the_same_bytes(ledger, webshop):
    assert rendered(ledger) == rendered(assess("t.yaml", account="123456789012", region="eu-west-1"))
    assert rendered(webshop) == rendered(assess(ROOT / "examples" / "webshop"))


def test_the_order_of_the_inputs_does_not_matter(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in "ab":
        Path(f"{name}.yaml").write_text("Resources: {Q: {Type: 'AWS::SQS::Queue'}}\n")
    assert rendered(assess("a.yaml", "b.yaml")) == rendered(assess("b.yaml", "a.yaml"))


def test_an_entry_is_a_line(ledger):
    lines = rendered(ledger).decode().split("\n")
    assert lines[-1] == ""
    entries = [line.rstrip(",") for line in lines]
    for name in ("resources", "connections", "duties", "findings", "skipped"):
        start = entries.index(f'"{name}": [') + 1
        found = [json.loads(line) for line in entries[start : start + len(getattr(ledger, name))]]
        assert found == json.loads(msgspec.json.encode(getattr(ledger, name)))
        assert entries[start + len(found)].startswith("]")
    for name in ("splits", "not_applicable"):
        start = entries.index(f'"{name}": {{') + 1
        keys = [next(iter(json.loads(f"{{{line}}}"))) for line in entries[start : start + len(getattr(ledger, name))]]
        assert keys == list(getattr(ledger, name))


def test_it_is_utf8_with_one_newline_at_the_end(ledger):
    data = rendered(ledger)
    assert data.endswith(b"]}\n")
    assert not data.endswith(b"\n\n")
    assert "\u2028" in data.decode()


def test_it_says_which_tool_wrote_it(ledger):
    tool = json.loads(rendered(ledger))["tool"]
    assert (tool["name"], tool["version"], tool["profile"]) == ("demarcate", __version__, "baseline")
    assert tool["asof"]


def test_every_reference_in_it_leads_somewhere(webshop):
    document = json.loads(rendered(webshop))
    resources = {each["id"] for each in document["resources"]}
    findings = {each["id"] for each in document["findings"]}
    assert len(findings) == len(document["findings"])
    for duty in document["duties"]:
        if duty["scope"] == "resource":
            assert duty["resource"] in resources
        assert findings.issuperset(duty["findings"])
    for each in document["connections"]:
        assert {each["from"], each["to"]} <= resources
    for each in document["resources"]:
        assert each["offering"] in document["splits"]
    assert {name for each in document["duties"] for name in each["findings"]} == findings


def test_every_accepted_or_unknown_thing_says_why(ledger):
    document = json.loads(rendered(ledger))
    by_name = {each["name"]: each for each in document["resources"]}
    assert by_name["Database"]["classification"] == "secret"
    assert len(by_name["Database"]["candidates"]) > 1
    assert by_name["Database"]["why"]
    (accepted,) = [each["accepted"] for each in document["findings"] if "accepted" in each]
    assert accepted == {"reason": 'public\u2028 " data', "owner": "me", "until": "2999-01-01"}


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"schema": 1}', b"\xff"])
def test_what_is_no_ledger_is_refused(data):
    with pytest.raises(msgspec.DecodeError):
        json_report.read(data)


def test_plain_results_are_indented():
    values: list[Any] = [explain("sqs"), compare("rds.instance", "ec2.instance"), [], {"a": 1}]
    for value in values:
        text = json_report.plain(value).decode()
        assert text.endswith("\n")
        assert json.loads(text) == json.loads(msgspec.json.encode(value))
    assert json_report.plain({"a": 1}) == b'{\n  "a": 1\n}\n'


def test_a_ledger_of_an_own_service_follows_the_schema(tmp_path):
    (tmp_path / "vault.yaml").write_text(VAULT)
    ledger = assess(tmp_path / "vault.yaml", catalogs=[service_file(tmp_path / "acme")], profile="strict")
    VALIDATOR.validate(json.loads(rendered(ledger)))
