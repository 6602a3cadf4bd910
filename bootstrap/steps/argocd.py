"""argocd: Argo CD from its own overlay by server-side apply, then its projects."""

from typing import Final

from ..cluster import kubectl
from ..errors import BootstrapError
from ..machine.kubectl import Kubectl
from ..manifests import applied
from ..run import Run
from .step import Step

_ROLLOUT: Final = 900.0
_DEFINITIONS: Final = ("applications.argoproj.io", "appprojects.argoproj.io")


def act(run: Run) -> None:
    """Its kinds must be known before anything of them is applied; its repo-server before it can sync."""
    api, folder = kubectl(run), f"clusters/{run.site.inventory.cluster}/argocd"
    applied(run, api, f"{folder}/install", force=True)
    run.until("argocd", lambda: _established(api) or None, within=60.0, cause="its definitions are not established")
    run.until(
        "argocd",
        lambda: True if waits_for(api) == () else None,
        within=_ROLLOUT,
        cause="it is not up",
        remedy="kubectl -n argocd get pods",
    )
    applied(run, api, f"{folder}/projects")


def _established(api: Kubectl) -> bool:
    for name in _DEFINITIONS:
        found = api.get("crd", name)
        conditions = (found or {}).get("status", {}).get("conditions", ())
        if not any(each["type"] == "Established" and each["status"] == "True" for each in conditions):
            return False
    return True


def waits_for(api: Kubectl) -> tuple[str, ...]:
    """Names of Argo CD's workloads whose replicas are not all ready at their newest version."""
    found = api.get("deployments,statefulsets", "--namespace=argocd")
    if not found or not found["items"]:
        raise BootstrapError("argocd", "nothing of it is there though it was applied")
    return tuple(item["metadata"]["name"] for item in found["items"] if not rolled_out(item))


def rolled_out(item: dict[str, dict[str, int]]) -> bool:
    """As `kubectl rollout status` judges it. Pure."""
    wanted, status = item["spec"].get("replicas", 1), item.get("status", {})
    return (
        status.get("observedGeneration", 0) >= item["metadata"].get("generation", 0)
        and status.get("updatedReplicas", 0) >= wanted
        and status.get("readyReplicas", 0) >= wanted
    )


STEP = Step("argocd", "Install Argo CD", act)
