"""A run on a world in memory, of the reference cluster as it is rendered."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hagen.bootstrap.events import Event, Events, Listener
from hagen.bootstrap.inventory import load_inventory
from hagen.bootstrap.journal import Journal
from hagen.bootstrap.redaction import Secrets
from hagen.bootstrap.run import Run
from hagen.bootstrap.site import Site
from tests.bootstrap.world import FakeWorld
from tests.support import ROOT

VIRTUAL_IP = "10.196.35.30"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A copy of the rendered reference repository."""
    return Path(shutil.copytree(ROOT / "tests/golden/reference", tmp_path / "repository"))


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld(VIRTUAL_IP)


@pytest.fixture
def told() -> list[Event]:
    return []


@pytest.fixture
def begin(repository: Path, world: FakeWorld, told: list[Event]) -> Callable[[], Run]:
    """A new run, as the command makes it each time."""

    return lambda: run_on(repository, world, told.append)


def run_on(repository: Path, world: FakeWorld, *listeners: Listener) -> Run:
    """A run as the command makes it."""
    folder = repository / "clusters/production"
    secrets = Secrets()
    site = Site(folder, load_inventory(folder / "inventory.yaml"), world)
    return Run(site, Events(*listeners), Journal(repository / ".hagen/log", secrets), secrets)
