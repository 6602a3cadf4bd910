"""launch: machines that are missing are made, sizes are brought to what is wanted, all are switched on."""

from typing import Final

from ..inventory import Machine
from ..provider.contract import MustStop, Power
from ..run import Run
from . import first_boot
from .step import Step

_BUSY: Final = 600.0  # seconds; an earlier run that was killed began something, and the provider is still at it


def act(run: Run) -> None:
    """Side by side: the provider's disks are what takes the time."""
    there = run.site.provider.machines()

    def one(machine: Machine) -> None:
        wanted = run.site.wanted(machine)
        if run.patiently(lambda: run.site.provider.create(wanted), within=_BUSY):
            run.changed(machine.name, "made")
        try:
            if run.patiently(lambda: run.site.provider.change(wanted), within=_BUSY):
                run.changed(machine.name, f"now {wanted.cpu} CPU, {wanted.memory}")
        except MustStop:
            run.note(machine.name, "another size needs a restart: in the step resizes")
        known = there.get(machine.name)
        if known is None or known.power is not Power.RUNNING:
            run.patiently(lambda: run.site.provider.start(machine.name), within=_BUSY)
            run.changed(machine.name, "switched on")
            if run.at_once is not None:
                first_boot.one(run, machine.name)  # which takes more of the host than all that came before

    run.each(run.site.inventory.machines, one)


STEP = Step("launch", "Make and start machines", act)
