"""The configuration in force follows its files, and never becomes worse than it was."""

import logging
import shutil
from pathlib import Path

import pytest

from hagen.agent.exporter.web.live import LiveWeb
from hagen.agent.exporter.web.load import WebConfigError
from tests.agent.kubernetes.certificates import authority

VALID = Path(__file__).parent / "valid"


def test_without_a_file_nothing_is_asked() -> None:
    live = LiveWeb(None)
    assert live.current().config.context is None
    assert live.usable


def test_a_bad_file_is_refused_at_the_start(folder: Path) -> None:
    (folder / "web.yaml").write_text("nonsense: 1")
    with pytest.raises(WebConfigError):
        LiveWeb(folder / "web.yaml")


def test_unchanged_files_are_not_read_again(folder: Path) -> None:
    shutil.copy(VALID / "users.yaml", folder / "web.yaml")
    live = LiveWeb(folder / "web.yaml")
    live.current()
    assert live.current() is live.current()


def test_a_changed_file_is_in_force_at_once(folder: Path) -> None:
    path = Path(shutil.copy(VALID / "empty.yaml", folder / "web.yaml"))
    live = LiveWeb(path)
    assert not live.current().config.users
    shutil.copy(VALID / "users.yaml", path)
    assert live.current().config.users
    assert live.in_force.config.users


def test_who_has_logged_in_stays_so_when_a_certificate_is_renewed(folder: Path) -> None:
    path = Path(shutil.copy(VALID / "users.yaml", folder / "web.yaml"))
    live = LiveWeb(path)
    before = live.current()
    path.write_text(path.read_text() + "tls_server_config: {cert_file: server.pem, key_file: server.pem}\n")
    after = live.current()
    assert after.config.context is not None
    assert after.passwords is before.passwords
    assert after.limiter is before.limiter
    path.write_text("rate_limit: {interval: 1s, burst: 3}\n")
    last = live.current()
    assert last.passwords is not before.passwords
    assert last.limiter is not before.limiter


def test_what_is_wrong_is_logged_once_and_what_was_in_force_stays(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = Path(shutil.copy(VALID / "users.yaml", folder / "web.yaml"))
    live = LiveWeb(path)
    live.current()
    path.write_text("nonsense: 1")
    with caplog.at_level(logging.ERROR):
        assert all(live.current().config.users for _ in range(3))
    assert len(caplog.records) == 1
    assert "nonsense: is no key of this file" in caplog.text
    assert not live.usable
    path.unlink()
    assert live.current().config.users
    shutil.copy(VALID / "empty.yaml", path)
    assert not live.current().config.users
    assert live.usable


@pytest.mark.parametrize(
    "text",
    [
        "tls_server_config: {cert_file: 2026-13-45}",
        "basic_auth_users: {a: 0x_}",
        "http_server_config: !!int x",
        "? [a]\n: b",
        "[" * 3000,
        "\x00",
        "a: &a [*a]",
    ],
)
def test_whatever_stands_in_it_nothing_is_raised(folder: Path, text: str) -> None:
    path = Path(shutil.copy(VALID / "users.yaml", folder / "web.yaml"))
    live = LiveWeb(path)
    path.write_text(text)
    assert live.current().config.users
    assert not live.usable
    with pytest.raises(WebConfigError):
        LiveWeb(path)


def test_a_pair_that_is_replaced_one_file_after_the_other(folder: Path) -> None:
    config = (VALID / "tls.yaml").read_text().replace("key_file: server.pem", "key_file: key.pem")
    (folder / "web.yaml").write_text(config)
    shutil.copy(folder / "server.pem", folder / "key.pem")
    live = LiveWeb(folder / "web.yaml")
    before = live.current().config.context
    new = authority(folder / "new").pair("server")
    shutil.copy(new, folder / "server.pem")
    assert live.current().config.context is before
    assert not live.usable
    shutil.copy(new, folder / "key.pem")
    assert live.current().config.context is not before
    assert live.usable


def test_a_file_that_is_newly_named_is_watched(folder: Path) -> None:
    path = Path(shutil.copy(VALID / "empty.yaml", folder / "web.yaml"))
    live = LiveWeb(path)
    live.current()
    shutil.copy(VALID / "tls.yaml", path)
    live.current()
    first = live.current().config.certificate_expiry
    shutil.copy(authority(folder / "new").pair("server"), folder / "server.pem")
    context = live.current().config.context
    assert live.current().config.context is context
    assert first is not None
    (folder / "server.pem").unlink()
    live.current()
    assert not live.usable


def test_a_file_that_is_named_before_it_is_there_is_waited_for(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = Path(shutil.copy(VALID / "empty.yaml", folder / "web.yaml"))
    live = LiveWeb(path)
    live.current()
    path.write_text("tls_server_config: {cert_file: coming.pem, key_file: coming.pem}")
    with caplog.at_level(logging.ERROR):
        assert [live.current().config.context for _ in range(3)] == [None] * 3
    assert len(caplog.records) == 2, "certificate and key, once each"
    shutil.copy(folder / "server.pem", folder / "coming.pem")
    assert live.current().config.context is not None
    assert live.usable
