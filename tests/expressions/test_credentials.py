import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarcate.expressions.functions import credentials
from demarcate.expressions.functions.credentials import entropy, fingerprint, secrets
from demarcate.expressions.unknowns import Partial
from demarcate.model import Unknown

# AWS's documented example credentials
KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

FOUND = [
    ({"Key": KEY_ID}, "aws-access-key-id"),
    ({"Variables": {"AWS_SECRET_ACCESS_KEY": SECRET_KEY}}, "aws-secret-access-key"),
    ({"Variables": {"DB_PASSWORD": "hunter2-and-more"}}, "credential-in-variable"),
    ({"Variables": {"apiKey": "0123456789abcdef"}}, "credential-in-variable"),
    ([{"Name": "PAYMENT_TOKEN", "Value": "tok-99x8y7z6"}], "credential-in-variable"),
    ({"Url": "postgres://shop:s3cretWord@db.example.com/shop"}, "password-in-url"),
    ({"UserData": "#!/bin/sh\nmysql --password=Sup3rSecret -u root"}, "password-in-text"),
    ({"UserData": "IyEvYmluL3NoCm15c3FsIC0tcGFzc3dvcmQ9U3VwM3JTZWNyZXQgLXUgcm9vdAo="}, "password-in-text"),
    ({"UserData": "export DB_PASSWORD='c0rrect-horse'"}, "password-in-text"),
    ({"UserData": "#!/bin/sh\nshopctl login --db-password Sup3rSecret --user root"}, "password-in-command"),
    ({"Command": "curl -s -u admin:Sup3rSecret https://ci.example.com/job"}, "password-in-command"),
    ({"Command": "sshpass -p Sup3rSecret ssh shop@10.0.0.1"}, "password-in-command"),
    ({"UserData": "echo 'shop:Sup3rSecret' | chpasswd"}, "password-in-command"),
    ({"UserData": "echo Sup3rSecret | sudo passwd --stdin shop"}, "password-in-command"),
    ({"X": "<settings><server><password>Sup3rSecret</password></server></settings>"}, "password-in-text"),
    ({"X": "db:\n  host: db.example.com\n  password: Sup3rSecret\n"}, "password-in-text"),
    ({"X": "-----BEGIN RSA PRIVATE KEY-----\nMII"}, "private-key"),
    ({"X": "token ghp_" + "a1B2" * 9}, "github-token"),
    ({"X": "xoxb-123456789012-abcdefghij"}, "slack-token"),
]

CLEAN = [
    {"Variables": {"PASSWORD_PARAMETER": "/shop/db/password"}},
    {"Variables": {"DB_PASSWORD": "{{resolve:secretsmanager:shop:SecretString:password}}"}},
    {"Variables": {"SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop"}},
    {"Variables": {"DB_SECRET": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop"}},
    {"Variables": {"TOKEN": "${Token}"}},
    {"Variables": {"KEY_NAME": "shop-key", "TABLE": "orders", "STAGE": "production"}},
    {"Text": "the password is chosen by the user"},
    {"Url": "https://example.com/path?x=1"},
    {"Variables": {"API_KEY": "true"}},
    {"Command": "shopctl login --password $DB_PASSWORD --user root"},
    {"Command": "shopctl login --password --user root"},
    {"Command": "docker login --username AWS --password-stdin 111122223333.dkr.ecr.eu-west-1.amazonaws.com"},
    {"Command": "aws rds modify-db-instance --master-user-password file://password.txt"},
    {"Command": "curl -u $USER:$PASSWORD https://ci.example.com"},
    {"Command": "curl --user-agent shop:1.2.3.4 https://ci.example.com"},
    {"Command": 'echo "shop:$PASSWORD" | chpasswd'},
    {"X": "<password>${env.PASSWORD}</password>"},
    {"X": "<password><encrypted/></password>"},
    [{"Name": "DATABASE", "Value": "db.example.com"}],
    {"A": Unknown("reference", origin="reference")},
    {"A": Unknown("NoEcho", origin="no-echo")},
    None,
    3,
]


@pytest.mark.parametrize(("value", "kind"), FOUND)
def test_what_is_found_is_named_and_not_shown(value, kind):
    (found,) = secrets(value)
    assert found["kind"] == kind
    assert len(found["fingerprint"]) == 8
    assert not any(text in repr(found) for text in (KEY_ID, SECRET_KEY, "hunter2", "s3cretWord", "Sup3rSecret"))


@pytest.mark.parametrize("value", CLEAN)
def test_no_false_alarm(value):
    assert secrets(value) == []
    assert not isinstance(secrets(value), Partial)


def test_the_path_names_the_place():
    (found,) = secrets({"ContainerDefinitions": [{"Environment": [{"Name": "API_TOKEN", "Value": "tok-99x8y7z6"}]}]})
    assert found["path"] == "ContainerDefinitions[0].Environment[0].API_TOKEN"


def test_unknown_values_leave_the_list_open():
    assert isinstance(secrets({"A": Unknown("a condition")}), Partial)


def test_a_default_of_a_noecho_parameter_is_a_secret():
    assert secrets(Unknown("NoEcho", origin="no-echo-default"))[0]["kind"] == "no-echo-default"


def test_fingerprints_tell_secrets_apart():
    assert fingerprint("a") == fingerprint("a") != fingerprint("b")
    assert entropy("") == 0
    assert entropy("aaaa") == 0
    assert entropy("ab") == 1


@pytest.mark.parametrize(
    "kind", [each for each in credentials._kinds().kinds if each.marks], ids=lambda kind: kind.title
)
@given(data=st.data())
def test_every_text_that_a_pattern_matches_has_one_of_its_marks(kind, data):
    text = data.draw(st.from_regex(kind.pattern))
    assert any(mark in text.casefold() for mark in kind.marks)
