"""Answers, in pieces of any size."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hagen.bootstrap.prober.http1 import Answer

WHOLE = {
    b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nnode-1 x": (200, b"node-1 x", True),
    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n": (200, b"", True),
    b"HTTP/1.1 200 OK\r\ncontent-length:8\r\nConnection: Close\r\n\r\nnode-1 x": (200, b"node-1 x", False),
    b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi": (200, b"hi", False),
    b"HTTP/1.1 204 No\r\n\r\n": (204, b"", True),
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno": (503, b"no", True),
    b"HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: t\r\n\r\n": (
        200, b"abc0123456789", True,
    ),
}  # fmt: skip


def fed(raw: bytes, cuts: list[int]) -> Answer:
    answer = Answer()
    places = sorted({0, len(raw), *(cut for cut in cuts if cut < len(raw))})
    for start, end in pairwise(places):
        assert not answer.complete
        answer.feed(raw[start:end])
    return answer


@given(st.sampled_from(sorted(WHOLE)), st.lists(st.integers(0, 150)))
def test_an_answer_in_pieces(raw: bytes, cuts: list[int]) -> None:
    answer = fed(raw, cuts)
    # An answer without a body is complete with its head, so that no bytes can be missing from it.
    if not answer.complete:
        answer.feed(b"")
    assert answer.complete
    assert (answer.status, bytes(answer.body), answer.keeps) == WHOLE[raw]


@given(st.sampled_from(sorted(WHOLE)), st.integers(1, 150))
def test_a_part_of_an_answer_is_none(raw: bytes, missing: int) -> None:
    part = raw[: max(0, len(raw) - missing)]
    answer = fed(part, [])
    assert not answer.complete
    assert not answer.end()


def test_the_end_of_the_connection_can_be_the_end_of_the_answer() -> None:
    answer = fed(b"HTTP/1.1 200 OK\r\n\r\nnode-1", [])
    assert not answer.complete
    assert answer.end()
    assert (answer.word(), answer.keeps) == ("node-1", False)


@pytest.mark.parametrize(
    "raw",
    [
        b"hello", b"HTTP/2 200\r\n\r\n", b"HTTP/1.1\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 999 X\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", b"HTTP/1.1 200 " + b"x" * 70_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1" * 5000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n",
    ],
)  # fmt: skip
def test_what_is_no_answer(raw: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the contract of feed
        Answer().feed(raw)


@given(st.binary())
def test_bytes_of_any_kind_are_an_answer_or_a_value_error(raw: bytes) -> None:
    for start in (b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"):
        answer = Answer()
        try:
            answer.feed(start + raw)
        except ValueError:
            continue
        answer.word()


def test_a_word_is_cut_off() -> None:
    assert fed(b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n" + b"x" * 40, []).word() == "x" * 32
