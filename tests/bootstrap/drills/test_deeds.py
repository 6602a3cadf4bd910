"""Every deed is done by the provider alone; a cut is what nft makes of it."""

import shutil
import subprocess

import pytest

from hagen.bootstrap.drills.deeds import do, ruleset, told, undoing, undone
from hagen.bootstrap.drills.drill import UNDONE_BY, Deed, Order
from hagen.bootstrap.errors import BootstrapError
from hagen.bootstrap.provider.contract import Outcome
from tests.bootstrap.world import FakeWorld
from tests.support import need


def test_nft_takes_the_ruleset() -> None:
    need("nft")
    nft = shutil.which("nft", path="/usr/sbin:/sbin:/usr/bin:/bin")
    assert nft
    command = ["unshare", "--net", nft, "--check", "-f", "-"]
    done = subprocess.run(command, input=ruleset(("10.0.0.1", "10.0.0.2")), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("deed", [deed for deed in Deed if deed is not Deed.LOAD])
def test_a_deed_is_told_and_refused_by_a_provider_without_the_machine(deed: Deed) -> None:
    order = Order(deed, "nobody", "a reason", against=("10.0.0.1",))
    assert "nobody" in told(order)
    with pytest.raises((BootstrapError, KeyError)):
        do(FakeWorld("10.0.0.1"), order)


@pytest.mark.parametrize("deed", list(UNDONE_BY))
def test_a_machine_that_is_not_there_is_not_as_it_was(deed: Deed) -> None:
    order = Order(deed, "nobody", "a reason")
    assert undoing(order).deed is UNDONE_BY[deed]
    assert not undone(FakeWorld("10.0.0.1"), order)


def test_outcomes_of_nft_are_said() -> None:
    world = FakeWorld("10.0.0.1")
    world.failures.append(lambda *_: Outcome(127, b"", b"nft: not found"))
    with pytest.raises((BootstrapError, KeyError)):
        do(world, Order(Deed.HEAL, "nobody", "x"))
