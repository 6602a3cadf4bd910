"""health: what was brought up answers as a whole."""

from typing import Final

from ..cluster import etcd, kubectl
from ..errors import BootstrapError, Problems
from ..machine.etcd import settled, takes_part
from ..run import Run
from .step import Step

_READY: Final = 300.0


def act(run: Run) -> None:
    """Nodes, etcd, the virtual IP's one holder. Applications sync by themselves, wave after wave."""
    api = kubectl(run)
    wanted = {machine.name for machine in run.site.machines("control-plane", "worker")}

    def nodes() -> bool | None:
        ready = {name for name, is_ready in api.nodes().items() if is_ready}
        return True if wanted <= ready else None

    problems = []
    try:
        run.until("cluster", nodes, within=_READY, cause="not every node is Ready", remedy="kubectl get nodes")
    except BootstrapError as error:
        problems.append(error)
    members = etcd(run).members()
    waits = settled(members)
    if waits:
        problems.append(BootstrapError("etcd", waits, "kubectl -n kube-system logs -l component=etcd"))
    problems += [
        BootstrapError(machine.name, "etcd has no voting member on it", "hagen bootstrap up")
        for machine in run.site.machines("control-plane")
        if not takes_part(members, machine.name, str(machine.address))
    ]
    if problems:
        raise Problems(problems)


STEP = Step("health", "Look at the whole", act)
