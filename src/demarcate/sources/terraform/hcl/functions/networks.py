"""Functions of IP networks, and of ARNs."""

import ipaddress
from collections.abc import Mapping
from typing import Any, Final

from demarcate.model import Value
from demarcate.sources.terraform.hcl.functions.calls import Function
from demarcate.sources.terraform.hcl.operations import to_number
from demarcate.sources.terraform.hcl.values import EvaluationError, to_text

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(text: Value) -> Network:
    source = to_text(text)
    if "/" not in source:
        raise EvaluationError(f"{source!r} is no network")
    return ipaddress.ip_network(source, strict=False)


def _subnet(network: Network, bits: int, number: int) -> Network:
    prefix = network.prefixlen + bits
    if bits < 0 or prefix > network.max_prefixlen or not 0 <= number < 2**bits:
        raise EvaluationError(f"there is no network {number} of {bits} more bits in {network}")
    start = int(network.network_address) + (number << (network.max_prefixlen - prefix))
    return type(network)((start, prefix))


def _cidr_subnet(network: Value, bits: Value, number: Value) -> Value:
    return str(_subnet(_network(network), to_number(bits), to_number(number)))


def _cidr_subnets(network: Value, *bits: Value) -> Value:
    whole = _network(network)
    found: list[Value] = []
    at = int(whole.network_address)
    for each in bits:
        prefix = whole.prefixlen + to_number(each)
        if not whole.prefixlen < prefix <= whole.max_prefixlen:
            raise EvaluationError(f"there are no networks of {each} more bits in {whole}")
        size = 1 << (whole.max_prefixlen - prefix)
        start = -(-at // size) * size
        if start + size > int(whole.network_address) + whole.num_addresses:
            raise EvaluationError(f"{whole} has no room for so many networks")
        found.append(str(type(whole)((start, prefix))))
        at = start + size
    return found


def _cidr_host(network: Value, number: Value) -> Value:
    whole, place = _network(network), to_number(number)
    if place < 0:
        place += whole.num_addresses
    if not 0 <= place < whole.num_addresses:
        raise EvaluationError(f"there is no host {number} in {whole}")
    return str(whole.network_address + int(place))


def _cidr_netmask(network: Value) -> Value:
    whole = _network(network)
    if whole.version != 4:
        raise EvaluationError("only IPv4 networks have masks")
    return str(whole.netmask)


def _cidr_contains(network: Value, other: Value) -> Value:
    whole: Any = _network(network)
    text = to_text(other)
    inner: Any = ipaddress.ip_network(text, strict=False)
    return bool(inner.version == whole.version and inner.subnet_of(whole))


def _parse_arn(text: Value) -> Value:
    parts = to_text(text).split(":", 5)
    if len(parts) != 6 or parts[0] != "arn":
        raise EvaluationError("not an ARN")
    return dict(zip(("partition", "service", "region", "account_id", "resource"), parts[1:], strict=True))


def _build_arn(*parts: Value) -> Value:
    return ":".join(["arn", *(to_text(each) for each in parts)])


def _trim_role_path(text: Value) -> Value:
    found = _parse_arn(text)
    kind, _, name = found["resource"].partition("/")
    return _build_arn(*list(found.values())[:4], f"{kind}/{name.rsplit('/', 1)[-1]}")


NETWORKS: Final[Mapping[str, Function]] = {
    "cidrsubnet": Function(_cidr_subnet, 3, 3),
    "cidrsubnets": Function(_cidr_subnets, 1, 1_000),
    "cidrhost": Function(_cidr_host, 2, 2),
    "cidrnetmask": Function(_cidr_netmask, 1, 1),
    "cidrcontains": Function(_cidr_contains, 2, 2),
    "provider::aws::arn_parse": Function(_parse_arn, 1, 1),
    "provider::aws::arn_build": Function(_build_arn, 5, 5),
    "provider::aws::trim_iam_role_path": Function(_trim_role_path, 1, 1),
}
