"""Two members of a real LXD cluster."""

import time
from collections.abc import Iterator

import pytest

from hagen.bootstrap.provider.contract import Image, Network, Power, ProviderError
from hagen.bootstrap.provider.lxd import LxdProvider, Server
from tests.bootstrap.provider.conftest import Place
from tests.bootstrap.provider.fake_machines import IMAGE
from tests.lxd.image import built
from tests.lxd.lab import cluster_of_two, started
from tests.lxd.requirements import need_lxd

pytestmark = [pytest.mark.lxd, pytest.mark.timeout(600)]
NETWORK = Network("hagen-test5", "203.0.113.1/24", "203.0.113.100-203.0.113.150")


@pytest.fixture(scope="module")
def members() -> Iterator[tuple[LxdProvider, LxdProvider]]:
    """The same cluster through either member."""
    need_lxd()
    with started(cluster_of_two({IMAGE: str(built())})) as lab:
        first, second = (LxdProvider(Server(lab.socket(name)).connect, "cluster") for name in ("node1", "node2"))
        yield first, second
        first.close()
        second.close()


def test_machines_go_where_they_are_sent_and_are_reached_from_anywhere(
    members: tuple[LxdProvider, LxdProvider],
) -> None:
    first, second = members
    assert first.ensure_network(NETWORK)
    assert not second.ensure_network(NETWORK)
    place = Place(lambda: pytest.fail("not asked"))
    near = place.wanted("near", host="node1", bridge=NETWORK.name, address="203.0.113.21", disk="")
    far = place.wanted("far", host="node2", bridge=NETWORK.name, address="203.0.113.22", disk="")
    for wanted in (near, far):
        assert first.create(wanted)
        assert not second.create(wanted)
        first.start(wanted.name)
    assert {name: machine.host for name, machine in second.machines().items()} == {"near": "node1", "far": "node2"}
    assert first.execute("far", ["hostname"], timeout=20).stdout == b"far\n"
    assert first.execute("far", ["cat"], timeout=20, stdin=b"sent").stdout == b"sent"
    first.push("far", "/etc/hagen/file", b"content")
    assert second.pull("far", "/etc/hagen/file") == b"content"
    second.stop("near", timeout=10, force=True)
    assert first.machines()["near"].power is Power.STOPPED
    assert all(first.delete(name) for name in ("near", "far"))
    assert second.delete_network(NETWORK.name)


def test_a_member_that_is_not_there_is_named(members: tuple[LxdProvider, LxdProvider]) -> None:
    wanted = Place(lambda: pytest.fail("not asked")).wanted("m1", host="node9", bridge="", address="", disk="")
    with pytest.raises(ProviderError, match="member not found") as caught:
        members[0].create(wanted)
    assert "nodes[].host" in caught.value.remedy


def test_the_offer_tells_the_members_apart(members: tuple[LxdProvider, LxdProvider]) -> None:
    hosts = members[0].offer().hosts
    assert [host.host for host in hosts] == ["node1", "node2"]
    assert all(host.memory_total and host.cpus for host in hosts)
    assert members[1].has_image(Image(IMAGE), virtual=False) is True


def test_a_member_that_does_not_answer_is_said_to_be_off() -> None:
    need_lxd()
    with started(cluster_of_two({IMAGE: str(built())})) as lab:
        provider = LxdProvider(Server(lab.socket("node1")).connect, "cluster")
        ended = lab.inside("node2", "sh", "-c", "kill -9 $(pgrep -f '[l]ogfile /mnt/node2/lxd.log')")
        assert ended.returncode == 0, ended.stderr
        limit = time.monotonic() + 90
        while not (notes := provider.offer().hosts[1].notes) or not notes[0].startswith("Offline"):
            assert time.monotonic() < limit, notes
            time.sleep(1)
        assert provider.offer().hosts[1].memory_total is None
        wanted = Place(lambda: pytest.fail("not asked")).wanted("m1", host="node2", bridge="", address="", disk="")
        with pytest.raises(ProviderError) as caught:
            provider.create(wanted)
        assert caught.value.again
        provider.close()
