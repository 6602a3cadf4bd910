"""departed: what machines left in Kubernetes and etcd that are neither in hagen.yaml nor at the provider any more.

Before anybody joins, because etcd takes a new member only while all that it has are well. Whoever is Ready, or healthy,
lives somewhere: that one is not hagen's to take out.
"""

from ..cluster import etcd, founded, kubectl
from ..errors import BootstrapError
from ..machine.etcd import gone, may_lose
from ..run import Run
from .step import Step


def act(run: Run) -> None:
    """The member first, then the node; one after the other."""
    if not founded(run):
        return
    known = {machine.name for machine in run.site.inventory.machines} | set(run.site.provider.machines())
    for member in gone(etcd(run).members(), known):
        run.alone(member, lambda member=member: _leave(run, member))  # type: ignore[misc]
    for node, ready in sorted(kubectl(run).nodes().items()):
        if node not in known and not ready:
            run.alone(node, lambda node=node: _forget(run, node))  # type: ignore[misc]


def _leave(run: Run, name: str) -> None:
    through = etcd(run)
    members = through.members()
    refusal = may_lose(members, name)
    if refusal:
        raise BootstrapError(name, refusal, "Bring the other control planes back first; nothing was changed.")
    through.remove(next(member for member in members if member.name == name))
    run.changed(name, "its member taken out of etcd")


def _forget(run: Run, name: str) -> None:
    kubectl(run).run("delete", "node", name)
    run.changed(name, "node deleted")


STEP = Step("departed", "Forget machines that are gone", act)
