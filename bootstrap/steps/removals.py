"""removals: machines that hagen.yaml no longer has. Workers are drained, control planes leave etcd first."""

from typing import Final

from ..cluster import etcd, founded, kubectl
from ..errors import BootstrapError
from ..machine.balancer import UNITS, active
from ..machine.etcd import may_lose, member_of
from ..machine.kubectl import HELD
from ..provider.contract import Machine, Power
from ..run import Run
from .step import Step

DRAIN: Final = 900.0


def act(run: Run) -> None:
    """One after the other: a drain waits for the one before it anyway."""
    wanted = {machine.name for machine in run.site.inventory.machines}
    for name, machine in run.site.provider.machines().items():
        if name not in wanted:
            run.alone(name, lambda machine=machine: take_out(run, machine))  # type: ignore[misc]


def take_out(run: Run, machine: Machine) -> None:
    """Out of etcd and Kubernetes, then away. BootstrapError, and nothing touched, when that would cost the quorum."""
    name = machine.name
    if machine.role == "load-balancer":
        _another_balances(run, name)
    elif founded(run):
        if machine.role == "control-plane":
            leave_etcd(run, name)
        if name in kubectl(run, without=name).nodes():
            if machine.power is Power.RUNNING:
                drain(run, name)
            kubectl(run, without=name).run("delete", "node", name)
            run.changed(name, "node deleted")
    run.site.provider.delete(name)
    run.changed(name, "deleted")


def _another_balances(run: Run, name: str) -> None:
    """The virtual IP has to have somewhere to go. BootstrapError when it has not."""
    there = run.site.provider.machines()
    others = [each.name for each in run.site.machines("load-balancer") if each.name != name]
    running = [each for each in others if each in there and there[each].power is Power.RUNNING]
    if others and not any(all(active(run.on(each), unit) for unit in UNITS) for each in running):
        raise BootstrapError(
            name, "no other load balancer runs haproxy and keepalived", "hagen bootstrap up brings them back first."
        )


def drain(run: Run, name: str) -> None:
    """Let a node's pods go elsewhere; disruption budgets are kept."""
    api = kubectl(run, without=name)
    api.run(
        "annotate", "node", name, f"{HELD}=true", "--overwrite"
    )  # whoever comes after a run that is cut off sees why
    api.run(
        *("drain", name, "--ignore-daemonsets", "--delete-emptydir-data", f"--timeout={DRAIN:g}s"),
        timeout=DRAIN + 30,
        remedy="A disruption budget holds it: kubectl get pdb -A. Run it again when that is resolved.",
    )
    run.changed(name, "drained")


def leave_etcd(run: Run, name: str) -> None:
    """Take a control plane's member out, when the quorum outlives it."""
    through = etcd(run, without=name)
    members = through.members()
    refusal = may_lose(members, name)
    if refusal:
        raise BootstrapError(name, refusal, "Bring the other control planes back first; nothing was changed.")
    member = member_of(members, name, "")
    if member is not None:
        through.remove(member)
        run.changed(name, "its member taken out of etcd")


STEP = Step("removals", "Remove machines", act)
