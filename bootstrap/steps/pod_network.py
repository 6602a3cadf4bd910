"""pod-network: flannel from the rendered repository, since no node is ready without one."""

from typing import Final

from ..cluster import kubectl, seed
from ..manifests import applied
from ..run import Run
from .step import Step

_READY: Final = 300.0


def act(run: Run) -> None:
    """Argo CD adopts it later: it is applied under Argo CD's name. Without it no node becomes Ready."""
    first, api = seed(run), kubectl(run)
    overlay = f"infrastructure/flannel/overlays/{run.site.inventory.cluster}"
    applied(run, api, overlay)
    run.until(
        first.name,
        lambda: any(api.nodes().values()) or None,
        within=_READY,
        cause="no node is Ready",
        remedy="kubectl -n kube-flannel get pods",
    )


STEP = Step("pod-network", "Bring the pod network", act)
