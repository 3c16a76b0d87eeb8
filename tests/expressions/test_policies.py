import pytest

from demarcate.expressions import Subject, compile_expression, truth
from demarcate.model import Reference, Unknown

U = Unknown("not known")
ROLE = Unknown("Arn of Role", (Reference("t#Role", "Arn"),), "${Role.Arn}", origin="reference", open=False)
ROOT = Unknown("AccountId", text="arn:aws:iam::${AWS::AccountId}:root", origin="deployment", open=False)


def statement(**parts):
    return {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", **parts}]}


def outcome(text, document):
    return {True: "T", False: "F", None: "U"}[truth(compile_expression(text)(Subject("T", {"D": document})))]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (statement(), "T"),
        (statement(Principal={"AWS": "*"}), "T"),
        (statement(Principal={"AWS": ["arn:aws:iam::111122223333:root", "*"]}), "T"),
        (statement(Principal={"AWS": "arn:aws:iam::111122223333:root"}), "F"),
        (statement(Principal={"Service": "sns.amazonaws.com"}), "F"),
        (statement(Effect="Deny"), "F"),
        (statement(Effect=U), "U"),
        (statement(Principal={"AWS": U}), "U"),
        (statement(Principal={"AWS": ROLE}), "F"),
        (statement(Principal={"AWS": ROOT}), "F"),
        (statement(Principal={"AWS": Unknown("p", text="${P}")}), "U"),
        (statement(Principal=U), "U"),
        (statement(Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}}), "F"),
        (statement(Condition={"StringEquals": {"AWS:PrincipalOrgID": "o-1"}}), "F"),
        (statement(Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), "F"),
        (statement(Condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}), "T"),
        (statement(Condition={"Bool": {"aws:SecureTransport": "true"}}), "T"),
        (statement(Condition={"StringNotEquals": {"aws:SourceAccount": "111122223333"}}), "T"),
        (statement(Condition=U), "U"),
        ({"Statement": U}, "U"),
        (U, "U"),
        (None, "F"),
        ('{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}', "T"),
        ("not json", "F"),
    ],
)
def test_public(document, expected):
    assert outcome("statements(D).exists(s, public(s))", document) == expected


@pytest.mark.parametrize(
    ("parts", "action", "expected"),
    [
        ({"Action": "iam:PassRole"}, "iam:PassRole", "T"),
        ({"Action": ["s3:Get*", "IAM:pass*"]}, "iam:PassRole", "T"),
        ({"Action": "iam:Pass?ole"}, "iam:PassRole", "T"),
        ({"Action": "s3:*"}, "iam:PassRole", "F"),
        ({"Action": U}, "iam:PassRole", "U"),
        ({"Action": [U, "*"]}, "iam:PassRole", "T"),
        ({"Action": None, "NotAction": "s3:*"}, "iam:PassRole", "T"),
        ({"Action": None, "NotAction": ["iam:*"]}, "iam:PassRole", "F"),
        ({"Effect": "Deny"}, "iam:PassRole", "F"),
    ],
)
def test_grants(parts, action, expected):
    assert outcome(f"statements(D).exists(s, grants(s, '{action}'))", statement(**parts)) == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"Effect": "Deny", "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}, "T"),
        ({"Effect": "Deny", "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": False}}}, "T"),
        ({"Effect": "Deny", "Action": "s3:Get*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}, "F"),
        ({"Effect": "Deny", "Action": "s3:GetObject", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}, "F"),
        ({"Effect": "Deny", "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}, "F"),
        ({"Effect": "Allow", "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}, "F"),
        ({"Effect": "Deny", "Action": "s3:*", "Condition": U}, "U"),
    ],
)
def test_denies_plain(parts, expected):
    assert outcome("denies_plain(D)", statement(**parts)) == expected


def test_lists_of_documents_and_inline_policies():
    policies = [
        {"PolicyName": "a", "PolicyDocument": statement(Action="s3:*")},
        {"PolicyDocument": statement(Action=["a:b"])},
    ]
    found = compile_expression("statements(D).map(s, s.Action)")(Subject("T", {"D": policies}))
    assert found == [["s3:*"], ["a:b"]]
