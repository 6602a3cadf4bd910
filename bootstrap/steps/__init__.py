"""The steps, in their order. A new one: a file here, a line in STEPS, a test."""

from . import (
    agent,
    argocd,
    authority,
    control_planes,
    credentials,
    departed,
    first_boot,
    health,
    initialise,
    kubeconfig,
    launch,
    load_balancers,
    network,
    pod_network,
    preflight,
    removals,
    replacements,
    repository_access,
    resizes,
    role_files,
    root,
    workers,
)
from .step import Step

STEPS: tuple[Step, ...] = (
    preflight.STEP,
    network.STEP,
    replacements.STEP,
    launch.STEP,
    first_boot.STEP,
    authority.STEP,
    role_files.STEP,
    load_balancers.STEP,
    initialise.STEP,
    pod_network.STEP,
    departed.STEP,
    control_planes.STEP,
    workers.STEP,
    credentials.STEP,
    removals.STEP,
    resizes.STEP,
    kubeconfig.STEP,
    argocd.STEP,
    repository_access.STEP,
    root.STEP,
    agent.STEP,
    health.STEP,
)

__all__ = ["STEPS", "Step"]
