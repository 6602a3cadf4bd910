"""The reference cluster on loopback addresses, and agents that are played there."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hagen.bootstrap.engine import carry_out
from hagen.bootstrap.inventory import load_inventory
from hagen.bootstrap.run import Run
from hagen.bootstrap.site import Site
from hagen.bootstrap.steps import STEPS

METRICS = (
    'hagen_build_info{version="0.1.0"} 1\nhagen_vip_assigned{vip="v",interface="i"} %d\n'
    'hagen_verdict{verdict="vip_holder",state="%s"} 1\n'
)
PORT = 9790
Hagen = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def nearby(repository: Path) -> Path:
    """The rendered repository; its machines have addresses in 127.0.0.0/8, where nobody answers."""
    for file in repository.glob("clusters/*/inventory.yaml"):
        file.write_text(file.read_text().replace("10.196.35.", "127.196.35."))
    return repository


@pytest.fixture
def site(begin: Callable[[], Run], nearby: Path) -> Site:
    """That cluster, up, in memory."""
    run = begin()
    inventory = nearby / "clusters/production/inventory.yaml"
    text = inventory.read_text()
    inventory.write_text(text.replace("127.196.35.", "10.196.35."))
    assert carry_out(run, STEPS).problems == ()
    inventory.write_text(text)
    return replace(run.site, inventory=load_inventory(inventory))


@pytest.fixture
def hagen(tmp_path: Path) -> Hagen:
    """`hagen`, as a process without a terminal, in an empty folder."""
    empty = tmp_path / "empty"
    empty.mkdir()

    def call(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "hagen.generator", *map(str, arguments)]
        return subprocess.run(
            command, cwd=empty, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
        )

    return call


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # connections are kept


@contextmanager
def agent(address: str, *, holds: bool = False, state: str = "ok", text: str = "") -> Iterator[None]:
    """One that answers at that address as long as the block lasts; `text`: in place of an agent's."""
    said = (text or METRICS % (holds, state)).encode()

    class Agent(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            pass

    with _Server((address, PORT), Agent) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
