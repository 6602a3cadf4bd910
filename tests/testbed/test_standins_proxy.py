"""The ingress stand-in behind the PROXY protocol: by hand and by the real haproxy."""

import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.testbed.pki import Certificates, issue
from tests.testbed.requirements import need
from tests.testbed.standins.control import status
from tests.testbed.standins.ingress_trial import NAME, Worker, ingress
from tests.testbed.standins.trial import ask, connect, eventually, free_port, running, server_states

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
LOCAL = SIGNATURE + b"\x20\x00\x00\x00"
CLIENT = (
    SIGNATURE + b"\x21\x11" + struct.pack(">H", 12) + bytes([192, 0, 2, 7, 192, 0, 2, 1]) + struct.pack(">HH", 7, 80)
)
CLIENT6 = (
    SIGNATURE + b"\x21\x21" + struct.pack(">H", 39)
    + socket.inet_pton(socket.AF_INET6, "2001:db8::7") + socket.inet_pton(socket.AF_INET6, "2001:db8::1")
    + struct.pack(">HH", 7, 80) + b"\x04\x00\x00"
)  # fmt: skip
REQUEST = b"GET /where HTTP/1.1\r\nHost: any.example\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return issue(tmp_path_factory.mktemp("ingress") / "pki", ["app.example"], ["127.0.0.1"])


@pytest.fixture
def proxied(certificates: Certificates, tmp_path: Path) -> Iterator[Worker]:
    with ingress(certificates, tmp_path, "--proxy-protocol") as worker:
        yield worker


@pytest.mark.parametrize(("header", "client"), [(LOCAL, "127.0.0.1"), (CLIENT, "192.0.2.7"), (CLIENT6, "2001:db8::7")])
def test_the_header_names_the_client(proxied: Worker, header: bytes, client: str) -> None:
    expected = f"{NAME} {client} /where\n".encode()
    assert proxied.said(header + REQUEST).endswith(expected)
    assert proxied.said(*(bytes([byte]) for byte in header), REQUEST).endswith(expected), "byte by byte"


@pytest.mark.parametrize(
    "sent",
    [
        REQUEST,
        b"PROXY TCP4 192.0.2.7 192.0.2.1 7 80\r\n" + REQUEST,
        SIGNATURE + b"\x11" + CLIENT[13:] + REQUEST,
        CLIENT[:13] + b"\x12" + CLIENT[14:] + REQUEST,
        CLIENT[:14] + b"\x00\x04" + CLIENT[16:20] + REQUEST,
    ],
    ids=["none", "version 1", "version 1 in the binary", "datagram", "too short"],
)
def test_without_a_header_of_version_2_nothing_is_said(proxied: Worker, sent: bytes) -> None:
    assert proxied.said(sent) == b""
    assert proxied.said(LOCAL + REQUEST).startswith(b"HTTP/1.1 200 OK")
    assert status(proxied.control)["requests"] == {"/where": 1}


def test_clients_that_break_off_in_the_header_do_no_harm(proxied: Worker) -> None:
    for part in (b"", CLIENT[:5], CLIENT[:20], CLIENT, CLIENT + b"\x16\x03\x01"):
        for port in (proxied.port, proxied.tls_port):
            with socket.create_connection((proxied.address, port), timeout=30) as connection:
                connection.sendall(part)
    assert proxied.said(LOCAL + REQUEST).startswith(b"HTTP/1.1 200 OK")


HAPROXY = """\
global
    stats socket {directory}/admin.sock level admin
defaults
    timeout connect 2s
    timeout client 10s
    timeout server 10s
    timeout check 5s
    option httpchk
    http-check send meth GET uri / ver HTTP/1.1 hdr Host load-balancer
    http-check expect status 200-499
    default-server inter 100ms fall 1 rise 1 {options}
frontend http
    mode http
    bind {address}:{http}
    default_backend http
backend http
    mode http
    server it {address}:{port} check
frontend https
    mode tcp
    bind {address}:{https}
    default_backend https
backend https
    mode tcp
    server it {address}:{tls_port} check port {port}
    server itself {address}:{tls_port} check check-ssl verify none backup
"""


@pytest.mark.parametrize("options", ["send-proxy-v2 check-send-proxy", ""])
def test_behind_haproxy(certificates: Certificates, tmp_path: Path, options: str) -> None:
    need("haproxy")
    file, log, admin = tmp_path / "haproxy.cfg", tmp_path / "haproxy.log", tmp_path / "admin.sock"
    with ingress(certificates, tmp_path, *(["--proxy-protocol"] if options else [])) as worker:
        http, https = free_port(worker.address), free_port(worker.address)
        ports = {"port": worker.port, "tls_port": worker.tls_port, "http": http, "https": https}
        file.write_text(HAPROXY.format(directory=tmp_path, address=worker.address, options=options, **ports))

        def all_are(state: str) -> bool:
            states = server_states(admin)
            return len(states) == 3 and set(states.values()) == {state}

        with running(log, "/usr/sbin/haproxy", "-db", "-f", file):
            # A server counts as up until its first check fails: wait for checks that were answered.
            eventually(lambda: status(worker.control)["requests"].get("/", 0) >= 6 and all_are("UP"), log)
            for port, context in ((http, None), (https, worker.context)):
                asking = connect(worker.address, port, context, source="127.0.0.2")
                found = ask(asking, "/who").body.split()
                assert found[0] == NAME
                if options:
                    assert found == [NAME, "127.0.0.2", "/who"]
                asking.close()
            worker.order("gone")
            eventually(lambda: all_are("DOWN"), log)
            worker.order("back")
            eventually(lambda: all_are("UP"), log)
