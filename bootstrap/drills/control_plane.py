"""The control plane whose etcd leads loses its power: a new leader is chosen, and haproxy stops sending there."""

from collections.abc import Iterator

from .drill import Deed, Drill, Impossible, Order, Scene

_ENOUGH = 3


def _orders(scene: Scene) -> Iterator[Order]:
    names = scene.of("control-plane")
    if len(names) < _ENOUGH:
        raise Impossible(f"with {len(names)} control planes etcd stops writing when one is gone")
    victim = scene.leader or names[-1]
    why = "its etcd leads" if scene.leader else "one of several"
    fault = "control-plane-leader-off" if scene.leader else "control-plane-off"
    yield Order(Deed.POWER_OFF, victim, why, fault)
    yield Order(Deed.POWER_ON, victim, "it comes back, and its etcd catches up")


DRILL = Drill(
    name="control-plane",
    title="A control plane loses its power",
    hypothesis="The API goes on: etcd has a majority, and the load balancers leave the dead server out.",
    orders=_orders,
    promise={"control-plane-off": 3.0, "control-plane-leader-off": 3.0},
    alerts=frozenset({"HagenEtcdNoTolerance", "HagenEtcdMemberDown", "HagenApiServerDown", "HagenServerOutOfRotation"}),
    may=frozenset({"HagenVIPSlow", "HagenEtcdProposalsFailing"}),  # those that were under way at the leader
    verdicts={"etcd": "degraded"},
)
