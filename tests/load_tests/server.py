"""A small stand-in of the applications over real HTTP: accounts, sessions, limits, and a record of every request."""

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

OPEN = {"/", "/configuration/configuration.json", "/api/db", "/api/stress"}


@dataclass(frozen=True)
class Request:
    """A request as it came: method, path, query, Host, and whose session it named (None: no one's)."""

    method: str
    path: str
    query: str
    host: str
    email: str | None
    status: int


@dataclass
class Applications:
    """Client and server at one address. `answers` puts a status in place of the usual answer of a path."""

    answers: dict[str, int] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    port: int = 0

    def answer(self, method: str, path: str, body: dict[str, Any], token: str) -> tuple[int, Any]:
        """Status and body."""
        if path in self.answers:
            return self.answers[path], {"title": "as the test wants it"}
        match method, path:
            case "POST", "/api/register" if body["email"] not in self.passwords:
                self.passwords[body["email"]] = body["password"]
                return 201, self._session(body["email"])
            case "POST", "/api/login" if self.passwords.get(body["email"]) == body["password"]:
                return 200, self._session(body["email"])
            case "POST", "/api/logout" if self.sessions.pop(token, None):
                return 204, None
        if method == "GET" and (path in OPEN or (path == "/api/dashboard" and token in self.sessions)):
            return 200, {}
        return 401, {}

    def _session(self, email: str) -> dict[str, str]:
        token = secrets.token_urlsafe(32)
        self.sessions[token] = email
        return {"token": token}


def handler(applications: Applications) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def respond(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
            url = urlsplit(self.path)
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            with applications.lock:
                email = applications.sessions.get(token)
                status, content = applications.answer(self.command, url.path, body, token)
                applications.requests.append(
                    Request(self.command, url.path, url.query, self.headers["Host"], email or body.get("email"), status)
                )
                number = len(applications.requests)
            data = b"" if content is None else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            if url.path.startswith("/api/"):
                self.send_header("X-Served-By", f"server-{number % 2}")
            if status in {429, 503}:
                self.send_header("Retry-After", "1")
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = respond  # noqa: N815  # the names that http.server calls

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as in the base class
            """Say nothing."""

    return Handler


@contextmanager
def running(**answers: int) -> Iterator[Applications]:
    """The stand-in on a free port of the loopback; names of answers are the last part of a path under /api/."""
    applications = Applications({f"/api/{name}": status for name, status in answers.items()})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler(applications)) as server:
        server.daemon_threads = True
        applications.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield applications
        finally:
            server.shutdown()
            thread.join()
