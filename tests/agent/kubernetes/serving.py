"""Servers on 127.0.0.1 that behave as told, each connection for itself, well or ill."""

import asyncio
import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass
class Connection:
    """One connection, as a handler sees it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()
        await asyncio.sleep(0)  # drain() itself gives way only when the buffer is full

    def reset(self) -> None:
        """RST, as from a host that has lost its memory."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Handler = Callable[[Connection], Awaitable[None]]


class Loop:
    """An event loop in a thread, for all servers of a test run."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda _loop, _context: None)  # peers that hang up are what is tested
        self._thread = threading.Thread(target=self._loop.run_forever, name="servers", daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(20)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@dataclass
class Server:
    """Listens while it is entered. `connections` counts those that were accepted."""

    loop: Loop
    handler: Handler
    context: ssl.SSLContext | None = None
    port: int = 0
    connections: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _server: asyncio.Server | None = None

    def __enter__(self) -> Self:
        self.loop.run(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.run(self._stop())

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self.handler(Connection(reader, writer))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._tasks.discard(task)
            with contextlib.suppress(RuntimeError):
                writer.transport.abort()


# What any server may do wrong, whatever it is meant to speak.


async def silent(connection: Connection) -> None:
    """Accept, read, and say nothing, for as long as anybody listens."""
    while await connection.reader.read(65536):
        pass


async def resets(connection: Connection) -> None:
    await connection.reader.read(1)
    connection.reset()


async def garbage(connection: Connection) -> None:
    await connection.reader.read(1)
    await connection.send(bytes(range(256)) * 40)
    await silent(connection)


def says(data: bytes) -> Handler:
    """This, and then nothing."""

    async def handler(connection: Connection) -> None:
        await connection.reader.read(1)
        await connection.send(data)
        await silent(connection)

    return handler


def drips(data: bytes, interval: float = 0.1) -> Handler:
    """A byte now and then, for ever: no read times out."""

    async def handler(connection: Connection) -> None:
        await connection.reader.read(1)
        for byte in data:
            await connection.send(bytes((byte,)))
            await asyncio.sleep(interval)
        while True:
            await connection.send(b"x")
            await asyncio.sleep(interval)

    return handler


def endless(start: bytes, more: bytes) -> Handler:
    """As fast as it is taken, for ever."""

    async def handler(connection: Connection) -> None:
        await connection.reader.read(1)
        await connection.send(start)
        while True:
            await connection.send(more)

    return handler


@contextlib.contextmanager
def refusing() -> Iterator[str]:
    """A port that is taken and on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"https://127.0.0.1:{taken.getsockname()[1]}"


@contextlib.contextmanager
def blackhole() -> Iterator[str]:
    """A port whose queue is full: connecting gets no answer at all."""
    with socket.socket() as listener, contextlib.ExitStack() as stack:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
