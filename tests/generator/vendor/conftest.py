"""Away from the configuration of whoever runs the tests: git's, proxies, passwords."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.generator.vendor.cluster import mirror
from tests.generator.vendor.server import Server, running

_NAMES = ("GIT_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NETRC")


@pytest.fixture(autouse=True)
def isolated(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith(_NAMES)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as found:
        yield found


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The repository to render into; it does not exist yet."""
    return tmp_path / "out"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return mirror(tmp_path / "mirror")
