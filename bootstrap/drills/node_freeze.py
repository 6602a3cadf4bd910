"""A control plane freezes: it neither answers nor closes anything, which is worse than a machine that is off."""

from collections.abc import Iterator

from .drill import Deed, Drill, Impossible, Order, Scene

_ENOUGH = 3


def _orders(scene: Scene) -> Iterator[Order]:
    names = scene.of("control-plane")
    if len(names) < _ENOUGH:
        raise Impossible(f"with {len(names)} control planes etcd stops writing when one is frozen")
    victim = next((name for name in names if name != scene.leader), names[-1])
    yield Order(Deed.FREEZE, victim, "it holds its connections and says nothing", "apiserver-hangs")
    yield Order(Deed.THAW, victim, "it goes on, and does not know that it was away")


DRILL = Drill(
    name="node-freeze",
    title="A control plane freezes",
    hypothesis="Load balancers notice a server that takes connections and never answers, and send nothing there.",
    orders=_orders,
    promise={"apiserver-hangs": 3.0},
    alerts=frozenset({"HagenEtcdNoTolerance", "HagenEtcdMemberDown", "HagenApiServerDown", "HagenServerOutOfRotation"}),
    # Writes that a frozen member had under way fail when it thaws.
    may=frozenset({"HagenVIPSlow", "HagenCollectorFailing", "HagenEtcdProposalsFailing"}),
    verdicts={"etcd": "degraded"},
)
