"""The address moves while the witnesses are asked: no verdict is made of two moments."""

import pytest

from hagen.agent.collectors.vip.collector import moved
from hagen.agent.health.verdict import State
from hagen.agent.health.vip import ORPHAN, SPLIT_BRAIN, judge_vip
from hagen.agent.snapshot import VIPReading, VRRPState
from tests.agent.configured import config


@pytest.mark.parametrize(("assigned", "said"), [(True, VRRPState.BACKUP), (False, VRRPState.MASTER)])
def test_what_was_said_before_is_no_contradiction(assigned: bool, said: VRRPState) -> None:
    before = VIPReading(assigned=assigned, keepalived=True, state=said, base_priority=100, effective_priority=100)
    states = {verdict.name: verdict.state for verdict in judge_vip(config(), moved(before)).verdicts}
    assert states[ORPHAN] is (State.UNKNOWN if assigned else State.OK)
    assert states["keepalived"] is State.UNKNOWN
    contradicted = {verdict.name: verdict.state for verdict in judge_vip(config(), before).verdicts}
    assert contradicted["keepalived"] is State.DEGRADED


def test_who_answered_arp_is_not_clear() -> None:
    reading = moved(VIPReading(assigned=True, keepalived=True, state=VRRPState.BACKUP, responders=2))
    states = {verdict.name: verdict.state for verdict in judge_vip(config(), reading).verdicts}
    assert states[SPLIT_BRAIN] is State.UNKNOWN
