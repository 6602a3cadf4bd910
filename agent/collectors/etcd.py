"""Each etcd member, asked by itself over its metrics port: three questions at the same time.

- /health?serializable=true: does it live? A serializable read needs nobody else. (Older ones take it for a linearizable
  one, 3.4.23 and 3.5.1 do: then their metrics show that they live.)
- /health: a linearizable read, which needs a quorum (etcd's documentation of the API guarantees). It may take 7 s; it
  has its own, short deadline, and a member that lives and misses it did not answer. A raised alarm would be the answer
  instead, so alarms are excluded from this question and read from the first one.
- /metrics: leader, peers, database. A few of some 1,500 lines are kept.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from ..config import Etcd
from ..kubernetes.deadline import Deadline
from ..snapshot import EtcdMember, EtcdReading
from .collector import CollectorError
from .http import AskedInVainError, NoAnswerError, get, opened, target_of
from .together import together

_OWN_SHARE = 0.9  # of the deadline, so that a slow run ends by itself
_LARGEST_HEALTH, _LARGEST_METRICS, _LONGEST_LINE = 2**12, 8 * 2**20, 2**12
_ALIVE, _LINEARIZABLE, _METRICS = "/health?serializable=true", "/health?exclude=NOSPACE&exclude=CORRUPT", "/metrics"
QUESTIONS = (_ALIVE, _LINEARIZABLE, _METRICS)
_OK = 200
_MOST_PEERS = 64  # kept of what a member says; etcd advises at most seven members
_ALARM = "ALARM "
_SERIES = {
    b"etcd_server_has_leader": "has_leader",
    b"etcd_server_is_leader": "is_leader",
    b"etcd_server_leader_changes_seen_total": "leader_changes",
    b"etcd_server_proposals_failed_total": "proposals_failed",
    b"etcd_mvcc_db_total_size_in_bytes": "database_bytes",
    b"etcd_server_quota_backend_bytes": "quota_bytes",
}
_PEER = re.compile(rb'etcd_network_active_peers\{.*Remote="([^"]+)".*\} (\S+)')


@dataclass(frozen=True)
class Answer:
    """To one of the questions. `answered`: by etcd, in a way that can be understood; `in_vain`: not at all, in time.

    Of /health: `good`, unless an alarm stood before the read; `reason` as etcd gives it. Of /metrics: `values` by a
    member's field, `peers`.
    """

    answered: bool = False
    in_vain: bool = False
    good: bool | None = None
    reason: str = ""
    alarms: tuple[str, ...] = ()
    values: Mapping[str, float] = field(default_factory=dict)
    peers: Mapping[str, bool] = field(default_factory=dict)
    problem: str = ""


class EtcdCollector:
    """All members at the same time. `patience`: seconds that a linearizable read may take."""

    name = "etcd"

    def __init__(self, config: Etcd, *, interval: float = 10.0, deadline: float = 5.0, patience: float = 2.5) -> None:
        """ValueError for a URL that has no address."""
        self.interval = interval
        self.deadline = deadline
        self._patience = patience
        self._urls = {member.name: member.metrics_url for member in config.members}
        for url in self._urls.values():
            target_of(url)

    def collect(self) -> EtcdReading:
        """A member that was asked in vain is not alive. CollectorError when nothing is known of any."""
        whole = Deadline.after(_OWN_SHARE * self.deadline)
        short = Deadline(min(whole.end, Deadline.after(self._patience).end))
        questions: dict[tuple[str, str], Callable[[], Answer]] = {}
        for name, url in self._urls.items():
            questions[name, _ALIVE] = partial(_health, url, _ALIVE, whole)
            questions[name, _LINEARIZABLE] = partial(_health, url, _LINEARIZABLE, short)
            questions[name, _METRICS] = partial(_metrics, url, whole)
        answers = together("etcd", questions)
        members = {name: judge(*(answers[name, path] for path in QUESTIONS)) for name in self._urls}
        if all(member.alive is None for member in members.values()):
            raise CollectorError("; ".join(f"{name}: {member.problem}" for name, member in members.items()))
        return EtcdReading(members)


def judge(serializable: Answer, linearizable: Answer, metrics: Answer) -> EtcdMember:
    """Of a member's three answers."""
    answers = (serializable, linearizable, metrics)
    problem = next((answer.problem for answer in (linearizable, serializable, metrics) if answer.problem), "")
    if not any(answer.answered for answer in answers):
        return EtcdMember(alive=False if all(answer.in_vain for answer in answers) else None, problem=problem)
    values = metrics.values
    return EtcdMember(
        alive=True,
        linearizable=False if linearizable.in_vain else linearizable.good,
        has_leader=_truth(values.get("has_leader")),
        is_leader=_truth(values.get("is_leader")),
        leader_changes=values.get("leader_changes"),
        proposals_failed=values.get("proposals_failed"),
        database_bytes=values.get("database_bytes"),
        quota_bytes=values.get("quota_bytes"),
        peers=metrics.peers,
        alarms=_alarms(serializable, linearizable),
        problem=problem,
    )


def _alarms(serializable: Answer, linearizable: Answer) -> tuple[str, ...] | None:
    """Of the first question: the second one excludes them, so by itself it leaves open whether there is one.

    etcd 3.4 does not say why it is unhealthy; when it is healthy but for its alarms, it must be one of them.
    """
    found = dict.fromkeys((*serializable.alarms, *linearizable.alarms))
    if found:
        return tuple(found)
    if serializable.good is False and not serializable.reason:
        return ("UNKNOWN",) if linearizable.good else None
    return None if serializable.good is None else ()  # it looks at its alarms before anything else


def parse_health(status: int, body: bytes) -> Answer:
    """{"health": "true"}, or "false" with a reason: an alarm, no leader, a read that failed. 200 or 503."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    document = document if isinstance(document, dict) else {}
    said, reason = document.get("health"), str(document.get("reason", ""))
    if said not in ("true", "false"):  # no set: what was said may be anything
        return Answer(problem=f"answers {status}, and not what etcd answers")
    if reason.startswith(_ALARM):  # it looks at its alarms before it reads anything
        return Answer(answered=True, alarms=(reason.removeprefix(_ALARM).strip(),), problem=reason)
    problem = "" if said == "true" else reason or "says that it is not healthy"
    return Answer(answered=True, good=said == "true", reason=reason, problem=problem)


def parse_metrics(lines: Iterable[bytes]) -> Answer:
    """Prometheus' text format, line by line; everything but a few series is passed over."""
    values: dict[str, float] = {}
    peers: dict[str, bool] = {}
    for line in lines:
        if not line.startswith(b"etcd_") or not line.endswith(b"\n"):  # without an end it may be half a number
            continue
        name, _, value = line.rstrip().partition(b" ")
        if name in _SERIES and (number := _number(value)) is not None:
            values[_SERIES[name]] = number
        elif len(peers) < _MOST_PEERS and (peer := _PEER.match(line)) and (number := _number(peer[2])) is not None:
            peers[peer[1].decode("ascii", "replace")] = number > 0
    return Answer(bool(values), values=values, peers=peers, problem="" if values else "its metrics are not etcd's")


def _health(url: str, path: str, deadline: Deadline) -> Answer:
    try:
        return parse_health(*get(target_of(url, path), deadline, _LARGEST_HEALTH))
    except AskedInVainError as error:
        return Answer(in_vain=True, problem=f"{path}: {error}")
    except NoAnswerError as error:
        return Answer(problem=f"{path}: {error}")


def _metrics(url: str, deadline: Deadline) -> Answer:
    try:
        with opened(target_of(url, _METRICS), deadline, _LARGEST_METRICS) as response:
            if response.status != _OK:
                return Answer(problem=f"{_METRICS}: answers {response.status}")
            answer = parse_metrics(iter(lambda: response.readline(_LONGEST_LINE), b""))
            if response.length:
                raise ConnectionResetError(f"answer ends {response.length} bytes early")
            return answer
    except AskedInVainError as error:
        return Answer(in_vain=True, problem=f"{_METRICS}: {error}")
    except NoAnswerError as error:
        return Answer(problem=f"{_METRICS}: {error}")


def _truth(value: float | None) -> bool | None:
    return {0.0: False, 1.0: True}.get(value) if value is not None else None


def _number(text: bytes) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
