"""Plans: the same cases as in configurations, read from the JSON that a plan is."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.sources.terraform.conftest import outcomes
from tests.sources.terraform.test_known_after_apply import ARGUMENTS, FORMS, KEY, MODULES, TOPIC

from demarcate.api import assess_estate
from demarcate.model import Unknown
from demarcate.sources import ReadOptions, read
from demarcate.verify import VerifyOptions
from demarcate.verify.profiles import profile_of
from make_plan import plan_of

ROOT = Path(__file__).resolve().parents[4]
HIDDEN = {"a local", "a local of a local", "a condition whose branches are both keys"}
"""What a plan's JSON does not hold: the expressions of locals, and which of an expression's references is a condition."""


def _planned(tmp_path: Path, files: dict[str, str]) -> Path:
    folder = tmp_path / "root"
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan_of(folder)), encoding="utf-8")
    return file


def _strict(file: Path):
    estate = read([str(file)], ReadOptions())
    assert not [each for each in estate.skipped if each.level == "error"]
    return assess_estate(estate, None, VerifyOptions(profile=profile_of("strict")))


@pytest.mark.parametrize("form", FORMS)
def test_however_a_key_is_written_it_is_a_customer_managed_key(tmp_path, form):
    expression, more = FORMS[form]
    found = outcomes(_strict(_planned(tmp_path, {"main.tf": TOPIC % expression + more})), "aws_sns_topic.t")
    assert found["sns-topic-customer-key"] == ("unknown" if form in HIDDEN else "satisfied")


@pytest.mark.parametrize("control", ARGUMENTS)
def test_wherever_a_key_is_given_it_is_a_customer_managed_key(tmp_path, control):
    kind = ARGUMENTS[control].split('"')[1]
    text = ARGUMENTS[control] % "aws_kms_key.k.arn" + "\n" + KEY
    assert outcomes(_strict(_planned(tmp_path, {"main.tf": text})), f"{kind}.t")[control] == "satisfied"


@pytest.mark.parametrize("way", MODULES)
def test_a_key_goes_through_modules(tmp_path, way):
    ledger = _strict(_planned(tmp_path, MODULES[way]))
    (topic,) = [each for each in ledger.resources if each.type == "AWS::SNS::Topic"]
    assert outcomes(ledger, topic.name)["sns-topic-customer-key"] == "satisfied"


def test_the_web_shops_plan_gives_what_its_configuration_gives():
    """Where the plan knows as much: a document with one part that is not known is not known as a whole in a plan."""
    one = assess_estate(read([str(ROOT / "examples/webshop-terraform")], ReadOptions()))
    other = assess_estate(read([str(ROOT / "examples/webshop-terraform.plan.json")], ReadOptions()))
    names = {each.id: each.name for each in (*one.resources, *other.resources)}
    of_one, of_other = (
        {(names.get(each.resource, each.resource), each.control): each.outcome for each in ledger.findings}
        for ledger in (one, other)
    )
    assert of_one.keys() <= of_other.keys()
    assert {key for key in of_other if of_one.get(key) != of_other[key] and of_other[key] != "unknown"} == set()


def _plan(*changes, **more):
    return {"format_version": "1.2", "terraform_version": "1.13.0", "resource_changes": list(changes), **more}


def _change(kind="aws_sqs_queue", name="q", actions=("create",), after=None, **more):
    change = {"actions": list(actions), "after": after or {}, "after_unknown": {}, "after_sensitive": {}, **more}
    return {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name,
            "provider_name": "registry.terraform.io/hashicorp/aws", "change": change}  # fmt: skip


@pytest.fixture
def estate_of_plan(tmp_path):
    def made(plan):
        (tmp_path / "plan.json").write_text(json.dumps(plan, indent=1), encoding="utf-8")
        return read([str(tmp_path / "plan.json")], ReadOptions())

    return made


@pytest.mark.parametrize(
    ("actions", "kept"),
    [(["create"], "create"), (["update"], "update"), (["no-op"], "no-op"), (["delete", "create"], "replace"),
     (["create", "delete"], "replace"), (["delete"], None), (["forget"], None)],
)  # fmt: skip
def test_actions_are_kept(estate_of_plan, actions, kept):
    estate = estate_of_plan(_plan(_change(actions=actions)))
    if kept is None:
        assert not estate.resources
        assert [each.what for each in estate.skipped] == ["aws_sqs_queue.q"]
    else:
        assert estate.resources[0].attributes["TerraformAction"] == kept


def test_a_finding_stands_at_the_entry_of_the_plan(estate_of_plan):
    (queue,) = estate_of_plan(_plan(_change())).resources
    assert queue.declared.line is not None
    assert queue.declared.path == "aws_sqs_queue.q"


def test_a_sensitive_value_is_not_kept_and_a_written_one_is(estate_of_plan):
    change = _change("aws_db_instance", "d", after={"password": "hunter2-and-more", "username": "given"})
    change["change"]["after_sensitive"] = {"password": True, "username": True}
    configuration = {"root_module": {"resources": [
        {"address": "aws_db_instance.d", "mode": "managed", "type": "aws_db_instance", "name": "d",
         "expressions": {"password": {"constant_value": "hunter2-and-more"}, "username": {"references": ["var.u"]}}}]}}  # fmt: skip
    (database,) = estate_of_plan(_plan(change, configuration=configuration)).resources
    assert database.properties["MasterUserPassword"] == "hunter2-and-more"
    assert type(database.properties["MasterUsername"]) is Unknown
    assert "given" not in repr(database)


def test_what_the_provider_computes_is_not_there(estate_of_plan):
    change = _change("aws_sns_topic", "t", after={"name": "t"}, after_unknown={"kms_master_key_id": True, "arn": True})
    configuration = {"root_module": {"resources": [
        {"address": "aws_sns_topic.t", "mode": "managed", "type": "aws_sns_topic", "name": "t",
         "expressions": {"name": {"constant_value": "t"}}}]}}  # fmt: skip
    (topic,) = estate_of_plan(_plan(change, configuration=configuration)).resources
    assert "KmsMasterKeyId" not in topic.properties


def test_the_providers_region_and_account_are_the_resources(estate_of_plan):
    configuration = {
        "provider_config": {"aws": {"name": "aws", "expressions": {
            "region": {"references": ["var.region"]}, "allowed_account_ids": {"constant_value": ["111122223333"]}}}},
        "root_module": {"resources": [{"address": "aws_sqs_queue.q", "provider_config_key": "aws", "expressions": {}}]},
    }  # fmt: skip
    plan = _plan(_change(), configuration=configuration, variables={"region": {"value": "eu-central-1"}})
    (queue,) = estate_of_plan(plan).resources
    assert (queue.region, queue.account) == ("eu-central-1", "111122223333")


ERRORS = {
    "a binary plan": (b"PK\x03\x04\x14\0\x08\0\x08\0\0\0tfplan", "terraform show -json"),
    "a compressed file": (b"\x1f\x8brest", "unpack"),
    "an encrypted state": (b'{"encrypted_data": "x", "meta": {}, "terraform_version": "1"}', "tofu show -json"),
    "a log": (b'{"@level": "info", "@message": "Terraform 1.13"}\n{"@level": "info"}\n', "terraform show -json"),
    "schemas": (b'{"format_version": "1.0", "provider_schemas": {}}', "terraform show -json"),
    "an old state": (b'{"version": 3, "terraform_version": "0.11", "serial": 1}', "terraform show -json"),
    "cut off": (
        b'{"format_version": "1.2", "resource_changes": [{"address": "a',
        "ends at byte 61, in the middle (is the file whole",
    ),
    "cut off in UTF-16": ('{"format_version": "1.2", "resource_changes": [{'.encode("utf-16"), "ends at byte 48"),
    "a wrong sign": (b'{"format_version": "1.2",\n oh}', "byte 27"),
    "not UTF-8": (b'{"format_version": "1.2",\n "a": "\xff"}', "not UTF-8 (byte 33)"),
    "another ZIP archive": (b"PK\x03\x04rest", "a ZIP archive"),
    "an encrypted plan": (
        b'{"meta": {"key_provider.pbkdf2.a": "x"}, "encrypted_data": "x", "encryption_version": "v0"}',
        "tofu show -json",
    ),
    "too deep": (b'{"format_version": "1.2", "planned_values": ' + b"[" * 5000 + b"]" * 5000 + b"}", "deep"),
}


@pytest.mark.parametrize("kind", ERRORS)
def test_another_form_is_an_error_that_says_what_to_do(tmp_path, kind):
    data, mend = ERRORS[kind]
    file = tmp_path / "plan.json"
    file.write_bytes(data)
    (error,) = read([str(file)], ReadOptions()).skipped
    assert error.level == "error"
    assert mend in f"{error.what} {error.why}"


def test_where_a_plan_is_broken_is_said(tmp_path):
    (tmp_path / "plan.json").write_bytes(b'{"format_version": "1.2",\n"planned_values": [\n1,\n')
    (error,) = read([str(tmp_path / "plan.json")], ReadOptions()).skipped
    assert error.where.endswith("plan.json:3")


@pytest.mark.parametrize("start", ["", "\n", "\ufeff", "\ufeff\n"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-8"])
def test_plans_that_a_shell_wrote_in_another_encoding_are_read(tmp_path, encoding, start):
    start = start.strip("\n") if encoding != "utf-8" else start
    file = tmp_path / "plan.json"
    text = start + json.dumps(_plan(_change(after={"name": "öffentlich"})), ensure_ascii=False)
    file.write_bytes(text.encode(encoding))
    (queue,) = read([str(tmp_path)], ReadOptions()).resources
    assert queue.properties["QueueName"] == "öffentlich"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def _paths(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield from _paths(each, (*path, key))


WHOLE = _plan(
    _change("aws_sns_topic", 't["a"]', after={"name": "t", "tags": {"a": "b"}}, after_unknown={"kms_master_key_id": True},
            after_sensitive={"tags": {"a": True}}),
    _change("aws_kms_key", "k", after={"arn": "arn:x", "key_id": "x"}),
    _change("aws_sqs_queue", "q", after={"name": "q", "kms_master_key_id": "x"}),
    configuration={
        "provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}}},
        "root_module": {
            "module_calls": {"m": {
                "expressions": {"a": {"references": ["aws_kms_key.k", "each.key"]}}, "for_each_expression": {"references": ["var.v"]},
                "module": {"outputs": {"o": {"expression": {"references": ["var.a", "var.b"]}}}, "variables": {"b": {"default": 1}}}}},
            "resources": [
                {"address": "aws_sns_topic.t", "provider_config_key": "aws", "for_each_expression": {"constant_value": {"a": "b"}},
                 "expressions": {"kms_master_key_id": {"references": ["module.m", "each.value"]}}},
                {"address": "aws_sqs_queue.q", "expressions": {"kms_master_key_id": {"references": ["aws_kms_key.k.key_id", "aws_kms_key.k"]}}}],
        },
    },
    variables={"v": {"value": {"a": "b"}}},
    deferred_changes=[{"reason": "x", "resource_change": _change("aws_sqs_queue", "r[*]")}],
    planned_values={"root_module": {"resources": [
        {**_change("aws_sqs_queue", "p"), "values": {"name": "p"}, "sensitive_values": {"name": True}}]}},
    prior_state={"values": {"root_module": {"resources": [
        {**_change("aws_iam_policy_document", "d"), "address": "data.aws_iam_policy_document.d", "mode": "data",
         "values": {"json": "{}"}, "sensitive_values": {}}], "child_modules": []}}},
)  # fmt: skip
PLACES = list(_paths(WHOLE))


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(PLACES), JSON)
def test_nothing_that_is_changed_in_a_plan_crashes(tmp_path, place, value):
    plan = json.loads(json.dumps(WHOLE))
    if place:
        here = plan
        for step in place[:-1]:
            here = here[step]
        here[place[-1]] = value
    (tmp_path / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    assess_estate(read([str(tmp_path / "plan.json")], ReadOptions()))


def test_a_text_with_a_reference_in_it_is_not_taken_for_the_reference(estate_of_plan):
    """A plan says of a document that is not known only what it refers to, not what else stands in it."""
    change = _change("aws_instance", "i", after_unknown={"user_data": True})
    configuration = {"root_module": {"resources": [
        {"address": "aws_instance.i", "expressions": {"user_data": {"references": ["aws_kms_key.k.arn"]}}}]}}  # fmt: skip
    estate = estate_of_plan(_plan(change, _change("aws_kms_key", "k"), configuration=configuration))
    found = outcomes(assess_estate(estate), "aws_instance.i")
    assert found["ec2-instance-user-data-no-secrets"] == "unknown"


def test_a_block_that_a_plan_does_not_hold_may_be_there(estate_of_plan):
    """A dynamic block looks like one that the provider computes."""
    change = _change("aws_security_group", "g", after_unknown={"ingress": True})
    configuration = {"root_module": {"resources": [{"address": "aws_security_group.g", "expressions": {}}]}}
    found = outcomes(assess_estate(estate_of_plan(_plan(change, configuration=configuration))), "aws_security_group.g")
    assert found["ec2-security-group-ssh-not-open"] == "unknown"
