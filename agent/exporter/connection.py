"""One connection: a handshake, one request, one answer, and the end.

One request per connection, on purpose: who may read is decided anew each time, nobody keeps a place, and a client
reads the end of an answer as its end. A handshake costs less than a millisecond with an elliptic curve.
"""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from .request import Request, RequestError, parse_request
from .response import Response, serialized, text
from .web.live import Web
from .web.passwords import Passwords
from .web.tls import names_of

_LOG = logging.getLogger(__name__)
_END = b"\r\n\r\n"
_DRAIN = 65536
_TLS_RECORD = 0x16


@dataclass(frozen=True)
class Limits:
    """Seconds, bytes, numbers. `request`: until the head is there, handshake included. `whole`: until everything is."""

    request: float = 5.0
    whole: float = 30.0
    linger: float = 1.0  # for a client that is still sending when it has its answer
    head_bytes: int = 16384
    connections: int = 512
    workers: int = 2


class Outcome(StrEnum):
    """How a connection ended."""

    ANSWERED = "answered"
    REFUSED = "refused"  # answered with 4xx before anything was looked at: no request, no access, too many
    HANDSHAKE = "handshake_failed"
    TIMEOUT = "timed_out"
    GONE = "gone"  # the client left
    EVICTED = "evicted"  # it had said nothing for longest when there were too many
    FAILED = "failed"  # the agent's own fault


Respond = Callable[[Request], Awaitable[Response]]
Check = Callable[[Passwords, str, str], Awaitable[bool]]


@dataclass(eq=False)
class Connection:
    """`settled`: the request has arrived, so it is not evicted any more."""

    limits: Limits
    web: Web
    respond: Respond
    check: Check
    settled: bool = False
    evicted: bool = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, deadline: float) -> Outcome:
        """From the first byte to the last. `deadline`: the loop's time until which the head must be there."""
        if not self._welcome(writer):
            return Outcome.HANDSHAKE
        method = "GET"
        try:
            async with asyncio.timeout_at(deadline):
                request = parse_request(await self._head(reader))
            method, self.settled = request.method, True
            await self._admit(request)
            response, outcome = await self._answer(request)
        except RequestError as error:
            response, outcome = _refusal(error), Outcome.REFUSED
        await self._send(reader, writer, serialized(response, method, self.web.config.headers))
        return outcome

    def _welcome(self, writer: asyncio.StreamWriter) -> bool:
        """Whether the client's certificate has one of the names that may come in."""
        allowed = self.web.config.allowed_sans
        return allowed is None or bool(allowed & names_of(writer.get_extra_info("peercert")))

    async def _head(self, reader: asyncio.StreamReader) -> bytes:
        try:
            first = await reader.readexactly(1)
            if first[0] == _TLS_RECORD:  # a client that waits for an answer in TLS
                raise RequestError(HTTPStatus.BAD_REQUEST, "TLS is not spoken here.")
            return await self._lines(reader, first)
        except asyncio.LimitOverrunError as error:
            raise RequestError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The head is too large.") from error
        except asyncio.IncompleteReadError as error:
            raise ConnectionError("the client left") from error

    async def _lines(self, reader: asyncio.StreamReader, head: bytes) -> bytes:
        """Up to the empty line, without it. Line by line, so that who ends them otherwise is told at once."""
        while not head.endswith(_END):
            if head != b"\n":
                head += await reader.readuntil(b"\n")
            if not head.endswith(b"\r\n"):
                raise RequestError(HTTPStatus.BAD_REQUEST, "A line here ends in CR and LF.")
            if len(head) > self.limits.head_bytes:
                raise RequestError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The head is too large.")
        return head.removesuffix(_END)

    async def _answer(self, request: Request) -> tuple[Response, Outcome]:
        try:
            return await self.respond(request), Outcome.ANSWERED
        except Exception:  # noqa: BLE001 - a mistake in one answer must not end the others
            _LOG.exception("a request could not be answered")
            words = "The agent has made a mistake; its log says which."
            return text(HTTPStatus.INTERNAL_SERVER_ERROR, words), Outcome.FAILED

    async def _admit(self, request: Request) -> None:
        if not self.web.limiter.admits():
            raise RequestError(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests.")
        if not self.web.config.users:
            return
        credentials = request.credentials
        if credentials is None or not (
            self.web.passwords.remembers(*credentials) or await self.check(self.web.passwords, *credentials)
        ):
            raise RequestError(HTTPStatus.UNAUTHORIZED, "Name and password are needed.")

    async def _send(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> None:
        """Whoever closes while the client still sends destroys the answer on its way (RFC 9112, 9.6)."""
        writer.transport.set_write_buffer_limits(high=0)
        writer.write(data)
        await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.limits.linger):
                    while await reader.read(_DRAIN):
                        pass
        writer.close()
        with contextlib.suppress(TimeoutError, ssl.SSLError):
            async with asyncio.timeout(self.limits.linger):
                await writer.wait_closed()


def _refusal(error: RequestError) -> Response:
    headers = {"WWW_Authenticate": 'Basic realm="hagen-agent", charset="UTF-8"'}
    return text(error.status, error.reason, **(headers if error.status is HTTPStatus.UNAUTHORIZED else {}))
