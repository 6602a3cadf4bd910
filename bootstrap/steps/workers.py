"""workers: those that have not joined do, a few at a time."""

from ..cluster import kubectl, seed
from ..inventory import Machine
from ..joining import join, missing
from ..run import Run
from .step import Step

AT_MOST = 4  # each pulls images through the same uplink
ZONE = "topology.kubernetes.io/zone"


def act(run: Run) -> None:
    """Then each has its zone, where hagen.yaml says where it is."""
    strangers = missing(run, run.site.machines("worker"))
    if strangers:
        through = seed(run)

        def one(machine: Machine) -> None:
            api = kubectl(run)
            if machine.name in api.nodes():
                api.run("delete", "node", machine.name)
                run.changed(machine.name, "its former node deleted")
            join(run, machine, through)

        run.each(strangers, one, at_most=AT_MOST)
    _zones(run)


def _zones(run: Run) -> None:
    wanted = {machine.name: machine.host for machine in run.site.machines("worker") if machine.host}
    if not wanted:
        return
    api = kubectl(run)
    nodes = {node["metadata"]["name"]: node["metadata"].get("labels") or {} for node in api.get("nodes")["items"]}
    for name, host in wanted.items():
        if name in nodes and nodes[name].get(ZONE) != host:
            api.run("label", "node", name, f"{ZONE}={host}", "--overwrite")
            run.changed(name, f"zone {host}")


STEP = Step("workers", "Join workers", act)
