"""Addresses for machines that nobody gave one."""

from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hagen.generator.addressing import plan_nodes
from hagen.generator.errors import HagenError

NETWORK = IPv4Network("10.196.35.0/24")
TAKEN = frozenset({IPv4Address("10.196.35.1"), IPv4Address("10.196.35.30")})


def counts(balancers: int, control_planes: int, workers: int) -> dict[str, int]:
    return {"load-balancer": balancers, "control-plane": control_planes, "worker": workers}


def test_the_reference_cluster_has_its_usual_addresses() -> None:
    addresses = [node["address"].rpartition(".")[2] for node in plan_nodes(NETWORK, TAKEN, counts(2, 3, 3))]
    assert addresses == ["11", "12", "20", "21", "22", "24", "25", "26"]


def test_a_taken_address_is_passed_over() -> None:
    workers = [node["address"] for node in plan_nodes(NETWORK, TAKEN, counts(2, 3, 8)) if node["role"] == "worker"]
    assert "10.196.35.30" not in workers
    assert workers[-1] == "10.196.35.32"


def test_a_full_network_is_refused_with_a_larger_one() -> None:
    with pytest.raises(HagenError) as caught:
        plan_nodes(NETWORK, TAKEN, counts(2, 3, 250))
    assert "10.196.34.0/23" in caught.value.remedy


def test_the_larger_network_is_large_enough() -> None:
    with pytest.raises(HagenError) as caught:
        plan_nodes(IPv4Network("10.196.35.0/30"), TAKEN, counts(2, 3, 3))
    assert "10.196.35.0/28" in caught.value.remedy


@given(
    prefix=st.integers(20, 30),
    balancers=st.integers(1, 5),
    control_planes=st.integers(1, 7),
    workers=st.integers(1, 300),
)
def test_addresses_are_distinct_free_and_inside(prefix: int, balancers: int, control_planes: int, workers: int) -> None:
    network = IPv4Network(f"10.196.0.0/{prefix}")
    taken = frozenset({network[1], network[min(30, network.num_addresses - 1)]})
    wanted = counts(balancers, control_planes, workers)
    try:
        nodes = plan_nodes(network, taken, wanted)
    except HagenError:
        free = set(network.hosts()) - taken
        assert sum(wanted.values()) > len(free), "refused although there was room"
        return
    addresses = [IPv4Address(node["address"]) for node in nodes]
    assert len(set(addresses)) == len(addresses) == sum(wanted.values())
    assert not set(addresses) & (taken | {network.network_address, network.broadcast_address})
    assert all(address in network for address in addresses)
    assert len({node["name"] for node in nodes}) == len(nodes)
