"""The provider while something breaks, on the fake server: connections, slowness, booting machines, other writers."""

import re
import threading
import time
from collections.abc import Callable

import pytest
import requests

from hagen.bootstrap.provider.contract import ForeignMachine, MustStop, Network, Power, ProviderError, Timeout
from hagen.bootstrap.provider.lxd import LxdProvider, api, connect, provider
from tests.bootstrap.provider.conftest import CLUSTER, Place
from tests.bootstrap.provider.fake_lxd import FakeLxd, Hook
from tests.bootstrap.provider.fake_operations import Refusal


@pytest.fixture
def here(fake: FakeLxd) -> Place:
    return Place(fake.connect)


@pytest.fixture
def lxd(here: Place) -> LxdProvider:
    return here.provider()


def once(method: str, pattern: str, error: Callable[[], Exception], times: int = 1) -> Hook:
    """Breaks so many requests."""
    left = [times]

    def hook(request: requests.PreparedRequest) -> None:
        if request.method == method and re.fullmatch(pattern, request.path_url.partition("?")[0]) and left[0]:
            left[0] -= 1
            raise error()

    return hook


def broken() -> Exception:
    return requests.ConnectionError("('Connection aborted.', RemoteDisconnected('Remote end closed connection'))")


def test_a_connection_that_breaks_while_it_waits_is_made_again(fake: FakeLxd, here: Place, lxd: LxdProvider) -> None:
    fake.before.append(once("GET", "/1.0/operations/.*/wait", broken, times=2))
    assert lxd.create(here.wanted("m1"))
    posts = [path for method, path in fake.asked if method == "POST"]
    assert posts == ["/1.0/instances"]


def test_a_connection_that_breaks_before_it_is_told_to_the_caller(fake: FakeLxd, here: Place, lxd: LxdProvider) -> None:
    fake.before.append(once("POST", "/1.0/instances", broken))
    with pytest.raises(ProviderError, match="the connection broke") as caught:
        lxd.create(here.wanted("m1"))
    assert caught.value.again
    assert lxd.create(here.wanted("m1"))


def test_an_answer_that_is_lost_after_the_work_was_done_is_no_error(
    fake: FakeLxd, here: Place, lxd: LxdProvider
) -> None:
    """The machine is there, and it is ours: what more could be wanted."""

    def lose(request: requests.PreparedRequest) -> None:
        if request.method == "POST":
            for operation in fake.operations.known.values():
                operation.done.wait(10)
            raise broken()

    fake.after.append(lose)
    assert lxd.create(here.wanted("m1")) is False
    assert set(lxd.machines()) == {"m1"}


def test_a_server_that_forgets_an_operation_is_asked_again(fake: FakeLxd, here: Place, lxd: LxdProvider) -> None:
    lxd.create(here.wanted("m1"))
    lxd.start("m1")
    fake.before.append(once("GET", "/1.0/operations/.*/wait", lambda: Refusal(404, "Operation not found")))
    with pytest.raises(ProviderError, match="LXD was restarted") as caught:
        lxd.execute("m1", ["true"], timeout=5)
    assert caught.value.again


def test_an_operation_that_does_not_end_is_a_timeout(fake: FakeLxd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "CREATE", 1.0)
    fake.operations.hold.clear()
    begin = time.monotonic()
    with pytest.raises(Timeout, match="not done in time"):
        Place(fake.connect).provider().create(Place(fake.connect).wanted("m1"))
    assert time.monotonic() - begin < 20
    fake.operations.hold.set()


def test_a_server_that_hangs_is_a_timeout_that_may_pass(fake: FakeLxd, lxd: LxdProvider) -> None:
    fake.before.append(once("GET", "/1.0/instances", requests.ReadTimeout))
    with pytest.raises(Timeout, match="did not answer in time") as caught:
        lxd.machines()
    assert caught.value.again
    assert lxd.machines() == {}


def test_an_answer_that_is_no_json_is_a_provider_error(fake: FakeLxd, lxd: LxdProvider) -> None:
    fake.before.append(once("GET", "/1.0/instances", lambda: ValueError("Expecting value: line 1 column 1")))
    with pytest.raises(ProviderError, match="Expecting value"):
        lxd.machines()


def test_a_virtual_machine_that_boots_is_to_be_asked_again(fake: FakeLxd, here: Place, lxd: LxdProvider) -> None:
    fake.machines.virtual, fake.machines.agent = True, False
    lxd.create(here.wanted("m1", virtual=True))
    lxd.start("m1")
    for act in (
        lambda: lxd.execute("m1", ["true"], timeout=5),
        lambda: lxd.push("m1", "/run/file", b""),
        lambda: lxd.pull("m1", "/run/file"),
    ):
        with pytest.raises(ProviderError, match="still booting") as caught:
            act()
        assert caught.value.again
    fake.machines.agent = True
    assert lxd.execute("m1", ["true"], timeout=5).code == 0


def test_a_running_virtual_machine_may_have_to_stop_for_a_change(fake: FakeLxd, here: Place, lxd: LxdProvider) -> None:
    fake.machines.virtual = True
    wanted = here.wanted("m1", virtual=True)
    lxd.create(wanted)
    lxd.start("m1")
    bigger = here.wanted("m1", virtual=True, address=wanted.address, cpu=4)
    with pytest.raises(MustStop):
        lxd.change(bigger)
    lxd.stop("m1", timeout=5)
    assert lxd.change(bigger)


def test_what_arrives_damaged_is_sent_again_and_never_put_in_place(
    fake: FakeLxd, here: Place, lxd: LxdProvider
) -> None:
    lxd.create(here.wanted("m1"))
    lxd.start("m1")
    lxd.push("m1", "/run/file", b"old")
    damage = [2]

    def spoil(request: requests.PreparedRequest) -> None:
        if request.method == "POST" and "/files?" in request.path_url and damage[0]:
            damage[0] -= 1
            for file in (fake.home / "m1/run").glob(".file*"):
                file.write_bytes(b"half of i")

    fake.after.append(spoil)
    lxd.push("m1", "/run/file", b"half of it")
    assert lxd.pull("m1", "/run/file") == b"half of it"
    damage[0] = 99
    with pytest.raises(ProviderError, match="does not arrive as it was sent") as caught:
        lxd.push("m1", "/run/file", b"new")
    assert caught.value.again
    damage[0] = 0
    assert lxd.pull("m1", "/run/file") == b"half of it"


def test_somebody_who_makes_the_machine_at_the_same_time_keeps_it(fake: FakeLxd, here: Place, lxd: LxdProvider) -> None:
    wanted = here.wanted("m1")

    def meanwhile(request: requests.PreparedRequest) -> None:
        if request.method == "POST":
            fake.before.clear()
            here.provider("other").create(wanted)

    fake.before.append(meanwhile)
    with pytest.raises(ForeignMachine):
        lxd.create(wanted)
    assert fake.machines.instances["m1"]["config"]["user.hagen.cluster"] == "other"


def test_a_paused_machine_goes_on(fake: FakeLxd, here: Place, lxd: LxdProvider) -> None:
    lxd.create(here.wanted("m1"))
    fake.machines.instances["m1"]["status"] = "Frozen"
    assert lxd.machines()["m1"].power is Power.FROZEN
    lxd.start("m1")
    assert lxd.machines()["m1"].power is Power.RUNNING


def test_machines_are_made_by_many_threads_at_once(here: Place, lxd: LxdProvider) -> None:
    machines = [here.wanted(f"m{number}") for number in range(8)]
    failures: list[BaseException] = []

    def bring(index: int) -> None:
        try:
            lxd.create(machines[index])
            lxd.start(machines[index].name)
            lxd.push(machines[index].name, "/run/number", str(index).encode())
        except BaseException as error:  # noqa: BLE001 -- a thread's failure is the test's
            failures.append(error)

    threads = [threading.Thread(target=bring, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert {lxd.pull(f"m{index}", "/run/number") for index in range(8)} == {str(i).encode() for i in range(8)}


def test_a_member_of_a_cluster_is_where_a_machine_goes(fake: FakeLxd, here: Place, lxd: LxdProvider) -> None:
    fake.machines.members = ("node1", "node2")
    lxd.create(here.wanted("m1", host="node2"))
    assert lxd.machines()["m1"].host == "node2"
    assert [host.host for host in lxd.offer().hosts] == ["node1", "node2"]


def test_a_network_of_a_cluster_is_announced_to_each_member_also_after_a_broken_attempt(
    fake: FakeLxd, lxd: LxdProvider
) -> None:
    fake.machines.members = ("node1", "node2")
    fake.before.append(once("POST", "/1.0/networks", broken, times=1))
    network = Network("br9", "203.0.113.1/24")
    with pytest.raises(ProviderError):
        lxd.ensure_network(network)
    assert lxd.ensure_network(network)
    assert fake.networks["br9"]["config"]["user.hagen.cluster"] == CLUSTER
    assert not lxd.ensure_network(network)


def test_a_slice_of_waiting_is_shorter_than_what_counts_as_a_dead_server() -> None:
    assert api.SLICE < connect.READ_SECONDS
