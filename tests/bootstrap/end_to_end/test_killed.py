"""kill -9 of the bootstrap process in the middle of its steps: the next run goes on, and what comes of it is whole."""

import pytest

from tests.bootstrap.end_to_end.site import EndToEnd
from tests.bootstrap.end_to_end.test_life import NODES

pytestmark = [pytest.mark.lxd, pytest.mark.timeout(900)]

# Step, and seconds after its beginning: in the middle of what it does on a machine.
MOMENTS = (
    ("launch", 1.0),
    ("first-boot", 3.0),
    ("authority", 0.3),
    ("load-balancers", 1.5),
    ("control-planes", 3.0),
    ("workers", 2.5),
    ("argocd", 0.5),
)


def test_killed_in_the_middle_of_its_steps_it_goes_on(there: EndToEnd) -> None:
    there.down()
    for step, after in MOMENTS:
        there.killed_in(step, after)
        if step == "load-balancers":
            half_made(there)
    result = there.up("after all kills")
    assert result.code == 0, result.output + result.errors
    assert there.nodes() == dict.fromkeys(NODES, True)
    assert sorted(there.members()) == NODES[:3]
    assert len(there.holders()) == 1
    result = there.up("again after all kills")
    assert (result.code, result.changes) == (0, []), result.output + result.errors


def half_made(there: EndToEnd) -> None:
    """kubeadm init fails before the API answers, and is undone; then after it, and is completed. One CA all the time."""
    authority = there.provider.pull("k8s-master-1", "/etc/kubernetes/pki/ca.crt")
    for moment in ("early", "late"):
        says = f"error execution phase: timed out waiting for the condition, {moment}"
        there.told_to_fail("k8s-master-1", f"^kubeadm {moment} init", says)
        result = there.up(f"kubeadm init fails {moment}")
        assert result.code == 1
        assert says in result.errors
    there.killed_in("pod-network")
    assert there.provider.pull("k8s-master-1", "/etc/kubernetes/pki/ca.crt") == authority
    phases = [call["argv"][2] for call in there.asked("k8s-master-1") if call["argv"][:2] == ["init", "phase"]]
    assert phases[-2:] == ["kubelet-finalize", "addon"]
