"""Whether an image server has an image, from lists of its form, and from a server."""

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from hagen.bootstrap.provider.lxd import simplestreams

LISTED: dict[str, Any] = json.loads(Path(__file__).with_name("streams.json").read_text())


@pytest.mark.parametrize(
    ("alias", "architecture", "virtual", "there"),
    [
        ("24.04", "x86_64", True, True),
        ("noble", "x86_64", False, True),
        ("24", "x86_64", True, False),
        ("24.04", "aarch64", True, False),
        ("26.04", "x86_64", True, False),
        ("26.04", "x86_64", False, True),
        ("arm-only", "aarch64", False, False),
    ],
)
def test_an_alias_counts_with_a_whole_version_for_its_kind(
    alias: str, architecture: str, virtual: bool, there: bool
) -> None:
    assert simplestreams.has(LISTED, alias, architecture, virtual=virtual) is there


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        index = {"index": {"a": {"datatype": "image-downloads", "path": "streams/v1/a.json"}, "b": {"datatype": "ids"}}}
        answers = {"/releases/streams/v1/index.json": index, "/releases/streams/v1/a.json": {"products": LISTED}}
        answer = answers.get(self.path)
        self.send_response(200 if answer else 404)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()


def test_a_server_is_read_through_its_index(server: str) -> None:
    assert list(simplestreams.products(f"{server}/releases/")) == [LISTED]
    with pytest.raises(requests.HTTPError):
        list(simplestreams.products(server))
