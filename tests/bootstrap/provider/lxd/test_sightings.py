"""How long a machine that was seen counts as ours and running."""

import pytest

from hagen.bootstrap.provider.contract import ForeignMachine, ProviderError
from hagen.bootstrap.provider.lxd import LxdProvider
from hagen.bootstrap.provider.lxd.sightings import SECONDS, Sightings
from tests.bootstrap.provider.conftest import CLUSTER
from tests.bootstrap.provider.fake_lxd import FakeLxd
from tests.bootstrap.provider.fake_machines import IMAGE

LOOK, EXEC = ("GET", "/1.0/instances/m1"), ("POST", "/1.0/instances/m1/exec")


def test_a_sighting_counts_for_some_seconds() -> None:
    now = [0.0]
    sightings = Sightings(lambda: now[0])
    assert not sightings.recent("m1")
    sightings.saw("m1")
    now[0] = SECONDS - 0.1
    assert sightings.recent("m1")
    assert not sightings.recent("m2")
    now[0] = SECONDS
    assert not sightings.recent("m1")


def test_what_fails_is_looked_at_again() -> None:
    sightings = Sightings(lambda: 0.0)
    sightings.saw("m1")
    with sightings.trusted("m1"):
        pass
    assert sightings.recent("m1")
    with pytest.raises(KeyError), sightings.trusted("m1"):
        raise KeyError
    assert not sightings.recent("m1")


@pytest.fixture
def provider(fake: FakeLxd) -> LxdProvider:
    """With one machine that runs."""
    made = {"name": "m1", "source": {"alias": IMAGE}, "config": {"user.hagen.cluster": CLUSTER}}
    client = fake.connect()
    client.instances.create(made, wait=True)
    client.instances.get("m1").start(wait=True)
    fake.asked.clear()
    return LxdProvider(fake.connect, CLUSTER)


def test_a_silent_command_costs_two_requests_and_one_that_prints_six(provider: LxdProvider, fake: FakeLxd) -> None:
    provider.execute("m1", ["true"], timeout=5, silent=True)  # which looks, and connects
    fake.asked.clear()
    provider.execute("m1", ["true"], timeout=5, silent=True)
    assert len(fake.asked) == 2
    assert provider.execute("m1", ["echo", "word"], timeout=5).stdout == b"word\n"
    assert len(fake.asked) == 8
    assert LOOK not in fake.asked


def test_a_machine_that_this_provider_switched_off_is_looked_at(provider: LxdProvider, fake: FakeLxd) -> None:
    provider.execute("m1", ["true"], timeout=5)
    provider.stop("m1", timeout=5, force=True)
    fake.asked.clear()
    with pytest.raises(ProviderError, match="it does not run"):
        provider.execute("m1", ["true"], timeout=5)
    assert EXEC not in fake.asked


def test_after_a_refusal_it_is_looked_whose_the_machine_is(provider: LxdProvider, fake: FakeLxd) -> None:
    provider.execute("m1", ["true"], timeout=5)
    fake.machines.instances["m1"] |= {"status": "Stopped"}
    with pytest.raises(ProviderError, match="it is switched off"):
        provider.execute("m1", ["true"], timeout=5)
    fake.machines.instances["m1"]["config"] = {"user.hagen.cluster": "somebody's"}
    with pytest.raises(ForeignMachine):
        provider.execute("m1", ["true"], timeout=5)
