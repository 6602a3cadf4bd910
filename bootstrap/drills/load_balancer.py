"""The load balancer that has the virtual IP loses its power."""

from collections.abc import Iterator

from .drill import Deed, Drill, Impossible, Order, Scene


def _orders(scene: Scene) -> Iterator[Order]:
    if not scene.others("load-balancer", scene.holder):
        raise Impossible("there is one load balancer: nobody could take the address")
    yield Order(Deed.POWER_OFF, scene.holder, "it has the virtual IP", "load-balancer-off")
    yield Order(Deed.POWER_ON, scene.holder, "it comes back, and must not take the address back", "fail-back")


DRILL = Drill(
    name="lb",
    title="A load balancer loses its power",
    hypothesis="The other one takes the virtual IP before a person notices, and keeps it when the first comes back.",
    orders=_orders,
    promise={"load-balancer-off": 1.0, "fail-back": 0.25},
    alerts=frozenset({"HagenAgentDown"}),
    may=frozenset({"HagenVIPSlow", "HagenPeerAgentDown"}),
    verdicts={"vip_holder": "unknown"},
    moves=1,
)
