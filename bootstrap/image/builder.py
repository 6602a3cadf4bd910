"""The machine that becomes the image."""

from typing import Final

from ..run import Run
from ..site import BUILDER
from ..steps import first_boot
from .recipe import Recipe

_BUSY: Final = 600.0  # seconds; the provider may still be at something that a killed build began


def clear(run: Run) -> None:
    """Remove it, whoever left it."""
    for name, machine in run.site.provider.machines().items():
        if machine.role == BUILDER:
            run.patiently(lambda name=name: run.site.provider.delete(name), within=_BUSY)  # type: ignore[misc]
            run.changed(name, "removed")


def make(run: Run, recipe: Recipe) -> None:
    """Like a worker, with an address that the network gives it."""
    name = recipe.wanted.name

    def one() -> None:
        run.patiently(lambda: run.site.provider.create(recipe.wanted), within=_BUSY)
        run.patiently(lambda: run.site.provider.start(name), within=_BUSY)
        run.changed(name, f"made from {recipe.wanted.image.alias}")

    run.alone(name, one)


def boot(run: Run, recipe: Recipe) -> None:
    """Packages are installed by its cloud-init file."""
    remedy = "Correct the cause, then build it again; the machine is kept until then."
    run.alone(recipe.wanted.name, lambda: first_boot.one(run, recipe.wanted.name, remedy))
