"""nodes: every control plane and worker is a Ready node."""

from collections.abc import Iterator, Mapping, Sequence

from ..cluster import founded, kubectl
from .check import Check, Finding, error, ok, warning
from .sight import Sight


def look(sight: Sight) -> Iterator[Finding]:
    """Asked through a control plane that works; when none does, the check `api` says so."""
    if not sight.machines() or not sight.once("founded", lambda: founded(sight.run)):
        return
    wanted = [machine.name for machine in sight.inventory.machines if machine.role != "load-balancer"]
    yield from judge(kubectl(sight.run).nodes(), wanted)


def judge(nodes: Mapping[str, bool], wanted: Sequence[str]) -> Iterator[Finding]:
    """Node name to whether it is Ready. Pure."""
    for name in wanted:
        if name not in nodes:
            yield error(name, "it is no node of the cluster", "`hagen bootstrap up` joins it.")
        elif not nodes[name]:
            yield error(name, "the node is not Ready", f"kubectl describe node {name}")
    for name in sorted(nodes.keys() - set(wanted)):
        yield warning(
            name, "it is a node, and hagen.yaml does not have it", "`hagen bootstrap up` removes what it made."
        )
    if all(nodes.get(name) for name in wanted):
        yield ok("nodes", f"all {len(wanted)} are Ready")


CHECK = Check("nodes", "Nodes", look)
