"""The three networks."""

from itertools import combinations

import pytest

from .conftest import Found

PODS, SERVICES, MACHINES = "kubernetes.podCIDR", "kubernetes.serviceCIDR", "network.cidr"


@pytest.mark.parametrize(
    ("pods", "services", "machines", "expected"),
    [
        ("10.244.0.0/16", "10.96.0.0/12", "10.196.35.0/24", []),
        ("10.112.0.0/16", "10.96.0.0/12", "10.95.255.0/24", []),
        ("192.168.0.0/16", "172.16.0.0/16", "100.64.0.0/24", []),
        ("10.111.0.0/16", "10.96.0.0/12", "10.196.35.0/24", [("HG302", SERVICES)]),
        ("10.196.0.0/16", "10.96.0.0/12", "10.196.35.0/24", [("HG302", PODS)]),
        ("10.196.35.0/24", "10.96.0.0/12", "10.196.35.0/24", [("HG302", PODS), ("HG303", PODS)]),
        ("10.244.0.0/16", "10.96.0.0/12", "10.244.3.0/24", [("HG302", PODS)]),
        ("10.244.0.0/16", "10.96.0.0/12", "10.100.3.0/24", [("HG302", SERVICES)]),
        ("10.244.0.0/21", "10.96.0.0/24", "10.196.35.0/24", []),
        ("10.244.0.0/22", "10.96.0.0/24", "10.196.35.0/24", [("HG303", PODS)]),
        ("10.244.0.0/28", "10.96.0.0/25", "10.196.35.0/24", [("HG303", PODS), ("HG304", SERVICES)]),
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.3.0/24", []),
        ("10.0.0.0/7", "172.16.0.0/12", "192.168.3.0/24", [("HG317", PODS)]),
        ("10.244.0.0/16", "10.96.0.0/11", "192.168.3.0/24", [("HG317", SERVICES)]),
        ("0.0.0.0/0", "0.0.0.0/0", "192.168.3.0/24", [("HG317", PODS), ("HG317", SERVICES)]),
        ("172.32.0.0/16", "10.96.0.0/12", "100.128.3.0/24", [("HG318", PODS)]),
        ("224.0.0.0/16", "127.0.0.0/24", "169.254.3.0/24", [("HG319", PODS), ("HG319", SERVICES), ("HG319", MACHINES)]),
    ],
)
def test_networks(found: Found, pods: str, services: str, machines: str, expected: list[tuple[str, str]]) -> None:
    body = f"kubernetes: {{podCIDR: {pods}, serviceCIDR: {services}}}\nnetwork: {{cidr: {machines}}}"
    assert found(body) == sorted(expected)


def test_every_pair_is_compared(found: Found) -> None:
    same = "10.50.0.0/16"
    body = f"kubernetes: {{podCIDR: {same}, serviceCIDR: {same}}}\nnetwork: {{cidr: {same}}}"
    assert [code for code, _ in found(body)] == ["HG302"] * len(list(combinations(range(3), 2)))


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ("network: {cidr: 10.244.1.0/24}", MACHINES),
        ("network: {cidr: 10.97.1.0/24}", MACHINES),
        ("kubernetes: {podCIDR: 10.97.0.0/16}", PODS),
        ("kubernetes: {serviceCIDR: 10.244.0.0/20}", SERVICES),
    ],
)
def test_the_value_that_stands_in_the_file_is_blamed(found: Found, body: str, path: str) -> None:
    assert found(body) == [("HG302", path)]
