"""What is on the builder besides what cloud-init installs."""

from typing import Final

from ..cluster import configuration
from ..errors import BootstrapError
from ..machine import kubeadm
from ..run import Run
from .recipe import Recipe

_FETCH: Final = 900.0
_PULL: Final = 1200.0  # seconds for one image, on a slow line


def packages(run: Run, recipe: Recipe) -> None:
    """Those of the load balancers are fetched, not installed: haproxy and keepalived have no business on a node."""
    if not recipe.packages:
        return
    run.alone(
        recipe.wanted.name,
        lambda: run.on(recipe.wanted.name).run(
            *("apt-get", "install", "--download-only", "--yes", "-o", "DPkg::Lock::Timeout=600", *recipe.packages),
            timeout=_FETCH,
        ),
    )
    run.changed(recipe.wanted.name, f"{len(recipe.packages)} packages fetched")


def images(run: Run, recipe: Recipe) -> None:
    """kubeadm's must be there. One of the others that cannot be pulled is a note: machines pull it themselves."""
    remote = run.on(recipe.wanted.name)

    def pull() -> None:
        kubeadm.pull_images(remote, configuration(run))
        pulled = 0
        for image in recipe.images:
            try:
                remote.run("crictl", "pull", image, timeout=_PULL)
                pulled += 1
            except BootstrapError as error:
                run.note(recipe.wanted.name, f"{image} is not in the image: {error.output or error.cause}")
        others = f"{pulled} of {len(recipe.images)} others"
        run.changed(recipe.wanted.name, f"kubeadm's container images pulled, and {others}")

    run.alone(recipe.wanted.name, pull)
