"""For any input: resources × responsibilities duties come out, each with a party and a reason, and nothing raises."""

import json
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demarcate import DemarcateError, ReadOptions, assess_estate, read
from demarcate.catalog import catalog, property_index
from demarcate.model import Scope
from demarcate.report import json_report
from demarcate.sources.document import parse_document

TYPES = [
    *property_index.resource_types()[::9],
    "AWS::EC2::Instance",
    "AWS::S3::Bucket",
    "AWS::Lambda::Function",
    "Custom::X",
    "A::B::C",
]

_text = st.sampled_from(
    ["", "x", "true", "*", "${A}", "0.0.0.0/0", "arn:aws:iam::111122223333:root", "${AWS::Region}", "\u202e<b>\x00"]
)
_scalar = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 70000), st.floats(allow_nan=False, allow_infinity=False), _text
)
_function = st.one_of(
    st.builds(lambda n: {"Ref": n}, st.sampled_from(["A", "B", "P", "AWS::Region", "AWS::NoValue", "Q"])),
    st.builds(lambda n: {"Fn::GetAtt": [n, "Arn"]}, st.sampled_from(["A", "B"])),
    st.builds(lambda t: {"Fn::Sub": t}, _text),
    st.builds(lambda a, b: {"Fn::If": ["C", a, b]}, _scalar, _scalar),
    st.builds(lambda a: {"Fn::Join": a}, _scalar),
    st.builds(lambda a: {"Fn::Select": [a, [1, 2]]}, _scalar),
    st.just({"Fn::Whatever": []}),
)


def _properties(type_name: str) -> st.SearchStrategy[dict]:
    names = sorted({node.path.split(".")[0].rstrip("[]{}") for node in property_index.properties_of(type_name)}) or [
        "Name"
    ]
    value = st.recursive(
        st.one_of(_scalar, _function),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from(["Key", "Value", "Statement", "Effect", "Action", "Enabled", "Name"]), inner, max_size=3
            ),
        ),
        max_leaves=8,
    )
    return st.dictionaries(st.sampled_from(names), value, max_size=6)


_resource = st.sampled_from(TYPES).flatmap(
    lambda kind: _properties(kind).map(lambda p: {"Type": kind, "Properties": p})
)
_odd = st.one_of(
    _resource, _resource, _resource, st.just(None), st.just([]), st.just({"Type": {"a": 1}}), st.just({"Type": 3})
)
_templates: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"Resources": st.dictionaries(st.sampled_from(["A", "B", "Q", "R"]), _odd, max_size=4)},
    optional={
        "Parameters": st.one_of(st.just({"P": {"Type": "String"}}), st.just({"P": 3}), st.just([])),
        "Conditions": st.one_of(
            st.just({"C": {"Fn::Equals": [{"Ref": "P"}, "x"]}}), st.just({"C": {"Condition": "C"}})
        ),
        "Outputs": st.just({"O": {"Value": {"Fn::GetAtt": ["O", "X"]}, "Export": {"Name": {"Ref": "P"}}}}),
        "AWSTemplateFormatVersion": st.just("2010-09-09"),
    },
)


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(_templates, st.booleans())
def test_every_duty_has_a_party_and_a_reason(tmp_path_factory, template, as_json):
    file = tmp_path_factory.mktemp("fuzz") / "t.json"
    file.write_text(json.dumps(template) if as_json else yaml.safe_dump(template), encoding="utf-8")
    ledger = assess_estate(read([str(file)], ReadOptions()))
    data = catalog()
    scoped = [each for each in data.responsibilities.values() if each.scope is Scope.RESOURCE]
    assert ledger.summary.by_scope["resource"] == len(ledger.resources) * len(scoped)
    assert sum(ledger.summary.by_status.values()) == sum(ledger.summary.by_party.values()) == ledger.summary.duties
    offerings = {each.id: each.offering for each in ledger.resources}
    for duty in ledger.duties:
        offering = offerings.get(duty.resource, "account.account")
        cell = ledger.splits[offering][duty.responsibility]
        assert cell.reason
        assert cell.source.startswith("https://")
    declared = [
        each for each in template["Resources"].values() if isinstance(each, dict) and isinstance(each.get("Type"), str)
    ]
    assert len(ledger.resources) + len(ledger.skipped) >= len(declared) or ledger.skipped
    rendered = b"".join(json_report.render(ledger))
    assert b"".join(json_report.render(json_report.read(rendered))) == rendered


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=200), st.text(alphabet="{}[]:,-&*!|>\"'\n ab01#%@`", max_size=120)))
def test_any_text_is_read_or_refused(text):
    try:
        parse_document(text, "f").line_of(("Resources", "A", 0))
        where = "f:1"
    except DemarcateError as error:
        where = error.where
    assert where.startswith("f:")
