"""Every machine is shut down and started again, one after the other, as for an upgrade of the hosts."""

from collections.abc import Iterator

from .drill import Client, Deed, Drill, Order, Scene

_FAULTS = {"load-balancer": "keepalived-stopped", "control-plane": "control-plane-off", "worker": "worker-off"}


def _orders(scene: Scene) -> Iterator[Order]:
    """Who has the address goes last among its kind: it moves once."""
    balancers = [*scene.others("load-balancer", scene.holder), scene.holder]
    for role, names in (
        ("control-plane", scene.of("control-plane")),
        ("worker", scene.of("worker")),
        ("load-balancer", balancers),
    ):
        for name in names:
            yield Order(Deed.SHUT_DOWN, name, "its turn", _FAULTS[role])
            yield Order(Deed.POWER_ON, name, "it comes back, and everything must be well before the next", whole=True)


DRILL = Drill(
    name="rolling",
    title="Every machine in turn",
    hypothesis="Hosts can be upgraded one after the other on a working day.",
    orders=_orders,
    clients=(Client.API, Client.WEB, Client.DATABASE),
    promise={"keepalived-stopped": 1.0, "control-plane-off": 3.0, "worker-off": 3.0},
    writes=12.0,
    judges_alerts=False,
    moves=1,
)
