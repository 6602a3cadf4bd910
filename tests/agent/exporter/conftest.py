"""Servers of the exporter, and clients of all manners."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from hagen.agent.exporter.connection import Limits
from hagen.agent.exporter.server import Server
from hagen.agent.exporter.sources import Sources
from tests.agent.exporter.worlds import Agent
from tests.agent.kubernetes.certificates import Authority, authority

Serve = Callable[..., Server]


@pytest.fixture
def agent() -> Agent:
    return Agent()


@pytest.fixture
def serve(agent: Agent) -> Iterator[Serve]:
    """A server on 127.0.0.1 that ends with the test."""
    with ExitStack() as stack:

        def started(web: Path | None = None, sources: Sources | None = None, **limits: float) -> Server:
            server = Server(sources or agent, address="127.0.0.1", web=web, limits=Limits(**limits))  # type: ignore[arg-type]
            return stack.enter_context(server)

        yield started


@pytest.fixture(scope="session")
def web_ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("exporter") / "web")
