import pytest

from demarcate.expressions.functions.addresses import opens, world
from demarcate.model import Unknown

U = Unknown("not known")


@pytest.mark.parametrize(
    ("cidr", "expected"),
    [
        ("0.0.0.0/0", True),
        ("::/0", True),
        ("0.0.0.0/1", True),
        ("10.0.0.0/8", False),
        ("203.0.113.7/32", False),
        ("nonsense", False),
        (None, False),
        (["10.0.0.0/8", "0.0.0.0/0"], True),
        (["10.0.0.0/8"], False),
        (U, U),
        (["10.0.0.0/8", U], U),
        ([U, "::/0"], True),
    ],
)
def test_world(cidr, expected):
    assert world(cidr) is expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}, True),
        ({"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535}, True),
        ({"IpProtocol": "6", "FromPort": "20", "ToPort": "25"}, True),
        ({"IpProtocol": "-1"}, True),
        ({"IpProtocol": -1}, True),
        ({"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}, False),
        ({"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1}, False),
        ({"IpProtocol": "tcp"}, True),
        ({"IpProtocol": "tcp", "FromPort": U, "ToPort": 22}, U),
        ({"IpProtocol": "tcp", "FromPort": U, "ToPort": 21}, False),
        ({"IpProtocol": U, "FromPort": 1, "ToPort": 2}, U),
        (U, U),
        (None, False),
    ],
)
def test_opens(rule, expected):
    assert opens(rule, 22) is expected
