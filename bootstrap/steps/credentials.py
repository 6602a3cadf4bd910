"""credentials: what could let a machine in is gone: tokens of interrupted joins, the first one, certificates."""

import base64
from typing import Any

from ..cluster import kubectl
from ..machine.kubeadm import DESCRIPTION, FIRST
from ..run import Run
from .step import Step


def act(run: Run) -> None:
    """Tokens that somebody else made are theirs."""
    api = kubectl(run)
    tokens = api.get(
        "secrets", "--namespace=kube-system", "--field-selector=type=bootstrap.kubernetes.io/token", quiet=True
    )
    names = [token["metadata"]["name"] for token in (tokens or {"items": []})["items"] if ours(token)]
    if api.get("secret", "kubeadm-certs", "--namespace=kube-system", quiet=True) is not None:
        names.append("kubeadm-certs")
    if names:
        api.run("delete", "secret", *names, "--namespace=kube-system", "--ignore-not-found")
        run.changed("", f"{len(names)} credentials for joining deleted")


def ours(token: Any) -> bool:  # noqa: ANN401 - JSON of the API
    """Whether hagen made it, or kubeadm init for hagen. Pure."""
    description = base64.b64decode((token.get("data") or {}).get("description", "")).decode(errors="replace")
    return description in {DESCRIPTION, FIRST}


STEP = Step("credentials", "Forget what machines joined with", act)
