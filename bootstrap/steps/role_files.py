"""role-files: files that follow the machines of the cluster after their first boot (firewall, agent)."""

from pathlib import PurePosixPath
from typing import Final

from ..inventory import Machine
from ..run import Run
from .step import Step

_UNITS: Final = PurePosixPath("/etc/systemd/system")


def act(run: Run) -> None:
    """Each changed file is installed, and its unit reads it again if it runs."""
    files = run.site.inventory.role_files
    contents = {each.source: run.site.file(each.source) for each in files}

    def one(machine: Machine) -> None:
        remote = run.on(machine)
        mine = [each for each in files if each.role == machine.role]
        differing = remote.differing({each.target: contents[each.source] for each in mine})
        units, definitions = [], False
        for each in mine:
            if each.target in differing:
                remote.place(each.target, contents[each.source])
                run.changed(machine.name, f"{each.target} installed")
                units.append(each.unit)
                definitions |= PurePosixPath(each.target).parent == _UNITS
        if definitions:
            remote.run("systemctl", "daemon-reload")
        for unit in dict.fromkeys(units):
            remote.run("systemctl", "try-reload-or-restart", unit)

    roles = {each.role for each in files}
    run.each(run.site.machines(*roles), one)


STEP = Step("role-files", "Bring files up to date", act)
