"""Where LXD is looked for, and what is said when it is not there."""

from pathlib import Path

import pytest

from hagen.bootstrap.provider.contract import ProviderError
from hagen.bootstrap.provider.lxd import LxdProvider, Server
from hagen.bootstrap.provider.lxd.connect import Connections
from tests.bootstrap.provider.fake_lxd import FakeLxd


def test_a_socket_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ProviderError, match="is not there") as caught:
        Server(str(tmp_path / "unix.socket")).connect()
    assert "lxd init" in caught.value.remedy


def test_a_port_where_nobody_listens() -> None:
    with pytest.raises(ProviderError, match="does not answer") as caught:
        Server("https://127.0.0.1:1").connect()
    assert caught.value.again


def test_a_certificate_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ProviderError):
        Server("https://127.0.0.1:1", tmp_path / "a.crt", tmp_path / "a.key", tmp_path / "s.crt").connect()


def test_half_a_pair_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(ProviderError, match="need each other"):
        Server("https://127.0.0.1:1", certificate=tmp_path / "a.crt").connect()


def test_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LXD_DIR", str(tmp_path))
    with pytest.raises(ProviderError, match="LXD server: "):
        Server().connect()


def test_a_client_serves_one_caller_at_a_time_and_is_used_again(fake: FakeLxd) -> None:
    made = []

    def connect() -> object:
        made.append(fake.connect())
        return made[-1]

    connections = Connections(connect)
    with connections.client() as first, connections.client() as second:
        assert first is not second
    with connections.client() as third:
        assert third in (first, second)
    connections.close()
    with connections.client() as fourth:
        assert fourth not in (first, second)
    assert len(made) == 3


def test_a_server_that_cannot_be_reached_is_said_by_every_method(tmp_path: Path) -> None:
    provider = LxdProvider(Server(str(tmp_path / "unix.socket")).connect, "c")
    with pytest.raises(ProviderError, match="is not there"):
        provider.machines()
