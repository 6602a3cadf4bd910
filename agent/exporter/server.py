"""The HTTP server. One thread waits for all clients at once, so that a slow or silent one costs nobody else anything.

Whatever takes time - rendering, a bcrypt hash - happens in a few workers. Each connection has a deadline; when there
are too many, the one that has waited longest with its request gives up its place.
"""

import asyncio
import contextlib
import errno
import logging
import os
import socket
import ssl
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

from .connection import Connection, Limits, Outcome
from .request import Request
from .response import Response
from .site import QUICK, Site
from .sources import Sources, WebState
from .web.live import LiveWeb
from .web.passwords import Passwords

_LOG = logging.getLogger(__name__)
_BACKLOG = 256
_SEND_BUFFER = 262144  # bytes: all that the kernel keeps for a client that does not read
_BREATH = 0.05  # seconds before accept() is tried again when there are no descriptors left


class ServeError(Exception):
    """The address cannot be listened on; says what to do."""


class Server:
    """Serves from `start` to `stop`, in threads of its own. `web`: the web configuration file, None for plain HTTP."""

    def __init__(
        self,
        sources: Sources,
        *,
        address: str = "",
        port: int = 0,
        web: Path | None = None,
        limits: Limits | None = None,
    ) -> None:
        """WebConfigError or ServeError, before anything is started."""
        self._limits = limits or Limits()
        self._web = LiveWeb(web)
        self._site = Site(sources, self.state)
        self._outcomes: Counter[Outcome] = Counter()
        self._waiting: dict[asyncio.Task[None], Connection] = {}  # in the order in which they came
        self._loop = asyncio.new_event_loop()
        self._workers = ThreadPoolExecutor(self._limits.workers, "exporter-worker")
        self._quick = ThreadPoolExecutor(1, "exporter-quick")  # a peer that asks for /vip waits for no scrape
        self._hashing = ThreadPoolExecutor(1, "exporter-bcrypt")  # wrong passwords delay nobody's scrape
        self._thread = threading.Thread(target=self._run, name="exporter", daemon=True)
        try:
            self._listener = _listen(address, port)
        except ServeError:
            self._loop.close()
            raise
        self.port = int(self._listener.getsockname()[1])  # also when it was told to choose
        self._main: asyncio.Task[None] | None = None

    def state(self) -> WebState:
        """How the server fares."""
        return WebState(
            configured=self._web.usable,
            certificate_expiry=self._web.in_force.config.certificate_expiry,
            connections={outcome.value: self._outcomes[outcome] for outcome in Outcome},
        )

    def start(self) -> None:
        """At once; connections wait until the thread is there."""
        self._thread.start()

    def stop(self) -> None:
        """Ends every connection. Returns when the threads are gone."""
        if self._thread.is_alive():
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._cancel)
            self._thread.join()
        for workers in (self._workers, self._quick, self._hashing):
            workers.shutdown(cancel_futures=True)
        self._listener.close()
        self._loop.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _cancel(self) -> None:
        if self._main is not None:
            self._main.cancel()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(_log_quietly)
        self._main = self._loop.create_task(self._accept())
        with contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._main)

    async def _accept(self) -> None:
        try:
            while True:
                try:
                    client, _ = await self._loop.sock_accept(self._listener)
                except OSError as error:  # the client left again, or there are no descriptors
                    if error.errno in {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS}:
                        self._evict()
                        await asyncio.sleep(_BREATH)
                    continue
                if len(self._waiting) >= self._limits.connections:
                    self._evict()
                self._admit(client)
        finally:
            tasks = list(self._waiting)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _admit(self, client: socket.socket) -> None:
        connection = Connection(self._limits, self._web.current(), self._respond, self._check)
        task = self._loop.create_task(self._serve(client, connection))
        self._waiting[task] = connection

        def forget(task: asyncio.Task[None]) -> None:
            del self._waiting[task]
            if task.cancelled():  # before it began
                client.close()
                self._outcomes[Outcome.EVICTED] += 1

        task.add_done_callback(forget)

    def _evict(self) -> None:
        """Whoever has kept its request back longest; else the oldest of all."""
        staying = [(task, connection) for task, connection in self._waiting.items() if not connection.evicted]
        patient = (entry for entry in staying if not entry[1].settled)
        task, connection = next(patient, staying[0] if staying else (None, None))
        if task is not None and connection is not None:
            connection.evicted = True
            task.cancel()

    async def _serve(self, client: socket.socket, connection: Connection) -> None:
        started = self._loop.time()
        writer: asyncio.StreamWriter | None = None
        try:
            async with asyncio.timeout_at(started + self._limits.whole):
                async with asyncio.timeout_at(started + self._limits.request):
                    reader, writer = await self._open(client, connection.web.config.context)
                outcome = await connection.serve(reader, writer, started + self._limits.request)
        except ssl.SSLError:
            outcome = Outcome.HANDSHAKE
        except TimeoutError:
            outcome = Outcome.TIMEOUT
        except OSError:
            outcome = Outcome.GONE
        except asyncio.CancelledError:
            outcome = Outcome.EVICTED
        finally:
            if writer is not None:
                writer.transport.abort()
            else:
                client.close()
        self._outcomes[outcome] += 1

    async def _open(
        self, client: socket.socket, context: ssl.SSLContext | None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        client.setblocking(False)
        reader = asyncio.StreamReader(self._limits.head_bytes, self._loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=self._loop)
        if context is None:
            transport, _ = await self._loop.connect_accepted_socket(lambda: protocol, client)
        else:
            transport, _ = await self._loop.connect_accepted_socket(
                lambda: protocol,
                client,
                ssl=context,
                ssl_handshake_timeout=self._limits.whole,
                ssl_shutdown_timeout=self._limits.linger,
            )
        return reader, asyncio.StreamWriter(transport, protocol, reader, self._loop)

    async def _respond(self, request: Request) -> Response:
        workers = self._quick if request.path in QUICK else self._workers
        return await self._loop.run_in_executor(workers, self._site.respond, request)

    async def _check(self, passwords: Passwords, name: str, password: str) -> bool:
        return await self._loop.run_in_executor(self._hashing, passwords.check, name, password)


def _listen(address: str, port: int) -> socket.socket:
    """`address` empty: every one, IPv6 and IPv4 if there is IPv6."""
    try:
        if address:
            family = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)[0][0]
            listener = socket.create_server((address, port), family=family, backlog=_BACKLOG)
        elif socket.has_dualstack_ipv6():
            listener = socket.create_server(("", port), family=socket.AF_INET6, backlog=_BACKLOG, dualstack_ipv6=True)
        else:
            listener = socket.create_server(("", port), backlog=_BACKLOG)
    except OSError as error:
        where = f"{address or 'every address'}, port {port}"
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror  # no address in it
        raise ServeError(f"cannot listen on {where}: {reason}; choose another in agent.yaml") from error
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
    listener.setblocking(False)
    return listener


def _log_quietly(_: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    """What clients do to their connections is no news."""
    _LOG.debug("%s", context.get("message"), exc_info=context.get("exception"))  # type: ignore[arg-type]
