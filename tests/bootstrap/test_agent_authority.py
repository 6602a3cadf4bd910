"""The agents' CA in the cluster, and certificates on the load balancers: made once, renewed in time, replaced when foreign."""

import base64
import shutil
from collections.abc import Callable
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from hagen.bootstrap.agent_certificates import LIFE, Pair, is_authority, issue, make_authority, now, serves
from hagen.bootstrap.engine import carry_out
from hagen.bootstrap.events import Event, Events, Kind
from hagen.bootstrap.inventory import load_inventory
from hagen.bootstrap.journal import Journal
from hagen.bootstrap.redaction import Secrets
from hagen.bootstrap.run import Run
from hagen.bootstrap.site import Site
from hagen.bootstrap.steps import STEPS
from tests.bootstrap.world import FakeWorld
from tests.support import ROOT

CA, CERTIFICATE, KEY = (f"/etc/hagen-agent/{name}" for name in ("agents-ca.crt", "tls.crt", "tls.key"))
NAME = "hagen-agent-ca"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A cluster whose agents serve with TLS."""
    repository = Path(shutil.copytree(ROOT / "tests/golden/reference", tmp_path / "repository"))
    folder = repository / "clusters/production"
    inventory = folder / "inventory.yaml"
    inventory.write_text(inventory.read_text() + f'  authority: "{NAME}"\n')
    return folder


@pytest.fixture
def tls_world(folder: Path) -> FakeWorld:
    return FakeWorld(str(load_inventory(folder / "inventory.yaml").network.virtual_ip))


@pytest.fixture
def start(folder: Path, tls_world: FakeWorld, told: list[Event]) -> Callable[[], Run]:
    def one() -> Run:
        secrets = Secrets()
        site = Site(folder, load_inventory(folder / "inventory.yaml"), tls_world)
        return Run(site, Events(told.append), Journal(folder / "log", secrets), secrets)

    return one


def balancers(folder: Path) -> dict[str, IPv4Address]:
    machines = load_inventory(folder / "inventory.yaml").machines
    return {machine.name: machine.address for machine in machines if machine.role == "load-balancer"}


def kept(world: FakeWorld) -> Pair:
    data = world.cluster.secrets[NAME]["data"]
    return Pair(base64.b64decode(data["tls.crt"]), base64.b64decode(data["tls.key"]))


def test_every_load_balancer_serves_with_a_certificate_of_the_agents_own_authority(
    start: Callable[[], Run], tls_world: FakeWorld, folder: Path
) -> None:
    assert carry_out(start(), STEPS).problems == ()
    authority = kept(tls_world)
    assert is_authority(authority, now())
    assert tls_world.cluster.secrets[NAME]["metadata"]["namespace"] == "kube-system"
    assert tls_world.cluster.maps[NAME]["data"] == {"ca.crt": authority.certificate.decode()}
    keys = set()
    for name, address in balancers(folder).items():
        files = tls_world.there[name].files
        assert files[CA] == authority.certificate
        assert serves(Pair(files[CERTIFICATE], files[KEY]), authority.certificate, name, address, now())
        keys.add(files[KEY])
    assert len(keys) == len(balancers(folder)), "each has its own"
    assert authority.key not in keys
    assert carry_out(start(), STEPS).changes == 0


def test_keys_are_in_no_log_and_no_argument(
    start: Callable[[], Run], tls_world: FakeWorld, folder: Path, told: list[Event]
) -> None:
    carry_out(start(), STEPS)
    name = next(iter(balancers(folder)))
    for key in (kept(tls_world).key, tls_world.there[name].files[KEY]):
        words = key.decode().splitlines()[1]
        assert all(words not in path.read_text() for path in (folder / "log").glob("*.log"))
        assert all(words not in " ".join(argv) for _, argv in tls_world.calls)
        assert all(words not in event.text for event in told)


def test_a_certificate_that_ends_soon_is_renewed_and_the_others_stay(
    start: Callable[[], Run], tls_world: FakeWorld, folder: Path
) -> None:
    carry_out(start(), STEPS)
    (first, address), *others = balancers(folder).items()
    before = {name: tls_world.there[name].files[CERTIFICATE] for name, _ in others}
    old = issue(kept(tls_world), first, address, now() - LIFE + timedelta(days=60))
    machine = tls_world.there[first]
    machine.files |= {CERTIFICATE: old.certificate, KEY: old.key}
    machine.reloads.clear()
    assert carry_out(start(), STEPS).changes == 1
    assert serves(
        Pair(machine.files[CERTIFICATE], machine.files[KEY]), kept(tls_world).certificate, first, address, now()
    )
    assert "hagen-agent" in machine.reloads
    assert {name: tls_world.there[name].files[CERTIFICATE] for name, _ in others} == before


@pytest.mark.parametrize("harm", ["foreign certificate", "foreign key", "half a pair", "another authority"])
def test_what_does_not_belong_there_is_replaced(
    start: Callable[[], Run], tls_world: FakeWorld, folder: Path, harm: str
) -> None:
    carry_out(start(), STEPS)
    name, address = next(iter(balancers(folder).items()))
    files = tls_world.there[name].files
    foreign = issue(make_authority("another", now()), name, address, now())
    if harm == "foreign certificate":
        files |= {CERTIFICATE: foreign.certificate, KEY: foreign.key}
    elif harm == "foreign key":
        files[KEY] = foreign.key
    elif harm == "half a pair":
        del files[KEY]
    else:
        files[CA] = make_authority("another", now()).certificate
    assert carry_out(start(), STEPS).changes == 1
    assert files[CA] == kept(tls_world).certificate
    assert serves(Pair(files[CERTIFICATE], files[KEY]), files[CA], name, address, now())


@pytest.mark.parametrize(
    "content", [{}, {"tls.crt": "!", "tls.key": "!"}, {"tls.crt": "Z2FyYmFnZQ==", "tls.key": "Z2FyYmFnZQ=="}]
)
def test_an_authority_that_cannot_be_used_is_made_anew_and_told(
    start: Callable[[], Run], tls_world: FakeWorld, content: dict[str, str], told: list[Event]
) -> None:
    carry_out(start(), STEPS)
    tls_world.cluster.secrets[NAME]["data"] = content
    assert carry_out(start(), STEPS).problems == ()
    assert is_authority(kept(tls_world), now())
    assert any("made anew" in event.text for event in told if event.kind is Kind.CHANGED)


def test_the_authority_is_published_once_its_namespace_is_there(start: Callable[[], Run], tls_world: FakeWorld) -> None:
    tls_world.cluster.synced = False
    assert carry_out(start(), STEPS).problems == ()
    assert NAME not in tls_world.cluster.maps
    tls_world.cluster.synced = True
    carry_out(start(), STEPS)
    assert NAME in tls_world.cluster.maps
