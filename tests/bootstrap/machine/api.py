"""A stand-in for the API server over TLS: answers as the real one words them, once in a while none."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.testbed import pki

_GVK = {"group": "", "version": "v1", "kind": "ConfigMap"}
_DOCUMENTS = {
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
    "/api/v1": {
        "kind": "APIResourceList",
        "groupVersion": "v1",
        "resources": [
            {
                "name": name,
                "singularName": "",
                "namespaced": namespaced,
                "kind": kind,
                "verbs": ["get", "list", "patch"],
            }
            for name, namespaced, kind in (("configmaps", True, "ConfigMap"), ("nodes", False, "Node"))
        ],
    },
    "/openapi/v3": {"paths": {"api/v1": {"serverRelativeURL": "/openapi/v3/api/v1"}}},
    "/openapi/v3/api/v1": {
        "openapi": "3.0.0",
        "paths": {
            "/api/v1/namespaces/{namespace}/configmaps/{name}": {
                "patch": {
                    "x-kubernetes-action": "patch",
                    "x-kubernetes-group-version-kind": _GVK,
                    "parameters": [{"name": "fieldValidation", "in": "query"}],
                }
            }
        },
        "components": {"schemas": {}},
    },
}
"""What kubectl asks before it asks what it is told to. Shapes: Kubernetes API reference, discovery and OpenAPI v3."""

MAP: dict[str, Any] = {
    "kind": "ConfigMap",
    "apiVersion": "v1",
    "metadata": {"name": "a", "namespace": "default", "uid": "1", "resourceVersion": "1"},
}


@dataclass(frozen=True)
class Answer:
    """`lost`: the connection ends in the middle; `seconds`: it takes its time."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    lost: bool = False
    seconds: float = 0.0


def refusal(status: int, reason: str, message: str, **details: Any) -> Answer:
    """A Status object, as the API server refuses."""
    body = {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "code": status,
        "reason": reason,
        "message": message,
    }
    headers = {"Retry-After": str(details["retryAfterSeconds"])} if "retryAfterSeconds" in details else {}
    return Answer(status, body | ({"details": details} if details else {}), headers)


@dataclass
class Api:
    """`answers`: what comes next, the last one again and again; discovery is answered by itself."""

    port: int
    kubeconfig: Path
    answers: list[Answer] = field(default_factory=lambda: [Answer(body=MAP)])
    asked: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str) -> Answer:
        """What this request gets."""
        if path in _DOCUMENTS:
            return Answer(body=_DOCUMENTS[path])
        self.asked.append(f"{method} {path}")
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def _handler(find: Callable[[], Api], ending: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def respond(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = find().answer(self.command, self.path.partition("?")[0])
            ending.wait(answer.seconds)
            data = json.dumps(answer.body).encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data[: len(data) // 2] if answer.lost else data)
            if answer.lost:
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True

        do_GET = do_PATCH = do_POST = respond  # noqa: N815 - the names that http.server calls

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as in the base class
            """Say nothing."""

    return Handler


def kubeconfig(file: Path, port: int, authority: Path) -> None:
    """An administrator's, for an API server on this machine."""
    file.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "here",
                "clusters": [
                    {
                        "name": "here",
                        "cluster": {"server": f"https://127.0.0.1:{port}", "certificate-authority": str(authority)},
                    }
                ],
                "contexts": [{"name": "here", "context": {"cluster": "here", "user": "admin"}}],
                "users": [{"name": "admin", "user": {"token": "not-a-real-one"}}],
            }
        )
    )


@contextmanager
def serving(directory: Path) -> Iterator[Api]:
    """One on a free port; `directory` gets its certificates and a kubeconfig."""
    certificates = pki.issue(directory / "pki", ["localhost"], ["127.0.0.1"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.certificate, certificates.key)
    held: list[Api] = []
    ending = threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(lambda: held[0], ending)) as server:
        server.daemon_threads = True
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        held.append(Api(server.server_port, directory / "kubeconfig"))
        kubeconfig(held[0].kubeconfig, server.server_port, certificates.ca)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield held[0]
        finally:
            ending.set()
            server.shutdown()
            thread.join()
            time.sleep(0)
