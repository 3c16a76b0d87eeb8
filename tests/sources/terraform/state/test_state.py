"""States: as ``terraform show -json`` writes them, and raw."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.sources.terraform.conftest import outcomes

from demarcate.api import assess_estate
from demarcate.model import Unknown
from demarcate.sources import ReadOptions, read

KEY = "arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012"
TOPIC = {"id": "arn:aws:sns:eu-west-1:111122223333:t", "arn": "arn:aws:sns:eu-west-1:111122223333:t", "name": "t",
         "kms_master_key_id": KEY}  # fmt: skip
PASSWORD = "hunter2-and-more"
AWS = "registry.terraform.io/hashicorp/aws"


def _shown(*resources):
    return {
        "format_version": "1.0",
        "terraform_version": "1.13.0",
        "values": {"root_module": {"resources": list(resources)}},
    }


def _entry(kind, name, values, **more):
    return {
        "address": f"{kind}.{name}",
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider_name": AWS,
        "values": values,
        **more,
    }


def _raw(*resources):
    return {
        "version": 4,
        "terraform_version": "1.13.0",
        "serial": 1,
        "lineage": "x",
        "outputs": {},
        "resources": list(resources),
    }


def _instance(kind, name, attributes, **more):
    return {"mode": "managed", "type": kind, "name": name, "provider": f'provider["{AWS}"]',
            "instances": [{"schema_version": 0, "attributes": attributes, **more}]}  # fmt: skip


STATES = {
    "shown": _shown(_entry("aws_kms_key", "k", {"arn": KEY, "id": "12345678"}), _entry("aws_sns_topic", "t", TOPIC)),
    "raw": _raw(_instance("aws_kms_key", "k", {"arn": KEY, "id": "12345678"}), _instance("aws_sns_topic", "t", TOPIC)),
}


@pytest.fixture
def estate_of_state(tmp_path):
    def made(state, name="terraform.tfstate"):
        (tmp_path / name).write_text(json.dumps(state), encoding="utf-8")
        return read([str(tmp_path)], ReadOptions())

    return made


@pytest.mark.parametrize("form", STATES)
def test_an_arn_of_the_state_is_a_connection(estate_of_state, form):
    estate = estate_of_state(STATES[form])
    assert [each.name for each in estate.resources] == ["aws_kms_key.k", "aws_sns_topic.t"]
    assert [each.via for each in estate.connections] == ["KmsMasterKeyId"]
    assert outcomes(assess_estate(estate), "aws_sns_topic.t")["sns-topic-encrypted"] == "satisfied"


def test_indices_and_modules_are_in_the_address(estate_of_state):
    queue = _instance("aws_sqs_queue", "q", {"name": "a"})
    queue["module"] = 'module.m["x"]'
    queue["instances"] = [
        {"index_key": "a", "attributes": {"name": "a"}},
        {"index_key": 0, "attributes": {"name": "b"}},
    ]
    names = [each.name for each in estate_of_state(_raw(queue)).resources]
    assert names == ['module.m["x"].aws_sqs_queue.q["a"]', 'module.m["x"].aws_sqs_queue.q[0]']


@pytest.mark.parametrize("path", [["password"], [{"type": "get_attr", "value": "password"}]], ids=["text", "path"])
def test_what_is_sensitive_is_not_kept(estate_of_state, path):
    database = _instance("aws_db_instance", "d", {"password": PASSWORD}, sensitive_attributes=[path])
    estate = estate_of_state(_raw(database))
    assert type(estate.resources[0].properties["MasterUserPassword"]) is Unknown
    assert PASSWORD not in repr(estate)


def test_what_is_sensitive_in_a_shown_state_is_not_kept(estate_of_state):
    entry = _entry("aws_db_instance", "d", {"password": PASSWORD}, sensitive_values={"password": True})
    assert PASSWORD not in repr(estate_of_state(_shown(entry), "state.json"))


def test_a_hash_is_not_the_script_that_it_is_of(estate_of_state):
    estate = estate_of_state(
        _raw(_instance("aws_instance", "i", {"user_data": "44c6c808e6449ee36dfcfc4ebd66c1b9634b40f2"}))
    )
    assert outcomes(assess_estate(estate), "aws_instance.i")["ec2-instance-user-data-no-secrets"] == "unknown"


def test_a_rule_of_the_group_itself_is_one(estate_of_state):
    values = {"id": "sgrule-1", "type": "ingress", "protocol": "tcp", "from_port": 22, "to_port": 22, "self": True,
              "security_group_id": "sg-0a1b2c3d", "source_security_group_id": "sg-0a1b2c3d", "cidr_blocks": None}  # fmt: skip
    (rule,) = estate_of_state(_raw(_instance("aws_security_group_rule", "r", values))).resources
    assert rule.properties["SourceSecurityGroupId"] == "sg-0a1b2c3d"


SECRETS = {
    "a block's": ("aws_mq_broker", {"user": [{"username": "u", "password": PASSWORD}]}),
    "an access key's": ("aws_iam_access_key", {"secret": PASSWORD, "ses_smtp_password_v4": PASSWORD}),
    "a parameter's": ("aws_ssm_parameter", {"type": "SecureString", "value": PASSWORD}),
    "an API key's": ("aws_api_gateway_api_key", {"name": "k", "value": PASSWORD}),
    "a list's": ("aws_elasticache_user", {"passwords": [PASSWORD]}),
    "a map's": ("aws_cognito_identity_provider", {"provider_details": {"client_secret": PASSWORD}}),
    "a tunnel's": ("aws_vpn_connection", {"tunnel1_preshared_key": PASSWORD, "customer_gateway_configuration": PASSWORD}),
}  # fmt: skip


@pytest.mark.parametrize("whose", SECRETS)
def test_a_secret_that_terraform_does_not_mark_is_not_kept(estate_of_state, whose):
    kind, attributes = SECRETS[whose]
    assert PASSWORD not in repr(estate_of_state(_raw(_instance(kind, "r", attributes))))
    assert PASSWORD not in repr(estate_of_state(_shown(_entry(kind, "r", attributes))))


PUBLIC: dict[str, Any] = {
    "a switch": ("aws_db_instance", {"manage_master_user_password": True}, {"ManageMasterUserPassword": True}),
    "another": ("aws_cognito_user_pool_client", {"generate_secret": False}, {"GenerateSecret": False}),
    "a variable": ("aws_lambda_function", {"environment": [{"variables": {"password": "x"}}]},
                   {"Environment": {"Variables": {"password": "x"}}}),
}  # fmt: skip


@pytest.mark.parametrize("what", PUBLIC)
def test_what_is_named_like_a_secret_and_is_none_stays(estate_of_state, what):
    kind, attributes, properties = PUBLIC[what]
    (resource,) = estate_of_state(_raw(_instance(kind, "r", attributes))).resources
    assert properties.items() <= resource.properties.items()


def test_addresses_of_an_old_terraform_get_their_modules_and_keys(estate_of_state):
    state = _shown(*[{**_entry("aws_sqs_queue", "q", {"name": str(key)}), "index": key} for key in (0, 1)])
    inner = {"address": "module.m", "resources": [{**_entry("aws_sqs_queue", "q", {"name": "m"}), "index": "a"}]}
    state["values"]["root_module"]["child_modules"] = [inner]
    names = [each.name for each in estate_of_state(state).resources]
    assert names == ["aws_sqs_queue.q[0]", "aws_sqs_queue.q[1]", 'module.m.aws_sqs_queue.q["a"]']


def test_a_deposed_object_is_noted(estate_of_state):
    estate = estate_of_state(_raw(_instance("aws_sqs_queue", "q", {"name": "q"}, deposed="abc")))
    assert not estate.resources
    assert [each.what for each in estate.skipped] == ["aws_sqs_queue.q"]


KEYS = {
    "a text": ("a.b", '["a.b"]'), "a number": (3, "[3]"), "a number of another writer": (3.0, "[3]"), "none": (None, ""),
    "quotes and brackets": ('a["b"]', r'["a[\"b\"]"]'), "a backslash": ("a\\b", r'["a\\b"]'), "a dollar": ("${a}", '["$${a}"]'),
}  # fmt: skip


@pytest.mark.parametrize("kind", KEYS)
def test_an_index_is_written_as_terraform_writes_it(estate_of_state, kind):
    key, written = KEYS[kind]
    estate = estate_of_state(_raw(_instance("aws_sqs_queue", "q", {"name": "a"}, index_key=key)))
    assert [each.name for each in estate.resources] == [f"aws_sqs_queue.q{written}"]


def _steps(*steps):
    return [{"type": "get_attr", "value": each} if isinstance(each, str) and number in (0, 2)
            else {"type": "index", "value": {"value": each, "type": "string" if isinstance(each, str) else "number"}}
            for number, each in enumerate(steps)]  # fmt: skip


def test_only_what_is_sensitive_of_a_block_is_hidden(estate_of_state):
    attributes = {"function_name": "f", "environment": [{"variables": {"A": PASSWORD, "B": "shown"}}]}
    paths = [_steps("environment", 0, "variables", "A")]
    (function,) = estate_of_state(
        _raw(_instance("aws_lambda_function", "f", attributes, sensitive_attributes=paths))
    ).resources
    variables = function.properties["Environment"]["Variables"]
    assert type(variables["A"]) is Unknown
    assert variables["B"] == "shown"


def test_an_item_of_a_set_that_is_sensitive_hides_the_set(estate_of_state):
    attributes = {"name": "g", "ingress": [{"description": PASSWORD, "protocol": "tcp"}]}
    item = {
        "type": "index",
        "value": {"value": {"description": PASSWORD}, "type": ["object", {"description": "string"}]},
    }
    path = [{"type": "get_attr", "value": "ingress"}, item, {"type": "get_attr", "value": "description"}]
    group = _instance("aws_security_group", "g", attributes, sensitive_attributes=[path])
    assert PASSWORD not in repr(estate_of_state(_raw(group)))


def test_a_copy_of_a_sensitive_tag_is_hidden(estate_of_state):
    attributes = {"name": "q", "tags": {"a": PASSWORD, "b": "c"}, "tags_all": {"a": PASSWORD, "b": "c"}}
    queue = _instance("aws_sqs_queue", "q", attributes, sensitive_attributes=[_steps("tags", "a")])
    estate = estate_of_state(_raw(queue))
    assert PASSWORD not in repr(estate)
    assert estate.resources[0].tags == {"b": "c"}


def test_what_an_old_terraform_wrote_flat_is_noted(estate_of_state):
    queue = _instance("aws_sqs_queue", "q", None, attributes_flat={"name": "q"})
    estate = estate_of_state(_raw(queue))
    assert not estate.resources
    assert "terraform refresh" in estate.skipped[0].why


@pytest.mark.parametrize("state", [
    {"version": 3, "terraform_version": "0.11.14", "serial": 1, "lineage": "x", "modules": []},
    {"serial": 1, "lineage": "x", "meta": {"key_provider.pbkdf2.k": "x"}, "encrypted_data": "x", "encryption_version": "v0"},
], ids=["version 3", "encrypted"])  # fmt: skip
def test_a_form_that_is_not_read_says_which_command_writes_json(estate_of_state, state):
    (error,) = estate_of_state(state).skipped
    assert error.level == "error"
    assert " show -json" in error.why


def test_a_state_of_another_provider_is_named(estate_of_state):
    bucket = {
        **_instance("google_storage_bucket", "b", {}),
        "provider": 'module.m.provider["registry.terraform.io/hashicorp/google"].eu',
    }
    (note,) = estate_of_state(_raw(bucket)).skipped
    assert note.what == "1 resource of provider hashicorp/google"


EMPTY: dict[str, Any] = {
    "topic": ("aws_sns_topic", {"name": "t", "kms_master_key_id": "", "policy": ""}, {"TopicName": "t"},
              {"sns-topic-encrypted": "not-satisfied"}),
    "queue": ("aws_sqs_queue", {"name": "q", "redrive_policy": "", "policy": ""}, {"QueueName": "q"},
              {"sqs-queue-dead-letters": "not-satisfied"}),
    "trail": ("aws_cloudtrail", {"name": "t", "s3_bucket_name": "b", "kms_key_id": "", "cloud_watch_logs_group_arn": ""},
              {"TrailName": "t", "S3BucketName": "b"},
              {"cloudtrail-trail-encrypted": "not-satisfied", "cloudtrail-trail-to-cloudwatch": "not-satisfied"}),
    "database": ("aws_db_instance", {"engine": "mysql", "replicate_source_db": "", "backup_retention_period": 0},
                 {"Engine": "mysql", "BackupRetentionPeriod": 0}, {"rds-instance-backups": "not-satisfied"}),
    "block": ("aws_s3_bucket", {"bucket": "b", "logging": [{"target_bucket": "l", "target_prefix": ""}], "website": []},
              {"BucketName": "b", "LoggingConfiguration": {"DestinationBucketName": "l"}}, {}),
    "members of a map stay": ("aws_lambda_function", {"function_name": "f", "kms_key_arn": "", "environment": [{"variables": {"A": ""}}]},
                              {"FunctionName": "f", "Environment": {"Variables": {"A": ""}}}, {}),
    "a list": ("aws_db_instance", {"engine": "mysql", "security_group_names": []}, {"Engine": "mysql"},
               {"rds-instance-in-vpc": "satisfied"}),
    "a block of nothing": ("aws_iam_role", {"name": "r", "inline_policy": [{"name": "", "policy": ""}]}, {"RoleName": "r"}, {}),
    "what a flow log watches": ("aws_flow_log", {"vpc_id": "", "subnet_id": "subnet-1", "eni_id": ""},
                                {"ResourceId": "subnet-1", "ResourceType": "Subnet"}, {}),
}  # fmt: skip


@pytest.mark.parametrize("case", EMPTY)
def test_an_empty_text_is_an_argument_that_is_not_set(estate_of_state, case):
    kind, attributes, properties, found = EMPTY[case]
    estate = estate_of_state(_raw(_instance(kind, "r", attributes)))
    (resource,) = estate.resources
    assert properties.items() <= resource.properties.items()
    assert not [each for each in resource.properties.values() if each in ("", [])]
    assert found.items() <= outcomes(assess_estate(estate), f"{kind}.r").items()


BUCKET = ("aws_s3_bucket", "b", {"id": "data", "bucket": "data", "arn": "arn:aws:s3:::data"})
ROLE = ("aws_iam_role", "app", {"id": "app", "name": "app", "arn": "arn:aws:iam::111122223333:role/app"})
LINKS: dict[str, Any] = {
    "a policy has its bucket's id": (
        [BUCKET, ("aws_s3_bucket_policy", "b", {"id": "data", "bucket": "data", "policy": "{}"}),
         ("aws_s3_bucket_notification", "b", {"id": "data", "bucket": "data", "eventbridge": True})],
        [("aws_s3_bucket_policy.b", "aws_s3_bucket.b", "Bucket")]),
    "and its topic's ARN": (
        [("aws_sns_topic", "t", TOPIC | {"kms_master_key_id": None}),
         ("aws_sns_topic_policy", "t", {"id": TOPIC["id"], "arn": TOPIC["arn"], "policy": "{}"})],
        [("aws_sns_topic_policy.t", "aws_sns_topic.t", "Topics[0]")]),
    "or its queue's URL": (
        [("aws_sqs_queue", "q", {"id": "https://q", "url": "https://q", "name": "q", "policy": ""}),
         ("aws_sqs_queue_policy", "q", {"id": "https://q", "queue_url": "https://q", "policy": "{}"})],
        [("aws_sqs_queue_policy.q", "aws_sqs_queue.q", "Queues[0]")]),
    "one name of several types": (
        [ROLE, ("aws_iam_user", "app", {"id": "app", "name": "app"}),
         ("aws_iam_role_policy", "p", {"id": "app:p", "name": "p", "role": "app", "policy": "{}"})],
        [("aws_iam_role_policy.p", "aws_iam_role.app", "RoleName")]),
    "a name that is another's too": (
        [ROLE, ("aws_db_instance", "d", {"id": "db-1", "identifier": "app", "db_name": "app", "engine": "mysql"})], []),
    "what is no name of a type": (
        [("aws_security_group", "g", {"id": "sg-0a1b2c3d", "name": "g", "ingress": [], "egress": []}),
         ("aws_subnet", "s", {"id": "subnet-0a1b2c3d"}),
         ("aws_lb", "l", {"id": "l", "name": "l", "security_groups": ["sg-0a1b2c3d"], "subnets": ["subnet-0a1b2c3d"]})],
        [("aws_lb.l", "aws_security_group.g", "SecurityGroups[0]"), ("aws_lb.l", "aws_subnet.s", "Subnets[0]")]),
    "the one that it depends on": (
        [("aws_ecs_cluster", "a", {"id": "app", "name": "app"}), ("aws_eks_cluster", "b", {"id": "app", "name": "app"}),
         ("aws_eks_addon", "c", {"id": "app:cni", "cluster_name": "app", "addon_name": "cni"})],
        [("aws_eks_addon.c", "aws_eks_cluster.b", "ClusterName")]),
}  # fmt: skip


@pytest.mark.parametrize("case", LINKS)
def test_a_name_or_id_is_a_connection_to_the_resource_that_has_it(estate_of_state, case):
    resources, connections = LINKS[case]
    state = _raw(*[_instance(*each, dependencies=["aws_eks_cluster.b"]) for each in resources])
    estate = estate_of_state(state)
    names = {each.id: each.name for each in estate.resources}
    found = [(names[each.source], names[each.target], each.via) for each in estate.connections]
    assert found == connections
    assert not estate.skipped


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
WHOLE = {
    "raw": _raw({**_instance("aws_lambda_function", "f", {"function_name": "f", "tags": {"a": "b"}, "tags_all": {"a": "b"}},
                             index_key="a", sensitive_attributes=[_steps("tags", "a")]), "module": "module.m[0]"}),
    "shown": _shown(_entry("aws_lambda_function", "f", {"function_name": "f", "tags": {"a": "b"}}, sensitive_values={"tags": {"a": True}})),
}  # fmt: skip


def _paths(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield from _paths(each, (*path, key))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([(form, path) for form in WHOLE for path in _paths(WHOLE[form]) if path]), JSON)
def test_nothing_that_is_changed_in_a_state_crashes(tmp_path, place, value):
    form, path = place
    state = json.loads(json.dumps(WHOLE[form]))
    here = state
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    (tmp_path / "state.json").write_text(json.dumps(state), encoding="utf-8")
    assess_estate(read([str(tmp_path / "state.json")], ReadOptions()))
