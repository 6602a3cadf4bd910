"""Whether the database has a primary component, exactly one, and how many nodes may still fail.

Galera counts quorum by itself: after a failure the nodes that still see one another are the primary component if they
are more than half of the *last* view. Each node says which view it is in (state uuid and configuration id, the same on
every node of a component) and how large it is. So

- there is a quorum when a node says that it is in a primary component: no other node decides that for it;
- it is lost when no node is in one, every pod is accounted for, and a second vantage point agrees - a node that
  answers and is non-primary, or Kubernetes, whose probes found fewer ready pods than a quorum. What the custom resource
  says of them is evidence only while its operator lives, that is, renews its Lease: an old resource says anything;
- components are the distinct views among primary nodes. Nodes are not read at one instant, so two views of one history
  may be the same component before and after a change. They are two components for certain when their histories (state
  uuids) differ, or when their sizes fit side by side into the cluster; otherwise a change is under way;
- of a view of s nodes, (s - 1) // 2 may fail at once, because s - f must be more than s / 2.

A node that takes queries while it is not in the primary component, or not synced, serves old data.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ..config import AgentConfig, Galera
from ..snapshot import GaleraNode, GaleraReading
from .verdict import State, Verdict, every, listed

NAME, SPLIT_BRAIN = "galera", "galera_split_brain"
SYNCED = 4
_COMPONENT = "pxc"  # the database's own pods in the custom resource
FRESH = 90.0  # seconds; the operator renews its Lease of 60 s every few seconds, and clocks differ


@dataclass(frozen=True)
class GaleraHealth:
    """`components`: 0 without a primary one. `outdated`: nodes that are known to serve old data."""

    quorum: bool | None
    components: int | None
    tolerance: int | None
    outdated: tuple[str, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def split_brain(self) -> bool | None:
        """More than one primary component."""
        return None if self.components is None else self.components > 1


def judge_galera(config: AgentConfig, reading: GaleraReading | None, now: float) -> GaleraHealth:
    """Of every pod's own word; the custom resource is only the second witness. `now`: the snapshot's time."""
    galera = config.galera
    if reading is None:
        verdicts = tuple(Verdict(name, State.UNKNOWN, "No node could be read.") for name in (NAME, SPLIT_BRAIN))
        return GaleraHealth(None, None, None, (), verdicts)
    quorum = _quorum(galera, reading, now)
    components = _components(galera, reading, quorum=quorum)
    tolerance = _tolerance(reading, quorum, components)
    outdated = tuple(sorted(name for name, node in reading.nodes.items() if _outdated(node)))
    verdicts = (_verdict(galera, reading, quorum, components, tolerance), _split_brain_verdict(components))
    return GaleraHealth(quorum, components, tolerance, outdated, verdicts)


def _quorum(galera: Galera, reading: GaleraReading, now: float) -> bool | None:
    primary = [_primary(node) for node in reading.nodes.values()]
    if True in primary:
        return True
    if None in primary or reading.unasked:
        return None
    ready = reading.resource_ready.get(_COMPONENT)
    fresh = reading.operator_renewed is not None and abs(now - reading.operator_renewed) <= FRESH
    probes_agree = fresh and ready is not None and ready[0] < galera.quorum
    node_agrees = any(node.up and node.primary is False for node in reading.nodes.values())
    return False if probes_agree or node_agrees else None


def _primary(node: GaleraNode) -> bool | None:
    return node.primary if node.up else False


def _components(galera: Galera, reading: GaleraReading, *, quorum: bool | None) -> int | None:
    sizes = _views(reading)
    if len(sizes) > 1 and not _side_by_side(galera, reading, sizes):
        return None
    complete = not reading.unasked and all(
        _primary(node) is False or (node.primary and node.view is not None) for node in reading.nodes.values()
    )
    # A list without a single pod may be one of another name: only with the second witness does it prove anything.
    return len(sizes) if len(sizes) > 1 or (complete and (reading.nodes or quorum is False)) else None


def _views(reading: GaleraReading) -> dict[tuple[str, int], int | None]:
    """The size of each view of primary nodes, as its nodes say."""
    sizes: dict[tuple[str, int], int | None] = {}
    for node in reading.nodes.values():
        if node.up and node.primary and node.view is not None:
            sizes.setdefault(node.view, None)
            if node.cluster_size is not None:
                sizes[node.view] = max(sizes[node.view] or 0, node.cluster_size)
    return sizes


def _side_by_side(galera: Galera, reading: GaleraReading, sizes: Mapping[tuple[str, int], int | None]) -> bool:
    if len({uuid for uuid, _ in sizes}) > 1:
        return True
    room = max(galera.size, len(reading.nodes) + len(reading.unasked))
    known = [size for size in sizes.values() if size is not None]
    return len(known) == len(sizes) and sum(known) <= room


def _tolerance(reading: GaleraReading, quorum: bool | None, components: int | None) -> int | None:
    """Of the largest primary view. Without quorum nothing may fail; of a split nothing sensible can be said."""
    if quorum is False:
        return 0
    sizes = [node.cluster_size for node in reading.nodes.values() if _primary(node)]
    known = [size for size in sizes if size]
    if not quorum or len(known) < len(sizes) or len(set(known)) > 1 or (components or 1) > 1:
        return None
    return (known[0] - 1) // 2


def _outdated(node: GaleraNode) -> bool:
    behind = node.primary is False or (node.state is not None and node.state != SYNCED)
    return node.up and node.ready is True and behind


def _well(node: GaleraNode) -> bool | None:
    """In a primary component, synced, and taking queries."""
    synced = None if node.state is None else node.state == SYNCED
    return every((node.primary, node.ready, node.connected, synced)) if node.up else False


def _complete(galera: Galera, reading: GaleraReading) -> bool | None:
    """Whether every primary node sees as many nodes as there should be."""
    sizes = [node.cluster_size for node in reading.nodes.values() if _primary(node)]
    return every(None if size is None else size == galera.size for size in sizes)


def _verdict(
    galera: Galera, reading: GaleraReading, quorum: bool | None, components: int | None, tolerance: int | None
) -> Verdict:
    well = {name: _well(node) for name, node in reading.nodes.items()} | dict.fromkeys(reading.unasked)
    bad = [name for name, fact in well.items() if fact is False]
    unknown = [name for name, fact in well.items() if fact is None]
    complete = _complete(galera, reading)
    if quorum is False:
        return Verdict(NAME, State.CRITICAL, "No node is in a primary component: nothing is written.")
    if quorum is None:
        return Verdict(NAME, State.UNKNOWN, "No node said that it is in a primary component, and not all could say.")
    spare = {None: "how many may fail is not known", 0: "no more may fail"}.get(tolerance, f"{tolerance} more may fail")
    if bad:
        return Verdict(NAME, State.DEGRADED, f"There is a primary component, {spare}; not in order: {listed(bad)}.")
    if complete is False or len(well) < galera.size:
        return Verdict(NAME, State.DEGRADED, f"The primary component lacks some of {galera.size} nodes; {spare}.")
    if components is not None and components > 1:
        return Verdict(NAME, State.DEGRADED, f"There are {components} primary components, and {spare}.")
    if components is None and not unknown and complete:
        return Verdict(
            NAME, State.UNKNOWN, f"All {len(well)} nodes are primary; whether in one component is not known."
        )
    if unknown or complete is None:
        return Verdict(NAME, State.UNKNOWN, f"There is a primary component, {spare}; not all is known of its nodes.")
    return Verdict(NAME, State.OK, f"All {len(well)} nodes are synced in one primary component; {spare}.")


def _split_brain_verdict(components: int | None) -> Verdict:
    if components is None:
        return Verdict(SPLIT_BRAIN, State.UNKNOWN, "Not every node's view is known, or it is just changing.")
    if components > 1:
        return Verdict(SPLIT_BRAIN, State.CRITICAL, f"{components} primary components take writes of their own.")
    return Verdict(SPLIT_BRAIN, State.OK, "No two nodes are in different primary components.")
