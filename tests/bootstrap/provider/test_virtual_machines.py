"""Virtual machines as a real LXD checks and keeps them. It cannot boot them without KVM, and is not asked to."""

from collections.abc import Iterator

import pytest

from hagen.bootstrap.provider.contract import Image, Power, ProviderError
from hagen.bootstrap.provider.lxd import LxdProvider, Server
from tests.bootstrap.provider.conftest import Place
from tests.lxd.image import empty_disk
from tests.lxd.lab import Daemon, started
from tests.lxd.requirements import need_virtual_machines

pytestmark = [pytest.mark.lxd, pytest.mark.timeout(300)]
SIZES = {"load-balancer": (1, "1GiB", "2GiB"), "control-plane": (2, "4GiB", "3GiB"), "worker": (2, "4GiB", "4GiB")}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    need_virtual_machines()
    image = empty_disk(tmp_path_factory.mktemp("image"))
    with started([Daemon("one", virtual=True, images={"empty": str(image)})]) as lab:
        yield Place(Server(lab.socket("one")).connect)


@pytest.fixture
def provider(place: Place) -> Iterator[LxdProvider]:
    provider = place.provider()
    yield provider
    for name in provider.machines():
        provider.delete(name)
    provider.close()


@pytest.mark.parametrize("role", SIZES)
def test_every_role_is_accepted_and_kept_as_asked(place: Place, provider: LxdProvider, role: str) -> None:
    cpu, memory, disk = SIZES[role]
    wanted = place.wanted(
        "m1", role=role, virtual=True, image=Image("empty"), cpu=cpu, memory=memory, disk=disk, digest="d1"
    )
    assert provider.create(wanted)
    assert not provider.create(wanted)
    machine = provider.machines()["m1"]
    assert (machine.role, machine.cpu, machine.memory, machine.digest) == (role, cpu, memory, "d1")
    assert machine.power is Power.STOPPED
    with provider._connections.client() as client:
        kept = client.api["instances"]["m1"].get().json()["metadata"]
    assert kept["type"] == "virtual-machine"
    assert kept["config"]["cloud-init.user-data"] == wanted.user_data
    assert kept["devices"]["root"]["size"] == disk
    assert kept["devices"]["eth0"] == {"type": "nic", "network": wanted.bridge, "ipv4.address": wanted.address}
    assert provider.change(place.wanted("m1", virtual=True, address=wanted.address, cpu=cpu + 1, memory=memory))
    assert provider.machines()["m1"].cpu == cpu + 1
    assert provider.delete("m1")


def test_the_host_says_that_it_runs_them(provider: LxdProvider) -> None:
    assert provider.offer().hosts[0].virtual_machines is True


def test_an_image_for_virtual_machines_makes_no_container(place: Place, provider: LxdProvider) -> None:
    assert provider.has_image(Image("empty"), virtual=True) is True
    assert provider.has_image(Image("empty"), virtual=False) is False
    with pytest.raises(ProviderError, match="doesn't match instance type") as caught:
        provider.create(place.wanted("m1", image=Image("empty")))
    assert "machines.type" in caught.value.remedy


def test_a_disk_smaller_than_its_image_is_refused(place: Place, provider: LxdProvider) -> None:
    with pytest.raises(ProviderError, match="size"):
        provider.create(place.wanted("m1", virtual=True, image=Image("empty"), disk="100MiB"))
    assert provider.machines() == {}
