"""The topology: what follows from a configuration."""

import dataclasses
import json
from pathlib import Path

import pytest

from tests.support import MINIMAL, VALID, name_of, planned


def fixture(name: str) -> bytes:
    return next(path for path in VALID if path.stem == name).read_bytes()


def test_the_defaults_are_the_reference_cluster() -> None:
    topology = planned(MINIMAL)
    assert [(machine.name, machine.address) for machine in topology.machines] == [
        ("k8s-lb-1", "10.196.35.11"),
        ("k8s-lb-2", "10.196.35.12"),
        ("k8s-master-1", "10.196.35.20"),
        ("k8s-master-2", "10.196.35.21"),
        ("k8s-master-3", "10.196.35.22"),
        ("k8s-worker-1", "10.196.35.24"),
        ("k8s-worker-2", "10.196.35.25"),
        ("k8s-worker-3", "10.196.35.26"),
    ]
    assert topology.kubernetes.endpoint == "10.196.35.30:6443"
    assert (topology.network.mtu, topology.network.pod_mtu) == (1500, 1450)


@pytest.mark.parametrize("path", VALID, ids=name_of)
def test_a_topology_is_plain_data(path: Path) -> None:
    data = dataclasses.asdict(planned(path.read_bytes()))
    assert json.loads(json.dumps(data)) == json.loads(json.dumps(data, sort_keys=True))


@pytest.mark.parametrize(
    ("name", "members", "quorum", "tolerance"),
    [("single-control-plane", 1, 1, 0), ("reference", 3, 2, 1), ("five-control-planes", 5, 3, 2)],
)
def test_quorum_is_a_majority(name: str, members: int, quorum: int, tolerance: int) -> None:
    etcd = planned(fixture(name)).etcd
    assert (len(etcd.members), etcd.quorum, etcd.tolerance) == (members, quorum, tolerance)


def test_priorities_and_peers_of_load_balancers() -> None:
    first, second = planned(MINIMAL).load_balancers
    assert (first.priority, first.peers) == (254, ("10.196.35.12",))
    assert (second.priority, second.peers) == (253, ("10.196.35.11",))
    assert [balancer.priority for balancer in planned(fixture("three-load-balancers")).load_balancers] == [
        200,
        199,
        198,
    ]


def test_whoever_wins_a_split_repeats_its_announcement_every_second() -> None:
    assert [balancer.announce_seconds for balancer in planned(MINIMAL).load_balancers] == [1, 30]
    assert [balancer.announce_seconds for balancer in planned(fixture("three-load-balancers")).load_balancers] == [
        1,
        30,
        30,
    ]


def test_one_priority_alone_can_be_given() -> None:
    nodes = b"""
nodes:
  - {name: lb-1, role: load-balancer, address: 10.196.35.11, priority: 100}
  - {name: lb-2, role: load-balancer, address: 10.196.35.12}
  - {name: cp-1, role: control-plane, address: 10.196.35.20}
  - {name: w-1, role: worker, address: 10.196.35.24}
  - {name: w-2, role: worker, address: 10.196.35.25}
  - {name: w-3, role: worker, address: 10.196.35.26}
"""
    balancers = planned(MINIMAL + nodes).load_balancers
    assert [(balancer.priority, balancer.announce_seconds) for balancer in balancers] == [(100, 30), (253, 1)]


def test_a_machine_takes_the_size_of_its_role() -> None:
    machines = {machine.role: machine for machine in planned(fixture("applications")).machines}
    # Given in part: the rest stays the role's own.
    balancer = machines["load-balancer"]
    assert (balancer.cpu, balancer.memory, balancer.disk) == (2, "1GiB", "10GiB")
    assert machines["worker"].profiles == ("nvme", "monitoring")
    assert machines["control-plane"].memory == "8GiB"


def test_the_down_time_follows_rfc_5798() -> None:
    vrrp = planned(MINIMAL).network.vrrp
    assert (vrrp.advert_seconds, vrrp.advert_milliseconds) == ("0.1", 100)
    assert vrrp.down_milliseconds == 301  # 3 x 100 ms + 3/256 of 100 ms, for the backup's priority of 253
    slow = planned(fixture("migration-safe")).network.vrrp
    assert (slow.advert_seconds, slow.down_milliseconds) == ("2", 6023)


def test_certificates_hold_every_name_once() -> None:
    sans = planned(fixture("hardened")).kubernetes.certificate_sans
    assert sans[0] == "10.196.35.30"
    assert sans[-2:] == ("api.example.com", "203.0.113.10")
    assert len(sans) == len(set(sans))


def test_the_cluster_is_never_reached_through_the_proxy() -> None:
    packages = planned(fixture("mirrors")).packages
    direct = packages.no_proxy.split(",")
    assert {"10.196.35.0/24", "10.244.0.0/16", "10.96.0.0/12", ".cluster.local", "git.example.com"} <= set(direct)
    assert packages.kubernetes_repository == "https://mirror.example.com/kubernetes/v1.36/deb/"
    assert packages.registry_mirrors[0].server == "https://registry-1.docker.io"
    assert planned(MINIMAL).packages.no_proxy == ""


def test_containers_have_no_process_connector() -> None:
    assert planned(MINIMAL).network.process_tracking
    assert not planned(fixture("containers")).network.process_tracking


def test_galera_follows_the_size() -> None:
    galera = planned(fixture("five-control-planes")).galera
    assert (galera.size, galera.quorum, galera.tolerance) == (5, 3, 2)
    assert planned(fixture("placements")).galera.anti_affinity_topology_key == "topology.kubernetes.io/zone"


def test_mirrors_with_a_path_and_hosts_reached_directly() -> None:
    (mirror,) = planned(fixture("containerd-1")).packages.registry_mirrors
    assert [(endpoint.url, endpoint.has_path) for endpoint in mirror.endpoints] == [
        ("https://mirror.example.com/v2/ghcr", True)
    ]
    packages = planned(fixture("mirrors")).packages
    assert not packages.registry_mirrors[0].endpoints[0].has_path
    assert packages.direct_hosts == ("git.example.com",), "a domain (.example.internal) is nothing that apt knows"
