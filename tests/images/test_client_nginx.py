"""What nginx says beside the page: headers, caches, compression, and how it starts and ends."""

import gzip
import http.client
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.images.client import Client, begin, served
from tests.images.server import eventually


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with served(tmp_path_factory.mktemp("client"), "server.example:8443") as found:
        yield found


def directives(policy: str) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in policy.split(";"))
    return {name: value for name, _, value in parts}


def test_the_policy_names_the_configured_server_and_nothing_inline(client: Client) -> None:
    found = directives(client.get("/").headers["content-security-policy"])
    assert found["default-src"] == "'none'"
    assert found["connect-src"] == "'self' server.example:8443"
    assert found["script-src"] == found["style-src"] == found["img-src"] == "'self'"
    assert (found["require-trusted-types-for"], found["trusted-types"]) == ("'script'", "'none'")
    assert "unsafe" not in str(found)


@pytest.mark.parametrize("path", ["/", "/configuration/configuration.json", "/gone", "/livez"])
def test_every_answer_has_the_headers(client: Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "/" not in headers["server"], "its version is nobody's business"


@pytest.mark.parametrize(
    ("path", "status", "cached"),
    [
        ("/", 200, "no-cache"),
        ("/index.html", 200, "no-cache"),
        ("/configuration/configuration.json", 200, "no-store"),
        ("/icon.svg", 200, "no-cache"),
        ("/assets/gone.js", 404, None),
        ("/.dockerenv", 404, None),
        ("/configuration/..data/x", 404, None),
        ("/nothing", 404, None),
    ],
)
def test_what_may_be_kept(client: Client, path: str, status: int, cached: str | None) -> None:
    answer = client.get(path)
    assert (answer.status, answer.headers.get("cache-control")) == (status, cached)


def test_what_has_a_hash_in_its_name_is_kept_for_ever_and_sent_small(client: Client) -> None:
    (script,) = (client.site / "assets").glob("*.js")
    plain = client.get(f"/assets/{script.name}")
    assert "immutable" in plain.headers["cache-control"]
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=10)
    connection.request("GET", f"/assets/{script.name}", headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    content = response.read()
    connection.close()
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["vary"] == "Accept-Encoding"
    assert gzip.decompress(content).decode() == plain.text
    assert len(content) * 2 < len(plain.text)


def test_probes(client: Client) -> None:
    assert [client.get(path).status for path in ("/livez", "/readyz")] == [200, 200]
    page = client.site / "readyz.txt"
    page.rename(client.site / "readyz")
    assert [client.get(path).status for path in ("/livez", "/readyz")] == [200, 503]
    (client.site / "readyz").rename(page)
    assert "livez" not in client.log.read_text(), "probes would fill the log"


def test_nothing_but_reading(client: Client) -> None:
    assert [client.ask(method, "/").status for method in ("HEAD", "POST", "DELETE")] == [200, 403, 403]


@pytest.mark.parametrize(
    "configuration",
    [
        "",
        "{}",
        '{"server": "server.local"}',
        '{"server": "https://server.local"}',
        '{"server": "//server.local; script-src *"}',
        '{"server": "//server.local/path"}',
        '{"server": "//$host"}',
        '{"server": "//a b"}',
        '{"server": "//-"}',
        '{"server": "//*"}',
    ],
)
def test_a_configuration_that_cannot_be_used_is_told(tmp_path: Path, configuration: str) -> None:
    client = begin(tmp_path / "client", configuration)
    assert client.process.wait(10) == 78
    assert '"server" must be "//<host>"' in client.log.read_text()


def test_it_answers_what_is_under_way_before_it_ends(tmp_path: Path) -> None:
    """A reader that takes its time: more than the kernel keeps for it, so that nginx itself has to wait."""
    with served(tmp_path / "client", "server.local") as client:
        content = bytes(range(256)) * 2**16
        (client.site / "assets/large").write_bytes(content)
        connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=10)
        connection.request("GET", "/assets/large")
        response = connection.getresponse()
        client.process.send_signal(signal.SIGQUIT)
        eventually(client.answers, lambda answers: not answers)
        assert client.process.poll() is None
        assert response.read() == content
        connection.close()
        assert client.process.wait(20) == 0
