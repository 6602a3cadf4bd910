"""Asking the API servers in turn: what counts as an answer, and that none of them holds the agent up."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hagen.agent.kubernetes.client import Client, path_of
from hagen.agent.kubernetes.credentials import TokenFiles
from hagen.agent.kubernetes.deadline import Deadline
from hagen.agent.kubernetes.errors import ExpiredError, KubernetesError, MissingError, RefusedError, UnreachableError
from tests.agent.kubernetes.apiserver import BROKEN, FORBIDDEN, GONE, UNAUTHORIZED, ApiServer, not_found, status
from tests.agent.kubernetes.fixtures import SICK_BELOW_HTTP, TOKEN, Hall, keeps_nothing
from tests.agent.kubernetes.serving import Handler, drips, endless, garbage, resets, says, silent

PATH = "/api/v1/namespaces/apps/pods"
OBJECT = {"kind": "PodList", "items": [], "metadata": {}}
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
SICK_HTTP: dict[str, Handler] = {
    "says nothing": silent,
    "resets": resets,
    "no HTTP": garbage,
    "drips its head": drips(HEAD),
    "drips its body": drips(HEAD + b"Content-Length: 100000\r\n\r\n", 0.01),
    "head without end": endless(HEAD, b"X-Padding: 1\r\n"),
    "line without end": endless(HEAD + b"X: ", b"x" * 65536),
    "body without end": endless(HEAD + b"\r\n", b" " * 65536),
    "chunks without end": endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 1000),
    "100s without end": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "chunk of no size": says(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
    "announces petabytes": says(HEAD + b"Content-Length: 1125899906842624\r\n\r\n{"),
    "no JSON": says(HEAD + b"Content-Length: 5\r\n\r\n<html"),
    "JSON, no object": says(HEAD + b"Content-Length: 2\r\n\r\n[]"),
    "deep JSON": says(HEAD + b"Content-Length: 200000\r\n\r\n" + b"[" * 200000),
    "no UTF-8": says(HEAD + b'Content-Length: 8\r\n\r\n{"a":"\xff"'),
    "500": ApiServer(default=(500, BROKEN)),
    "503 of a proxy": ApiServer(default=(503, b"<html>no server is available</html>")),
    "429": ApiServer(default=(429, status(429, "TooManyRequests", "too many requests"))),
    "redirect": ApiServer(default=(302, b"")),
}


def get(client: Client, seconds: float) -> tuple[object, float]:
    started = time.monotonic()
    try:
        with client.session(Deadline.after(seconds)) as session:
            return session.get(PATH), time.monotonic() - started
    except KubernetesError as error:
        return error, time.monotonic() - started


def everything_sick() -> list[str]:
    return [*SICK_BELOW_HTTP, *SICK_HTTP]


def sick_url(hall: Hall, name: str) -> str:
    if name in SICK_HTTP:
        return hall.serve(SICK_HTTP[name]).url
    return hall.sick(name, ApiServer({PATH: (200, OBJECT)}))


@pytest.mark.parametrize("name", everything_sick())
def test_a_sick_server_gives_no_answer_and_takes_no_more_than_its_time(hall: Hall, name: str) -> None:
    answer, seconds = get(hall.client(sick_url(hall, name)), 0.6)
    assert isinstance(answer, UnreachableError), answer
    assert str(answer)
    assert seconds < 1.0


@pytest.mark.parametrize("name", everything_sick())
def test_the_next_server_is_asked_when_one_is_sick(hall: Hall, name: str) -> None:
    sick, good = sick_url(hall, name), ApiServer({PATH: (200, OBJECT)})
    client = hall.client(sick, hall.serve(good).url)
    # Half of it is the sick one's: room enough for a machine that stands still a while.
    answer, _ = get(client, 3)
    assert answer == OBJECT
    answer, seconds = get(client, 3)
    assert answer == OBJECT
    assert seconds < 1.5, "the one that answered is asked first"


@pytest.mark.parametrize(("code", "body", "kind"), [(401, UNAUTHORIZED, RefusedError), (403, FORBIDDEN, RefusedError), (404, not_found("app"), MissingError), (410, GONE, ExpiredError)])  # fmt: skip
def test_a_no_of_the_api_is_an_answer(hall: Hall, code: int, body: object, kind: type[RefusedError]) -> None:
    other = ApiServer({PATH: (200, OBJECT)})
    answer, _ = get(hall.client(hall.serve(ApiServer(default=(code, body))).url, hall.serve(other).url), 3)
    assert type(answer) is kind
    assert answer.status == code
    assert str(body["message"]) in str(answer)
    assert not other.requests


def test_after_a_refused_login_another_server_is_asked_first(hall: Hall) -> None:
    client = hall.client(
        hall.serve(ApiServer(default=(403, FORBIDDEN))).url, hall.serve(ApiServer({PATH: (200, OBJECT)})).url
    )
    assert isinstance(get(client, 3)[0], RefusedError)
    assert get(client, 3)[0] == OBJECT


@pytest.mark.parametrize(
    "body", [b"404 page not found\n", status(404, "NotFound", "the server could not find the requested resource")]
)
def test_a_path_that_the_server_does_not_know_says_nothing_of_the_object(hall: Hall, body: object) -> None:
    answer, _ = get(hall.client(hall.serve(ApiServer(default=(404, body))).url), 3)
    assert isinstance(answer, RefusedError)
    assert not isinstance(answer, MissingError)


def test_one_connection_carries_a_session(hall: Hall) -> None:
    api = ApiServer({PATH: (200, OBJECT)})
    server = hall.serve(api)
    with hall.client(server.url).session(Deadline.after(5)) as session:
        for _ in range(5):
            assert session.get(PATH, {"labelSelector": "a=b,c=d"}) == OBJECT
    assert server.connections == 1
    path, query, headers = api.requests[-1]
    assert (path, query) == (PATH, {"labelSelector": ["a=b,c=d"]})
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["host"] == f"127.0.0.1:{server.port}"


def test_a_session_goes_on_with_another_server(hall: Hall) -> None:
    dying = hall.serve(ApiServer({PATH: [(200, OBJECT), (200, resets)]}))
    good = hall.serve(ApiServer({PATH: (200, OBJECT)}))
    with hall.client(dying.url, good.url).session(Deadline.after(5)) as session:
        for _ in range(4):
            assert session.get(PATH) == OBJECT
    assert (dying.connections, good.connections) == (1, 1)


def page(*names: str, then: str = "") -> tuple[int, object]:
    metadata = {"resourceVersion": "1", **({"continue": then} if then else {})}
    return 200, {"kind": "List", "metadata": metadata, "items": [{"metadata": {"name": name}} for name in names]}


def items(hall: Hall, *answers: object) -> list[str]:
    api = ApiServer({PATH: list(answers)})  # type: ignore[dict-item]
    with hall.client(hall.serve(api).url).session(Deadline.after(3)) as session:
        return [item["metadata"]["name"] for item in session.items(PATH)]


def test_a_list_comes_in_pages(hall: Hall) -> None:
    assert items(hall, page("a", "b", then="x"), page("c", then="y"), page("d")) == ["a", "b", "c", "d"]


def test_a_list_whose_pages_expired_is_started_anew_once(hall: Hall) -> None:
    assert items(hall, page("a", then="x"), (410, GONE), page("a", then="x"), page("b")) == ["a", "b"]
    with pytest.raises(ExpiredError):
        items(hall, page("a", then="x"), (410, GONE))


@pytest.mark.parametrize("body", [{}, {"items": None}, {"items": {}}, {"items": ["text"]}])
def test_what_is_no_list_is_refused(hall: Hall, body: object) -> None:
    with pytest.raises(UnreachableError, match="no list"):
        items(hall, (200, body))


def test_pages_without_end_are_over_by_the_deadline(hall: Hall) -> None:
    started = time.monotonic()
    with (
        pytest.raises(KubernetesError),
        hall.client(hall.serve(ApiServer({PATH: page("a", then="x")})).url).session(Deadline.after(0.5)) as session,
    ):
        session.items(PATH)
    assert time.monotonic() - started < 0.8


@pytest.mark.parametrize(
    "url", ["https://kubernetes.example:6443", "http://127.0.0.1:6443", "127.0.0.1:6443", "https://", ""]
)
def test_only_addresses_over_https(url: str) -> None:
    with pytest.raises(ValueError, match="must"):
        Client([url], TokenFiles(Path("token"), Path("ca")))


def test_paths_are_quoted() -> None:
    assert path_of("api", "v1", "a/../b", "c d?") == "/api/v1/a%2F..%2Fb/c%20d%3F"


FAST = ("refused", "reset", "garbage", "expired", "another CA", "500", "no JSON", "no HTTP")
# As long as it takes to get to where the server is sick.
SLOW = {
    "blackhole": 0.005,
    "silent": 0.005,
    "tls-stall": 0.005,
    "tls-drip": 0.005,
    "endless": 0.005,
    "drips its head": 0.02,
    "body without end": 0.02,
}


@pytest.mark.parametrize("name", FAST)
def test_nothing_leaks_in_1000_rounds(hall: Hall, held: Callable[[], int], name: str) -> None:
    client = hall.client(sick_url(hall, name))
    keeps_nothing(1000, lambda: get(client, 3), held, megabytes=8)


@pytest.mark.parametrize("name", SLOW)
def test_nothing_leaks_in_1000_rounds_that_end_by_the_deadline(hall: Hall, held: Callable[[], int], name: str) -> None:
    client = hall.client(sick_url(hall, name))
    # A body without end is read up to 16 MiB before it is given up; what the allocator keeps of that comes and goes.
    noise = 32 if name == "body without end" else 8
    keeps_nothing(1000, lambda: get(client, SLOW[name]), held, megabytes=noise)
