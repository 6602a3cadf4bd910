"""Who gets in: TLS, client certificates, passwords, limits; and what changes on disk while the server runs."""

import base64
import contextlib
import shutil
import ssl
import threading
import time
from datetime import timedelta
from pathlib import Path

import bcrypt
import pytest
import yaml

from hagen.agent.collectors.http import Target
from hagen.agent.collectors.vip import peers
from hagen.agent.config import Peers
from hagen.agent.exporter.connection import Outcome
from hagen.agent.exporter.server import Server
from hagen.agent.exporter.web.load import WebConfigError
from hagen.agent.kubernetes.deadline import Deadline
from tests.agent.exporter.clients import connect, ended, exchange, get
from tests.agent.exporter.conftest import Serve
from tests.agent.exporter.test_server import GET, count, eventually
from tests.agent.exporter.worlds import Agent
from tests.agent.kubernetes.certificates import Authority, authority

MUTUAL = {"client_auth_type": "RequireAndVerifyClientCert", "client_ca_file": "ca.crt"}


def written(folder: Path, content: dict[str, object]) -> Path:
    path = folder / "web.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


@pytest.fixture
def folder(tmp_path: Path, web_ca: Authority) -> Path:
    shutil.copy(web_ca.path, tmp_path / "ca.crt")
    shutil.copy(web_ca.pair("server"), tmp_path / "server.pem")
    return tmp_path


def tls(folder: Path, **more: object) -> Path:
    return written(folder, {"tls_server_config": {"cert_file": "server.pem", "key_file": "server.pem", **more}})


def trusting(ca: Authority, client: Path | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(ca.path))
    if client is not None:
        context.load_cert_chain(client)
    return context


def test_a_scrape_over_tls(serve: Serve, folder: Path, web_ca: Authority) -> None:
    found = get(serve(tls(folder)), context=trusting(web_ca))
    assert found.status == 200
    assert b"hagen_web_certificate_expiry_timestamp_seconds" in found.body


def test_nothing_older_than_asked_for_is_spoken(serve: Serve, folder: Path, web_ca: Authority) -> None:
    server = serve(tls(folder, min_version="TLS13"))
    context = trusting(web_ca)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError):
        get(server, context=context)
    assert get(server, context=trusting(web_ca)).status == 200


def test_plain_http_to_tls_ends_at_once(serve: Serve, folder: Path) -> None:
    server = serve(tls(folder))
    with connect(server) as sock:
        sock.sendall(GET)
        assert b"hagen" not in ended(sock)
    eventually(lambda: count(server, Outcome.HANDSHAKE) == 1)


@pytest.mark.parametrize("start", [b"", b"\x16", b"\x16\x03\x01\x02\x00\x01"], ids=["nothing", "a byte", "a beginning"])
def test_200_stalled_handshakes_do_not_delay_a_scrape(
    serve: Serve, folder: Path, web_ca: Authority, start: bytes
) -> None:
    """In Python's own server one of them blocks every scrape."""
    server = serve(tls(folder), request=60.0)
    stalled = [connect(server) for _ in range(200)]
    try:
        for sock in stalled:
            sock.sendall(start)
        assert get(server, context=trusting(web_ca)).status == 200
    finally:
        for sock in stalled:
            sock.close()
    eventually(lambda: sum(server.state().connections.values()) == 201)


def test_a_stalled_handshake_is_ended(serve: Serve, folder: Path) -> None:
    server = serve(tls(folder), request=0.3)
    with connect(server) as sock:
        sock.sendall(b"\x16\x03\x01")
        assert ended(sock) == b""
    eventually(lambda: count(server, Outcome.TIMEOUT) == 1)


def test_garbage_instead_of_a_handshake(serve: Serve, folder: Path, web_ca: Authority) -> None:
    server = serve(tls(folder))
    for data in (b"\x00" * 5000, b"\x16\x03\x01\x00\x05hello" * 100, bytes(range(256)) * 100):
        with connect(server) as sock:
            with contextlib.suppress(ConnectionError):
                sock.sendall(data)
            ended(sock)
    assert get(server, context=trusting(web_ca)).status == 200


def test_who_stays_silent_after_the_handshake(serve: Serve, folder: Path, web_ca: Authority) -> None:
    server = serve(tls(folder), request=0.5)
    sock = trusting(web_ca).wrap_socket(connect(server), server_hostname="127.0.0.1")
    with sock, contextlib.suppress(ssl.SSLError):
        assert ended(sock) == b""
    eventually(lambda: count(server, Outcome.TIMEOUT) == 1)


def test_who_never_says_goodbye_is_forgotten(serve: Serve, folder: Path, web_ca: Authority) -> None:
    server = serve(tls(folder), linger=0.1)
    with trusting(web_ca).wrap_socket(connect(server), server_hostname="127.0.0.1") as sock:
        sock.sendall(b"GET /vip HTTP/1.1\r\nHost: a\r\n\r\n")
        eventually(lambda: count(server, Outcome.ANSWERED) == 1)
        assert ended(sock).endswith(b'{"assigned": true}\n')


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_mutual_tls(serve: Serve, folder: Path, web_ca: Authority, tmp_path: Path, version: ssl.TLSVersion) -> None:
    server = serve(tls(folder, **MUTUAL))
    stranger = authority(tmp_path / "strangers").pair("client")
    late = web_ca.pair("late", starts=timedelta(days=-2), life=timedelta(days=1))
    for client in (None, stranger, late):
        context = trusting(web_ca, client)
        context.maximum_version = version
        with pytest.raises((ssl.SSLError, ConnectionError)):
            get(server, context=context)
    context = trusting(web_ca, web_ca.pair("client"))
    context.maximum_version = version
    assert get(server, context=context).status == 200
    assert count(server, Outcome.HANDSHAKE) == 3


def test_a_certificate_that_is_not_asked_for_is_verified_if_it_is_given(
    serve: Serve, folder: Path, web_ca: Authority, tmp_path: Path
) -> None:
    server = serve(tls(folder, client_auth_type="VerifyClientCertIfGiven", client_ca_file="ca.crt"))
    assert get(server, context=trusting(web_ca)).status == 200
    stranger = authority(tmp_path / "strangers").pair("client")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        get(server, context=trusting(web_ca, stranger))


@pytest.mark.parametrize(
    ("names", "admitted"), [(["kubernetes"], True), (["192.0.2.9"], True), (["Kubernetes", "*", "192.0.2.1"], False)]
)
def test_only_those_names_come_in(
    serve: Serve, folder: Path, web_ca: Authority, names: list[str], admitted: bool
) -> None:
    server = serve(tls(folder, **MUTUAL, client_allowed_sans=names))
    context = trusting(web_ca, web_ca.pair("named", address="192.0.2.9"))
    answer = b""
    with contextlib.suppress(ssl.SSLError, ConnectionError):
        answer = exchange(server, GET, context)
    assert answer.startswith(b"HTTP/1.1 200 OK") is admitted
    eventually(lambda: count(server, Outcome.ANSWERED if admitted else Outcome.HANDSHAKE) == 1)


def test_mutual_tls_without_a_ca_does_not_start(folder: Path, agent: Agent) -> None:
    threads = threading.active_count()
    with pytest.raises(WebConfigError, match="without a CA no client's certificate can be verified"):
        Server(agent, address="127.0.0.1", web=tls(folder, client_auth_type="RequireAndVerifyClientCert"))
    assert threading.active_count() == threads


def served(server: Server, ca: Authority) -> bytes | None:
    with trusting(ca).wrap_socket(connect(server), server_hostname="127.0.0.1") as sock:
        return sock.getpeercert(binary_form=True)


def test_a_certificate_that_is_replaced_is_served_to_the_next(serve: Serve, folder: Path, web_ca: Authority) -> None:
    server = serve(tls(folder))
    first = served(server, web_ca)
    with trusting(web_ca).wrap_socket(connect(server), server_hostname="127.0.0.1") as kept:
        shutil.copy(web_ca.pair("next"), folder / "next.pem")
        (folder / "next.pem").replace(folder / "server.pem")
        second = served(server, web_ca)
        assert None is not second != first is not None
        kept.sendall(GET)  # who came before is not disturbed
        assert ended(kept).startswith(b"HTTP/1.1 200 OK")
    assert server.state().configured


def test_a_certificate_that_is_destroyed_is_served_on_and_said(serve: Serve, folder: Path, web_ca: Authority) -> None:
    server = serve(tls(folder))
    first = served(server, web_ca)
    (folder / "server.pem").write_text("nothing")
    assert served(server, web_ca) == first
    assert b"hagen_web_configured 0.0" in get(server, context=trusting(web_ca)).body


def test_a_ca_that_is_withdrawn_lets_nobody_in_any_more(
    serve: Serve, folder: Path, web_ca: Authority, tmp_path: Path
) -> None:
    server = serve(tls(folder, **MUTUAL))
    context = trusting(web_ca, web_ca.pair("client"))
    assert get(server, context=context).status == 200
    shutil.copy(authority(tmp_path / "new").path, folder / "ca.crt")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        get(server, context=context)  # with its session of before, too


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def users(folder: Path, cost: int = 4, **more: object) -> Path:
    digest = bcrypt.hashpw(b"richtig", bcrypt.gensalt(cost)).decode()
    return written(folder, {"basic_auth_users": {"prometheus": digest}, **more})


@pytest.mark.parametrize("path", ["/", "/metrics", "/healthz", "/vip", "/nowhere"])
def test_without_the_password_nothing_is_shown(serve: Serve, tmp_path: Path, path: str) -> None:
    server = serve(users(tmp_path))
    refused = [
        get(server, path),
        get(server, path, Authorization=basic("prometheus", "falsch")),
        get(server, path, Authorization=basic("nobody", "richtig")),
    ]
    assert [answer.status for answer in refused] == [401, 401, 401]
    assert len({answer.body for answer in refused}) == 1
    assert refused[0].headers["www-authenticate"].startswith("Basic ")
    assert get(server, path, Authorization=basic("prometheus", "richtig")).status in {200, 404}


@pytest.mark.parametrize(("password", "answered"), [("richtig\n", True), ("falsch", False)])
def test_the_other_agents_ask_as_a_user_over_tls(
    serve: Serve, folder: Path, web_ca: Authority, password: str, *, answered: bool
) -> None:
    """The file ends with a newline, as editors and `kubectl` write it."""
    server = serve(users(folder, tls_server_config={"cert_file": "server.pem", "key_file": "server.pem"}))
    (folder / "password").write_text(password)
    named = Peers(caFile=str(web_ca.path), username="prometheus", passwordFile=str(folder / "password"))
    for access, expected in ((named, answered), (Peers(caFile=str(web_ca.path)), False)):
        target = Target("127.0.0.1", server.port, "/", peers.context_of(access), headers=peers.headers_of(access))
        (peer,) = peers.ask({"lb": target}, Deadline.after(5))
        assert peer.answered is expected


def test_a_scrape_does_not_hash_each_time(serve: Serve, tmp_path: Path) -> None:
    server = serve(users(tmp_path, cost=10))
    login = basic("prometheus", "richtig")
    assert get(server, "/vip", Authorization=login).status == 200
    start = time.process_time()
    for _ in range(20):
        assert get(server, "/vip", Authorization=login).status == 200
    once = time.process_time()
    bcrypt.checkpw(b"x", bcrypt.hashpw(b"x", bcrypt.gensalt(10)))
    hashing = (time.process_time() - once) / 2
    assert once - start < 20 * hashing  # with a hash for each it would be more than that


def test_wrong_passwords_do_not_delay_who_is_known(serve: Serve, tmp_path: Path) -> None:
    server = serve(users(tmp_path, cost=12))
    login = basic("prometheus", "richtig")
    assert get(server, "/vip", Authorization=login).status == 200
    wrong = f"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: {basic('prometheus', 'falsch')}\r\n\r\n".encode()
    guessing = [connect(server) for _ in range(40)]
    try:
        for sock in guessing:
            sock.sendall(wrong)
        assert get(server, "/vip", Authorization=login).status == 200
        assert count(server, Outcome.REFUSED) < 40
    finally:
        for sock in guessing:
            sock.close()


def test_a_user_who_is_removed_is_out_at_once(serve: Serve, tmp_path: Path) -> None:
    server = serve(users(tmp_path))
    login = basic("prometheus", "richtig")
    assert get(server, "/vip", Authorization=login).status == 200
    written(tmp_path, {"basic_auth_users": {"somebody": bcrypt.hashpw(b"else", bcrypt.gensalt(4)).decode()}})
    assert get(server, "/vip", Authorization=login).status == 401


def test_too_many_requests(serve: Serve, tmp_path: Path) -> None:
    server = serve(written(tmp_path, {"rate_limit": {"interval": "60m", "burst": 3}}))
    assert [get(server, "/vip").status for _ in range(5)] == [200, 200, 200, 429, 429]


def test_headers_are_added(serve: Serve, tmp_path: Path) -> None:
    headers = {"X-Frame-Options": "deny", "Strict-Transport-Security": "max-age=1"}
    server = serve(written(tmp_path, {"http_server_config": {"headers": headers}}))
    found = get(server, "/nowhere").headers
    assert (found["x-frame-options"], found["strict-transport-security"]) == ("deny", "max-age=1")


def test_nothing_is_left_of_200_handshakes_that_fail(serve: Serve, folder: Path, web_ca: Authority) -> None:
    server = serve(tls(folder, **MUTUAL))
    for _ in range(200):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            get(server, context=trusting(web_ca))
    eventually(lambda: count(server, Outcome.HANDSHAKE) == 200)
    ports = [
        line
        for line in Path("/proc/net/tcp").read_text().splitlines()
        if f":{server.port:04X} " in line.split(maxsplit=2)[1] + " "
    ]
    established = [line for line in ports if line.split()[3] == "01"]
    assert established == []
