"""etcd's members: what their answers mean, real ones, and sick ones."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hagen.agent.collectors.collector import CollectorError
from hagen.agent.collectors.etcd import Answer, EtcdCollector, judge, parse_health, parse_metrics
from hagen.agent.config import Etcd
from hagen.agent.config import EtcdMember as Configured
from hagen.agent.snapshot import EtcdMember, EtcdReading
from tests.agent.collectors.members import Members
from tests.agent.kubernetes.apiserver import ApiServer
from tests.agent.kubernetes.fixtures import Hall
from tests.agent.kubernetes.serving import Connection
from tests.agent.sick import IN_VAIN, PATIENT, QUICK, SICK_HTTP, SICK_PLAIN, assert_nothing_leaks, sick_plain
from tests.testbed.requirements import need

METRICS = b"""# HELP etcd_server_has_leader Whether or not a leader exists.
etcd_server_has_leader 1
etcd_server_is_leader 0
etcd_server_leader_changes_seen_total 4
etcd_server_proposals_failed_total 2
etcd_mvcc_db_total_size_in_bytes 2.0480e+04
etcd_mvcc_db_total_size_in_use_in_bytes 16384
etcd_server_quota_backend_bytes 2.147483648e+09
etcd_network_active_peers{Local="1f",Remote="2f"} 1
etcd_network_active_peers{Local="1f",Remote="3f"} 0
go_goroutines 100
"""
GOOD = {
    "/health": (200, b'{"health":"true","reason":""}'),
    "/metrics": (200, METRICS),
}
MEMBER = EtcdMember(
    alive=True, linearizable=True, has_leader=True, is_leader=False, leader_changes=4, proposals_failed=2,
    database_bytes=20480, quota_bytes=2147483648, peers={"2f": True, "3f": False}, alarms=(),
)  # fmt: skip


def collector(*urls: str, deadline: float = 5.0, patience: float = 2.5) -> EtcdCollector:
    members = tuple(Configured(name=f"m{number}", metricsURL=url) for number, url in enumerate(urls, 1))
    return EtcdCollector(Etcd(quorum=1, members=members), deadline=deadline, patience=patience)


def good(hall: Hall) -> str:
    return hall.plain(ApiServer(dict(GOOD))).url.replace("https", "http")


def test_a_member(hall: Hall) -> None:
    server = ApiServer(dict(GOOD))
    url = hall.plain(server).url.replace("https", "http")
    assert collector(url).collect() == EtcdReading({"m1": MEMBER})
    asked = {
        (path, *(f"{key}={value}" for key, values in query.items() for value in values))
        for path, query, _ in server.requests
    }
    assert asked == {
        ("/health", "serializable=true"), ("/health", "exclude=NOSPACE", "exclude=CORRUPT"), ("/metrics",)
    }  # fmt: skip


TIMED_OUT = "QGET ERROR:etcdserver: request timed out"


@pytest.mark.parametrize(
    ("status", "document", "expected"),
    [
        (200, {"health": "true"}, Answer(answered=True, good=True)),
        (503, {"health": "false"}, Answer(answered=True, good=False, problem="says that it is not healthy")),
        (503, {"health": "false", "reason": "RAFT NO LEADER"}, Answer(answered=True, good=False, reason="RAFT NO LEADER", problem="RAFT NO LEADER")),
        (503, {"health": "false", "reason": "ALARM NOSPACE"}, Answer(answered=True, alarms=("NOSPACE",), problem="ALARM NOSPACE")),
        (503, {"health": "false", "reason": TIMED_OUT},
         Answer(answered=True, good=False, reason=TIMED_OUT, problem=TIMED_OUT)),
    ],
)  # fmt: skip
def test_health(status: int, document: object, expected: Answer) -> None:
    assert parse_health(status, json.dumps(document).encode()) == expected


@pytest.mark.parametrize(
    "body", [b"", b"ok", b"[]", b"{}", b'{"health":true}', b'{"health":["true"]}', b"[" * 100000, b"\xff"]
)
def test_what_is_no_health_is_unknown(body: bytes) -> None:
    answer = parse_health(200, body)
    assert (answer.answered, answer.good, answer.in_vain) == (False, None, False)
    assert answer.problem


@pytest.mark.parametrize(
    "line",
    [
        b"etcd_server_has_leader",
        b"etcd_server_has_leader x",
        b"etcd_server_has_leader NaN",
        b"etcd_server_has_leader +Inf",
    ],
)
def test_a_value_that_is_none_is_left_out(line: bytes) -> None:
    assert not parse_metrics([line + b"\n"]).values


def test_a_number_without_its_end_is_no_number() -> None:
    answer = parse_metrics(METRICS[: METRICS.index(b"0480e+04")].splitlines(keepends=True))
    assert answer.values == {"has_leader": 1, "is_leader": 0, "leader_changes": 4, "proposals_failed": 2}


def test_an_answer_that_is_cut_is_none(hall: Hall) -> None:
    async def cut(connection: Connection) -> None:
        await connection.reader.readuntil(b"\r\n\r\n")
        await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + METRICS[:150])

    member = collector(good(hall), hall.plain(cut).url.replace("https", "http")).collect().members["m2"]
    assert (member.has_leader, member.peers) == (None, {})
    assert "ends" in member.problem


def test_a_member_that_names_peers_without_end_is_not_followed() -> None:
    lines = (f'etcd_network_active_peers{{Local="1",Remote="{number:x}"}} 1\n'.encode() for number in range(100_000))
    assert len(parse_metrics(lines).peers) == 64


def test_a_leader_is_there_or_not_and_nothing_else() -> None:
    odd = parse_metrics([b"etcd_server_has_leader 2\n"])
    assert judge(Answer(), Answer(), odd).has_leader is None


IN_TIME = Answer(answered=True, good=True)
TOO_LATE = Answer(in_vain=True, problem="out of time")
SEEN = Answer(answered=True, values={"has_leader": 0.0})


@pytest.mark.parametrize(
    ("answers", "alive", "linearizable", "alarms"),
    [
        ((IN_TIME, IN_TIME, SEEN), True, True, ()),
        ((IN_TIME, TOO_LATE, SEEN), True, False, ()),
        ((TOO_LATE, IN_TIME, SEEN), True, True, None),
        ((Answer(problem="garbage"), IN_TIME, SEEN), True, True, None),
        ((TOO_LATE, TOO_LATE, SEEN), True, False, None),
        ((TOO_LATE, TOO_LATE, TOO_LATE), False, None, None),
        ((TOO_LATE, Answer(problem="garbage"), TOO_LATE), None, None, None),
        ((IN_TIME, Answer(problem="garbage"), SEEN), True, None, ()),
        ((Answer(answered=True, alarms=("CORRUPT",)), IN_TIME, SEEN), True, True, ("CORRUPT",)),
        ((Answer(answered=True, good=False), IN_TIME, SEEN), True, True, ("UNKNOWN",)),
        ((Answer(answered=True, good=False), Answer(answered=True, good=False), SEEN), True, False, None),
        ((parse_health(503, b'{"health":"false","reason":"RAFT NO LEADER"}'), TOO_LATE, SEEN), True, False, ()),
        ((Answer(answered=True, alarms=("NOSPACE",)), Answer(answered=True, alarms=("NOSPACE",)), SEEN), True, None, ("NOSPACE",)),
    ],
)  # fmt: skip
def test_three_answers_make_a_member(
    answers: tuple[Answer, Answer, Answer],
    alive: bool | None,
    linearizable: bool | None,
    alarms: tuple[str, ...] | None,
) -> None:
    member = judge(*answers)
    assert (member.alive, member.linearizable, member.alarms) == (alive, linearizable, alarms)


@pytest.mark.parametrize("name", SICK_PLAIN)
def test_a_sick_member_keeps_nobody_waiting(hall: Hall, name: str) -> None:
    started = time.monotonic()
    members = collector(good(hall), sick_plain(hall, name), deadline=0.8, patience=0.4).collect().members
    assert time.monotonic() - started < 1.3
    assert members["m1"] == MEMBER
    sick = members["m2"]
    assert (sick.alive is False) if name in IN_VAIN else not sick.alive
    assert sick.linearizable is None
    assert sick.problem


@pytest.mark.parametrize("name", SICK_HTTP)
def test_sick_metrics_are_unknown_and_the_member_lives(hall: Hall, name: str) -> None:
    handler = ApiServer({"/health": GOOD["/health"], "/metrics": (200, b"")})
    inner = SICK_HTTP[name]

    async def metrics(connection: object) -> None:
        await inner(connection)  # type: ignore[arg-type]

    if name in {"reset", "silent", "garbage"}:
        handler.answers["/metrics"] = (200, metrics)
    url = hall.plain(handler).url.replace("https", "http")
    member = collector(url, deadline=0.8).collect().members["m1"]
    assert (member.alive, member.linearizable, member.has_leader, member.peers) == (True, True, None, {})


def test_when_nothing_is_known_of_any_member_the_collector_fails(hall: Hall) -> None:
    with pytest.raises(CollectorError, match="m1: "):
        collector(sick_plain(hall, "another protocol"), deadline=0.5).collect()


@pytest.mark.parametrize("name", QUICK)
def test_nothing_leaks(hall: Hall, name: str, held: Callable[[], int]) -> None:
    made = collector(sick_plain(hall, name), deadline=2)

    def once() -> None:
        with suppress(CollectorError):
            made.collect()

    assert_nothing_leaks(once, held)


@pytest.mark.parametrize("name", PATIENT)
def test_nothing_leaks_when_the_deadline_ends_it(hall: Hall, name: str, held: Callable[[], int]) -> None:
    url = sick_plain(hall, name)

    def once() -> None:
        with suppress(CollectorError):
            collector(url, deadline=0.3).collect()

    assert_nothing_leaks(once, held, beside=50)


@pytest.fixture
def members(tmp_path: Path) -> Iterator[Callable[..., Members]]:
    need("etcd", "etcdctl", "setpriv")
    started: list[Members] = []

    def start(size: int, *options: str) -> Members:
        started.append(Members(tmp_path, size, *options))
        return started[-1]

    yield start
    for group in started:
        group.end()


def until(made: EtcdCollector, condition: Callable[[list[EtcdMember]], bool]) -> list[EtcdMember]:
    end = time.monotonic() + 30
    while True:
        found = list(made.collect().members.values())
        if condition(found) or time.monotonic() > end:
            return found
        time.sleep(0.1)


@pytest.mark.testbed
def test_a_real_single_member_whose_disk_quota_is_reached(members: Callable[..., Members]) -> None:
    group = members(1, "--quota-backend-bytes=100000")
    made = collector(*group.urls)
    (alone,) = until(made, lambda found: found[0].linearizable is True)
    assert (alone.alive, alone.has_leader, alone.is_leader, alone.peers) == (True, True, True, {})
    assert (alone.quota_bytes, alone.alarms) == (100000, ())
    put = ["etcdctl", f"--endpoints=http://127.0.0.1:{group.ports[0][0]}", "put", "key", "x" * 90000]
    for _ in range(4):
        subprocess.run(put, env=os.environ | {"ETCDCTL_API": "3"}, capture_output=True, check=False)
    (full,) = until(made, lambda found: bool(found[0].alarms))
    assert full.alarms in {("NOSPACE",), ("UNKNOWN",)}  # etcd 3.4 does not name it
    assert (full.alive, full.linearizable) == (True, True), "it has its quorum, it only takes no writes"
    assert full.database_bytes


@pytest.mark.testbed
def test_three_real_members_that_lose_their_quorum(members: Callable[..., Members]) -> None:
    group = members(3)
    made = collector(*group.urls)
    found = until(
        made, lambda found: all(one.linearizable and len(one.peers) == 2 and all(one.peers.values()) for one in found)
    )
    assert sum(bool(one.is_leader) for one in found) == 1
    assert all(one.alive and one.linearizable and one.has_leader and one.peers for one in found)
    follower = next(number for number, one in enumerate(found) if not one.is_leader)
    group.signal(follower, signal.SIGSTOP)
    found = until(made, lambda found: found[follower].alive is False)
    assert [one.linearizable for number, one in enumerate(found) if number != follower] == [True, True]
    for number in range(3):
        if number != follower:
            group.signal(number, signal.SIGKILL)
    group.signal(follower, signal.SIGCONT)
    found = until(made, lambda found: found[follower].alive is True and found[follower].has_leader is False)
    assert (found[follower].alive, found[follower].linearizable, found[follower].has_leader) == (True, False, False)
    assert [one.alive for number, one in enumerate(found) if number != follower] == [False, False]
