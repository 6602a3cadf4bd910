"""The question on the wire, and who is counted."""

from ipaddress import IPv4Address

import pytest

from hagen.agent.collectors.vip.arp import Reply, ask, parse, question, responders

VIP = IPv4Address("192.0.2.30")
OWN, FIRST, SECOND = (bytes.fromhex(text) for text in ("020000000001", "020000000002", "020000000003"))
QUESTION = bytes.fromhex(
    "ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 00000000 000000000000 c000021e"
)
ANSWER = bytes.fromhex(
    "020000000001 020000000002 0806 0001 0800 06 04 0002 020000000002 c000021e 020000000001 00000000"
)


def test_the_question_is_a_probe() -> None:
    assert question(VIP, OWN) == QUESTION


def test_an_answer() -> None:
    assert parse(ANSWER, OWN) == Reply(FIRST, VIP)
    assert parse(ANSWER + bytes(18), OWN) == Reply(FIRST, VIP), "padded to the least that Ethernet carries"


@pytest.mark.parametrize(
    "frame",
    [b"", ANSWER[:41], QUESTION, b"\xff" * 6 + ANSWER[6:], ANSWER[:12] + b"\x08\x00" + ANSWER[14:],
     ANSWER[:20] + b"\x00\x01" + ANSWER[22:], bytes(60)],
)  # fmt: skip
def test_what_is_no_answer_to_this_host(frame: bytes) -> None:
    assert parse(frame, OWN) is None


def test_who_is_counted() -> None:
    other = IPv4Address("192.0.2.31")
    assert responders(VIP, []) == 0
    assert responders(VIP, [Reply(FIRST, VIP), Reply(FIRST, VIP), Reply(SECOND, other)]) == 1
    assert responders(VIP, [Reply(FIRST, VIP), Reply(SECOND, VIP)]) == 2


def test_an_interface_that_is_not_there_cannot_be_asked() -> None:
    with pytest.raises(OSError, match=r"."):
        ask(VIP, "nowhere0", patience=0.01)
