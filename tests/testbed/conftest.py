"""Labs for the tests of this folder. Everything that starts one carries the mark `testbed`."""

from collections.abc import Iterator

import pytest

from tests.support import ROOT, rendered, write
from tests.testbed import settings
from tests.testbed.cluster import Cluster, read_cluster
from tests.testbed.lab import Lab, started
from tests.testbed.requirements import PACKAGES, need, need_root


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """The reference cluster, as `hagen render` writes it."""
    return read_cluster(
        write(rendered(ROOT / "tests/fixtures/valid/reference.yaml"), tmp_path_factory.mktemp("repository"))
    )


@pytest.fixture(scope="session")
def shared_lab(cluster: Cluster) -> Iterator[Lab]:
    """One lab for all tests that leave it as they found it."""
    need_root()
    need(*PACKAGES)
    with started(cluster, settings.rendered) as lab:
        yield lab


@pytest.fixture
def lab(shared_lab: Lab) -> Lab:
    """The shared lab, healthy."""
    shared_lab.wait_until_healthy()
    return shared_lab
