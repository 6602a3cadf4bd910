"""init: `kubeadm init` on the first control plane, unless there is a cluster."""

from typing import Final

from ..cluster import beginner, configuration, founded
from ..joining import finished
from ..machine import kubeadm
from ..machine.kubectl import Kubectl
from ..run import Run
from .step import Step

_ANSWERS: Final = 180.0


def act(run: Run) -> None:
    """kubeadm itself never asks the virtual IP: that is done here, before anything else joins."""
    if founded(run):
        return
    first = beginner(run)
    remote = run.on(first)

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


STEP = Step("init", "Initialise the cluster", act)
