"""What the arguments of a plan refer to: through keys, modules, variables and outputs, as far as a plan says it."""

import json
import time

import pytest

from demarcate.model import Unknown
from demarcate.sources import ReadOptions, read

AWS = "registry.terraform.io/hashicorp/aws"
KNOWN = {"bucket": "logs", "arn": "arn:aws:s3:::logs"}


def _change(address, after=None, unknown=None, actions=("create",)):
    kind = address.split("aws_", 1)[1].split(".")[0]
    return {"address": address, "mode": "managed", "type": f"aws_{kind}", "name": "x", "provider_name": AWS,
            "change": {"actions": list(actions), "after": after or {}, "after_unknown": unknown or {}}}  # fmt: skip


def _topic(address="aws_sns_topic.t", **after):
    return _change(address, after, {} if "kms_master_key_id" in after else {"kms_master_key_id": True})


def _keys(*addresses):
    return [_change(each, {}, {"arn": True, "id": True, "key_id": True}) for each in addresses]


def _uses(*references, **more):
    return {
        "address": "aws_sns_topic.t",
        "expressions": {"kms_master_key_id": {"references": list(references)}},
        **more,
    }


def _refers(*references):
    return {"references": list(references)}


def _module(*resources, **more):
    return {"resources": list(resources), **more}


K = ("aws_kms_key.k.arn", "aws_kms_key.k")
SIDES = ['aws_kms_key.k["a"]', 'aws_kms_key.k["b"]']
COUNTED = ["aws_kms_key.k[0]", "aws_kms_key.k[1]"]
ODD = r'aws_kms_key.k["a.b[\"c\"]"]'
OTHER = 'aws_kms_key.k["]"]'
TOPIC_A = 'aws_sns_topic.t["a"]'
INNER = "module.m.aws_sns_topic.t"

# the keys of the plan, the topic, the root module of the configuration, and the keys that the topic's key may be
CASES = {
    "itself": (["aws_kms_key.k"], "aws_sns_topic.t", _module(_uses(*K)), ["aws_kms_key.k"]),
    "one by a text": (SIDES, "aws_sns_topic.t", _module(_uses('aws_kms_key.k["a"].arn', 'aws_kms_key.k["a"]', "aws_kms_key.k")), SIDES[:1]),
    "one by a number": (COUNTED, "aws_sns_topic.t", _module(_uses("aws_kms_key.k[1].arn", "aws_kms_key.k[1]", "aws_kms_key.k")), COUNTED[1:]),
    "by a key with dots, brackets and quotes": (
        [ODD, OTHER], "aws_sns_topic.t", _module(_uses(ODD + ".arn", ODD, "aws_kms_key.k")), [ODD]),
    "by a key that is a bracket": ([ODD, OTHER], "aws_sns_topic.t", _module(_uses(OTHER + ".arn", OTHER, "aws_kms_key.k")), [OTHER]),
    "a splat": (COUNTED, "aws_sns_topic.t", _module(_uses("aws_kms_key.k")), COUNTED),
    "a splat, seen from an instance": (COUNTED, "aws_sns_topic.t[0]", _module(_uses("aws_kms_key.k")), COUNTED),
    "count.index": (COUNTED, "aws_sns_topic.t[1]", _module(_uses("aws_kms_key.k", "count.index")), COUNTED[1:]),
    "each.key": (SIDES, TOPIC_A, _module(_uses("aws_kms_key.k", "each.key", for_each_expression={})), SIDES[:1]),
    "each.key of a key that another ends like": (
        [r'aws_kms_key.k["[\"a\"]"]', 'aws_kms_key.k["a"]'], TOPIC_A, _module(_uses("aws_kms_key.k", "each.key")), SIDES[:1]),
    "each.value of a set": (SIDES, TOPIC_A, _module(_uses("aws_kms_key.k", "each.value", for_each_expression={})), SIDES[:1]),
    "each.value of a map that is written": (
        SIDES, TOPIC_A, _module(_uses("aws_kms_key.k", "each.value", for_each_expression={"constant_value": {"a": "b"}})), SIDES[1:]),
    "each.value.arn over resources": (
        SIDES, TOPIC_A, _module(_uses("each.value.arn", "each.value", for_each_expression=_refers("aws_kms_key.k"))), SIDES[:1]),
    "each.value of a map of arguments": (
        ["aws_kms_key.k", "aws_kms_key.j"], TOPIC_A,
        _module(_uses("each.value", for_each_expression=_refers(*K, "aws_kms_key.j.arn", "aws_kms_key.j"))),
        ["aws_kms_key.j", "aws_kms_key.k"]),
    "each.value over a module's instances": (
        ['module.k["a"].aws_kms_key.k', 'module.k["b"].aws_kms_key.k'], TOPIC_A,
        _module(_uses("each.value.key", "each.value", for_each_expression=_refers("module.k")),
                module_calls={"k": {"for_each_expression": {}, "module": {"outputs": {"key": {"expression": _refers(*K)}}}}}),
        ['module.k["a"].aws_kms_key.k']),
    "a module's argument": (
        ["aws_kms_key.k"], INNER,
        _module(module_calls={"m": {"expressions": {"key": _refers(*K)}, "module": _module(_uses("var.key"))}}), ["aws_kms_key.k"]),
    "a module's argument that is the whole resource": (
        ["aws_kms_key.k"], INNER,
        _module(module_calls={"m": {"expressions": {"key": _refers("aws_kms_key.k")}, "module": _module(_uses("var.key.arn", "var.key"))}}),
        ["aws_kms_key.k"]),
    "a member of a module's argument that is all instances": (
        SIDES, INNER,
        _module(module_calls={"m": {"expressions": {"keys": _refers("aws_kms_key.k")},
                                    "module": _module(_uses('var.keys["b"].arn', 'var.keys["b"]', "var.keys"))}}), SIDES[1:]),
    "a member by name of a map of all instances": (
        SIDES, INNER,
        _module(module_calls={"m": {"expressions": {"keys": _refers("aws_kms_key.k")}, "module": _module(_uses("var.keys.b", "var.keys"))}}),
        SIDES[1:]),
    "an argument by the key of the module": (
        SIDES, 'module.m["b"].aws_sns_topic.t',
        _module(module_calls={"m": {"expressions": {"key": _refers("each.value.arn", "each.value")},
                                    "for_each_expression": _refers("aws_kms_key.k"), "module": _module(_uses("var.key"))}}), SIDES[1:]),
    "the same module instance's own": (
        ['module.a["x"].module.b[0].aws_kms_key.k', 'module.a["x"].module.b[1].aws_kms_key.k', 'module.a["y"].module.b[0].aws_kms_key.k'],
        'module.a["x"].module.b[0].aws_sns_topic.t',
        _module(module_calls={"a": {"for_each_expression": {}, "module": _module(
            module_calls={"b": {"count_expression": {}, "module": _module(_uses(*K))}})}}),
        ['module.a["x"].module.b[0].aws_kms_key.k']),
    "an output of a module's instance": (
        ["module.k[0].aws_kms_key.k", "module.k[1].aws_kms_key.k"], "aws_sns_topic.t",
        _module(_uses("module.k[1].arn", "module.k[1]", "module.k"),
                module_calls={"k": {"count_expression": {}, "module": {"outputs": {"arn": {"expression": _refers(*K)}}}}}),
        ["module.k[1].aws_kms_key.k"]),
    "the only output of a module's instance by key": (
        ['module.k["a"].aws_kms_key.k', 'module.k["b"].aws_kms_key.k'], TOPIC_A,
        _module(_uses("module.k", "each.key"),
                module_calls={"k": {"for_each_expression": {}, "module": {"outputs": {"arn": {"expression": _refers(*K)}}}}}),
        ['module.k["a"].aws_kms_key.k']),
    "from a module within a module": (
        ["module.a.module.b.aws_kms_key.k"], "aws_sns_topic.t",
        _module(_uses("module.a.arn", "module.a"), module_calls={"a": {"module": {
            "outputs": {"arn": {"expression": _refers("module.b.keys.k", "module.b.keys", "module.b")}},
            "module_calls": {"b": {"module": {"outputs": {"keys": {"expression": _refers(*K)}}}}}}}}),
        ["module.a.module.b.aws_kms_key.k"]),
    "a variable's default chose": (
        ["aws_kms_key.k"], INNER,
        _module(module_calls={"m": {"expressions": {"key": _refers(*K)}, "module": _module(
            _uses("var.on", "var.key"), variables={"on": {"default": True}, "key": {}})}}), ["aws_kms_key.k"]),
    "a path and a workspace are known": (
        ["aws_kms_key.k"], "aws_sns_topic.t", _module(_uses("terraform.workspace", "path.module", *K)), ["aws_kms_key.k"]),
}  # fmt: skip


@pytest.fixture
def topic_of(tmp_path):
    """The topic's key as the plan's reader has it."""

    def made(changes, root, **more):
        plan = {"format_version": "1.2", "resource_changes": changes, "configuration": {"root_module": root}, **more}
        (tmp_path / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        estate = read([str(tmp_path / "plan.json")], ReadOptions())
        (topic,) = [each for each in estate.resources if each.type == "AWS::SNS::Topic"]
        return topic.properties.get("KmsMasterKeyId")

    return made


@pytest.mark.parametrize("way", CASES)
def test_a_reference_leads_to_the_instances_that_it_means(topic_of, way):
    keys, topic, root, meant = CASES[way]
    found = topic_of([*_keys(*keys), _topic(topic)], root)
    assert type(found) is Unknown
    assert sorted(each.resource.partition("#")[2] for each in found.references) == sorted(meant)
    assert not found.open


def _database(name, *references):
    expressions = {"kms_key_id": {"references": list(references)}}
    return _change(f"aws_db_instance.{name}", {}, {"kms_key_id": True, "id": True}), {
        "address": f"aws_db_instance.{name}",
        "expressions": expressions,
    }


def test_the_key_of_another_resource_is_that_key(topic_of):
    changes, blocks = zip(
        _database("a", "aws_db_instance.b.kms_key_id", "aws_db_instance.b"), _database("b", *K), strict=True
    )
    root = _module(_uses("aws_db_instance.a.kms_key_id", "aws_db_instance.a"), *blocks)
    found = topic_of([*_keys("aws_kms_key.k"), *changes, _topic()], root)
    assert [(each.resource.partition("#")[2], each.attribute) for each in found.references] == [
        ("aws_kms_key.k", "Arn")
    ]
    assert not found.open


def test_arguments_that_lead_to_one_another_are_no_error(topic_of):
    changes, blocks = zip(
        _database("a", "aws_db_instance.b.kms_key_id"), _database("b", "aws_db_instance.a.kms_key_id"), strict=True
    )
    found = topic_of([*changes, _topic()], _module(_uses("aws_db_instance.a.kms_key_id"), *blocks))
    assert {each.resource.partition("#")[2] for each in found.references} <= {"aws_db_instance.a", "aws_db_instance.b"}


def test_many_instances_that_refer_to_one_another_by_key_take_no_time(topic_of):
    started = time.perf_counter()
    queues = [_change(f"aws_sqs_queue.q[{n}]", {}, {"kms_master_key_id": True}) for n in range(3000)]
    block = {
        "address": "aws_sqs_queue.q",
        "expressions": {"kms_master_key_id": _refers("aws_kms_key.k", "count.index")},
    }
    keys = _keys(*(f"aws_kms_key.k[{n}]" for n in range(3000)))
    topic_of([*keys, *queues, _topic()], _module(block, _uses("aws_kms_key.k[7].arn")))
    assert time.perf_counter() - started < 10


UNSAID: dict[str, tuple[list[str], dict]] = {
    "a local": (["local.key"], {}),
    "a local beside a key": (["local.on", *K], {}),
    "a variable that is not given": (["var.key"], {}),
    "a module that is not there": (["module.k.arn", "module.k"], {}),
    "one of several outputs": (["module.k", "each.key"], {"module_calls": {"k": {"module": {"outputs": {
        "a": {"expression": _refers(*K)}, "b": {"expression": _refers("aws_kms_key.j.arn")}}}}}}),
    "an output that is not there": (["module.k.other", "module.k"], {"module_calls": {"k": {"module": {"outputs": {"arn": {}}}}}}),
    "an ephemeral resource": (["ephemeral.aws_secretsmanager_secret_version.s.secret_string"], {}),
    "a module that leads to itself": (["module.k.arn"], {"module_calls": {"k": {
        "expressions": {"a": _refers("module.k.arn")}, "module": {"outputs": {"arn": {"expression": _refers("var.a")}}}}}}),
}  # fmt: skip


@pytest.mark.parametrize("way", UNSAID)
def test_what_a_plan_does_not_say_may_be_anything(topic_of, way):
    references, more = UNSAID[way]
    found = topic_of([*_keys("aws_kms_key.k"), _topic()], _module(_uses(*references), **more))
    assert type(found) is Unknown
    assert found.open


CHOSEN = ["var.on", "aws_kms_key.k.arn", "aws_kms_key.k"]


def test_a_literal_that_a_condition_chose_stays(topic_of):
    found = topic_of([*_keys("aws_kms_key.k"), _topic(kms_master_key_id="alias/aws/sns")], _module(_uses(*CHOSEN)))
    assert found == "alias/aws/sns"


def test_what_another_resource_only_uses_is_no_reference_to_it(topic_of):
    database = _change("aws_db_instance.d", {"kms_key_id": "alias/aws/rds"})
    root = _module(_uses("aws_db_instance.d.kms_key_id", "aws_db_instance.d"))
    assert topic_of([database, _topic(kms_master_key_id="alias/aws/rds")], root) == "alias/aws/rds"


SAME = {
    "its arn": ("arn:aws:kms:eu-west-1:111122223333:key/x", ["aws_kms_key.k.arn", "aws_kms_key.k"]),
    "its arn or else": ("arn:aws:kms:eu-west-1:111122223333:key/x", CHOSEN),
    "its key_id": ("x", ["aws_kms_key.k.key_id", "aws_kms_key.k"]),
    "a splat of it": ("x", ["aws_kms_key.k"]),
    "one of two": ("x", ["var.on", "aws_kms_key.k.key_id", "aws_kms_key.k", "aws_kms_key.j.key_id", "aws_kms_key.j"]),
    "its arn through a local": ("arn:aws:kms:eu-west-1:111122223333:key/x", ["local.key"]),
}
EXISTING = {"arn": "arn:aws:kms:eu-west-1:111122223333:key/x", "id": "x", "key_id": "x"}


@pytest.mark.parametrize("way", SAME)
def test_a_known_value_is_a_reference_to_what_has_it(topic_of, way):
    value, references = SAME[way]
    keys = [_change("aws_kms_key.k", EXISTING), *_keys("aws_kms_key.j")]
    found = topic_of([*keys, _topic(kms_master_key_id=value)], _module(_uses(*references)))
    assert type(found) is Unknown
    assert [each.resource.partition("#")[2] for each in found.references] == ["aws_kms_key.k"]
    assert found.text == value


def test_a_key_that_the_plan_destroys_is_not_meant(topic_of):
    gone = {**_change("aws_kms_key.k[1]"), "change": {"actions": ["delete"], "after": None}}
    found = topic_of([*_keys("aws_kms_key.k[0]"), gone, _topic()], _module(_uses("aws_kms_key.k")))
    assert [each.resource.partition("#")[2] for each in found.references] == ["aws_kms_key.k[0]"]


def _tower(levels, down):
    """Modules in modules, each of whose arguments (or outputs) is made of two that are the same."""
    module = (
        _module(_uses("var.a", "var.b")) if down else {"outputs": {name: {"expression": _refers(*K)} for name in "ab"}}
    )
    for _ in range(levels):
        if down:
            both = _refers("var.a", "var.b")
            module = {"module_calls": {"m": {"expressions": {"a": both, "b": both}, "module": module}}}
        else:
            both = _refers("module.m.a", "module.m.b", "module.m")
            module = {
                "module_calls": {"m": {"module": module}},
                "outputs": {name: {"expression": both} for name in "ab"},
            }
    return module


@pytest.mark.parametrize("down", [True, False])
def test_references_that_branch_through_modules_are_followed_once(topic_of, down):
    started = time.perf_counter()
    prefix = "module.m." * 31
    if down:
        root = {
            "module_calls": {"m": {"expressions": {"a": _refers(*K), "b": _refers(*K)}, "module": _tower(30, down)}}
        }
        found = topic_of([*_keys("aws_kms_key.k"), _topic(f"{prefix}aws_sns_topic.t")], root)
    else:
        root = _module(_uses("module.m.a", "module.m.b", "module.m"), module_calls={"m": {"module": _tower(30, down)}})
        found = topic_of([*_keys(f"{prefix}aws_kms_key.k"), _topic()], root)
    assert len(found.references) == 1
    assert not found.open
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("levels", [100, 160, 220])
def test_modules_as_deep_as_can_be_are_no_error(topic_of, levels):
    root = {
        "module_calls": {"m": {"expressions": {"a": _refers(*K), "b": _refers(*K)}, "module": _tower(levels, True)}}
    }
    found = topic_of([*_keys("aws_kms_key.k"), _topic("module.m." * (levels + 1) + "aws_sns_topic.t")], root)
    assert found.open is (levels > 150)
