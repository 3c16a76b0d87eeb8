import pytest
from tests.catalogs import service_file

from demarcate import Catalog, DemarcateError, compare, explain
from demarcate.catalog import catalog, property_index
from demarcate.errors import UnknownNameError
from demarcate.explanation import Kind, knobs_by_responsibility, suggestions
from demarcate.model import Party

TYPES = property_index.resource_types()


def service(name):
    found = catalog().service(name)
    assert found is not None
    return found


KINDS = [
    ("AWS::RDS::DBInstance", Kind.TYPE, "AWS::RDS::DBInstance"),
    ("  AWS::RDS::DBInstance ", Kind.TYPE, "AWS::RDS::DBInstance"),
    ("aws::rds::dbinstance", Kind.TYPE, "AWS::RDS::DBInstance"),
    ("AWS.RDS.DBInstance", Kind.TYPE, "AWS::RDS::DBInstance"),
    ("RDS::DBInstance", Kind.TYPE, "AWS::RDS::DBInstance"),
    ("aws_s3_bucket", Kind.TYPE, "AWS::S3::Bucket"),
    ("s3_bucket", Kind.TYPE, "AWS::S3::Bucket"),
    ("aws_db_instance", Kind.TYPE, "AWS::RDS::DBInstance"),
    ("aws_instance", Kind.TYPE, "AWS::EC2::Instance"),
    ("AWS_INSTANCE", Kind.TYPE, "AWS::EC2::Instance"),
    ("rds", Kind.SERVICE, "rds"),
    ("RDS", Kind.SERVICE, "rds"),
    ("rds.custom", Kind.OFFERING, "rds.custom"),
    ("encryption-at-rest", Kind.RESPONSIBILITY, "encryption-at-rest"),
    ("facilities", Kind.RESPONSIBILITY, "facilities"),
    ("ebs-encryption-by-default", Kind.ACCOUNT_KNOB, "ebs-encryption-by-default"),
    ("sqs-queue-encrypted", Kind.CONTROL, "sqs-queue-encrypted"),
]


@pytest.mark.parametrize(("name", "kind", "meant"), KINDS)
def test_what_a_name_is(name, kind, meant):
    found = explain(name)
    assert (found.kind, found.name) == (kind, meant)
    assert found.title
    assert found.documentation.startswith("https://")


def test_a_type():
    found = explain("AWS::RDS::DBInstance")
    assert found.offerings[0].id == catalog().offerings_of(found.name)[-1].id
    assert {each.id for each in found.offerings} == {each.id for each in service("rds").offerings}
    assert found.types[found.name].role == "data-store"
    assert "rds-default-ca" in {each.id for each in found.account_knobs}
    assert found.controls == catalog().controls_of(found.name)
    assert found.knobs["encryption-at-rest"]


def test_a_setting_says_which_duties_it_cannot_have():
    found = explain("AWS::RDS::DBSubnetGroup")
    assert "AWS::RDS::DBInstance" in found.not_applicable["encryption-at-rest"]
    assert not found.not_applicable.keys() & found.knobs.keys()


def test_a_service_puts_its_main_offering_first():
    found = explain("rds")
    assert found.offerings[0].when is None
    assert found.offerings[0].resources
    assert len(found.types) == len(service("rds").types)


def test_an_offering_comes_with_those_that_would_move_the_line():
    found = explain("rds.custom")
    assert found.offerings[0].id == "rds.custom"
    assert {each.id for each in found.offerings} == {each.id for each in service("rds").offerings}
    assert list(found.types) == ["AWS::RDS::DBInstance"]
    assert list(found.offerings[0].split) == list(catalog().responsibilities)


@pytest.mark.parametrize("name", list(catalog().responsibilities))
def test_a_responsibility_counts_all_offerings(name):
    found = explain(name)
    assert sum(found.parties.values()) == sum(len(each.offerings) for each in catalog().services())
    assert set(found.parties) == {"aws", "customer", "shared"}
    for offering, cell in found.exceptions.items():
        assert catalog().split(offering)[name] == cell


@pytest.mark.parametrize("name", list(catalog().account_knobs))
def test_every_account_knob_can_be_explained(name):
    found = explain(name)
    assert found.kind is Kind.ACCOUNT_KNOB
    assert name in {each.id for each in found.account_knobs}


def test_no_control_is_hidden_by_another_name():
    data = catalog()
    for service in data.services():
        for control in service.controls:
            assert explain(control.id).controls[:1] == (control,)


def test_a_derived_control_can_be_explained():
    derived = next(
        control for name in TYPES if name.startswith("AWS::") for control in catalog().controls_of(name)
        if control.derived
    )  # fmt: skip
    found = explain(derived.id)
    assert found.controls == (derived,)
    assert found.responsibility is not None
    assert found.responsibility.id == derived.responsibility


# every 25th type of the index ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TYPES[::25])
def test_types_of_the_index(name):
    found = explain(name)
    assert found.kind is Kind.TYPE
    assert found.offerings
    assert found.offerings[0].when is None
    assert all(list(each.split) == list(catalog().responsibilities) for each in found.offerings)
    grouped = [node for nodes in found.knobs.values() for node in nodes]
    assert sorted(grouped, key=str) == sorted(property_index.properties_of(name), key=str)
    assert all(node.responsibility == key for key, nodes in found.knobs.items() for node in nodes)
    order = list(catalog().responsibilities)
    assert sorted(found.knobs, key=order.index) == list(found.knobs)
    assert explain(name.replace("::", "_").lower()).kind in (Kind.TYPE, Kind.SERVICE)


def test_knobs_of_a_type_that_is_in_no_schema():
    assert knobs_by_responsibility("AWS::No::Such", catalog()) == {}


# names that are wrong ------------------------------------------------------------------------------------------------

MISSPELT = [
    ("AWS::S3::Buket", "AWS::S3::Bucket"),
    ("AWS::S3::bucketpolicyy", "AWS::S3::BucketPolicy"),
    ("aws_s3_buckt", "AWS::S3::Bucket"),
    ("rds.instanc", "rds.instance"),
    ("encrypton-at-rest", "encryption-at-rest"),
    ("lamdba", "lambda"),
    ("dynamo", "dynamodb"),
    ("sqs-queue-encryptd", "sqs-queue-encrypted"),
    ("ebs-encryption-default", "ebs-encryption-by-default"),
]


@pytest.mark.parametrize(("name", "meant"), MISSPELT)
def test_suggestions(name, meant):
    with pytest.raises(UnknownNameError) as error:
        explain(name)
    assert meant in error.value.suggestions
    assert len(error.value.suggestions) == len(set(error.value.suggestions)) <= 5
    assert meant in str(error.value)


@pytest.mark.parametrize("name", ["", " ", "::", "AWS::", ".", "a\0b", "../x", "zzzzqqqq", "x" * 3000, "日本語", "%"])
def test_nonsense_is_refused(name):
    with pytest.raises(UnknownNameError):
        explain(name)


def test_suggestions_are_as_many_as_asked():
    assert len(suggestions("encryption", catalog(), limit=3)) == 3
    assert suggestions("zzzzqqqq", catalog()) == ()


# compare -------------------------------------------------------------------------------------------------------------

PAIRS = [
    ("rds.instance", "ec2.instance"),
    ("ec2.instance", "rds.instance"),
    ("lambda.function", "ecs.fargate"),
    ("s3", "AWS::EC2::Instance"),
    ("aws_s3_bucket", "s3.bucket"),
    ("rds.outposts", "rds.instance"),
]
_WEIGHT = {Party.AWS: 0, Party.SHARED: 1, Party.CUSTOMER: 2}


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_what_moves_adds_up(first, second):
    found = compare(first, second)
    assert [row.responsibility for row in found.rows] == list(catalog().responsibilities)
    for row in found.rows:
        assert row.first == found.first.split[row.responsibility]
        assert row.second == found.second.split[row.responsibility]
        step = _WEIGHT[row.first.party] - _WEIGHT[row.second.party]
        same = "aws" if row.first.party is Party.AWS else "stays"
        assert row.moves == (same if step == 0 else "to-aws" if step < 0 else "to-customer")


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_other_way_round_everything_moves_back(first, second):
    turned = {"to-aws": "to-customer", "to-customer": "to-aws", "stays": "stays", "aws": "aws"}
    there, back = compare(first, second), compare(second, first)
    assert [turned[row.moves] for row in there.rows] == [row.moves for row in back.rows]


def test_nothing_moves_to_itself():
    assert {row.moves for row in compare("s3.bucket", "AWS::S3::Bucket").rows} <= {"stays", "aws"}


def test_an_instance_leaves_more_to_the_customer_than_a_managed_database():
    moves = {row.responsibility: row.moves for row in compare("rds.instance", "ec2.instance").rows}
    assert moves["platform-software"] == "to-aws"
    assert moves["facilities"] == "aws"
    assert moves["customer-data"] == "stays"


@pytest.mark.parametrize(
    ("first", "second"),
    [("rds", "logging"), ("ebs-encryption-by-default", "rds"), ("rds", "sqs-queue-encrypted"), ("rds", "nothing")],
)
def test_what_is_no_offering_cannot_be_compared(first, second):
    with pytest.raises(UnknownNameError):
        compare(first, second)


# a catalogue of one's own --------------------------------------------------------------------------------------------


def test_an_own_catalogue(tmp_path):
    data = Catalog((service_file(tmp_path),))
    found = explain("Acme::Store::Vault", data)
    assert [each.id for each in found.offerings] == ["acme-store.vault", "acme-store.bare"]
    assert found.knobs == {}
    assert [each.id for each in found.controls] == ["acme-vault-locked", "acme-vault-sealed"]
    assert compare("acme-store.vault", "acme-store.bare", data).first.boundary == "provisioning"
    with pytest.raises(DemarcateError):
        explain("Acme::Store::Valt", data)
