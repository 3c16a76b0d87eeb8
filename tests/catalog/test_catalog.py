import re

import msgspec
import pytest
from tests.catalogs import ACME, service_file

from demarcate.catalog import Catalog, catalog, covering, property_index, stem_of
from demarcate.catalog.applicability import not_applicable
from demarcate.catalog.check import Problem, check
from demarcate.catalog.derived import Derivation, derived_controls, derived_id, find_derived
from demarcate.catalog.stats import stats
from demarcate.catalog.yaml_files import load
from demarcate.errors import CatalogError, DemarcateError
from demarcate.model import Control, Offering, Party, Service, Severity, TypeEntry

PAGE = "https://docs.aws.amazon.com/x"


def test_the_catalogue_is_whole():
    assert [str(each) for each in check(catalog())] == []


# stats ---------------------------------------------------------------------------------------------------------------

AT_LEAST = {
    "responsibilities": 27,
    "resource_types": 1898,
    "services": 300,
    "offerings": 500,
    "variants": 100,
    "cells": 14_000,
    "types_holding_data": 400,
    "types_setting": 700,
    "account_knobs": 40,
    "controls": 700,
    "controls_strict": 200,
    "types_with_controls": 320,
    "defaults": 100,
    "properties": 100_000,
    "properties_opaque": 1,
    "facts": 1_500,
    "facts_cited": 1_500,
    "facts_unverified": 0,
}


def test_stats():
    found = stats(catalog())
    assert list(found) == list(AT_LEAST)
    assert {name: number for name, number in found.items() if number < AT_LEAST[name]} == {}
    assert found["cells"] == found["offerings"] * found["responsibilities"]
    assert found["facts_cited"] <= found["facts"]
    assert found["facts_unverified"] <= found["facts"]
    assert found["resource_types"] == len(property_index.resource_types())


# what breaks a rule is named -----------------------------------------------------------------------------------------

SQS = f"""
service: sqs
title: Queues
namespace: AWS::SQS
documentation: {PAGE}
checked: {{2026-11-25: [{PAGE}]}}
types:
  AWS::SQS::Queue: {{role: messaging, holds: messages}}
  AWS::SQS::QueueInlinePolicy: {{role: setting, of: [AWS::SQS::Queue]}}
  AWS::SQS::QueuePolicy: {{role: setting, of: [AWS::SQS::Queue]}}
offerings:
  - id: sqs.fifo
    title: FIFO queue
    resources: [AWS::SQS::Queue]
    when: FifoQueue == true
    service_model: paas
    boundary: provisioning
    because: AWS runs it.
  - id: sqs.queue
    title: Queue
    service_model: paas
    boundary: provisioning
    because: AWS runs it.
    shared:
      authorization: {{aws: Evaluates policies., customer: Writes them.}}
defaults:
  AWS::SQS::Queue:
    SqsManagedSseEnabled: {{value: 'true', source: {PAGE}}}
controls:
  - id: sqs-managed
    on: AWS::SQS::Queue
    responsibility: encryption-at-rest
    title: Encrypted
    expect: SqsManagedSseEnabled == true
    severity: low
    why: Because.
    fix: Do it.
    source: {PAGE}
"""
FIRST = """
  - id: sqs.first
    title: Queue
    resources: [AWS::SQS::Queue]
    service_model: paas
    boundary: provisioning
    because: AWS runs it.
"""

BREAKS = [
    ("service: sqs\n", "service: sns\n", "service is 'sns'"),
    ("  AWS::SQS::QueuePolicy: {role: setting, of: [AWS::SQS::Queue]}\n", "", "type AWS::SQS::QueuePolicy is missing"),
    ("AWS::SQS::QueuePolicy:", "AWS::SQS::QueuePolice:", "type AWS::SQS::QueuePolice is in no schema"),
    ("role: messaging", "role: wizard", "role 'wizard' is not one of"),
    ("{role: setting, of: [AWS::SQS::Queue]}", "{role: setting}", "a setting says what it configures"),
    ("{role: messaging, holds: messages}", "{role: data-store}", "a data store says what it holds"),
    ("of: [AWS::SQS::Queue]", "of: [AWS::SQS::Quee]", "of names AWS::SQS::Quee"),
    ("holds: messages", "holds: messages, governed_by: [nothing]", "governed_by names nothing"),
    ("  - id: sqs.queue\n", "  - id: sqs.fifo\n", "offering sqs.fifo stands twice"),
    ("  - id: sqs.queue\n", "  - id: sns.queue\n", "the id does not start with 'sqs.'"),
    ("  - id: sqs.queue\n", f"{FIRST}{FIRST.replace('first', 'second')}  - id: sqs.queue\n", "sqs.first has no when"),
    ("    title: Queue\n", "    title: Queue\n    when: DelaySeconds == 1\n", "has a when (add a fallback)"),
    ("    title: Queue\n", "    title: Queue\n    resources: []\n", "says in words when it applies"),
    ("    title: Queue\n", "    title: Queue\n    resources: [AWS::SQS::Queue]\n", "belongs to no offering"),
    ("    title: Queue\n", "    title: Queue\n    resources: [AWS::SNS::Topic]\n", "is not among the file's types"),
    ("    title: Queue\n", "    title: Queue\n    category: weird\n", "category 'weird' is not one of"),
    ("service_model: paas", "service_model: baas", "service_model 'baas' is not one of"),
    ("boundary: provisioning", "boundary: roof", "boundary 'roof' is not a layer"),
    ("boundary: provisioning", "boundary: logging", "boundary 'logging' is not a layer"),
    ("FifoQueue == true", "FifoQueue ==", "unexpected"),
    ("FifoQueue == true", "Fifo == true", "when reads Fifo, which none of its types has"),
    ("authorization: {", "authorisation: {", "'authorisation' is not a responsibility"),
    ("{aws: Evaluates policies.", "{aws: ''", "does not say what each party does"),
    (
        "    shared:\n",
        "    customer: {authorization: {reason: Yes.}}\n    shared:\n",
        "authorization has two parties",
    ),
    (
        "    shared:\n",
        "    aws: {hardware: {reason: Yes.}}\n    shared:\n",
        "aws: hardware only repeats the derivation",
    ),
    (
        "    shared:\n",
        "    customer: {application: {reason: Yes.}}\n    shared:\n",
        "customer: application only repeats the derivation",
    ),
    (f"documentation: {PAGE}", "documentation: http://x", "'http://x' is not an https URL"),
    (f"checked: {{2026-11-25: [{PAGE}]}}", "checked: {2026-11-25: [https://a b]}", "'https://a b' is not an https URL"),
    ("- id: sqs-managed\n", "- id: Managed\n", "an id is lower-case words with hyphens"),
    ("- id: sqs-managed\n", "- id: derived-x\n", "does not start with 'derived-'"),
    ("on: AWS::SQS::Queue\n", "on: []\n", "it names no type"),
    ("on: AWS::SQS::Queue\n", "on: AWS::SNS::Topic\n", "AWS::SNS::Topic is not among the file's types"),
    ("responsibility: encryption-at-rest", "responsibility: nothing", "'nothing' is not a responsibility"),
    ("    severity: low\n", "    severity: low\n    profile: lax\n", "profile 'lax' is not one of"),
    ("    severity: low\n", "    severity: low\n    frameworks: {iso: [A.1]}\n", "framework 'iso' is not one of"),
    ("title: Encrypted", "title: ' '", "no title"),
    ("why: Because.", "why: ''", "no why"),
    ("fix: Do it.", "fix: ''", "no fix"),
    (f"    fix: Do it.\n    source: {PAGE}", "    fix: Do it.\n    source: nowhere", "its source is no https URL"),
    ("expect: SqsManagedSseEnabled", "expect: Managed", "reads Managed, which AWS::SQS::Queue does not have"),
    ("expect: SqsManagedSseEnabled ==", "expect: SqsManagedSseEnabled =", "unexpected '= true'"),
    ("  AWS::SQS::Queue:\n    Sqs", "  AWS::SNS::Topic:\n    Sqs", "defaults: AWS::SNS::Topic is not among"),
    ("    SqsManagedSseEnabled: {value", "    Managed: {value", "defaults: AWS::SQS::Queue has no Managed"),
    (f"{{value: 'true', source: {PAGE}}}", "{value: 'true', source: x}", "its source is no https URL"),
    ("{value: 'true'", "{value: 'tr ue'", "unexpected"),
]


def problems(folder, text, name="sqs"):
    return [str(each) for each in check(Catalog((service_file(folder, text, name),)), [name])]


def test_the_file_that_is_broken_below_is_whole(tmp_path):
    assert problems(tmp_path, SQS) == []


@pytest.mark.parametrize(("old", "new", "message"), BREAKS, ids=[message for *_, message in BREAKS])
def test_what_breaks_a_rule_is_named(tmp_path, old, new, message):
    assert old in SQS
    found = problems(tmp_path, SQS.replace(old, new))
    assert any(message in each for each in found), found
    assert all(each.startswith("sqs: ") for each in found)


def test_a_control_twice_in_a_file_and_over_files(tmp_path):
    control = SQS.partition("controls:\n")[2]
    assert "sqs: control sqs-managed stands twice" in problems(tmp_path, SQS + control)
    service_file(tmp_path, ACME.replace("id: acme-vault-locked", "id: sqs-managed"))
    service_file(tmp_path, SQS, "sqs")
    found = [str(each) for each in check(Catalog((tmp_path,)))]
    assert "sqs: control sqs-managed stands in acme-store.yaml too" in found


def test_a_type_without_a_security_like_property_says_why(tmp_path):
    name = next(
        each
        for each in property_index.resource_types()
        if each.startswith("AWS::") and (entry := catalog().type_entry(each)) is not None and entry.reviewed
    )
    stem = stem_of(name)
    text = msgspec.yaml.encode(catalog().service(stem)).decode()
    bare = re.sub(r"(?m)^\s+reviewed: (?!null).*\n(?:\s{6,}\S.*\n)*?(?=\s{2,}\S+:|\S)", "", text)
    assert any("has no security-like property" in each for each in problems(tmp_path, bare, stem))


def test_a_service_without_a_file(tmp_path):
    assert check(catalog(), ["nosuch"]) == (Problem("nosuch", "no such service file", "add services/nosuch.yaml"),)


# YAML ----------------------------------------------------------------------------------------------------------------

BROKEN_YAML = [
    ("service: sqs\ntitle: [\n", "sqs.yaml:3"),
    ("service: sqs\ntitle: a: b\n", "sqs.yaml:2"),
    ("service: sqs\n\ttitle: x\n", "sqs.yaml:2"),
    ("service: sqs\nservice: sqs\n", "sqs.yaml:2.*key 'service' stands twice"),
    ("service: sqs\ntypes:\n  a: {role: x, role: y}\n", "sqs.yaml:3.*key 'role' stands twice"),
    ("? [a]\n: b\n", "sqs.yaml:1.*a key that is not text"),
    ("service: *nothing\n", "sqs.yaml:1"),
    ("service: !!python/object/apply:os.system [x]\n", "sqs.yaml:1"),
    ("service: a\n---\nservice: b\n", "sqs.yaml:2"),
    ("[" * 20_000, "sqs.yaml:1"),
    ("", "sqs.yaml: Object missing required field `service`"),
    ("- a\n", "sqs.yaml: Expected `object`"),
    ("service: sqs\n", "sqs.yaml: .*missing required field"),
    (SQS.replace("title: Queues", "titel: Queues"), "sqs.yaml: .*titel"),
    (SQS.replace("title: Queues", "title: 1"), r"sqs.yaml: .*\$.title"),
    (SQS.replace("severity: low", "severity: dire"), r"sqs.yaml: .*\$.controls\[0\].severity"),
]


@pytest.mark.parametrize(("text", "message"), BROKEN_YAML, ids=[message for _, message in BROKEN_YAML])
def test_broken_yaml_is_named_with_its_line(tmp_path, text, message):
    data = Catalog((service_file(tmp_path, text, "sqs"),))
    with pytest.raises(CatalogError, match=message):
        data.service("sqs")
    (problem,) = check(data, ["sqs"])
    assert "sqs.yaml" in problem.what


def test_bytes_that_are_no_text(tmp_path):
    (service_file(tmp_path) / "services" / "sqs.yaml").write_bytes(b"service: \xff\n")
    with pytest.raises(CatalogError, match=r"sqs\.yaml"):
        Catalog((tmp_path,)).service("sqs")


def test_only_true_and_false_are_booleans_and_days_are_text(tmp_path):
    file = tmp_path / "x.yaml"
    file.write_text("on: yes\noff: 2026-11-25\nyes: true\nno: false\nn: 12\n")
    assert load(file, dict) == {"on": "yes", "off": "2026-11-25", "yes": True, "no": False, "n": 12}


def test_anchors_and_merge_keys_are_read(tmp_path):
    file = tmp_path / "x.yaml"
    file.write_text("base: &base {a: 1, b: 2}\nit: {<<: *base, b: 3}\n")
    assert load(file, dict)["it"] == {"a": 1, "b": 3}


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DemarcateError, match="cannot be read"):
        load(tmp_path / "none.yaml", dict)


# which file, which offering ------------------------------------------------------------------------------------------


def test_an_own_folder_goes_before_the_catalogue_and_an_earlier_before_a_later(tmp_path):
    first = service_file(tmp_path / "first", SQS.replace("title: Queues", "title: First"), "sqs")
    second = service_file(tmp_path / "second", SQS.replace("title: Queues", "title: Second"), "sqs")
    for folders, title in (((first, second), "First"), ((second, first), "Second")):
        found = Catalog(folders).service("sqs")
        assert found is not None
        assert found.title == title
    built_in = Catalog((first,)).service("s3")
    assert built_in is not None
    assert built_in.title == "Amazon S3"


@pytest.mark.parametrize("name", ["nosuch", "", "../account_knobs", "/etc/passwd", "x" * 5000, "a\0b", "SQS"])
def test_a_name_that_is_no_file(name):
    assert catalog().service(name) is None
    assert catalog().type_entry(f"AWS::{name}x::Y") is None
    assert catalog().offering(f"{name}.x") is None


@pytest.mark.parametrize(
    ("name", "stem"),
    [("AWS::S3::Bucket", "s3"), ("AWS::ApiGatewayV2::Api", "apigatewayv2"), ("Alexa::ASK::Skill", "alexa-ask")],
)
def test_stems(name, stem):
    assert stem_of(name) == stem


def test_an_offering_that_does_not_exist_has_no_split():
    with pytest.raises(CatalogError, match=r"no offering 'sqs\.nothing'"):
        catalog().split("sqs.nothing")


def offering(name, resources=None, when=None):
    return Offering(
        id=f"x.{name}", title=name, service_model="paas", boundary="provisioning", because="It is so.",
        resources=resources, when=when,
    )  # fmt: skip


A, B = "AWS::X::A", "AWS::X::B"
COVERING = [
    ("one for all", [offering("all")], {A: ["all"], B: ["all"]}),
    ("named only", [offering("a", (A,)), offering("b", (B,))], {A: ["a"], B: ["b"]}),
    ("named goes before the rest", [offering("a", (A,)), offering("rest")], {A: ["a"], B: ["rest"]}),
    ("also where it stands behind", [offering("rest"), offering("a", (A,))], {A: ["a"], B: ["rest"]}),
    ("a condition falls through", [offering("a", (A,), "X == 1"), offering("rest")], {A: ["a", "rest"], B: ["rest"]}),
    ("a fallback by name ends it", [offering("a", (A,), "X == 1"), offering("b", (A,)), offering("rest")],
     {A: ["a", "b"], B: ["rest"]}),
    ("conditions on the rest", [offering("v", None, "X == 1"), offering("rest")], {A: ["v", "rest"], B: ["v", "rest"]}),
    ("no types at all", [offering("none", ()), offering("rest")], {A: ["rest"], B: ["rest"]}),
    ("nothing", [offering("a", (A,))], {A: ["a"], B: []}),
]  # fmt: skip


@pytest.mark.parametrize(("offerings", "expected"), [each[1:] for each in COVERING], ids=[each[0] for each in COVERING])
def test_covering(offerings, expected):
    service = Service(
        service="x",
        title="X",
        documentation=PAGE,
        offerings=tuple(offerings),
        types={A: TypeEntry(role="compute"), B: TypeEntry(role="compute")},
    )
    for name, ids in expected.items():
        assert [each.id.removeprefix("x.") for each in covering(service, name)] == ids
    assert covering(service, "AWS::X::C") == ()


def test_every_type_is_covered_and_ends_in_a_fallback():
    data = catalog()
    for service in data.services():
        for name in service.types:
            offerings = data.offerings_of(name)
            assert offerings, name
            assert [each.when is None for each in offerings] == [False] * (len(offerings) - 1) + [True], name


# the derivation ------------------------------------------------------------------------------------------------------


def test_splits_follow_from_the_boundary(tmp_path):
    data = Catalog((service_file(tmp_path, SQS, "sqs"),))
    cells = data.split("sqs.queue")
    assert list(cells) == list(data.responsibilities)
    for name, each in data.responsibilities.items():
        if each.layer is not None:
            aws = each.layer <= 6  # provisioning
            assert cells[name].party is (Party.AWS if aws else Party.CUSTOMER)
            assert cells[name].source == PAGE
            assert cells[name].confidence == "derived"
    assert cells["authorization"].party is Party.SHARED
    assert (cells["authorization"].aws, cells["authorization"].customer) == ("Evaluates policies.", "Writes them.")


def test_an_exception_of_the_offering_goes_before_one_of_the_service(tmp_path):
    own = SQS.replace(
        "types:\n",
        "customer: {authorization: {reason: The service says so.}, logging: {reason: The service says so.}}\ntypes:\n",
    )
    data = Catalog((service_file(tmp_path, own, "sqs"),))
    assert data.split("sqs.queue")["authorization"].party is Party.SHARED
    assert data.split("sqs.fifo")["authorization"].reason == "The service says so."
    assert data.split("sqs.queue")["logging"].reason == "The service says so."


def test_what_was_not_read_is_unverified(tmp_path):
    data = Catalog((service_file(tmp_path, SQS.replace(f"[{PAGE}]", "[]"), "sqs"),))
    cells = data.split("sqs.queue")
    assert cells["hardware"].confidence == "unverified"
    assert cells["authorization"].confidence == "unverified"


def test_a_duty_is_kept_by_a_property_and_by_a_control(tmp_path):
    data = Catalog((service_file(tmp_path, SQS, "sqs"),))
    assert not_applicable("AWS::SQS::Queue", data).keys().isdisjoint({"encryption-at-rest", "backup-recovery"})
    policy = not_applicable("AWS::SQS::QueuePolicy", data)
    assert "authorization" not in policy
    assert "A setting of AWS::SQS::Queue" in policy["logging"]
    (tmp_path / "services" / "sqs.yaml").write_text(
        SQS.replace("on: AWS::SQS::Queue\n", "on: AWS::SQS::QueuePolicy\n")
        .replace("responsibility: encryption-at-rest", "responsibility: logging")
        .replace("expect: SqsManagedSseEnabled", "expect: PolicyDocument")
    )
    assert "logging" not in not_applicable("AWS::SQS::QueuePolicy", Catalog((tmp_path,)))


# derived controls ----------------------------------------------------------------------------------------------------

ENCRYPTED = Derivation(
    property="StorageEncrypted", responsibility="encryption-at-rest", title="Encrypted",
    expect="StorageEncrypted == true", severity=Severity.HIGH, why="Because.", fix="Do it.", source=PAGE,
)  # fmt: skip
DATABASE = "AWS::RDS::DBCluster"


def written(**changes):
    return msgspec.structs.replace(
        Control(id="own-one", on=DATABASE, responsibility="encryption-at-rest", title="T", expect="true",
                severity=Severity.LOW, why="W", fix="F", source=PAGE),
        **changes,
    )  # fmt: skip


def test_a_derived_control():
    (found,) = derived_controls(DATABASE, (), (ENCRYPTED,))
    assert found.id == "derived-rds-dbcluster-storage-encrypted"
    assert found.derived
    assert found.types == (DATABASE,)
    assert find_derived(found.id, (ENCRYPTED,)) == DATABASE


@pytest.mark.parametrize(
    ("type_name", "own", "change"),
    [
        (DATABASE, {}, {"responsibility": "logging"}),
        (DATABASE, {}, {"unless": (DATABASE,)}),
        (DATABASE, {}, {"property": "Nothing"}),
        ("AWS::SQS::Queue", {}, {}),
        ("AWS::No::Such", {}, {}),
        (DATABASE, {"expect": "StorageEncrypted == true"}, {}),
        (DATABASE, {"when": "StorageEncrypted == true"}, {}),
        (DATABASE, {"unless": "!has(StorageEncrypted)"}, {}),
    ],
)
def test_where_none_is_derived(type_name, own, change):
    own = (written(**own),) if own else ()
    assert derived_controls(type_name, own, (msgspec.structs.replace(ENCRYPTED, **change),)) == ()


def test_a_longer_name_is_another_property():
    own = written(expect="has(StorageEncryptedByDefault)")
    assert len(derived_controls(DATABASE, (own,), (ENCRYPTED,))) == 1


@pytest.mark.parametrize(
    ("type_name", "name", "expected"),
    [
        ("AWS::Kinesis::Stream", "Encrypted", "derived-kinesis-stream-encrypted"),
        ("AWS::X::Y", "AtRestEncryptionEnabled", "derived-x-y-at-rest-encryption-enabled"),
        ("AWS::X::Y", "KMSKey", "derived-x-y-kmskey"),
    ],
)
def test_derived_ids(type_name, name, expected):
    assert derived_id(type_name, name) == expected


def test_an_id_of_two_types_is_an_error():
    with pytest.raises(CatalogError, match="stands for several types"):
        find_derived(derived_id("AWS::Events::Rule", "A"), (msgspec.structs.replace(ENCRYPTED, property="A"),) * 2)
    assert find_derived("derived-nothing", (ENCRYPTED,)) is None
    assert find_derived("s3-x", (ENCRYPTED,)) is None


def test_ids_of_controls_are_unique_and_lead_back():
    data = catalog()
    ids = [control.id for service in data.services() for control in service.controls]
    derived = [
        (control, name) for name in property_index.resource_types() for control in data.controls_of(name)
        if control.derived
    ]  # fmt: skip
    ids += [control.id for control, _ in derived]
    assert len(ids) == len(set(ids))
    assert derived
    for control, name in derived[::10]:
        assert data.control(control.id) == control
        tops = {node.path: node for node in data.properties_of(name)}
        assert any(
            node.responsibility == control.responsibility and path in control.expect for path, node in tops.items()
        )
