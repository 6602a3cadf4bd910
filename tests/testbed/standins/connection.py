"""One HTTP connection of a stand-in. A raw protocol, as streams cost twice the CPU for each connection."""

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any, cast

from tests.testbed.standins.behaviour import Behaviour, Mode
from tests.testbed.standins.http1 import (
    BadRequestError,
    Request,
    Response,
    Tunnel,
    encode,
    encode_switch,
    take_request,
)
from tests.testbed.standins.streams import Stream, Streams

# (request, address of the client) -> what to say, or the work that ends with it.
Answer = Callable[[Request, str], Response | Coroutine[Any, Any, Response]]


class Service:
    """What all connections of a server share."""

    def __init__(self, name: str, answer: Answer) -> None:
        self.name = name
        self.behaviour = Behaviour()
        self.streams = Streams(name, lambda: self.behaviour.silent)
        self.requests: Counter[str] = Counter()
        self.connections: set[Connection] = set()
        self._answer = answer
        self._empty = asyncio.Event()
        self._empty.set()

    def answer(self, request: Request, client: str) -> Response | Coroutine[Any, Any, Response]:
        """As the mode says."""
        if self.behaviour.mode is Mode.ERROR:
            return Response(500, f"{self.name} fails as it was told\n")
        return self._answer(request, client)

    def status(self) -> dict[str, Any]:
        """For the control socket."""
        return {
            "name": self.name,
            "mode": self.behaviour.mode.value,
            "requests": dict(self.requests),
            "connections": len(self.connections),
            "streams": len(self.streams),
        }

    def close(self) -> None:
        """Streams come to their end, idle connections close; a request that is being answered gets its answer."""
        self.streams.end()
        for connection in tuple(self.connections):
            connection.finish()

    def join(self, connection: "Connection") -> None:
        """A connection is open."""
        self.connections.add(connection)
        self._empty.clear()

    def leave(self, connection: "Connection") -> None:
        """A connection is gone."""
        self.connections.discard(connection)
        if not self.connections:
            self._empty.set()

    async def emptied(self, patience: float) -> None:
        """Wait until the last connection is gone, for at most `patience` seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._empty.wait(), patience)

    def reset(self) -> None:
        """Every client gets a reset."""
        for connection in tuple(self.connections):
            connection.reset()


class Connection(asyncio.Protocol):
    """One request after the other; `client`: its address where a PROXY header said it."""

    def __init__(self, service: Service, client: str = "") -> None:
        self._service = service
        self._client = client
        self._buffer = bytearray()
        self._busy = False
        self._last = False  # no further request is taken
        self._stream: Stream | None = None
        self._tunnel: Tunnel | None = None
        self._transport: asyncio.Transport
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._client = self._client or transport.get_extra_info("peername", ("?",))[0]
        self._service.join(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (asyncio's name)
        self._service.leave(self)
        if self._stream is not None:
            self._service.streams.remove(self._stream)
        if self._tunnel is not None:
            self._tunnel.closed()
        if self._task is not None:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        if self._tunnel is not None:
            self._tunnel.received(data)
            return
        self._buffer += data
        if not self._busy:
            self._advance()
        elif len(self._buffer) > 1 << 20:
            self._transport.abort()

    def finish(self) -> None:
        """Close now, or after the answer that is under way."""
        self._last = True
        if not self._busy:
            self._transport.close()

    def reset(self) -> None:
        """Closing the socket sends RST instead of FIN."""
        sock: socket.socket = self._transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def _advance(self) -> None:
        if self._busy or self._transport.is_closing():
            return
        try:
            request = take_request(self._buffer)
        except BadRequestError as failure:
            self._last = True
            self._write(None, Response(400, f"{self._service.name} {failure}\n"))
            return
        if request is not None:
            self._busy = True
            self._service.requests[request.path] += 1
            self._service.behaviour.admit(partial(self._reply, request))

    def _reply(self, request: Request) -> None:
        if self._transport.is_closing():
            return
        answer = self._service.answer(request, self._client)
        if isinstance(answer, Response):
            self._write(request, answer)
        else:
            self._task = asyncio.get_running_loop().create_task(self._reply_later(request, answer))

    async def _reply_later(self, request: Request, work: Coroutine[Any, Any, Response]) -> None:
        response = await work
        self._task = None
        # It may have begun to hang meanwhile.
        self._service.behaviour.hold(partial(self._write, request, response))

    def _write(self, request: Request | None, response: Response) -> None:
        if self._transport.is_closing():
            return
        if request is not None and response.stream:
            self._start_stream(request, response)
            return
        if response.tunnel is not None:
            self._start_tunnel(response, response.tunnel)
            return
        keep_alive = request is not None and request.keep_alive and not self._last
        head_only = request is not None and request.method == "HEAD"
        self._transport.write(encode(response, keep_alive=keep_alive, without_body=head_only))
        self._busy = False
        if not keep_alive:
            self._transport.close()
        elif self._buffer:
            asyncio.get_running_loop().call_soon(self._advance)

    def _start_tunnel(self, response: Response, tunnel: Tunnel) -> None:
        self._transport.write(encode_switch(response))
        self._tunnel = tunnel
        tunnel.opened(self._transport.write, self._transport.close)
        early, self._buffer = bytes(self._buffer), bytearray()
        if early:
            tunnel.received(early)

    def _start_stream(self, request: Request, response: Response) -> None:
        chunked = request.minor == 1
        self._transport.write(encode(response, keep_alive=False, chunked=chunked))
        self._stream = Stream(self._transport.write, self._transport.close, chunked)
        self._service.streams.add(self._stream)
