"""`make testbed`: the reference network for a person to break.

`python -m tests.testbed` starts it and shows it until Ctrl-C; `python -m tests.testbed do WORDS` gives it an order from
another terminal.
"""

import signal
import socket
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.live import Live

from tests.support import ROOT, rendered, write
from tests.testbed.cluster import read_cluster
from tests.testbed.errors import TestbedError
from tests.testbed.lab import Lab, started
from tests.testbed.orders import ORDERS, obey
from tests.testbed.screen import rows, table
from tests.testbed.settings import rendered as hagen

_REFERENCE = ROOT / "tests/fixtures/valid/reference.yaml"
_SOCKET = "orders.sock"


def main(words: list[str]) -> int:
    """Exit code 0, or 1 with the reason."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return give(" ".join(words[1:])) if words[:1] == ["do"] else show()
    except TestbedError as failure:
        Console(stderr=True).print(f"[red]testbed:[/] {failure}", highlight=False)
        return 1
    except KeyboardInterrupt:
        return 0


def show() -> int:
    """Start the testbed and show it until Ctrl-C."""
    console = Console()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hagen-rendered-") as folder:
        cluster = read_cluster(write(rendered(_REFERENCE), Path(folder)))
        with started(cluster, hagen) as lab:
            console.print(
                f"The reference network is up after {time.monotonic() - began:.1f} s. Break it from another terminal:\n"
            )
            for name, order in ORDERS.items():
                console.print(
                    f"  make break DO={(name + ' ' + order.usage).strip()!r:28} {order.meaning}", highlight=False
                )
            console.print("\nCtrl-C ends it and leaves nothing behind.\n")
            serve(lab, console)
    return 0


def serve(lab: Lab, console: Console) -> None:
    """Show the hosts, and obey. Without a terminal: a line whenever the virtual IP changes hands."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(lab.directory / _SOCKET))
        listener.listen()
        listener.settimeout(0.25)
        if console.is_terminal:
            with Live(console=console, auto_refresh=False, transient=False) as live:
                while True:
                    live.update(table(rows(lab), lab.cluster.virtual_ip), refresh=True)
                    answer(lab, listener)
        last: list[str] | None = None
        while True:
            if (now := lab.holders()) != last:
                console.print(f"virtual IP {lab.cluster.virtual_ip}: {', '.join(now) or 'nobody'}", highlight=False)
                last = now
            answer(lab, listener)


def answer(lab: Lab, listener: socket.socket) -> None:
    """Carry out one order, if one came."""
    try:
        connection, _ = listener.accept()
    except TimeoutError:
        return
    with connection:
        connection.settimeout(2)
        try:
            text = obey(lab, connection.recv(4096).decode(errors="replace"))
        except (TestbedError, OSError) as failure:
            text = f"! {failure}"
        connection.sendall(text.encode())


def give(line: str) -> int:
    """Give an order to the testbed that runs."""
    found = sorted(
        Path(tempfile.gettempdir()).glob(f"hagen-testbed-*/{_SOCKET}"), key=lambda path: path.stat().st_mtime
    )
    if not found:
        raise TestbedError("no testbed runs; start one with `make testbed`")
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(found[-1]))
        connection.sendall((line or "help").encode())
        connection.shutdown(socket.SHUT_WR)
        text = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    if text.startswith("! "):
        raise TestbedError(text[2:])
    Console().print(text, highlight=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
