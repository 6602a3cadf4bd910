"""An API server in front of real database nodes."""

from collections.abc import Iterator

import pytest

from tests.agent.collectors.galera.nodes import Node, cluster
from tests.agent.kubernetes.certificates import Authority
from tests.agent.kubernetes.fixtures import authorities, hall, held, loop
from tests.testbed.requirements import need

__all__ = ["authorities", "hall", "held", "loop"]


@pytest.fixture(scope="session")
def nodes(authorities: tuple[Authority, Authority]) -> Iterator[list[Node]]:
    """Two nodes. A test that breaks one has nodes of its own."""
    need("mariadbd", "mariadb-install-db", "/usr/lib/galera/libgalera_smm.so", "rsync", "ss")
    with cluster(authorities[1].directory / "stranger.pem", 2) as made:
        yield made
