"""Real servers on 127.0.0.1 that answer, or fail to, in one way each; and probes that run against them."""

import asyncio
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from itertools import count
from typing import Any

from hagen.bootstrap.prober.kinds import KINDS, Prober
from hagen.bootstrap.prober.plan import HTTPProbe
from hagen.bootstrap.prober.records import Attempt
from tests.testbed.pki import Certificates

Handler = Callable[[socket.socket, int], None]
PATIENCE = 20.0


class Server:
    """`handler` gets each connection and its number, from 1, in a thread of its own; afterwards it is closed."""

    def __init__(self, handler: Handler, tls: ssl.SSLContext | None = None) -> None:
        self.connections = 0
        self._handler, self._tls = handler, tls
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        self._listener.close()
        for connection in tuple(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        for number in count(1):
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections = number
            self._open.add(connection)
            thread = threading.Thread(target=self._serve, args=(connection, number))
            self._threads.append(thread)
            thread.start()

    def _serve(self, plain: socket.socket, number: int) -> None:
        connection = plain
        try:
            with suppress(OSError):
                if self._tls is not None:
                    connection = self._tls.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
                    self._open.add(connection)
                    connection.do_handshake()
                self._handler(connection, number)
        finally:
            self._open -= {plain, connection}
            connection.close()
            plain.close()


@contextmanager
def serving(handler: Handler, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(handler, tls)
    try:
        yield server
    finally:
        server.stop()


def server_side(certificates: Certificates) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.certificate, certificates.key)
    return context


def request(connection: socket.socket) -> bytes:
    """One request; empty at the end of the connection."""
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        piece = connection.recv(4096)
        if not piece:
            return b""
        data += piece
    return data


def answer(body: str = "node-1 hello", status: int = 200, fields: str = "") -> bytes:
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{fields}\r\n{body}".encode()


def answering(*answers: bytes) -> Handler:
    """One answer to each request of a connection, the last one again and again."""

    def handle(connection: socket.socket, _: int) -> None:
        remaining = list(answers)
        while request(connection):
            connection.sendall(remaining.pop(0) if len(remaining) > 1 else remaining[0])

    return handle


def once(raw: bytes) -> Handler:
    """These bytes after the first request, then the end of the connection."""

    def handle(connection: socket.socket, _: int) -> None:
        request(connection)
        connection.sendall(raw)

    return handle


def silent(connection: socket.socket, _: int) -> None:
    while connection.recv(4096):
        pass


def closing_at_once(connection: socket.socket, _: int) -> None:
    request(connection)


def resetting(connection: socket.socket, _: int) -> None:
    request(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def slow(seconds: float) -> Handler:
    def handle(connection: socket.socket, _: int) -> None:
        request(connection)
        time.sleep(seconds)
        connection.sendall(answer())

    return handle


@contextmanager
def refusing() -> Iterator[str]:
    """An address that nobody listens at, and nobody else can take."""
    with closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{bound.getsockname()[1]}"


@contextmanager
def overrun() -> Iterator[str]:
    """An address whose queue is full: the kernel answers no further connection."""
    with ExitStack() as stack:
        listener = stack.enter_context(closing(socket.socket()))
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(closing(socket.socket()))
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def probe(kind: Any, url: str, **fields: Any) -> HTTPProbe:
    return HTTPProbe(name="it", kind=kind, url=url, **fields)


def attempts_of(probe: HTTPProbe, enough: int | Callable[[Sequence[Attempt]], bool]) -> list[Attempt]:
    """What a probe records until there are enough attempts."""
    return asyncio.run(_watch(KINDS[probe.kind](probe), enough))


async def _watch(prober: Prober, enough: int | Callable[[Sequence[Attempt]], bool]) -> list[Attempt]:
    stop = asyncio.Event()
    task = asyncio.create_task(prober.run(stop, asyncio.get_running_loop().time()))
    async with asyncio.timeout(PATIENCE):
        while not (len(prober.attempts) >= enough if isinstance(enough, int) else enough(prober.attempts)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        stop.set()
        await task
    return sorted(prober.attempts)
