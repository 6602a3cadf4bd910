"""init: `kubeadm init` on the first control plane, unless there is a cluster."""

from typing import Final

from ..cluster import beginner, configuration, existing, founded, kubectl
from ..inventory import Machine
from ..joining import finished
from ..machine import kubeadm
from ..machine.kubectl import Kubectl
from ..run import Run
from .step import Step

_ANSWERS: Final = 180.0


def act(run: Run) -> None:
    """kubeadm itself never asks the virtual IP: that is done here, before anything else joins."""
    first = beginner(run)
    remote = run.on(first)
    if existing(run) and not founded(run):
        _awaited(run)
    if founded(run):
        _completed(run, first)
        return

    def begin() -> None:
        finished(run, first)
        if not remote.has(kubeadm.KUBELET) or not remote.holds("systemctl", "is-active", "--quiet", "kubelet"):
            kubeadm.initialise(remote, configuration(run))
            run.changed(first.name, "cluster initialised")
        endpoint = run.site.inventory.kubernetes.endpoint
        run.until(
            first.name,
            lambda: Kubectl([remote]).ready() or None,
            within=_ANSWERS,
            cause=f"the API does not answer ready through {endpoint}",
            remedy="hagen bootstrap doctor says who has the virtual IP; journalctl -u haproxy on the load balancers.",
        )

    run.alone(first.name, begin)


def _awaited(run: Run) -> None:
    """A cluster that does not answer is never founded anew: what etcd holds would be lost."""

    def answering() -> bool | None:
        run.memory.forget()
        return bool(founded(run)) or None

    run.until(
        "cluster",
        answering,
        within=_ANSWERS,
        cause=f"there is one, and it does not answer ready through {run.site.inventory.kubernetes.endpoint}",
        remedy="hagen bootstrap doctor looks for the cause. If its data is lost for good: hagen bootstrap down.",
    )


def _completed(run: Run, first: Machine) -> None:
    """An API that answers is not all: as long as nobody joined, kubeadm may have been cut off after it."""
    if set(kubectl(run).nodes()) - {first.name} or run.on(first).has(kubeadm.INITIALISED):
        return

    def complete() -> None:
        finished(run, first)
        kubeadm.complete(run.on(first), configuration(run))
        run.changed(first.name, "the rest of kubeadm init done")

    run.alone(first.name, complete)


STEP = Step("init", "Initialise the cluster", act)
