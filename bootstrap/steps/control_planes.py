"""control-planes: the others join one after the other, because etcd takes one new member at a time."""

from typing import Final

from ..cluster import etcd, kubectl, seed
from ..errors import BootstrapError
from ..inventory import Machine
from ..joining import join, missing
from ..machine.etcd import may_lose, member_of, settled, takes_part
from ..run import Run
from .step import Step

_SETTLE: Final = 180.0


def act(run: Run) -> None:
    """Between two joins all members of etcd are healthy and none is a learner."""
    for machine in _strangers(run):
        run.alone(machine.name, lambda machine=machine: one(run, machine))  # type: ignore[misc]


def _strangers(run: Run) -> list[Machine]:
    """Those that are no nodes, and those whose join was cut off between the node and its member of etcd."""
    machines = run.site.machines("control-plane")
    strangers = missing(run, machines)
    if len(strangers) == len(machines):
        return strangers
    members = etcd(run).members()
    return [each for each in machines if each in strangers or not takes_part(members, each.name, str(each.address))]


def one(run: Run, machine: Machine) -> None:
    """Join one control plane. What a dead one of its name left in etcd goes first."""
    forget(run, machine)
    _settled(run)
    join(run, machine, seed(run, without=machine.name))
    _settled(run)


def forget(run: Run, machine: Machine) -> None:
    """Take out the member and the node that an earlier machine of this name left behind."""
    members = etcd(run, without=machine.name).members()
    stale = member_of(members, machine.name, str(machine.address))
    if stale is not None:
        refusal = may_lose(members, stale.name)
        if refusal:
            raise BootstrapError(machine.name, refusal, "Bring the other control planes back first.")
        etcd(run, without=machine.name).remove(stale)
        run.changed(machine.name, "its former member taken out of etcd")
    api = kubectl(run, without=machine.name)
    if machine.name in api.nodes():
        api.run("delete", "node", machine.name)
        run.changed(machine.name, "its former node deleted")


def _settled(run: Run) -> None:
    run.until(
        "etcd",
        lambda: True if settled(etcd(run).members()) is None else None,
        within=_SETTLE,
        cause="not all members became healthy",
        remedy="kubectl -n kube-system logs -l component=etcd",
    )


STEP = Step("control-planes", "Join control planes", act)
