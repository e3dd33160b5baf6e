"""Address ranges in conditions: private ones, which never come from outside, and ones written untidily."""

import ipaddress
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, TypeAlias

from policies.engine.patterns import fold
from policies.engine.text import Node
from policies.validation.document import Condition, Document
from policies.validation.findings import Finding, quoted

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

PRIVATE: Final = tuple(map(ipaddress.IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
CODES: Final = {"IpAddress": "PRIVATE_IP_ADDRESS", "NotIpAddress": "PRIVATE_NOT_IP_ADDRESS"}
CONSEQUENCES: Final = {"IpAddress": "never match", "NotIpAddress": "exclude nobody"}


def _address_conditions(document: Document) -> Iterator[Condition]:
    return (condition for condition in document.conditions if condition.operator.value_type == "IPAddress")


def _networks(condition: Condition) -> list[tuple[Node, str, Network]]:
    return [(node, text, network) for node, text in condition.texts if (network := _network(text))]


@lru_cache(maxsize=4_096)
def _network(text: str) -> Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def private_sources(document: Document) -> Iterator[Finding]:
    for condition in _address_conditions(document):
        if fold(condition.key) != "aws:sourceip":
            continue
        networks = _networks(condition)
        private = [node for node, _, network in networks if _is_private(network)]
        if private:
            yield _private_source(document, condition, private, is_subset=len(private) < len(networks))


def _is_private(network: Network) -> bool:
    return isinstance(network, ipaddress.IPv4Network) and any(network.subnet_of(outer) for outer in PRIVATE)


def _private_source(
    document: Document, condition: Condition, nodes: list[Node], *, is_subset: bool
) -> Finding:
    name = condition.operator.name
    details = (
        f"Requests come from public addresses, so private ranges such as {quoted(nodes[0].value)} under "
        f"`aws:SourceIp` {CONSEQUENCES[name]}; use `aws:VpcSourceIp` for addresses inside a VPC."
    )
    return document.finding(f"{CODES[name]}{'_SUBSET' if is_subset else ''}", details, *nodes)


def untidy_ranges(document: Document) -> Iterator[Finding]:
    for condition in _address_conditions(document):
        for node, text, network in _networks(condition):
            address, slash, _ = text.partition("/")
            if slash and ipaddress.ip_address(address) != network.network_address:
                details = f"{quoted(text)} has bits beyond its mask; the range is `{network}`."
                fix = document.replacement(node, str(network))
                yield document.finding("IMPROVE_IP_RANGE", details, node, fix=fix)


RULES: Final = (private_sources, untidy_ranges)
