"""An API server with a kubelet behind it, in the shapes of the real ones: HTTP with Status objects, lists in pages,
and the port-forward of subprotocol v4.channel.k8s.io."""

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from .serving import Connection, silent

CAPTURED = Path(__file__).resolve().parents[1] / "captured/kubernetes"
_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_FORWARD = re.compile(r"/api/v1/namespaces/[^/]+/pods/([^/]+)/portforward")


def captured(name: str) -> Any:
    return json.loads((CAPTURED / f"{name}.json").read_text())


def status(code: int, reason: str, message: str, name: str = "") -> dict[str, Any]:
    """The Status object with which the API says no."""
    details = {"details": {"name": name, "kind": "pods"}} if name else {}
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message,
            "reason": reason, **details, "code": code}  # fmt: skip


UNAUTHORIZED = status(401, "Unauthorized", "Unauthorized")
FORBIDDEN = status(
    403, "Forbidden", 'pods is forbidden: User "system:serviceaccount:monitoring:hagen-agent" cannot list'
)
GONE = status(410, "Expired", "The provided continue parameter is too old to display a consistent list result.")
BROKEN = status(500, "InternalError", "Internal error occurred: etcdserver: request timed out")


def not_found(name: str) -> dict[str, Any]:
    return status(404, "NotFound", f'perconaxtradbclusters.pxc.percona.com "{name}" not found', name)


@dataclass
class Channels:
    """The kubelet's side of a port-forward."""

    connection: Connection
    port: int

    async def send(self, channel: int, data: bytes) -> None:
        await self.frame(0x82, bytes((channel,)) + data)

    async def frame(self, first: int, payload: bytes) -> None:
        size = len(payload)
        head = (
            bytes((size,)) if size < 126 else b"\x7e" + size.to_bytes(2) if size < 65536 else b"\x7f" + size.to_bytes(8)
        )
        await self.connection.send(bytes((first,)) + head + payload)

    async def ports(self) -> None:
        for channel in (0, 1):
            await self.send(channel, self.port.to_bytes(2, "little"))

    async def close(self) -> None:
        await self.frame(0x88, (1000).to_bytes(2))

    async def receive(self) -> tuple[int, bytes]:
        """Opcode and unmasked payload; a client must mask."""
        first, second = await self.connection.reader.readexactly(2)
        assert second & 0x80
        size = second & 0x7F
        if size > 125:
            size = int.from_bytes(await self.connection.reader.readexactly(2 if size == 126 else 8))
        mask = await self.connection.reader.readexactly(4)
        payload = await self.connection.reader.readexactly(size)
        return first & 0x0F, bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))


Forward = Callable[[Channels], Awaitable[None]]
Answer = tuple[int, Any]


@dataclass
class ApiServer:
    """A handler. `answers`: by path; a list is given out one by one, its last for ever. Requests are kept."""

    answers: dict[str, Answer | list[Answer]] = field(default_factory=dict)
    forwards: Mapping[str, Forward] = field(default_factory=dict)  # by pod
    requests: list[tuple[str, Mapping[str, list[str]], Mapping[str, str]]] = field(default_factory=list)
    default: Answer | None = None
    accept: str | None = None  # instead of the right key
    protocol: str = "v4.channel.k8s.io"

    async def __call__(self, connection: Connection) -> None:
        while True:
            try:
                head = (await connection.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            except asyncio.IncompleteReadError:
                return
            line, *lines = head.strip().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            method, target, _ = line.split(" ")
            assert method == "GET"
            parts = urlsplit(target)
            self.requests.append((unquote(parts.path), parse_qs(parts.query), headers))
            match = _FORWARD.fullmatch(parts.path)
            forward = self.forwards.get(match[1]) if match else None
            if forward is not None:
                await self._switch(connection, headers, forward, int(parse_qs(parts.query)["ports"][0]))
                return
            await self._answer(connection, unquote(parts.path))

    async def _answer(self, connection: Connection, path: str) -> None:
        answer = self.answers.get(path, self.default or (404, b"404 page not found\n"))
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        code, body = answer
        if callable(body):
            await body(connection)
            return
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        head = f"HTTP/1.1 {code} Whatever\r\nAudit-Id: 1\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        await connection.send(head.encode() + content)

    async def _switch(self, connection: Connection, headers: Mapping[str, str], forward: Forward, port: int) -> None:
        assert headers["upgrade"] == "websocket"
        assert headers["sec-websocket-version"] == "13"
        assert headers["sec-websocket-protocol"] == "v4.channel.k8s.io"
        digest = hashlib.sha1((headers["sec-websocket-key"] + _GUID).encode(), usedforsecurity=False).digest()
        await connection.send(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {self.accept or base64.b64encode(digest).decode()}\r\n"
            f"Sec-WebSocket-Protocol: {self.protocol}\r\n\r\n".encode()
        )
        await forward(Channels(connection, port))


# Kubelets, well and ill.

REFUSED = (
    "error forwarding port {port} to pod 0b9e3c, uid : failed to execute portforward in network namespace "
    '"/var/run/netns/cni-7a1f": failed to connect to localhost:{port} inside namespace "0b9e3c", IPv4: dial tcp4 '
    "127.0.0.1:{port}: connect: connection refused IPv6 dial tcp6: address localhost: no suitable address found"
)
RUNTIME_DEAD = (
    'error forwarding port {port} to pod app-pxc-0, uid : rpc error: code = Unavailable desc = connection error: desc = "transport: '
    'Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"'
)


def relay(port: int, *, until: int | None = None, then: str = "silent") -> Forward:
    """To a port of 127.0.0.1. The client's message number `until` does not get there; what comes back instead is
    silence, RST, garbage (once, a byte at a time, without end), or a close frame."""

    async def forward(channels: Channels) -> None:
        await channels.ports()
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await channels.send(1, REFUSED.format(port=channels.port).encode())
            await channels.close()
            return
        back = asyncio.create_task(_back(channels, reader))
        try:
            await _forth(channels, writer, until)
            back.cancel()
            await _misbehave(channels, then)
        finally:
            back.cancel()
            writer.transport.abort()

    return forward


async def _forth(channels: Channels, writer: asyncio.StreamWriter, until: int | None) -> None:
    messages = 0
    while True:
        opcode, payload = await channels.receive()
        if opcode == 0x8:
            raise ConnectionResetError
        if opcode != 0x2:
            continue
        assert payload[0] == 0
        if messages == until:
            return
        messages += 1
        writer.write(payload[1:])
        await writer.drain()


async def _back(channels: Channels, reader: asyncio.StreamReader) -> None:
    while data := await reader.read(32768):
        await channels.send(0, data)
    await channels.close()


async def _misbehave(channels: Channels, then: str) -> None:
    if then == "silent":
        await silent(channels.connection)
    elif then == "reset":
        channels.connection.reset()
    elif then == "garbage":
        await channels.send(0, bytes(range(256)) * 8)
        await silent(channels.connection)
    elif then == "drip":
        while True:
            await channels.send(0, b"\x16")
            await asyncio.sleep(0.05)
    elif then == "endless":
        while True:
            await channels.send(0, b"\x17\x03\x03\x40\x00" + bytes(16384))
    else:
        await channels.close()


def error(text: str) -> Forward:
    """The kubelet cannot get through, and says why."""

    async def forward(channels: Channels) -> None:
        await channels.ports()
        await channels.send(1, text.format(port=channels.port).encode())
        await channels.close()

    return forward


def after_ports(*frames: tuple[int, bytes], repeat: bool = False, raw: bytes = b"") -> Forward:
    """These frames once the port is named, then silence, or the last of them again without end."""

    async def forward(channels: Channels) -> None:
        await channels.ports()
        for first, payload in frames:
            await channels.frame(first, payload)
        while repeat:
            await channels.frame(*frames[-1])
        if raw:
            await channels.connection.send(raw)
        await silent(channels.connection)

    return forward


def at_once(raw: bytes) -> Forward:
    """These bytes instead of the port, then silence."""

    async def forward(channels: Channels) -> None:
        await channels.connection.send(raw)
        await silent(channels.connection)

    return forward
