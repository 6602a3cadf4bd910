"""One GET, over by its deadline whatever the server does."""

import time

import pytest

from hagen.agent.collectors.http import AskedInVainError, NoAnswerError, get, target_of
from hagen.agent.kubernetes.deadline import Deadline
from tests.agent.kubernetes.fixtures import Hall
from tests.agent.kubernetes.serving import says
from tests.agent.sick import IN_VAIN, SICK_PLAIN, sick_plain

LARGEST = 2**18


@pytest.mark.parametrize("name", SICK_PLAIN)
def test_a_sick_server_is_given_up_in_time(hall: Hall, name: str) -> None:
    target = target_of(sick_plain(hall, name), "/health")
    expected = AskedInVainError if name in IN_VAIN else (AskedInVainError, NoAnswerError)
    started = time.monotonic()
    with pytest.raises(expected) as caught:
        get(target, Deadline.after(0.4), LARGEST)
    assert time.monotonic() - started < 0.8
    assert str(caught.value)


@pytest.mark.parametrize("name", ["garbage", "another protocol", "endless head", "endless line"])
def test_what_is_no_answer_is_told_from_silence(hall: Hall, name: str) -> None:
    with pytest.raises(NoAnswerError):
        get(target_of(sick_plain(hall, name), "/"), Deadline.after(2), LARGEST)


def test_an_answer(hall: Hall) -> None:
    server = hall.plain(says(b"HTTP/1.1 503 No\r\nContent-Length: 4\r\n\r\nnope"))
    target = target_of(server.url.replace("https", "http") + "/base/", "/health?a=b")
    assert get(target, Deadline.after(5), 4) == (503, b"nope")
    assert target.path == "/base/health?a=b"


def test_an_answer_that_is_larger_than_allowed_is_none(hall: Hall) -> None:
    server = hall.plain(says(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nlarge"))
    with pytest.raises(NoAnswerError, match="too large"):
        get(target_of(server.url.replace("https", "http")), Deadline.after(5), 4)


def test_a_deadline_that_is_over_asks_nobody(hall: Hall) -> None:
    server = hall.plain(says(b""))
    with pytest.raises(AskedInVainError):
        get(target_of(server.url.replace("https", "http")), Deadline.after(0), 4)
    assert server.connections == 0


@pytest.mark.parametrize(
    "url", ["http://name:80", "ftp://127.0.0.1", "127.0.0.1:80", "http://127.0.0.1:x", "", "http://"]
)
def test_a_url_without_an_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        target_of(url)


def test_ipv6() -> None:
    target = target_of("https://[::1]:6443", "/readyz")
    assert (target.host, target.port, target.authority) == ("::1", 6443, "[::1]:6443")
