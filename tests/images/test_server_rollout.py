"""A replica is told to stop behind a proxy under load: nobody notices."""

import http.client
import socket
import subprocess
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.images.server import Server, eventually, request
from tests.support import need

_PROXY = """\
defaults
    mode http
    timeout connect 1s
    timeout client 30s
    timeout server 30s
    default-server inter 100 fall 1 rise 1
    option httpchk GET /readyz
    http-reuse always
listen servers
    bind 127.0.0.1:{port}
    balance roundrobin
{servers}"""


def test_nobody_notices_that_a_replica_stops(start: Callable[..., Server], tmp_path: Path) -> None:
    need("haproxy")
    replicas = [start(DRAIN_SECONDS="1") for _ in range(2)]
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    servers = "".join(f"    server s{number} 127.0.0.1:{each.port} check\n" for number, each in enumerate(replicas))
    configuration = tmp_path / "haproxy.cfg"
    configuration.write_text(_PROXY.format(port=port, servers=servers))
    with subprocess.Popen(["/usr/sbin/haproxy", "-db", "-f", str(configuration)], stderr=subprocess.DEVNULL) as proxy:
        try:
            eventually(lambda: _asked(port), lambda answer: answer == 200)
            found = _under_load(port, replicas[0])
        finally:
            proxy.kill()
    assert set(found) == {200}
    assert found[200] > 100


def _under_load(port: int, victim: Server) -> Counter[int | str]:
    """The answers that several kept connections get while a replica stops."""
    found: Counter[int | str] = Counter()
    ending = threading.Event()

    def ask_on() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        while not ending.is_set():
            try:
                found[request(connection, "GET", "/api/db").status] += 1
            except (OSError, http.client.HTTPException) as failure:
                found[repr(failure)] += 1
                connection.close()
        connection.close()

    threads = [threading.Thread(target=ask_on) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        eventually(lambda: found[200], lambda number: number > 50)
        victim.terminate()
        assert victim.ended() == 0
        stopped = found[200]
        eventually(lambda: found[200], lambda number: number > stopped + 50)
    finally:
        ending.set()
        for thread in threads:
            thread.join()
    return found


def _asked(port: int) -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with closing(connection):
        try:
            return request(connection, "GET", "/readyz").status
        except (OSError, http.client.HTTPException):
            return None
