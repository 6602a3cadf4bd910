"""As many control planes are switched off as etcd cannot bear: nothing is written any more, and workloads go on."""

from collections.abc import Iterator

from .drill import Deed, Drill, Impossible, Order, Scene

_ENOUGH = 3


def _orders(scene: Scene) -> Iterator[Order]:
    names = scene.of("control-plane")
    if len(names) < _ENOUGH:
        raise Impossible(f"with {len(names)} control planes there is no tolerance that could be used up")
    victims = names[: len(names) // 2 + 1]
    for number, name in enumerate(victims, start=1):
        last = number == len(victims)
        why = "etcd loses its quorum" if last else "etcd has a majority still"
        yield Order(
            Deed.POWER_OFF,
            name,
            why,
            "two-control-planes-off" if last else "control-plane-off",
            least=20 if last else 5,
        )
    for name in victims:
        yield Order(Deed.POWER_ON, name, "it comes back")


DRILL = Drill(
    name="quorum",
    title="etcd loses its quorum",
    hypothesis="What runs goes on and pages are served; the loss is said at once, and members that come back heal it.",
    orders=_orders,
    promise={"control-plane-off": 3.0, "two-control-planes-off": 3.0},
    alerts=frozenset({"HagenEtcdQuorumLost", "HagenApiServerDown", "HagenApiServersLow", "HagenServerOutOfRotation"}),
    may=frozenset(
        {"HagenEtcdNoLeader", "HagenEtcdNoTolerance", "HagenEtcdMemberDown", "HagenEtcdProposalsFailing"}
        | {
            "HagenGaleraUnknown",
            "HagenCollectorFailing",
            "HagenVIPUnreachable",
            "HagenVIPUnreachableFromOne",
            "HagenVIPSlow",
        }
    ),
    verdicts={"etcd": "critical"},
)
