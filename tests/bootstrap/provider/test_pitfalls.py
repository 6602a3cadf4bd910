"""What pylxd and LXD do that one would not expect: the fake server does it word for word as the real one."""

from collections.abc import Iterator
from typing import Any

import pytest
from pylxd import exceptions

from tests.bootstrap.provider.conftest import CLUSTER, Place
from tests.bootstrap.provider.fake_machines import BRIDGE, IMAGE


@pytest.fixture
def client(place: Place) -> Iterator[Any]:
    """pylxd as it comes."""
    client: Any = place.connect()
    yield client
    client.api.session.close()


def body(name: str, **changes: Any) -> dict[str, Any]:
    """A container, tagged so that it is removed after the test."""
    return {
        "name": name,
        "source": {"type": "image", "alias": IMAGE},
        "profiles": ["default"],
        "config": {"user.hagen.cluster": CLUSTER},
        "devices": {},
        **changes,
    }


def test_an_object_keeps_what_it_read_first(client: Any) -> None:
    instance = client.instances.create(body("m1"), wait=True)
    assert instance.status == "Stopped"
    other = client.instances.get("m1")
    other.patch({"config": {"user.key": "new"}}, wait=True)
    assert "user.key" in other.config
    assert "user.key" not in instance.config
    instance.sync()
    assert "user.key" not in instance.config
    instance.rollback()
    assert instance.config["user.key"] == "new"


def test_a_save_of_what_was_read_before_the_start_is_refused(client: Any) -> None:
    client.instances.create(body("m1"), wait=True)
    instance = client.instances.get("m1")
    client.instances.get("m1").start(wait=True)
    instance.config["user.key"] = "value"
    with pytest.raises(exceptions.LXDAPIException, match="Volatile idmap keys can't be deleted by the user"):
        instance.save(wait=True)


def test_the_second_of_two_writers_takes_back_the_firsts_key(client: Any) -> None:
    client.instances.create(body("m1"), wait=True)
    first, second = client.instances.get("m1"), client.instances.get("m1")
    first.config["user.first"] = "1"
    first.save(wait=True)
    second.config["user.second"] = "2"
    second.save(wait=True)
    assert "user.first" not in client.instances.get("m1").config


def test_numbers_are_refused(client: Any) -> None:
    with pytest.raises(exceptions.LXDAPIException, match="json: cannot unmarshal number"):
        client.instances.create(body("m1", config={"limits.cpu": 1}), wait=True)


def test_a_name_that_is_taken_is_no_conflict(client: Any) -> None:
    client.instances.create(body("m1"), wait=True)
    with pytest.raises(exceptions.LXDAPIException, match='This "instances" entry already exists') as caught:
        client.instances.create(body("m1"), wait=True)
    assert not isinstance(caught.value, exceptions.Conflict)


def test_what_is_missing_is_not_found(client: Any) -> None:
    with pytest.raises(exceptions.NotFound, match="Instance not found"):
        client.instances.get("nobody")
    with pytest.raises(exceptions.NotFound, match="Image alias not found"):
        client.instances.create(body("m1", source={"type": "image", "alias": "nothing"}), wait=True)


def test_to_do_again_what_is_done_is_an_error(client: Any) -> None:
    instance = client.instances.create(body("m1"), wait=True)
    with pytest.raises(exceptions.LXDAPIException, match="The instance is already stopped"):
        instance.stop(wait=True)
    instance.start(wait=True)
    with pytest.raises(exceptions.LXDAPIException, match="The instance is already running"):
        instance.start(wait=True)
    with pytest.raises(exceptions.LXDAPIException, match="Instance is running"):
        instance.delete(wait=True)


def test_an_address_is_judged_at_the_start_a_subnet_when_it_is_made(client: Any) -> None:
    nic = {"type": "nic", "name": "eth0", "network": BRIDGE, "ipv4.address": "198.51.100.77"}
    client.instances.create(body("m1", devices={"eth0": nic}), wait=True)
    second = client.instances.create(body("m2", devices={"eth0": nic}), wait=True)
    with pytest.raises(
        exceptions.LXDAPIException, match=r'IP address "198\.51\.100\.77" already defined on another NIC'
    ):
        second.start(wait=True)
    far = body("m3", devices={"eth0": {**nic, "ipv4.address": "192.0.2.1"}})
    with pytest.raises(exceptions.LXDAPIException, match=f'not within network "{BRIDGE}" subnet'):
        client.instances.create(far, wait=True)


def test_a_card_of_the_profile_is_not_the_machines(client: Any) -> None:
    instance = client.instances.create(body("m1"), wait=True)
    assert "eth0" not in instance.devices
    assert instance.expanded_devices["eth0"]["network"] == BRIDGE


def test_a_machine_that_is_off_has_no_network(client: Any) -> None:
    assert client.instances.create(body("m1"), wait=True).state().network is None


def test_a_deleted_object_is_of_no_use(client: Any) -> None:
    instance = client.instances.create(body("m1"), wait=True)
    instance.delete(wait=True)
    with pytest.raises(AttributeError):
        instance.state()


def test_containers_are_all_instances(client: Any) -> None:
    client.instances.create(body("m1"), wait=True)
    assert [entry.name for entry in client.virtual_machines.all()] == ["m1"]


def test_a_place_is_only_for_clusters(client: Any) -> None:
    with pytest.raises(exceptions.LXDAPIException, match="Target only allowed when clustered"):
        client.instances.create(body("m1"), wait=True, target="node2")


def test_files_need_their_folder(client: Any) -> None:
    instance = client.instances.create(body("m1"), wait=True)
    instance.start(wait=True)
    with pytest.raises(exceptions.NotFound):
        instance.files.put("/run/missing/file", b"")
