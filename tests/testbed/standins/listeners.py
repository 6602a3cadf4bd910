"""Ports that a service answers on.

asyncio keeps the alert of a failed TLS handshake to itself, where Go sends it. Of haproxy's checks only ssl-hello-chk
waits for it; those over TLS (`http-check connect ssl`, `check-ssl`) shake hands in full.
"""

import asyncio
import socket
import ssl
from typing import Protocol

from tests.testbed.standins.arguments import Endpoint
from tests.testbed.standins.connection import Connection, Service
from tests.testbed.standins.proxy import ProxyError, take_header

_BACKLOG = 512
_HANDSHAKE_TIMEOUT = 5.0
# Go says goodbye and closes; asyncio would wait 30 s for the client's goodbye.
_GOODBYE_TIMEOUT = 0.5


class Listener(Protocol):
    """An open port; closing it refuses new connections and leaves the open ones alone."""

    def close(self) -> None: ...


async def listen(service: Service, endpoint: Endpoint, context: ssl.SSLContext | None = None) -> Listener:
    """TLS with `context`, else plain."""
    return await asyncio.get_running_loop().create_server(
        lambda: Connection(service),
        *endpoint,
        ssl=context,
        backlog=_BACKLOG,
        ssl_handshake_timeout=_HANDSHAKE_TIMEOUT if context else None,
        ssl_shutdown_timeout=_GOODBYE_TIMEOUT if context else None,
    )


async def listen_behind_proxy(service: Service, endpoint: Endpoint, context: ssl.SSLContext | None = None) -> Listener:
    """As `listen`, but each connection begins with a PROXY header, before TLS."""
    return _ProxyListener(service, endpoint, context)


class _ProxyListener:
    def __init__(self, service: Service, endpoint: Endpoint, context: ssl.SSLContext | None) -> None:
        family = socket.AF_INET6 if ":" in endpoint.address else socket.AF_INET
        self._socket = socket.create_server(endpoint, family=family, backlog=_BACKLOG)
        self._socket.setblocking(False)
        self._service = service
        self._context = context
        self._welcomes: set[asyncio.Task[None]] = set()  # the loop itself holds tasks only weakly
        loop = asyncio.get_running_loop()
        loop.add_reader(self._socket, self._accept)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _accept(self) -> None:
        try:
            connection, _ = self._socket.accept()
        except OSError:  # gone already, or no descriptor is free: the next event tries again
            return
        connection.setblocking(False)
        task = asyncio.get_running_loop().create_task(self._welcome(connection))
        self._welcomes.add(task)
        task.add_done_callback(self._welcomes.discard)

    async def _welcome(self, connection: socket.socket) -> None:
        handed_over = False
        try:
            async with asyncio.timeout(_HANDSHAKE_TIMEOUT):
                client = await take_header(connection)
            handed_over = True
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: Connection(self._service, client),
                connection,
                ssl=self._context,
                ssl_handshake_timeout=_HANDSHAKE_TIMEOUT if self._context else None,
                ssl_shutdown_timeout=_GOODBYE_TIMEOUT if self._context else None,
            )
        except (OSError, ProxyError):
            if not handed_over:
                connection.close()
