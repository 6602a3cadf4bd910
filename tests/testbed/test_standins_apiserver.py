"""The API server's stand-in, as a process, over a real etcd and behind the real haproxy."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.testbed.requirements import need
from tests.testbed.standins.apiserver_trial import NAME, Etcd, Server, apiserver, etcd
from tests.testbed.standins.control import status
from tests.testbed.standins.trial import Answer, ask, connect, eventually, free_port, running, server_states, stopped


@pytest.fixture(scope="module", name="etcd")
def fixture_etcd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Etcd]:
    with etcd(tmp_path_factory.mktemp("etcd")) as started:
        yield started


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
