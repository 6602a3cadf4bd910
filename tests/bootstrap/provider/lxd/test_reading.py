"""What LXD says, in the contract's words."""

from typing import Any

from hagen.bootstrap.provider.contract import Power
from hagen.bootstrap.provider.lxd import reading


def instance(**changes: Any) -> dict[str, Any]:
    """As GET /1.0/instances?recursion=2 shows one."""
    return {
        "name": "m1",
        "status": "Running",
        "location": "none",
        "profiles": ["default", "gpu"],
        "config": {"user.hagen.cluster": "prod", "limits.cpu": "0-3", "volatile.eth0.hwaddr": "00:16:3e:00:00:01"},
        "expanded_devices": {},
        "state": {"network": None},
        **changes,
    }


def card(hardware: str, *addresses: tuple[str, str, str]) -> dict[str, Any]:
    entries = [{"family": family, "address": address, "scope": scope} for family, address, scope in addresses]
    return {"hwaddr": hardware, "addresses": entries}


def test_addresses_are_those_of_the_machines_own_card_whatever_the_guest_calls_it() -> None:
    network = {
        "enp5s0": card("00:16:3e:00:00:01", ("inet", "10.0.0.5", "global"), ("inet6", "fe80::1", "link")),
        "cni0": card("06:00:00:00:00:01", ("inet", "10.244.0.1", "global")),
        "lo": card("", ("inet", "127.0.0.1", "local")),
    }
    assert reading.addresses(instance(state={"network": network})) == ("10.0.0.5",)
    assert reading.addresses(instance(state={"network": None})) == ()
    assert reading.addresses(instance(state=None)) == ()
    assert reading.addresses(instance(state={"network": network}, config={})) == ()


def test_a_pinned_set_of_processors_is_no_number() -> None:
    assert reading.machine(instance()).cpu is None


def test_default_profile_and_no_location_are_nothing_of_their_own() -> None:
    machine = reading.machine(instance())
    assert (machine.profiles, machine.host) == (("gpu",), "")
    assert reading.machine(instance(location="node2")).host == "node2"


def test_what_is_neither_on_nor_off() -> None:
    assert [reading.power(instance(status=status)) for status in ("Freezing", "Error", "Starting")] == [Power.OTHER] * 3


def test_a_tag_of_another_cluster_is_foreign() -> None:
    assert reading.ours(instance(), "prod")
    assert not reading.ours(instance(), "test")
    assert not reading.ours(instance(config={}), "")


def test_taken_addresses_are_those_of_foreign_machines_also_when_they_are_off() -> None:
    fixed = {"eth0": {"type": "nic", "ipv4.address": "10.0.0.7"}, "root": {"type": "disk"}}
    machines = [
        instance(expanded_devices={"eth0": {"type": "nic", "ipv4.address": "10.0.0.5"}}),
        instance(name="theirs", config={}, expanded_devices=fixed, status="Stopped"),
    ]
    leases = [
        {"hostname": "m1", "address": "10.0.0.5", "type": "static"},
        {"hostname": "", "address": "10.0.0.9", "type": "dynamic"},
        {"hostname": "theirs", "address": "fd00::1", "type": "dynamic"},
        {"hostname": "lxdbr0.gw", "address": "10.0.0.1", "type": "gateway"},
    ]
    assert reading.taken(machines, leases, "prod") == {"10.0.0.7": "theirs", "10.0.0.9": "an unknown machine"}


def test_what_a_host_does_not_say_is_unknown_not_nothing() -> None:
    assert reading.capacity("a", {}, {}, {}) == reading.Capacity("a")
    host = reading.capacity("a", {"driver": "lxc | qemu"}, {"memory": {"total": 5, "used": 0}}, {})
    assert (host.virtual_machines, host.memory_total, host.memory_used, host.disk_total) == (True, 5, 0, None)


def test_why_a_host_runs_no_virtual_machines() -> None:
    warning = {"type": "Instance type not operational", "last_message": "no KVM", "location": "b", "status": "new"}
    assert reading.notes([warning], "b") == ("no KVM",)
    assert reading.notes([warning], "a") == ()
    assert reading.notes([{**warning, "status": "resolved"}, {**warning, "type": "Other"}], "b") == ()
