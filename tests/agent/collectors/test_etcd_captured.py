"""What real members of each version answered, and what the collector makes of it."""

import json
from pathlib import Path

import pytest

from hagen.agent.collectors.etcd import QUESTIONS, Answer, judge, parse_health, parse_metrics
from hagen.agent.snapshot import EtcdMember

CAPTURED = sorted((Path(__file__).resolve().parents[1] / "captured/etcd").glob("*.json"))
VERSIONS = {"3.4.23", "3.5.1"}
# alive, linearizable, has_leader, is_leader, how many peers it sees and does not see
STATES = {
    "leads": (True, True, True, True, 2, 0),
    "follows": (True, True, True, False, 2, 0),
    "leader-just-lost": (True, False, True, False, 1, 1),
    "no-quorum": (True, False, False, False, 0, 2),
    "no-space": (True, True, True, True, 0, 0),
}
# etcd 3.4 does not say which alarm it is.
# Alarms are looked at first, so a reason that is none says that there is none; without an answer, or in 3.4 without a reason,
# nothing is known of them.
ALARMS: dict[str, tuple[str, ...] | None] = {
    "3.4.23-no-space": ("UNKNOWN",),
    "3.4.23-leader-just-lost": None,
    "3.4.23-no-quorum": None,
    "3.5.1-no-space": ("NOSPACE",),
    "3.5.1-leader-just-lost": None,
}


def read(path: Path) -> EtcdMember:
    answers = []
    for question, answer in json.loads(path.read_text()).items():
        if answer is None:
            answers.append(Answer(in_vain=True, problem="out of time"))
        elif question == QUESTIONS[-1]:
            answers.append(parse_metrics(f"{line}\n".encode() for line in answer[1]))
        else:
            answers.append(parse_health(answer[0], "\n".join(answer[1]).encode()))
    return judge(*answers)


def test_every_state_of_every_version_is_there() -> None:
    assert {path.stem for path in CAPTURED} == {f"{version}-{state}" for version in VERSIONS for state in STATES}
    for path in CAPTURED:
        assert tuple(json.loads(path.read_text())) == QUESTIONS, "in the order in which they are judged"


@pytest.mark.parametrize("path", CAPTURED, ids=lambda path: path.stem)
def test_what_a_member_answered_is_understood(path: Path) -> None:
    member = read(path)
    seen = sum(member.peers.values())
    facts = (member.alive, member.linearizable, member.has_leader, member.is_leader, seen, len(member.peers) - seen)
    assert facts == STATES[path.stem.split("-", 1)[1]]
    assert member.alarms == ALARMS.get(path.stem, ())
    for value in (member.leader_changes, member.proposals_failed, member.database_bytes, member.quota_bytes):
        assert value is not None
