"""A small HTTP/1.1 client that keeps its connections: a TLS handshake for each question would cost more than the answer."""

import asyncio
import ssl

from tests.testbed.standins.arguments import Origin

_Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class UpstreamError(Exception):
    """What came back is not an HTTP answer."""


class Upstream:
    """One server."""

    def __init__(self, origin: Origin, context: ssl.SSLContext | None = None) -> None:
        self._origin = origin
        self._context = context if origin.tls else None
        self._idle: list[_Pair] = []

    async def ask(self, method: str, path: str, body: bytes = b"", *, patience: float) -> tuple[int, bytes]:
        """(status, body). TimeoutError, other OSError or UpstreamError when there is none."""
        async with asyncio.timeout(patience):
            reader, writer = await self._connection()
            head = (
                f"{method} {path} HTTP/1.1\r\nHost: {self._origin.endpoint.address}\r\nContent-Length: {len(body)}\r\n"
            )
            try:
                writer.write(head.encode() + b"\r\n" + body)
                status, answer, keep = await _read_answer(reader)
            except (ValueError, IndexError, EOFError, asyncio.LimitOverrunError) as failure:
                writer.transport.abort()
                raise UpstreamError(repr(failure)) from failure
            except BaseException:
                writer.transport.abort()
                raise
        if keep:
            self._idle.append((reader, writer))
        else:
            writer.close()
        return status, answer

    def close(self) -> None:
        """Idle connections are closed."""
        for _, writer in self._idle:
            writer.close()
        self._idle.clear()

    async def _connection(self) -> _Pair:
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.transport.abort()
        return await asyncio.open_connection(*self._origin.endpoint, ssl=self._context)


async def _read_answer(reader: asyncio.StreamReader) -> tuple[int, bytes, bool]:
    """(status, body, whether the connection can be kept)."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    pairs = (line.partition(":") for line in lines)
    headers = {name.lower(): value.strip().lower() for name, _, value in pairs}
    keep = headers.get("connection") != "close"
    if headers.get("transfer-encoding") == "chunked":
        body = await _read_chunks(reader)
    elif "content-length" in headers:
        body = await reader.readexactly(int(headers["content-length"]))
    else:
        body, keep = await reader.read(-1), False
    return int(first.split()[1]), body, keep


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16):
        body += (await reader.readexactly(size + 2))[:-2]
    while await reader.readuntil(b"\r\n") != b"\r\n":  # trailers
        pass
    return body
