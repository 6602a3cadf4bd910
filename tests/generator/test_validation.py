"""Values against the model: one finding for each mistake, and a cluster for the rules all the same."""

from typing import Any

import pytest

from hagen.generator.problem import Finding
from hagen.generator.sections import example, section_at
from hagen.generator.validation import validate

HEAD = {"apiVersion": "hagen.dev/v1alpha1", "kind": "Cluster"}
NODE = {"name": "a", "role": "worker", "address": "10.196.35.50"}


def found(data: dict[str, Any]) -> list[tuple[str, tuple[str | int, ...]]]:
    return sorted(((finding.code, finding.path) for finding in validate(HEAD | data).findings), key=str)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"metadata": None}, [("HG105", ("metadata",))]),
        ({"metadata": {"name": True}}, [("HG105", ("metadata", "name"))]),
        ({"network": {"mtu": "1500"}}, [("HG105", ("network", "mtu"))]),
        ({"network": {"mtu": True}}, [("HG105", ("network", "mtu"))]),
        ({"network": {"mtu": float("nan")}}, [("HG105", ("network", "mtu"))]),
        ({"network": {"mtu": 10**30}}, [("HG107", ("network", "mtu"))]),
        ({"network": {"vrrp": {"advertInterval": 100}}}, [("HG105", ("network", "vrrp", "advertInterval"))]),
        ({"network": {"vrrp": {"advertInterval": "١s"}}}, [("HG108", ("network", "vrrp", "advertInterval"))]),
        ({"database": {"storage": 10**30}}, [("HG105", ("database", "storage"))]),
        ({"database": {"storage": "9" * 5000 + "GiB"}}, [("HG108", ("database", "storage"))]),
        ({"kubernetes": {"version": "1.36"}}, [("HG701", ("kubernetes", "version"))]),
        ({"kubernetes": {"version": 1.36}}, [("HG701", ("kubernetes", "version"))]),
        ({"kubernetes": {"version": "9" * 5000 + ".1.1"}}, [("HG701", ("kubernetes", "version"))]),
        (
            {"kubernetes": {"containerd": {"configVersion": "3"}}},
            [("HG105", ("kubernetes", "containerd", "configVersion"))],
        ),
        (
            {"kubernetes": {"containerd": {"configVersion": 5}}},
            [("HG106", ("kubernetes", "containerd", "configVersion"))],
        ),
        ({"nodes": [NODE | {"rolle": "worker"}]}, [("HG103", ("nodes", 0, "rolle"))]),
        ({"nodes": [{"nam": "a", "role": "worker", "address": "10.196.35.50"}]}, [("HG103", ("nodes", 0, "nam"))]),
        (
            {"packages": {"registryMirrors": [{"registry": "docker.io", "endpoints": []}]}},
            [("HG107", ("packages", "registryMirrors", 0, "endpoints"))],
        ),
        ({"access": {"password_login": True}}, [("HG103", ("access", "password_login"))]),
        ({"access": {"password": "x"}}, [("HG407", ("access", "password"))]),
        ({"argocd": {"adminToken": "x"}}, [("HG407", ("argocd", "adminToken"))]),
    ],
)
def test_one_finding_for_one_mistake(data: dict[str, Any], expected: list[tuple[str, tuple[str | int, ...]]]) -> None:
    assert found(data) == expected
    assert validate(HEAD | data).cluster is not None


@pytest.mark.parametrize(
    ("data", "part"),
    [
        ({"netwrok": {}}, "network"),
        ({"network": {"virtualip": "10.0.0.1"}}, "virtualIP"),
        ({"kubernetes": {"podCidr": "10.0.0.0/16"}}, "podCIDR"),
        ({"metadata": {"name": 5}}, '"5"'),
        ({"argocd": {"highAvailability": "off"}}, "false"),
        ({"database": {"size": "5"}}, "5 without quotes"),
        ({"database": {"antiAffinity": "host"}}, "hostname"),
        ({"kubernetes": {"version": 1.36}}, "write version: 1.36.2"),
        ({"kubernetes": {"version": "v1.35"}}, "write version: 1.35.0"),
        ({"kubernetes": {"version": "1.20"}}, "write version: 1.36.2"),
        ({"database": {"storage": "4G"}}, "write 4GiB"),
        ({"database": {"storage": "1700MB"}}, "write 1700MiB"),
        ({"database": {"storage": "4 GiB"}}, "write 4GiB"),
        ({"database": {"storage": "4gb"}}, "write 4GiB"),
        ({"database": {"storage": "2.5G"}}, "write 2560MiB"),
        ({"network": {"vrrp": {"advertInterval": "1 S"}}}, "write 1s"),
        ({"nodes": None}, "one line per machine"),
        ({"nodes": {"a": "b"}}, "one line per machine"),
        ({"nodes": ["a"]}, "{name: k8s-worker-4"),
        ({"packages": {"registryMirrors": ["a"]}}, "{registry: docker.io"),
        ({"nodes": [{"name": "a", "address": "10.196.35.50"}]}, "role: load-balancer, control-plane or worker"),
        ({"network": {"cidr": "10.0.0.7/24"}}, "10.0.0.0/24"),
        ({"network": {"gateway": "10.0.0.7/24"}}, "10.0.0.7"),
    ],
)
def test_the_remedy_says_what_to_write(data: dict[str, Any], part: str) -> None:
    (finding,) = validate(HEAD | data).findings
    assert part in finding.remedy


@pytest.mark.parametrize("data", [None, [], "text", 5, True])
def test_anything_but_a_mapping_is_no_configuration(data: object) -> None:
    outcome = validate(data)
    assert [finding.code for finding in outcome.findings] == ["HG109"]
    assert outcome.cluster is None


def test_refused_values_leave_their_defaults() -> None:
    outcome = validate(HEAD | {"network": {"cidr": "x", "mtu": 1400}, "database": {"size": 5}})
    assert outcome.cluster is not None
    assert (outcome.cluster.network.mtu, outcome.cluster.database.size) == (1400, 5)
    assert ("network", "cidr") in outcome.broken


def test_a_misspelt_key_breaks_the_one_that_was_meant() -> None:
    assert ("network", "cidr") in validate(HEAD | {"network": {"cdir": "10.0.0.0/24"}}).broken


def test_entries_after_a_refused_one_keep_their_place_in_the_file() -> None:
    nodes = [NODE | {"address": "x"}, NODE, NODE | {"role": 5}, NODE | {"name": "b"}]
    outcome = validate(HEAD | {"nodes": nodes})
    assert outcome.cluster is not None
    assert [node.name for node in outcome.cluster.nodes] == ["a", "b"]
    moved = outcome.original(Finding("HG402", ("nodes", 1, "name"), "message", "remedy"))
    assert moved.path == ("nodes", 3, "name")


def test_a_list_that_loses_all_entries_is_read_by_no_rule() -> None:
    outcome = validate(HEAD | {"nodes": [{"name": "a"}]})
    assert outcome.cluster is not None
    assert ("nodes",) in outcome.broken


def test_the_values_themselves_are_left_alone() -> None:
    data = HEAD | {"network": {"cidr": "x"}, "nodes": [{"name": 1}]}
    validate(data, {("network", "mtu")})
    assert data["network"] == {"cidr": "x"}
    assert data["nodes"] == [{"name": 1}]


def test_sections() -> None:
    assert section_at(()) is not None
    assert section_at(("nodes", 3)) is not None
    assert section_at(("metadata", "name")) is None
    assert section_at(("nothing", "at", "all")) is None
    assert example(("metadata", "name")) == "name: production"
    assert example(("nodes", 0, "name")).startswith("name: k8s-worker")
    assert example(("database", "backup", "enabled")) == "enabled: false"


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("master controlplane control cp etcd server Control-Plane control_plane master-node", "control-plane"),
        ("lb loadbalancer balancer haproxy keepalived proxy LoadBalancer", "load-balancer"),
        ("node minion agent compute workers Worker wroker worker-node", "worker"),
    ],
)
def test_a_role_of_another_name_is_understood(words: str, role: str) -> None:
    for word in words.split():
        (finding,) = validate(HEAD | {"nodes": [NODE | {"role": word}]}).findings
        assert finding.remedy == f"did you mean {role}?", word


@pytest.mark.parametrize("value", ["database", "x", "", 7, None, ["worker"]])
def test_no_value_is_suggested_at_random(value: object) -> None:
    (finding,) = validate(HEAD | {"nodes": [NODE | {"role": value}]}).findings
    assert finding.remedy == "write role: load-balancer, control-plane or worker"
