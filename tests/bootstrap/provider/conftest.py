"""Both servers that the provider is held against: the fake one, and a real LXD that the tests start."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from hagen.bootstrap.provider.contract import Image, Wanted
from hagen.bootstrap.provider.lxd import LxdProvider, Server
from hagen.bootstrap.provider.lxd.connect import Client
from tests.bootstrap.provider.fake_lxd import FakeLxd
from tests.bootstrap.provider.fake_machines import BRIDGE, IMAGE
from tests.lxd import lab as labs
from tests.lxd import requirements
from tests.lxd.image import built

CLUSTER = "contract"


@dataclass
class Place:
    """A server and what is there. `closing`: everything that was opened."""

    connect: Callable[[], Client]
    number: int = 20

    def provider(self, cluster: str = CLUSTER) -> LxdProvider:
        return LxdProvider(self.connect, cluster)

    def wanted(self, name: str, **changes: object) -> Wanted:
        """A machine with an address of its own."""
        self.number += 1
        machine = Wanted(
            name=name, role="worker", virtual=False, image=Image(IMAGE), cpu=1, memory="512MiB", disk="2GiB",
            storage_pool="default", bridge=BRIDGE, address=f"198.51.100.{self.number}", user_data="#cloud-config\n{}\n",
            interface="enp5s0", digest="abc",
        )  # fmt: skip
        return replace(machine, **changes)


@pytest.fixture(scope="session")
def real_lxd() -> Iterator[labs.Lab]:
    """One real LXD with the image, for all tests; slow to make the first time: the image is built then."""
    requirements.need_lxd()
    with labs.started([labs.Daemon("one", images={IMAGE: str(built())})]) as lab:
        yield lab


@pytest.fixture
def fake(tmp_path: Path) -> FakeLxd:
    """A fake one."""
    return FakeLxd(tmp_path)


@pytest.fixture(params=["fake", pytest.param("lxd", marks=[pytest.mark.lxd, pytest.mark.timeout(600)])])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """Either; left without machines."""
    if request.param == "fake":
        yield Place(request.getfixturevalue("fake").connect)
        return
    lab: labs.Lab = request.getfixturevalue("real_lxd")
    here = Place(Server(lab.socket("one")).connect)
    yield here
    for cluster in (CLUSTER, "other"):
        provider = here.provider(cluster)
        for name in provider.machines():
            provider.delete(name)
        provider.close()


@pytest.fixture
def provider(place: Place) -> Iterator[LxdProvider]:
    """The provider on it."""
    provider = place.provider()
    yield provider
    provider.close()
