"""Labs for the tests of this folder. Everything that starts one carries the mark `testbed`."""

from collections.abc import Iterator

import pytest

from tests.support import ROOT, rendered, write
from tests.testbed import settings
from tests.testbed.cluster import Cluster, read_cluster
from tests.testbed.daemons import prometheus
from tests.testbed.lab import Lab, started
from tests.testbed.requirements import PACKAGES, need, need_root
from tests.testbed.watching import begin_anew


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


@pytest.fixture(scope="module")
def watched_lab(shared_lab: Lab) -> Iterator[Lab]:
    """The shared lab with an agent on each load balancer, for the tests of one file."""
    need("prometheus", "promtool")
    client = shared_lab.context.client
    client.start(prometheus.daemon(client, shared_lab.context))
    shared_lab.watch()
    try:
        yield shared_lab
    finally:
        shared_lab.watch_no_more()
        client.forget(prometheus.NAME)


@pytest.fixture
def watched(watched_lab: Lab) -> Lab:
    """Everything is well, every verdict is ok, and no alert is even pending."""
    begin_anew(watched_lab)
    return watched_lab
