"""The API server's stand-in, as a process, over a real etcd and behind the real haproxy."""

import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.testbed.pki import Certificates, issue
from tests.testbed.requirements import need
from tests.testbed.standins.control import command, status
from tests.testbed.standins.trial import (
    Answer,
    ask,
    connect,
    eventually,
    free_port,
    loopback,
    running,
    server_states,
    stopped,
)

NAME = "k8s-master-1"


@dataclass(frozen=True)
class Etcd:
    process: subprocess.Popen[bytes]
    address: str
    port: int
    metrics: int
    certificates: Certificates


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[bytes]
    address: str
    port: int
    control: Path
    log: Path
    context: ssl.SSLContext

    def connect(self) -> HTTPConnection:
        return connect(self.address, self.port, self.context)

    def get(self, path: str) -> Answer:
        connection = self.connect()
        try:
            return ask(connection, path)
        finally:
            connection.close()

    def order(self, line: str) -> None:
        assert command(self.control, line) == "ok"


@pytest.fixture(scope="module")
def etcd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Etcd]:
    need("etcd", "setpriv")
    directory, address = tmp_path_factory.mktemp("etcd"), loopback()
    pki = issue(directory / "pki", ["localhost"], [address])
    client, peer, metrics = (free_port(address) for _ in range(3))
    arguments = {
        "data-dir": directory / "data",
        "listen-client-urls": f"https://{address}:{client}",
        "advertise-client-urls": f"https://{address}:{client}",
        "listen-peer-urls": f"http://{address}:{peer}",
        "initial-advertise-peer-urls": f"http://{address}:{peer}",
        "initial-cluster": f"default=http://{address}:{peer}",
        "listen-metrics-urls": f"http://{address}:{metrics}",
        "trusted-ca-file": pki.ca,
        "cert-file": pki.certificate,
        "key-file": pki.key,
    }
    flags = [f"--{key}={value}" for key, value in arguments.items()]
    log = directory / "log"
    with running(log, "etcd", "--client-cert-auth", *flags) as process:
        eventually(lambda: ask(connect(address, metrics), "/health").status == 200, log)
        yield Etcd(process, address, client, metrics, pki)


@contextmanager
def apiserver(etcd: Etcd, directory: Path, *more: str) -> Iterator[Server]:
    pki, address = etcd.certificates, etcd.address
    port, log, control = free_port(address), directory / "log", directory / "control"
    options = {
        "name": NAME,
        "listen": f"{address}:{port}",
        "certificate": pki.certificate,
        "key": pki.key,
        "etcd": f"https://{address}:{etcd.port}",
        "etcd-metrics": f"http://{address}:{etcd.metrics}",
        "etcd-ca": pki.ca,
        "etcd-certificate": pki.certificate,
        "etcd-key": pki.key,
        "control": control,
    }
    flags = [f"--{key}={value}" for key, value in options.items()]
    context = ssl.create_default_context(cafile=str(pki.ca))
    with running(log, sys.executable, "-m", "tests.testbed.standins.apiserver", *flags, *more) as process:
        server = Server(process, address, port, control, log, context)
        eventually(lambda: server.get("/readyz").status == 200, log)
        yield server
    assert "Traceback" not in log.read_text()


@pytest.fixture
def server(etcd: Etcd, tmp_path: Path) -> Iterator[Server]:
    with apiserver(etcd, tmp_path) as started:
        yield started


def test_every_answer_says_who_gave_it(server: Server) -> None:
    for path in ("/livez", "/readyz", "/healthz"):
        assert server.get(path) == Answer(200, f"{NAME} ok\n")
    assert server.get("/nothing").status == 404
    connection = server.connect()
    connection.request("GET", "/version")
    response = connection.getresponse()
    assert response.headers["X-Served-By"] == NAME
    assert b'"gitVersion"' in response.read()
    assert ask(connection, "/livez").name == NAME, "on the same connection"
    assert ask(connection, "/livez", "POST", "body").status == 405
    connection.close()


def test_a_write_is_seen_by_both_kinds_of_read(server: Server) -> None:
    written = server.get("/kv")
    assert written.status == 200
    revision = written.body.split()[2]
    assert server.get("/kv?read=linearizable").body == f"{NAME} read {revision}\n"
    assert server.get("/kv?read=serializable").body == f"{NAME} read {revision}\n"
    assert server.get("/kv?read=other").status == 400


def test_readiness_follows_etcd(etcd: Etcd, server: Server) -> None:
    with stopped(etcd.process):
        eventually(lambda: server.get("/readyz").status == 500, server.log)
        unready = server.get("/healthz")
        assert unready.status == 500
        assert "[-]etcd failed: reason withheld\n" in unready.body
        assert unready.name == NAME
        assert server.get("/livez").status == 200
        assert server.get("/readyz?exclude=etcd&exclude=other").status == 200
        assert server.get("/kv") == Answer(504, f"{NAME} etcd did not answer in time\n")
        assert server.get("/kv?read=linearizable").status == 504
        assert status(server.control)["etcd"] != "ok"
    eventually(lambda: server.get("/readyz").status == 200, server.log)
    eventually(lambda: server.get("/kv").status == 200, server.log)


def test_livez_can_ask_etcd_as_kube_apiserver_does(etcd: Etcd, tmp_path: Path) -> None:
    with apiserver(etcd, tmp_path, "--etcd-in-livez") as server, stopped(etcd.process):
        eventually(lambda: server.get("/livez").status == 500, server.log)
        assert server.get("/livez?exclude=etcd").status == 200


def test_a_watch_is_silent_while_the_server_hangs(server: Server) -> None:
    connection = server.connect()
    connection.request("GET", "/watch")
    response = connection.getresponse()
    assert response.headers["Transfer-Encoding"] == "chunked"
    for expected in range(1, 6):
        name, number, _ = response.readline().split()
        assert (name.decode(), int(number)) == (NAME, expected)
    server.order("hang")
    command(server.control, "normal")
    numbers = [int(response.readline().split()[1]) for _ in range(5)]
    assert numbers == list(range(6, 11)), "nothing is lost, nothing is made up for"
    response.close()
    connection.close()
    eventually(lambda: status(server.control)["streams"] == 0, server.log)


def test_a_hanging_server_takes_requests_and_answers_when_it_wakes_up(server: Server) -> None:
    kept, fresh = server.connect(), server.connect()
    assert ask(kept, "/livez").status == 200
    server.order("hang")
    seen = status(server.control)["requests"].get("/readyz", 0)
    kept.request("GET", "/readyz")
    fresh.request("GET", "/readyz")
    eventually(lambda: status(server.control)["requests"]["/readyz"] == seen + 2, server.log)
    assert status(server.control)["mode"] == "hang"
    impatient = connect(server.address, server.port, server.context, patience=0.5)
    with pytest.raises(TimeoutError):
        ask(impatient, "/livez")
    server.order("normal")
    for connection in (kept, fresh):
        assert connection.getresponse().read().decode() == f"{NAME} ok\n"
        connection.close()
    impatient.close()


def test_modes(server: Server) -> None:
    server.order("error")
    for path in ("/livez", "/readyz", "/kv"):
        assert server.get(path).status == 500
    server.order("unready")
    assert server.get("/livez").status == 200
    assert server.get("/kv").status == 200
    for path in ("/readyz", "/healthz"):
        assert "[-]testbed failed" in server.get(path).body
    server.order("slow 0.3")
    began = time.monotonic()
    assert server.get("/livez").status == 200
    assert time.monotonic() - began >= 0.3
    server.order("normal")
    assert server.get("/readyz").status == 200


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("slow", "takes seconds"),
        ("slow nan", "takes seconds"),
        ("slow 1 2", "takes seconds"),
        ("hang 1", "takes no '1'"),
        ("sleep", "one of die, drain"),
        ("", "one of die, drain"),
    ],
)
def test_a_command_that_is_none(server: Server, line: str, message: str) -> None:
    assert command(server.control, line).startswith(f"error: {message}")
    assert status(server.control)["mode"] == "normal"


@pytest.mark.parametrize("by", ["command", "SIGTERM"])
def test_drain(etcd: Etcd, tmp_path: Path, by: str) -> None:
    with apiserver(etcd, tmp_path, "--shutdown-delay=2") as server:
        kept, watching = server.connect(), server.connect()
        watching.request("GET", "/watch")
        watch = watching.getresponse()
        assert ask(kept, "/livez").status == 200
        if by == "command":
            server.order("drain")
        else:
            server.process.send_signal(signal.SIGTERM)
        unready = eventually(lambda: next((a for a in [ask(kept, "/readyz")] if a.status == 500), None), server.log)
        assert "[-]shutdown failed: reason withheld" in unready.body
        assert ask(kept, "/healthz").status == 200, "kube-apiserver's /healthz knows no shutdown"
        assert ask(kept, "/kv").status == 200
        assert status(server.control)["mode"] == "drain"
        last = watch.read().decode().splitlines()[-1]  # IncompleteRead, were the end not a proper one
        assert last.split()[0] == NAME
        assert server.process.wait(30) == 0
        with pytest.raises(ConnectionRefusedError):
            server.get("/livez")
        kept.close()
        watching.close()


def test_die_resets_connections(server: Server) -> None:
    watching = server.connect()
    watching.request("GET", "/watch")
    watch = watching.getresponse()
    watch.readline()
    server.order("die")
    assert server.process.wait(30) == 1
    with pytest.raises(ConnectionResetError):
        while watch.readline():
            pass
    watching.close()


@pytest.mark.parametrize("sent", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"\x00" * 20000])
def test_a_bad_request_gets_400(server: Server, sent: bytes) -> None:
    connection = server.connect()
    connection.connect()
    assert connection.sock is not None
    connection.sock.sendall(sent)
    received = b"".join(iter(lambda: connection.sock.recv(65536), b""))
    assert received.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert NAME.encode() in received
    connection.close()


def test_clients_that_break_off_do_no_harm(server: Server) -> None:
    plain = connect(server.address, server.port)
    with pytest.raises(OSError, match=r"."):
        ask(plain, "/livez")
    for path in ("/kv", "/watch", "/livez"):
        connection = server.connect()
        connection.request("GET", path)
        connection.close()
    eventually(lambda: status(server.control)["connections"] == 0, server.log)
    assert server.get("/livez").status == 200


def test_a_port_that_is_taken(etcd: Etcd, server: Server, tmp_path: Path) -> None:
    log, pki = tmp_path / "second", etcd.certificates
    flags = [
        "--name=x", f"--listen={server.address}:{server.port}", f"--certificate={pki.certificate}", f"--key={pki.key}",
        "--etcd=https://127.0.0.1:1", "--etcd-metrics=http://127.0.0.1:1", f"--etcd-ca={pki.ca}",
        f"--etcd-certificate={pki.certificate}", f"--etcd-key={pki.key}", f"--control={tmp_path}/other",
    ]  # fmt: skip
    with running(log, sys.executable, "-m", "tests.testbed.standins.apiserver", *flags) as process:
        assert process.wait(30) == 1
    assert "address already in use" in log.read_text()
    assert "Traceback" not in log.read_text()


HAPROXY = """\
global
    stats socket {directory}/admin.sock level admin
defaults
    mode tcp
    timeout connect 2s
    timeout client 10s
    timeout server 10s
    timeout check 5s
    default-server inter 100ms fall 1 rise 1
backend notes
    option httpchk
    http-check connect ssl
    http-check send meth GET uri /healthz
    http-check expect status 200
    server it {server} check verify none
backend ready
    option httpchk
    http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host kubernetes
    http-check expect status 200
    server it {server} check check-ssl verify required ca-file {ca}
backend alive
    option httpchk
    http-check send meth GET uri /livez ver HTTP/1.1 hdr Host kubernetes
    http-check expect status 200
    server it {server} check check-ssl verify required ca-file {ca}
frontend front
    bind {front}
    default_backend ready
"""


def test_haproxy_checks_it_in_every_way(etcd: Etcd, server: Server, tmp_path: Path) -> None:
    need("haproxy")
    front, file, log = free_port(server.address), tmp_path / "haproxy.cfg", tmp_path / "haproxy.log"
    where = {"server": f"{server.address}:{server.port}", "front": f"{server.address}:{front}"}
    file.write_text(HAPROXY.format(directory=tmp_path, ca=etcd.certificates.ca, **where))

    def states(**wanted: str) -> bool:
        return server_states(tmp_path / "admin.sock") == {f"{key}/it": value for key, value in wanted.items()}

    with running(log, "/usr/sbin/haproxy", "-db", "-f", file):
        eventually(lambda: states(notes="UP", ready="UP", alive="UP"), log)
        through = connect(server.address, front, server.context)
        assert ask(through, "/livez").name == NAME
        through.close()
        server.order("unready")
        eventually(lambda: states(notes="DOWN", ready="DOWN", alive="UP"), log)
        server.order("error")
        eventually(lambda: states(notes="DOWN", ready="DOWN", alive="DOWN"), log)
        server.order("normal")
        eventually(lambda: states(notes="UP", ready="UP", alive="UP"), log)
