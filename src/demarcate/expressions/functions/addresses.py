"""CIDR blocks and ports."""

import ipaddress
from functools import lru_cache

from demarcate.expressions.unknowns import INCOMPLETE, Partial
from demarcate.model import Unknown, Value

WIDEST_V4 = 1
"""A block of a prefix this short or shorter counts as the whole internet: two ``/1`` blocks are a known way around."""
WIDEST_V6 = 1
_ANY_PROTOCOL = ("-1", "all")
_WITH_PORTS = ("tcp", "6", "udp", "17")


def world(value: Value) -> Value:
    """Whether a CIDR block, or any in a list, holds the whole internet; unknown where a block is not known."""
    if type(value) is Unknown:
        return value
    if isinstance(value, list):
        undecided: Value = INCOMPLETE if isinstance(value, Partial) else False
        for each in value:
            found = world(each)
            if found is True:
                return True
            if type(found) is Unknown:
                undecided = found
        return undecided
    return isinstance(value, str) and _is_world(value)


@lru_cache(maxsize=4096)
def _is_world(text: str) -> bool:
    try:
        block = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return False
    return block.prefixlen <= (WIDEST_V4 if block.version == 4 else WIDEST_V6)


def opens(rule: Value, port: Value) -> Value:
    """Whether a security-group rule covers a TCP or UDP ``port``: all protocols do, and a rule without ports does."""
    if type(rule) is Unknown:
        return rule
    if not isinstance(rule, dict) or not isinstance(port, int):
        return False
    protocol = rule.get("IpProtocol", "-1")
    if type(protocol) is Unknown:
        return protocol
    name = str(protocol).lower()
    if name in _ANY_PROTOCOL:
        return True
    if name not in _WITH_PORTS:
        return False
    bounds = [_port(rule.get("FromPort"), 0), _port(rule.get("ToPort"), 65535)]
    low, high = bounds
    if type(low) is not Unknown and low > port:
        return False
    if type(high) is not Unknown and high < port:
        return False
    return next((each for each in bounds if type(each) is Unknown), True)


def _port(value: Value, otherwise: int) -> Value:
    if type(value) is Unknown:
        return value
    if isinstance(value, str) and value.lstrip("-").isdigit():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else otherwise
