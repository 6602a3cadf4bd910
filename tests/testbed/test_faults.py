"""The fault matrix, short form: each fault once, with what hagen renders. Bounds are generous; `make failover` measures."""

import pytest

from tests.testbed.faults import MATRIX
from tests.testbed.faults.fault import Fault
from tests.testbed.lab import Lab
from tests.testbed.measure import measure

pytestmark = pytest.mark.testbed

# The virtual IP stays where it is when these happen.
UNMOVED = {
    "load-balancer-slow", "haproxy-reloads", "control-plane-off", "control-plane-leader-off", "two-control-planes-off",
    "apiserver-hangs", "apiserver-errors", "apiserver-drains", "worker-off", "ingress-pod-gone", "database-node-killed",
    "database-node-freezes", "database-node-cut-off",
}  # fmt: skip
# A split brain that heals: the load balancer with the higher priority has the address then.
HEALED = {"load-balancer-cut-off", "load-balancers-apart"}
# Nobody notices these: not one new connection fails.
UNNOTICED = {"haproxy-reloads", "ingress-pod-gone"}


@pytest.mark.parametrize("fault", MATRIX, ids=lambda fault: fault.name)
def test_clients_are_served_again_and_no_acknowledged_write_is_lost(lab: Lab, fault: Fault) -> None:
    result = measure(lab, fault)
    for seen in result.seen:
        for name, figures in seen.probes.items():
            assert figures.attempts > 0, name
            assert figures.gap <= fault.bound, f"{seen.moment}: {name}: {figures}"
            if fault.name in UNNOTICED and name in {"api", "web"}:
                assert figures.failures == 0, f"{seen.moment}: {name}: {figures}"
    if fault.name in HEALED:
        assert result.seen[1].both_held <= 2, "both still hold the address after they see each other again"
        assert lab.holder().name == lab.cluster.of("load-balancer")[0], "the higher priority wins"
    if fault.leaves:
        assert result.seen[0].out_of_rotation is not None
    assert not any(result.missing_writes.values()), result.missing_writes
    if fault.name in UNMOVED:
        assert result.moves == 0
    assert len(lab.holders()) == 1


def test_every_fault_has_a_name_and_a_title_of_its_own() -> None:
    assert len({fault.name for fault in MATRIX}) == len({fault.title for fault in MATRIX}) == len(MATRIX)
