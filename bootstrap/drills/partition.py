"""The load balancers cannot see each other: both hold the address, clients are served, and it heals in a moment."""

from collections.abc import Iterator

from .drill import Deed, Drill, Impossible, Order, Scene


def _orders(scene: Scene) -> Iterator[Order]:
    others = scene.others("load-balancer", scene.holder)
    if not others:
        raise Impossible("there is one load balancer: nothing can come between it and itself")
    addresses = tuple(scene.address(name) for name in others)
    yield Order(Deed.CUT, scene.holder, "it and the other do not hear each other", "load-balancers-apart", addresses, 8)
    yield Order(Deed.HEAL, scene.holder, "they hear each other again, one must yield", "partition-healed", addresses)


DRILL = Drill(
    name="partition",
    title="The load balancers cannot see each other",
    hypothesis="Everybody is served by the one that they see; when it heals one yields and all find the other.",
    orders=_orders,
    promise={"load-balancers-apart": 3.0, "partition-healed": 3.0},
    alerts=frozenset({"HagenVIPSplitBrain"}),
    may=frozenset({"HagenPeerAgentDown", "HagenVIPSlow"}),
    verdicts={"vip_holder": "unknown"},
    moves=None,
)
