"""A web server on 127.0.0.1 that behaves as badly as it is told to."""

import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Behaviour = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """Paths -> behaviours; `asked` counts the requests for each path."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.routes: dict[str, Behaviour] = {}
        self.asked: Counter[str] = Counter()
        self.headers: dict[str, dict[str, str]] = {}

    def serve(self, path: str, behaviour: Behaviour) -> str:
        """Answer a path in this way; its URL."""
        self.routes[path] = behaviour
        return self.url + path


def answer(content: bytes, status: int = 200, **headers: str) -> Behaviour:
    """A complete answer."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return behave


def redirect(target: str, status: int = 302) -> Behaviour:
    return answer(b"", status, Location=target)


def truncated(content: bytes) -> Behaviour:
    """Half of what is announced."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[: len(content) // 2])
        handler.close_connection = True

    return behave


def dripping(seconds: float, content: bytes = b"x" * 64) -> Behaviour:
    """One byte after another, `seconds` between them."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        try:
            for byte in content:
                handler.wfile.write(bytes([byte]))
                handler.wfile.flush()
                time.sleep(seconds)
        except OSError:
            return

    return behave


def endless(handler: BaseHTTPRequestHandler) -> None:
    """A body without a length and without an end."""
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"a" * 65536)
    except OSError:
        return


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Close without a word."""
    handler.close_connection = True


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """The first, then the second, ...; the last one for ever."""
    left = list(behaviours)

    def behave(handler: BaseHTTPRequestHandler) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(handler)

    return behave


@contextmanager
def running(certificate: Path | None = None) -> Iterator[Server]:
    """A server for as long as the block lasts; with a certificate (and its key in the same file) over TLS."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked[self.path] += 1
            server.headers[self.path] = dict(self.headers)
            server.routes.get(self.path, answer(b"no such file", 404))(self)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    http = Quiet(("127.0.0.1", 0), Handler)
    scheme = "http"
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        http.socket = context.wrap_socket(http.socket, server_side=True)
        scheme = "https"
    server = Server(f"{scheme}://127.0.0.1:{http.server_address[1]}")
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
