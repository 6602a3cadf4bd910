"""One file from a real server on 127.0.0.1, whatever that server does."""

import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from hagen.generator.errors import UsageError
from hagen.generator.topology.components import Upstream
from hagen.generator.vendor.fetch import Limits, RefusedError, fetch
from hagen.generator.vendor.source import source
from tests.generator.vendor.server import (
    Server,
    answer,
    dripping,
    endless,
    hang_up,
    in_turn,
    redirect,
    running,
    truncated,
)
from tests.support import need

QUICK = Limits(connect=0.5, read=0.5, whole=2.0, size=1 << 20, attempts=3, pause=0.01)
BODY = b"kind: ConfigMap\n" * 100


def got(url: str, limits: Limits = QUICK) -> bytes:
    return fetch(url, limits, threading.Event())


def refused(url: str, limits: Limits = QUICK) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        got(url, limits)
    assert caught.value.remedy
    return caught.value


def test_a_file_comes_as_it_is(server: Server) -> None:
    assert got(server.serve("/a+b.yaml", answer(BODY))) == BODY
    assert server.headers["/a+b.yaml"]["User-Agent"] == "hagen"


def test_what_is_not_there_is_asked_for_once(server: Server) -> None:
    assert "404" in refused(server.url + "/none").cause
    assert server.asked["/none"] == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(server: Server, status: int) -> None:
    assert got(server.serve("/x", in_turn(answer(b"later", status), answer(b"later", status), answer(BODY)))) == BODY
    assert server.asked["/x"] == 3


def test_a_server_that_stays_busy_is_given_up(server: Server) -> None:
    error = refused(server.serve("/x", answer(b"", 503)))
    assert "503" in error.cause
    assert "attempts: 3" in error.cause
    assert server.asked["/x"] == 3


def test_the_server_may_ask_for_patience_within_limits(server: Server) -> None:
    url = server.serve("/x", in_turn(answer(b"", 429, Retry_After="1"), answer(BODY)))
    begun = time.monotonic()
    assert got(url) == BODY
    assert time.monotonic() - begun >= 1
    url = server.serve("/x", in_turn(answer(b"", 429, Retry_After="3600"), answer(BODY)))
    assert got(url, Limits(patience=0.01, pause=0.01)) == BODY


@pytest.mark.parametrize("fault", [truncated(BODY), hang_up], ids=["truncated", "closed"])
def test_a_broken_answer_is_asked_for_again(server: Server, fault: object) -> None:
    assert got(server.serve("/x", in_turn(fault, answer(BODY)))) == BODY  # type: ignore[arg-type]
    assert refused(server.serve("/y", fault)).cause  # type: ignore[arg-type]
    assert server.asked["/y"] == 3


def test_a_slow_server_has_a_deadline(server: Server) -> None:
    begun = time.monotonic()
    assert "in time" in refused(server.serve("/still", dripping(30)), Limits(read=0.2, attempts=1)).cause
    limits = Limits(read=1, whole=0.3, attempts=1)
    assert "not complete" in refused(server.serve("/dripping", dripping(0.1, b"x" * 100_000)), limits).cause
    assert time.monotonic() - begun < 10


def test_size_has_a_limit(server: Server) -> None:
    assert "larger than 1 MiB" in refused(server.serve("/announced", answer(b"x" * (1 << 20) + b"x"))).cause
    assert "larger than 1 MiB" in refused(server.serve("/endless", endless)).cause
    assert server.asked == {"/announced": 1, "/endless": 1}


def test_redirects_are_followed(server: Server) -> None:
    server.serve("/c", answer(BODY))
    server.serve("/b", redirect(server.url + "/c", 307))
    assert got(server.serve("/a", redirect("b", 301))) == BODY


def test_a_redirect_loop_ends(server: Server) -> None:
    assert "redirects" in refused(server.serve("/x", redirect("/x"))).cause
    assert server.asked["/x"] == QUICK.redirects + 1


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x"])
def test_redirects_stay_on_the_web(server: Server, target: str) -> None:
    assert "redirected" in refused(server.serve("/x", redirect(target))).cause


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    need("openssl")
    file = tmp_path / "server.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        + ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", file, "-out", f"{file}.crt"],
        check=True,
        capture_output=True,
    )
    file.write_bytes(file.read_bytes() + Path(f"{file}.crt").read_bytes())
    return file


def test_tls(server: Server, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(certificate) as safe:
        url = safe.serve("/x", answer(BODY))
        untrusted = refused(url)
        assert "certificate" in untrusted.cause
        assert "REQUESTS_CA_BUNDLE" in untrusted.remedy
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", f"{certificate}.crt")
        assert got(url) == BODY
        server.serve("/x", answer(BODY))
        downgraded = refused(safe.serve("/down", redirect(server.url + "/x")))
        assert "redirected from https" in downgraded.cause
        assert not server.asked
        # The other way round is fine.
        assert got(server.serve("/up", redirect(url))) == BODY


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        error = refused(f"http://127.0.0.1:{taken.getsockname()[1]}/x")
    assert "no connection: Connection refused (attempts: 3)" in error.cause


@pytest.mark.parametrize("url", ["http://[::1", "http://127.0.0.1:99999/x", "http:///x"])
def test_what_is_no_url_is_an_error_not_a_crash(url: str) -> None:
    assert refused(url).cause


def test_proxies_are_left_out_for_this_machine_only(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with running() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert got(server.serve("/x", answer(BODY))) == BODY
        assert not proxy.asked
        # 192.0.2.0/24 is documentation's (RFC 5737): only the proxy can answer.
        proxy.serve("http://192.0.2.1/x", answer(BODY))
        assert got("http://192.0.2.1/x") == BODY
        assert proxy.asked["http://192.0.2.1/x"] == 1


def test_passwords_of_a_mirror_come_from_netrc(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login reader password sesame\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    got(server.serve("/x", answer(BODY)))
    assert server.headers["/x"]["Authorization"] == "Basic cmVhZGVyOnNlc2FtZQ=="


def test_it_stops_when_told_to(server: Server) -> None:
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    begun = time.monotonic()
    with pytest.raises(RefusedError, match="stopped"):
        fetch(server.serve("/x", dripping(0.01, b"x" * 100_000)), Limits(), stop)
    assert time.monotonic() - begun < 5


FLANNEL = Upstream("flannel", "v1", "Documentation/a+b.yml", "https://upstream.invalid/a", "upstream/a+b.yml", "")


def test_a_mirror_on_the_web(server: Server) -> None:
    path = "/mirror/flannel/v1/Documentation/a+b.yml"
    server.serve(path, answer(BODY))
    host = server.url.removeprefix("http://")
    found = source(f"http://me:secret@{host}/mirror/", QUICK, "hagen/1")
    assert found.read(FLANNEL, threading.Event()) == BODY
    assert found.place(FLANNEL) == server.url + path
    assert server.headers[path]["User-Agent"] == "hagen/1"


def test_a_mirror_in_a_folder(tmp_path: Path) -> None:
    found = source(str(tmp_path), QUICK, "hagen")
    with pytest.raises(RefusedError, match="no such file"):
        found.read(FLANNEL, threading.Event())
    file = tmp_path / "flannel/v1/Documentation/a+b.yml"
    file.parent.mkdir(parents=True)
    file.write_bytes(BODY)
    assert found.read(FLANNEL, threading.Event()) == BODY
    assert found.place(FLANNEL) == str(file)
    file.write_bytes(b"x" * (QUICK.size + 1))
    with pytest.raises(RefusedError, match="larger"):
        found.read(FLANNEL, threading.Event())
    file.unlink()
    file.mkdir()
    with pytest.raises(RefusedError, match="cannot be read"):
        found.read(FLANNEL, threading.Event())


@pytest.mark.parametrize("mirror", ["ftp://mirror/x", "s3://bucket", "/nowhere/at/all"])
def test_what_is_no_mirror(mirror: str) -> None:
    with pytest.raises(UsageError):
        source(mirror, QUICK, "hagen")


def test_without_a_mirror_it_is_the_makers_url() -> None:
    assert source(None, QUICK, "hagen").place(FLANNEL) == FLANNEL.url
