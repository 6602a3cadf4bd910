"""root: the one Application from which every other follows."""

from ..cluster import kubectl
from ..manifests import applied
from ..run import Run
from .step import Step


def act(run: Run) -> None:
    """From here on git decides."""
    applied(run, kubectl(run), f"clusters/{run.site.inventory.cluster}/argocd/root.yaml")


STEP = Step("root", "Hand over to Argo CD", act)
