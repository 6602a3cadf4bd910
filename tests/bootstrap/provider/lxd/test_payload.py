"""What LXD is asked for, without a server."""

from dataclasses import replace

import pytest

from hagen.bootstrap.provider.contract import Image, Network, ProviderError, Wanted
from hagen.bootstrap.provider.lxd import payload

MACHINE = Wanted(
    name="lb-1",
    role="load-balancer",
    virtual=True,
    image=Image("24.04", "https://images.example.org/releases/"),
    cpu=2,
    memory="1GiB",
    disk="10GiB",
    storage_pool="fast",
    bridge="lxdbr0",
    address="10.0.0.11",
    user_data="#cloud-config\n{}\n",
    interface="enp5s0",
    profiles=("gpu", "default"),
    digest="0f",
)
CONTAINER = replace(MACHINE, virtual=False, image=Image("debian/12"))


def test_a_virtual_machine_from_a_simplestreams_server() -> None:
    assert payload.create(MACHINE, "prod", {"cloud_init"}, "default") == {
        "name": "lb-1",
        "type": "virtual-machine",
        "source": {
            "type": "image",
            "mode": "pull",
            "protocol": "simplestreams",
            "server": "https://images.example.org/releases",
            "alias": "24.04",
        },
        "profiles": ["default", "gpu"],
        "config": {
            "limits.cpu": "2",
            "limits.memory": "1GiB",
            "cloud-init.user-data": "#cloud-config\n{}\n",
            "user.hagen.cluster": "prod",
            "user.hagen.role": "load-balancer",
            "user.hagen.digest": "0f",
        },
        "devices": {
            "root": {"type": "disk", "path": "/", "pool": "fast", "size": "10GiB"},
            "eth0": {"type": "nic", "network": "lxdbr0", "ipv4.address": "10.0.0.11"},
        },
    }


def test_a_container_has_its_card_named_and_asks_for_its_address_on_it() -> None:
    body = payload.create(CONTAINER, "prod", {"cloud_init"}, "default")
    assert body["type"] == "container"
    assert body["source"] == {"type": "image", "alias": "debian/12"}
    assert body["devices"]["eth0"]["name"] == "enp5s0"
    assert body["config"]["cloud-init.network-config"] == "version: 2\nethernets:\n  enp5s0:\n    dhcp4: true\n"


def test_nothing_keeps_keepalived_from_adding_an_address() -> None:
    for machine in (MACHINE, CONTAINER):
        assert not any("filtering" in key for key in payload.nic(machine)["eth0"])


def test_every_value_is_text_as_lxd_wants_it() -> None:
    body = payload.create(CONTAINER, "prod", {"cloud_init"}, "default")
    assert {type(value) for value in body["config"].values()} == {str}


def test_a_server_without_the_cloud_init_keys_gets_the_older_ones() -> None:
    body = payload.create(CONTAINER, "prod", set(), "default")
    assert body["config"]["user.user-data"] == CONTAINER.user_data
    assert not any(key.startswith("cloud-init.") for key in body["config"])


def test_what_is_left_open_is_left_out() -> None:
    bare = replace(CONTAINER, bridge="", address="", disk="", storage_pool="", interface="")
    assert payload.nic(bare) == {}
    assert payload.root(bare, "somewhere") == {"type": "disk", "path": "/", "pool": "somewhere"}
    assert payload.nic(replace(bare, bridge="br")) == {"eth0": {"type": "nic", "network": "br", "name": "eth0"}}


def test_an_address_needs_a_network() -> None:
    with pytest.raises(ProviderError, match="a fixed address needs a network"):
        payload.nic(replace(CONTAINER, bridge=""))


def test_the_root_disk_goes_where_the_last_profile_says_or_to_the_only_pool() -> None:
    disk = {"type": "disk", "path": "/", "pool": "first"}
    assert payload.default_pool([{"root": disk}, {"root": {**disk, "pool": "last"}}], ["a", "b"]) == "last"
    assert payload.default_pool([{"data": {**disk, "path": "/data"}}], ["only"]) == "only"
    assert payload.default_pool([{}], ["a", "b"]) is None


def test_only_what_differs_is_changed() -> None:
    now = {"limits.cpu": "2", "limits.memory": "1GiB", "user.other": "x"}
    assert payload.changes(MACHINE, now, ["default", "gpu"]) == {}
    assert payload.changes(replace(MACHINE, cpu=4), now, ["default", "gpu"]) == {"config": {"limits.cpu": "4"}}
    assert payload.changes(MACHINE, now, ["default"]) == {"profiles": ["default", "gpu"]}


def test_a_network_carries_the_cluster_and_no_more_than_was_asked_for() -> None:
    body = payload.network(Network("br", "10.0.0.1/24", "10.0.0.100-10.0.0.199", 1400), "prod")
    assert body["config"]["ipv4.dhcp.ranges"] == "10.0.0.100-10.0.0.199"
    assert body["config"]["bridge.mtu"] == "1400"
    assert body["config"]["user.hagen.cluster"] == "prod"
    assert not {"ipv4.dhcp.ranges", "bridge.mtu"} & set(payload.network(Network("br", "10.0.0.1/24"), "p")["config"])
