"""A worker with a node of the database loses its power: writes go on with the other two."""

from collections.abc import Iterator

from .drill import Client, Deed, Drill, Impossible, Order, Scene

_ENOUGH = 3


def _orders(scene: Scene) -> Iterator[Order]:
    names = scene.of("worker")
    if len(names) < _ENOUGH:
        raise Impossible(f"with {len(names)} workers the database has no majority when one is gone")
    victim = names[0]
    yield Order(Deed.POWER_OFF, victim, "a database node is there", "worker-off")
    yield Order(Deed.POWER_ON, victim, "it comes back, and its database node joins again")


DRILL = Drill(
    name="worker",
    title="A worker loses its power",
    hypothesis="Pages are served by the others at once, writes go on with a majority of the database, and no "
    "acknowledged write is missing anywhere afterwards.",
    orders=_orders,
    clients=(Client.WEB, Client.DATABASE),
    promise={"worker-off": 3.0},
    writes=12.0,
    alerts=frozenset(
        {"HagenGaleraSizeMismatch", "HagenGaleraNoTolerance", "HagenPXCDegraded", "HagenPXCNotReady"}
        | {"HagenServerOutOfRotation"}
    ),
    may=frozenset({"HagenVIPSlow", "HagenGaleraNodeDown", "HagenGaleraUnknown"}),
    verdicts={"galera": "degraded"},
)
