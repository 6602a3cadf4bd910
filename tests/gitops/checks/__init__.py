"""Every check, entered into the table of tests.gitops.verdict by being imported."""

from tests.gitops.checks import (
    argocd,
    changes,
    exposure,
    images,
    network,
    order,
    pods,
    ports,
    rbac,
    references,
    scaling,
    secrets,
    security,
    selectors,
)

__all__ = [
    "argocd",
    "changes",
    "exposure",
    "images",
    "network",
    "order",
    "pods",
    "ports",
    "rbac",
    "references",
    "scaling",
    "secrets",
    "security",
    "selectors",
]
