"""Bytes to requests, answers to bytes."""

import pytest

from tests.testbed.standins.http1 import BadRequestError, Request, Response, chunk, encode, take_request


def test_a_request_is_cut_off_the_front() -> None:
    buffer = bytearray(b"GET /kv?read=serializable HTTP/1.1\r\nHost: x\r\n\r\nGET /next")
    request = take_request(buffer)
    assert request == Request("GET", "/kv", {"read": ["serializable"]}, 1, keep_alive=True, headers={"host": "x"})
    assert request.option("read") == "serializable"
    assert request.option("other") is None
    assert buffer == b"GET /next"


@pytest.mark.parametrize("end", range(0, 60, 7))
def test_a_part_of_a_request_is_left_alone(end: int) -> None:
    whole = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody"
    buffer = bytearray(whole[:end])
    if end < len(whole):
        assert take_request(buffer) is None
        assert buffer == whole[:end]
    else:
        assert take_request(buffer) is not None
        assert buffer == b""


@pytest.mark.parametrize(
    ("version", "connection", "kept"),
    [
        ("1.1", "", True),
        ("1.1", "Connection: close\r\n", False),
        ("1.1", "connection: Upgrade, Close\r\n", False),
        ("1.0", "", False),
        ("1.0", "Connection: Keep-Alive\r\n", True),
    ],
)
def test_who_keeps_the_connection(version: str, connection: str, kept: bool) -> None:
    request = take_request(bytearray(f"GET / HTTP/{version}\r\nHost: x\r\n{connection}\r\n".encode()))
    assert request is not None
    assert request.keep_alive is kept


@pytest.mark.parametrize(
    "text",
    [
        "nonsense\r\n\r\n",
        "GET / HTTP/2.0\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
        "get / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n folded: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.1\r\nX: " + "x" * 20000,
        "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused(text: str) -> None:
    with pytest.raises(BadRequestError):
        take_request(bytearray(text.encode("latin-1")))


def test_an_answer_names_its_length() -> None:
    head, _, body = encode(Response(200, "grün\n"), keep_alive=True).partition(b"\r\n\r\n")
    assert b"Content-Length: 6" in head
    assert b"Connection: keep-alive" in head
    assert body == "grün\n".encode()


def test_a_chunk() -> None:
    assert chunk(b"sixteen letters\n") == b"10\r\nsixteen letters\n\r\n"
    assert chunk(b"") == b"0\r\n\r\n"
