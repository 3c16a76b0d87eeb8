"""What a plan changes, defers, forgets and only foresees; and what is sensitive in it."""

import json

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demarcate.api import assess_estate
from demarcate.model import Unknown
from demarcate.sources import ReadOptions, read

AWS = "registry.terraform.io/hashicorp/aws"


def _entry(address, **more):
    kind = address.split("aws_", 1)[1].split(".")[0]
    return {"address": address, "mode": "managed", "type": f"aws_{kind}", "name": "x", "provider_name": AWS, **more}


def _change(address, after=None, actions=("create",), **more):
    return _entry(address, change={"actions": list(actions), "after": after, **more})


def _values(*resources, **more):
    return {"root_module": {"resources": list(resources), **more}}


@pytest.fixture
def estate_of_plan(tmp_path):
    def made(**plan):
        (tmp_path / "plan.json").write_text(json.dumps({"format_version": "1.2", **plan}), encoding="utf-8")
        return read([str(tmp_path / "plan.json")], ReadOptions())

    return made


@pytest.mark.parametrize(
    ("actions", "kept"),
    [(["forget", "create"], "replace"), (["create", "forget"], "replace"), (["something", "new"], "something-new"),
     ([], None)],
)  # fmt: skip
def test_rare_actions_are_kept(estate_of_plan, actions, kept):
    (queue,) = estate_of_plan(resource_changes=[_change("aws_sqs_queue.q", {}, actions)]).resources
    assert queue.attributes.get("TerraformAction") == kept


def test_what_only_the_planned_values_have_is_there(estate_of_plan):
    child = {"address": "module.m[0]", "resources": [_entry("module.m[0].aws_sqs_queue.q", values={"name": "b"})]}
    estate = estate_of_plan(
        resource_changes=[_change("aws_sqs_queue.q", {"name": "a"})],
        planned_values=_values(_entry("aws_sqs_queue.q", values={"name": "other"}), child_modules=[child]),
    )
    names = {each.name: each.properties["QueueName"] for each in estate.resources}
    assert names == {"aws_sqs_queue.q": "a", "module.m[0].aws_sqs_queue.q": "b"}


def test_planned_values_leave_out_what_is_not_known(estate_of_plan):
    (key, table) = estate_of_plan(
        planned_values=_values(
            _entry("aws_kms_key.k", values={}),
            _entry("aws_dynamodb_table.t", values={"name": "t", "server_side_encryption": [{"enabled": True}]}),
        ),
        configuration=_values(
            {"address": "aws_kms_key.k", "expressions": {}},
            {"address": "aws_dynamodb_table.t", "expressions": {"name": {"constant_value": "t"}, "server_side_encryption": [
                {"enabled": {"constant_value": True}, "kms_key_arn": {"references": ["aws_kms_key.k.arn", "aws_kms_key.k"]}}]}},
        ),
    ).resources[::-1]  # fmt: skip
    found = table.properties["SSESpecification"]["KMSMasterKeyId"]
    assert type(found) is Unknown
    assert [each.resource for each in found.references] == [key.id]


def test_what_is_deferred_is_uncertain_and_there_once(estate_of_plan):
    change = _change("aws_sqs_queue.q[*]", {"name": "a"})
    estate = estate_of_plan(
        resource_changes=[],
        deferred_changes=[{"reason": "instance_count_unknown", "resource_change": change}],
        planned_values=_values(_entry("aws_sqs_queue.q[*]", values={"name": "a"})),
    )
    (queue,) = estate.resources
    assert queue.uncertain == "the plan defers it (instance_count_unknown)"


def test_what_drifted_is_not_counted_twice(estate_of_plan):
    estate = estate_of_plan(
        resource_changes=[_change("aws_sqs_queue.q", {"name": "a"}, ["no-op"])],
        resource_drift=[_change("aws_sqs_queue.q", {"name": "b"}, ["update"]), _change("aws_sqs_queue.gone", None, ["delete"])],
    )  # fmt: skip
    (queue,) = estate.resources
    assert queue.properties["QueueName"] == "a"
    assert not estate.skipped


def test_a_deposed_object_beside_its_successor_is_noted(estate_of_plan):
    estate = estate_of_plan(
        resource_changes=[
            _change("aws_sqs_queue.q", {"name": "a"}, ["create", "delete"]),
            {**_change("aws_sqs_queue.q", None, ["delete"]), "deposed": "0a1b"},
        ]
    )
    assert [each.name for each in estate.resources] == ["aws_sqs_queue.q"]
    assert [each.why for each in estate.skipped] == ["a deposed object, which the plan destroys"]


def test_data_sources_were_read_before_or_are_read_by_the_plan(estate_of_plan):
    policy = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}]}'
    read_before = _entry("data.aws_iam_policy_document.d[0]", values={"json": policy})
    later = {
        "statement": [{"effect": "Allow", "actions": ["sqs:*"], "principals": [{"type": "*", "identifiers": ["*"]}]}]
    }
    unknown = {"json": True, "statement": [{"resources": True}]}
    read_later = _change("data.aws_iam_policy_document.e", later, ["read"], after_unknown=unknown)
    estate = estate_of_plan(
        resource_changes=[
            _change("aws_sqs_queue.q", {"policy": policy}),
            _change("aws_sqs_queue.r", {}, after_unknown={"policy": True}),
            {**read_later, "mode": "data"},
        ],
        prior_state={"values": _values({**read_before, "mode": "data"})},
        configuration=_values(
            {"address": "aws_sqs_queue.q", "expressions": {"policy": {"references": ["data.aws_iam_policy_document.d"]}}},
            {"address": "aws_sqs_queue.r", "expressions": {"policy": {"references": ["data.aws_iam_policy_document.e.json"]}}},
        ),
    )  # fmt: skip
    policies = {each.name: each.properties for each in estate.resources if each.type == "AWS::SQS::QueuePolicy"}
    assert policies["aws_sqs_queue.q (policy)"]["PolicyDocument"] == json.loads(policy)
    (statement,) = policies["aws_sqs_queue.r (policy)"]["PolicyDocument"]["Statement"]
    assert statement["Principal"] == "*"
    assert type(statement["Resource"]) is Unknown
    assert {each.type for each in estate.resources} == {"AWS::SQS::Queue", "AWS::SQS::QueuePolicy"}


def test_a_plan_of_another_provider_is_named(estate_of_plan):
    estate = estate_of_plan(
        resource_changes=[
            {"address": f"google_storage_bucket.b[{n}]", "mode": "managed", "type": "google_storage_bucket", "name": "b",
             "index": n, "provider_name": "registry.terraform.io/hashicorp/google", "change": {"actions": ["create"], "after": {}}}
            for n in range(3)
        ]
    )  # fmt: skip
    assert not estate.resources
    assert [(each.what, each.level) for each in estate.skipped] == [
        ("3 resources of provider hashicorp/google", "note")
    ]


def test_what_is_not_known_in_a_dynamic_block_may_be_anything(estate_of_plan):
    """Beside a block that is written, what is not written in it is the provider's."""
    block = [{"enabled": True}]
    unknown = {"server_side_encryption": [{"kms_key_arn": True}]}
    changes = [
        _change(f"aws_dynamodb_table.{name}", {"name": "t", "server_side_encryption": block}, after_unknown=unknown)
        for name in "ab"
    ]
    written = {"name": {"constant_value": "t"}, "server_side_encryption": [{"enabled": {"constant_value": True}}]}
    estate = estate_of_plan(resource_changes=changes, configuration=_values(
        {"address": "aws_dynamodb_table.a", "expressions": {"name": {"constant_value": "t"}}},
        {"address": "aws_dynamodb_table.b", "expressions": written}))  # fmt: skip
    dynamic, static = (each.properties["SSESpecification"] for each in estate.resources)
    assert type(dynamic["KMSMasterKeyId"]) is Unknown
    assert "KMSMasterKeyId" not in static


def test_blocks_of_a_set_stand_in_another_order_than_they_are_written(estate_of_plan):
    devices = [{"device_name": "/dev/b", "encrypted": True}, {"device_name": "/dev/a", "encrypted": True}]
    unknown = {"ebs_block_device": [{"kms_key_id": True}, {"kms_key_id": True}]}
    written = [{"device_name": {"constant_value": f"/dev/{name}"}, "encrypted": {"constant_value": True},
                "kms_key_id": {"references": [f"aws_kms_key.{name}.arn", f"aws_kms_key.{name}"]}} for name in "ab"]  # fmt: skip
    estate = estate_of_plan(
        resource_changes=[
            _change("aws_instance.i", {"ebs_block_device": devices}, after_unknown=unknown),
            *(_change(f"aws_kms_key.{name}", {}, after_unknown={"arn": True}) for name in "ab"),
        ],
        configuration=_values({"address": "aws_instance.i", "expressions": {"ebs_block_device": written}}),
    )
    (instance,) = [each for each in estate.resources if each.type == "AWS::EC2::Instance"]
    found = {each["DeviceName"]: each["Ebs"]["KmsKeyId"] for each in instance.properties["BlockDeviceMappings"]}
    for name in "ab":
        assert [each.resource.partition("#")[2] for each in found[f"/dev/{name}"].references] == [f"aws_kms_key.{name}"]


# what is sensitive ----------------------------------------------------------------------------------------------------

MARKER = "Xq7-marker-that-nobody-may-see"
ARGUMENTS = {
    "aws_db_instance": {"engine": "mysql", "password": "p", "username": "u", "tags": {"a": "b", "c": "d"}, "tags_all": {"a": "b", "c": "d"},
                        "identifier": "i", "kms_key_id": "k", "enabled_cloudwatch_logs_exports": ["audit", "error"]},
    "aws_lambda_function": {"function_name": "f", "environment": [{"variables": {"A": "b", "C": "d"}}], "role": "r",
                            "vpc_config": [{"subnet_ids": ["s", "t"], "security_group_ids": ["g"]}]},
    "aws_s3_bucket": {"bucket": "b", "policy": "{}", "grant": [{"id": "x", "permissions": ["READ"], "type": "Group", "uri": "u"}]},
    "aws_s3_bucket_versioning": {"bucket": "b", "versioning_configuration": [{"status": "Enabled"}]},
    "aws_security_group": {"name": "g", "ingress": [{"cidr_blocks": ["0.0.0.0/0"], "description": "d", "protocol": "tcp"}]},
    "aws_ssm_parameter": {"name": "n", "type": "String", "value": "v"},
    "aws_sns_topic": {"name": "t", "arn": "arn:aws:sns:eu-west-1:111122223333:t", "kms_master_key_id": "x"},
    "aws_instance": {"user_data": "u", "tags": {"Name": "n"}, "root_block_device": [{"encrypted": True, "kms_key_id": "k", "tags": {"a": "b"}}]},
}  # fmt: skip


def _paths(value, path=()):
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield from _paths(each, (*path, key))


def _leaves(value):
    if isinstance(value, dict):
        return {key: _leaves(each) for key, each in value.items()}
    return [_leaves(each) for each in value] if isinstance(value, list) else MARKER


def _hide(values, path):
    """Put the marker at a path, and give what ``after_sensitive`` says of it."""
    here = values
    marks: bool | dict | list = True
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = _leaves(here[path[-1]])
    for step in reversed(path):
        marks = {step: marks} if isinstance(step, str) else [False] * step + [marks]
    if path[0] == "tags" and "tags_all" in values:
        _hide(values, ("tags_all", *path[1:]))  # the provider copies it, and marks nothing
    return marks


def _together(one, other):
    if one is True or other is True:
        return True
    if isinstance(one, dict):
        return {key: _together(one.get(key, False), other.get(key, False)) if isinstance(other, dict) else each
                for key, each in {**other, **one}.items()} if isinstance(other, dict) else one  # fmt: skip
    if isinstance(one, list) and isinstance(other, list):
        longest = max(len(one), len(other))
        return [_together(*((each[n] if n < len(each) else False) for each in (one, other))) for n in range(longest)]
    return one or other


PLACES = [(kind, path) for kind, values in ARGUMENTS.items() for path in _paths(values) if path[0] != "tags_all"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(PLACES), min_size=1, max_size=6), st.sampled_from(["plan", "planned", "state", "raw"]))
def test_what_is_sensitive_is_nowhere(tmp_path, places, form):
    everything = json.loads(json.dumps(ARGUMENTS))
    marks = dict.fromkeys(everything, False)
    paths: dict[str, list] = {}
    for kind, path in sorted(places, key=lambda each: len(each[1])):
        try:
            marks[kind] = _together(marks[kind], _hide(everything[kind], path))
        except (TypeError, IndexError, KeyError):
            continue  # the whole is hidden already
        paths.setdefault(kind, []).append(path)
    document = FORMS[form](everything, marks, paths)
    (tmp_path / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    estate = read([str(tmp_path / "plan.json")], ReadOptions())
    assert not [each for each in estate.skipped if each.level == "error"]
    assert MARKER not in repr(estate)
    assert MARKER.encode() not in msgspec.json.encode(assess_estate(estate), enc_hook=repr)


def _references(values):
    """A configuration in which every argument refers to something, for what is written may be shown."""
    return {"root_module": {"resources": [
        {"address": f"{kind}.x", "expressions": {name: {"references": ["var.x", "aws_sns_topic.x.arn"]} for name in each}}
        for kind, each in values.items()]}}  # fmt: skip


def _step(step):
    """A step of a path in ``sensitive_attributes``: members of blocks are attributes, those of maps are not."""
    if isinstance(step, str) and step.islower() and len(step) > 1:
        return {"type": "get_attr", "value": step}
    return {"type": "index", "value": {"value": step, "type": "string" if isinstance(step, str) else "number"}}


def _raw(values, paths):
    resources = [
        {"mode": "managed", "type": kind, "name": "x", "provider": f'provider["{AWS}"]', "instances": [
            {"attributes": each, "sensitive_attributes": [[_step(each) for each in path] for path in paths.get(kind, ())]}]}
        for kind, each in values.items()
    ]  # fmt: skip
    return {"version": 4, "terraform_version": "1.13.0", "serial": 1, "lineage": "x", "resources": resources}


FORMS = {
    "plan": lambda values, marks, _: {
        "format_version": "1.2", "configuration": _references(values), "variables": {"x": {"value": MARKER}},
        "resource_changes": [_change(f"{kind}.x", each, after_sensitive=marks[kind]) for kind, each in values.items()]},
    "planned": lambda values, marks, _: {
        "format_version": "1.2",
        "planned_values": _values(*(_entry(f"{kind}.x", values=each, sensitive_values=marks[kind]) for kind, each in values.items()))},
    "state": lambda values, marks, _: {
        "format_version": "1.0", "terraform_version": "1.13.0",
        "values": _values(*(_entry(f"{kind}.x", values=each, sensitive_values=marks[kind]) for kind, each in values.items()))},
    "raw": lambda values, _, paths: _raw(values, paths),
}  # fmt: skip
