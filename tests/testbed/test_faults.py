"""The fault matrix, short form: each fault once, with what hagen renders. Bounds are generous; `make failover` measures."""

import dataclasses

import pytest

from tests.testbed.faults import MATRIX
from tests.testbed.faults.fault import Fault
from tests.testbed.judge import complaints
from tests.testbed.lab import Lab
from tests.testbed.measure import measure

pytestmark = pytest.mark.testbed


@pytest.mark.parametrize("fault", MATRIX, ids=lambda fault: fault.name)
def test_clients_are_served_again_and_no_acknowledged_write_is_lost(lab: Lab, fault: Fault) -> None:
    result = measure(lab, fault)
    assert complaints(fault, dataclasses.asdict(result)) == []
    assert len(lab.holders()) == 1
    if result.seen[-1].moment == "healed" and fault.name.startswith("load-balancer"):
        assert result.seen[0].both_held > 1, "a split brain was seen"
        assert lab.holder().name == lab.cluster.of("load-balancer")[0], "the higher priority wins"
