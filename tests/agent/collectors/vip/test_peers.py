"""What the other agents say, and what is made of those that say nothing."""

import time

import pytest

from hagen.agent.collectors.http import Target, target_of
from hagen.agent.collectors.vip.peers import ask, context_of, parse_peer
from hagen.agent.config import Peers
from hagen.agent.kubernetes.deadline import Deadline
from hagen.agent.snapshot import Peer
from tests.agent.kubernetes.apiserver import ApiServer
from tests.agent.kubernetes.certificates import serving
from tests.agent.kubernetes.fixtures import SICK_BELOW_HTTP, Hall
from tests.agent.kubernetes.serving import Server
from tests.agent.sick import SICK_PLAIN, sick_plain

HOLDS = ApiServer({"/vip": (200, {"assigned": True})})


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b'{"assigned": true}', Peer("lb", answered=True, assigned=True)),
        (200, b'{"assigned": false, "more": 1}', Peer("lb", answered=True, assigned=False)),
        (200, b'{"assigned": null}', Peer("lb", answered=True)),
        (200, b'{"assigned": "yes"}', Peer("lb", answered=True)),
        (200, b"{}", Peer("lb", answered=False)),
        (200, b"[]", Peer("lb", answered=False)),
        (200, b"", Peer("lb", answered=False)),
        (200, b"[" * 100000, Peer("lb", answered=False)),
        (401, b'{"assigned": true}', Peer("lb", answered=False)),
        (503, b'{"assigned": true}', Peer("lb", answered=False)),
    ],
)
def test_answers(status: int, body: bytes, expected: Peer) -> None:
    assert parse_peer("lb", status, body) == expected


def of(url: str) -> Target:
    return target_of(url.replace("https", "http"))


@pytest.mark.parametrize("name", SICK_PLAIN)
def test_a_sick_peer_was_asked_in_vain_and_keeps_nobody_waiting(hall: Hall, name: str) -> None:
    started = time.monotonic()
    targets = {"sick": target_of(sick_plain(hall, name)), "well": of(hall.plain(HOLDS).url)}
    assert ask(targets, Deadline.after(0.5)) == (
        Peer("sick", answered=False), Peer("well", answered=True, assigned=True)
    )  # fmt: skip
    assert time.monotonic() - started < 1.0


@pytest.mark.parametrize("name", ["good", *SICK_BELOW_HTTP])
def test_with_certificates_on_both_sides(hall: Hall, name: str) -> None:
    own = str(hall.authority.directory / "good.pem")
    context = context_of(Peers(caFile=str(hall.authority.path), certificateFile=own, keyFile=own))
    mutual = Server(hall.loop, HOLDS, serving(hall.authority.directory / "good.pem", hall.authority.path))
    url = hall.stack.enter_context(mutual).url if name == "good" else hall.sick(name, HOLDS)
    parts = target_of(url)
    (peer,) = ask({"lb": Target(parts.host, parts.port, "/", context)}, Deadline.after(0.5 if name != "good" else 5))
    assert (peer.answered, peer.assigned) == ((True, True) if name == "good" else (False, None))
