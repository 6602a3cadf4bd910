"""Files of a machine, looked at all at once."""

from collections.abc import Callable

import pytest

from hagen.bootstrap.machine.remote import Remote
from hagen.bootstrap.provider.contract import Image, Wanted
from hagen.bootstrap.run import Run
from tests.bootstrap.world import FakeWorld

WANTED = Wanted(
    name="k8s-lb-1", role="load-balancer", virtual=False, image=Image("x"), cpu=1, memory="1GiB", disk="2GiB",
    storage_pool="", bridge="br0", address="198.51.100.1", user_data="",
)  # fmt: skip


@pytest.fixture
def remote(begin: Callable[[], Run], world: FakeWorld) -> Remote:
    """A machine that runs and has two files."""
    world.create(WANTED)
    world.start(WANTED.name)
    world.there[WANTED.name].files |= {"/etc/one": b"1", "/etc/two": b"2"}
    world.calls.clear()
    return begin().on(WANTED.name)


def test_files_are_compared_with_one_command(remote: Remote, world: FakeWorld) -> None:
    wanted = {"/etc/absent": b"", "/etc/two": b"another", "/etc/one": b"1"}
    assert remote.differing(wanted) == ("/etc/absent", "/etc/two")
    assert len(world.calls) == 1
    assert remote.differing({}) == ()
    assert len(world.calls) == 1


def test_one_file(remote: Remote) -> None:
    assert remote.same("/etc/one", b"1")
    assert not remote.same("/etc/one", b"2")
    assert not remote.same("/etc/absent", b"")
    assert remote.put("/etc/one", b"2")
    assert not remote.put("/etc/one", b"2")
