"""Users come and go: the autoscaler of the server follows them, from its minimum to its maximum and back."""

from collections.abc import Iterator

from .drill import Deed, Drill, Order, Scene


def _orders(_: Scene) -> Iterator[Order]:
    yield Order(Deed.LOAD, "", "users at the page, more than the fewest pods can serve")


DRILL = Drill(
    name="hpa",
    title="Users come, and go again",
    hypothesis="Pods are added before users have to wait, and taken away again without anybody losing an answer.",
    orders=_orders,
    may=frozenset({"HagenVIPSlow", "HagenHPACapped", "HagenHPACapacityMissing"}),
    apart=0.25,
    load=True,
)
