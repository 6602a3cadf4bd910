"""Whatever happens between breaking and repairing: the next one finds what is broken, and puts it right."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hagen.bootstrap.drills import breakage as module
from hagen.bootstrap.drills.breakage import Breakage
from hagen.bootstrap.drills.drill import Deed, Order
from hagen.bootstrap.drills.ledger import FILE, Ledger
from hagen.bootstrap.engine import carry_out
from hagen.bootstrap.errors import BootstrapError, Problems
from hagen.bootstrap.provider.contract import Outcome, Power
from hagen.bootstrap.run import Run
from hagen.bootstrap.steps import STEPS
from tests.bootstrap.world import FakeWorld
from tests.bootstrap.world.provider import Killed

OFF = Order(Deed.POWER_OFF, "k8s-lb-1", "it has the address")
ON = Order(Deed.POWER_ON, "k8s-lb-1", "it comes back")
FROZEN = Order(Deed.FREEZE, "k8s-master-1", "it says nothing")
CUT = Order(Deed.CUT, "k8s-lb-2", "they are apart", against=("10.196.35.11",))


@pytest.fixture
def cluster(begin: Callable[[], Run], world: FakeWorld) -> FakeWorld:
    """The reference cluster, up; its machines know nft."""
    assert carry_out(begin(), STEPS).problems == ()
    return world


@pytest.fixture
def broken(cluster: FakeWorld, tmp_path: Path) -> Breakage:
    return Breakage(cluster, Ledger(tmp_path))


def test_what_is_broken_is_on_disk_before_it_is_done(cluster: FakeWorld, tmp_path: Path) -> None:
    cluster.kill_at = cluster.acts + 1
    with pytest.raises(Killed):
        Breakage(cluster, Ledger(tmp_path)).carry_out(OFF)
    cluster.kill_at = None
    assert [row["machine"] for row in json.loads((tmp_path / FILE).read_text())] == ["k8s-lb-1"]


def test_a_repair_is_struck_out_after_it_was_done(cluster: FakeWorld, broken: Breakage, tmp_path: Path) -> None:
    broken.carry_out(OFF)
    assert cluster.there["k8s-lb-1"].power is Power.STOPPED
    broken.carry_out(ON)
    assert cluster.there["k8s-lb-1"].power is Power.RUNNING
    assert not (tmp_path / FILE).exists()


def test_the_next_one_puts_everything_right_the_last_one_first(
    cluster: FakeWorld, broken: Breakage, tmp_path: Path
) -> None:
    broken.carry_out(OFF)
    broken.carry_out(FROZEN)
    told: list[str] = []
    healed = Breakage(cluster, Ledger(tmp_path), told.append).heal()
    assert [order.machine for order in healed] == ["k8s-lb-1", "k8s-master-1"]
    assert told == ["thaw k8s-master-1", "power-on k8s-lb-1"]
    assert {machine.power for machine in cluster.there.values()} == {Power.RUNNING}
    assert not (tmp_path / FILE).exists()
    assert Breakage(cluster, Ledger(tmp_path)).heal() == ()


def test_what_cannot_be_put_right_stays_written_down_and_the_rest_is_done(
    cluster: FakeWorld, broken: Breakage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PAUSE", 0.0)
    said = Ledger(tmp_path)
    said.write((CUT, OFF))
    cluster.there["k8s-lb-1"].power = Power.STOPPED
    cluster.failures.append(lambda _, argv: Outcome(1, b"", b"nft: no") if argv[0] == "nft" else None)
    with pytest.raises(Problems) as caught:
        broken.heal()
    assert [str(problem) for problem in caught.value.problems] == [
        "k8s-lb-2: nft ended with 1. Look whether nftables is installed."
    ]
    assert cluster.there["k8s-lb-1"].power is Power.RUNNING
    assert said.open() == (CUT,)


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '[{"deed": "explode", "machine": "a", "against": [], "why": ""}]', "[{}]"]
)
def test_a_damaged_ledger_is_no_empty_one(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(BootstrapError, match="Look at the machines, then remove it"):
        Ledger(tmp_path).open()


def test_a_ledger_comes_back_as_it_was_written(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "deeper")
    ledger.write((CUT, OFF))
    assert ledger.open() == (CUT, OFF)
    ledger.write(())
    assert not ledger.path.exists()
    ledger.write(())
