"""Addresses of machines, gateway, virtual IP and DHCP range."""

from collections.abc import Callable

import pytest

from .conftest import Found

Nodes = Callable[..., str]


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        ("cidr: 10.0.0.0/24", []),
        ("cidr: 10.0.0.0/27", []),
        ("cidr: 10.0.0.0/28", [("HG315", "network.cidr")]),
        ("cidr: 10.0.0.5/32", [("HG315", "network.cidr")]),
        ("cidr: 10.0.0.4/31", [("HG315", "network.cidr")]),
        ("cidr: 10.0.0.0/24, gateway: 10.0.0.254", []),
        ("gateway: 10.196.35.0", [("HG306", "network.gateway")]),
        ("gateway: 10.196.34.1", [("HG316", "network.gateway")]),
        ("virtualIP: 10.196.35.254", []),
        ("virtualIP: 10.196.35.255", [("HG311", "network.virtualIP")]),
        ("virtualIP: 10.196.35.1", [("HG311", "network.virtualIP")]),
        ("virtualIP: 10.196.34.30", [("HG310", "network.virtualIP")]),
        ("virtualIP: 10.196.35.11", [("HG308", "network.virtualIP")]),
        ("dhcpRange: {start: 10.196.35.31, end: 10.196.35.254}", []),
        ("dhcpRange: {start: 10.196.35.13, end: 10.196.35.19}", []),
        ("dhcpRange: {start: 10.196.35.40, end: 10.196.35.40}", []),
        ("dhcpRange: {start: 10.196.35.1, end: 10.196.35.10}", []),
        ("dhcpRange: {start: 10.196.35.30, end: 10.196.35.254}", [("HG312", "network.dhcpRange")]),
        ("dhcpRange: {start: 10.196.35.12, end: 10.196.35.13}", [("HG312", "network.dhcpRange")]),
        ("dhcpRange: {start: 10.196.35.50, end: 10.196.35.40}", [("HG313", "network.dhcpRange")]),
        ("dhcpRange: {start: 10.196.35.200, end: 10.196.36.10}", [("HG313", "network.dhcpRange")]),
    ],
)
def test_network(found: Found, network: str, expected: list[tuple[str, str]]) -> None:
    assert found(f"network: {{{network}}}") == expected


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("10.196.35.2", None),
        ("10.196.35.254", None),
        ("10.196.35.0", "HG306"),
        ("10.196.35.255", "HG306"),
        ("10.196.35.1", "HG307"),
        ("10.196.35.30", "HG308"),
        ("10.196.35.24", "HG309"),
        ("10.196.34.24", "HG305"),
    ],
)
def test_machine(found: Found, nodes: Nodes, address: str, code: str | None) -> None:
    expected = [(code, "nodes[7].address")] if code else []
    assert found(nodes(k8s_worker_3=f"address: {address}")) == expected


def test_one_mistaken_network_is_one_problem(found: Found, nodes: Nodes) -> None:
    assert found("network: {cidr: 10.196.36.0/24}\n" + nodes()) == [("HG305", "network.cidr")]
    body = "network: {cidr: 10.196.36.0/24, virtualIP: 10.196.35.30, gateway: 10.196.35.1}\n"
    assert found(body + nodes()) == [("HG305", "network.cidr")]


def test_other_mistakes_beside_a_mistaken_network_are_found(found: Found, nodes: Nodes) -> None:
    body = "network: {cidr: 10.196.36.0/24, virtualIP: 10.196.35.22}\n"
    assert found(body + nodes(k8s_worker_3="address: 10.196.35.11")) == [
        ("HG305", "network.cidr"),
        ("HG308", "nodes[4].address"),
        ("HG309", "nodes[7].address"),
    ]


def test_a_network_that_is_too_small_is_one_problem(found: Found, nodes: Nodes) -> None:
    assert found("network: {cidr: 10.196.35.16/29}\n" + nodes()) == [("HG315", "network.cidr")]
    assert found("network: {cidr: 10.196.35.16/28, gateway: 10.196.35.17, virtualIP: 10.196.35.18}\n" + nodes()) == [
        ("HG305", "nodes[0].address"),
        ("HG305", "nodes[1].address"),
    ]


def test_three_machines_with_one_address_are_two_problems(found: Found, nodes: Nodes) -> None:
    same = "address: 10.196.35.24"
    assert found(nodes(k8s_worker_2=same, k8s_worker_3=same)) == [
        ("HG309", "nodes[6].address"),
        ("HG309", "nodes[7].address"),
    ]
