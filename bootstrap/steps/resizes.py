"""resizes: a size that a running machine does not take, brought to it by switching it off: one after the other."""

from typing import Final

from ..cluster import etcd, kubectl
from ..errors import BootstrapError
from ..inventory import Machine
from ..machine.balancer import holds
from ..machine.etcd import may_lose, settled
from ..machine.kubectl import HELD
from ..provider.contract import MustStop
from ..run import Run
from . import first_boot
from .removals import drain
from .step import Step

_OFF: Final = 180.0
_BACK: Final = 300.0


def act(run: Run) -> None:
    """Workers are drained, control planes must leave a quorum behind, the holder of the virtual IP comes last."""
    due = [machine for machine in run.site.inventory.machines if _due(run, machine)]
    address = str(run.site.inventory.network.virtual_ip)
    for machine in sorted(due, key=lambda each: each.role == "load-balancer" and holds(run.on(each), address)):
        run.alone(machine.name, lambda machine=machine: one(run, machine))  # type: ignore[misc]
    _let_in(run)


def _let_in(run: Run) -> None:
    """Nodes that a run has drained and was cut off, or that were drained to be removed and are wanted again."""
    wanted = {machine.name for machine in run.site.machines("control-plane", "worker")}
    for name in sorted(wanted & kubectl(run).held()):
        run.alone(name, lambda name=name: _uncordon(run, name))  # type: ignore[misc]


def _uncordon(run: Run, name: str) -> None:
    api = kubectl(run)
    api.run("uncordon", name)
    api.run("annotate", "node", name, f"{HELD}-")
    run.changed(name, "uncordoned")


def _due(run: Run, machine: Machine) -> bool:
    try:
        run.site.provider.change(run.site.wanted(machine))
    except MustStop:
        return True
    return False


def one(run: Run, machine: Machine) -> None:
    """Off, another size, on, and back at work."""
    name = machine.name
    if machine.role == "control-plane":
        refusal = may_lose(etcd(run, without=name).members(), name)
        if refusal:
            raise BootstrapError(name, refusal, "Bring the other control planes back first; nothing was changed.")
    if machine.role == "worker":
        drain(run, name)
    wanted = run.site.wanted(machine)
    run.site.provider.stop(name, timeout=_OFF)
    run.site.provider.change(wanted)
    run.site.provider.start(name)
    run.changed(name, f"restarted with {wanted.cpu} CPU, {wanted.memory}")
    first_boot.one(run, name)
    if machine.role == "load-balancer":
        return
    run.until(name, lambda: kubectl(run).nodes().get(name) or None, within=_BACK, cause="the node is not Ready")
    if machine.role == "worker":
        _uncordon(run, name)
    else:
        run.until(
            "etcd",
            lambda: True if settled(etcd(run).members()) is None else None,
            within=_BACK,
            cause="it did not settle",
        )


STEP = Step("resizes", "Change sizes", act)
