"""A client that says exactly what it is told, byte by byte."""

import http.client
import socket
import ssl
from dataclasses import dataclass

from hagen.agent.exporter.server import Server


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


def connect(server: Server, *, buffer: int | None = None) -> socket.socket:
    sock = socket.socket()
    sock.settimeout(30)
    if buffer is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    sock.connect(("127.0.0.1", server.port))
    return sock


def exchange(server: Server, data: bytes, context: ssl.SSLContext | None = None) -> bytes:
    """What comes back until the server ends the connection."""
    sock = connect(server)
    if context is not None:
        sock = context.wrap_socket(sock, server_hostname="127.0.0.1")
    with sock:
        sock.sendall(data)
        received = b""
        while chunk := sock.recv(65536):
            received += chunk
    return received


def get(
    server: Server, path: str = "/metrics", method: str = "GET", context: ssl.SSLContext | None = None, **headers: str
) -> Answer:
    """By the standard library's client, as a second opinion on what HTTP is."""
    if context is not None:
        client: http.client.HTTPConnection = http.client.HTTPSConnection(
            "127.0.0.1", server.port, timeout=30, context=context
        )
    else:
        client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        client.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = client.getresponse()
        return Answer(response.status, {key.lower(): value for key, value in response.getheaders()}, response.read())
    finally:
        client.close()


def ended(sock: socket.socket) -> bytes:
    """Everything until the end, whether it is an orderly one or not."""
    received = b""
    try:
        while chunk := sock.recv(65536):
            received += chunk
    except ConnectionError:
        pass
    return received
