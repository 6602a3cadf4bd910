"""first-boot: every machine answers, and cloud-init is done."""

import json
from typing import Final

from ..errors import BootstrapError
from ..run import Run
from .step import Step

_BOOT: Final = 300.0  # seconds until commands run on the machine
_DONE: Final = 1800.0  # packages are installed
_DEGRADED: Final = 2


def act(run: Run) -> None:
    """Wait for all, side by side."""
    machines = run.site.inventory.machines
    run.each(machines, lambda machine: one(run, machine.name), at_most=len(machines))


def one(run: Run, name: str, remedy: str = "") -> None:
    """Wait for one machine. Done is 0, done with something degraded is 2 (a note), everything else failed.

    https://docs.cloud-init.io/en/latest/explanation/return_codes.html
    """
    remote = run.on(name)

    def answers() -> bool | None:
        try:
            return remote.holds("true") or None
        except BootstrapError:
            return None

    run.until(name, answers, within=_BOOT, cause="it runs no commands", remedy="Its console shows the boot.")
    outcome = remote.ask("cloud-init", "status", "--wait", "--format=json", timeout=_DONE)
    said = outcome.stdout.decode(errors="replace")
    if outcome.code == 0:
        return
    errors = complaints(said)
    if outcome.code == _DEGRADED:
        run.note(name, f"cloud-init is done, with complaints: {errors}")
        return
    log = remote.ask("tail", "--lines=12", "/var/log/cloud-init-output.log").stdout.decode(errors="replace")
    raise BootstrapError(
        name,
        f"cloud-init failed: {errors}",
        remedy or f"Correct the cause, then make it anew: hagen bootstrap up --replace {name}",
        log,
    )


def complaints(status: str) -> str:
    """What `cloud-init status --format=json` names, in one line. Pure."""
    try:
        data = json.loads(status)
    except ValueError:
        return status.strip().splitlines()[-1] if status.strip() else "it says nothing"
    found = [*data.get("errors", ())]
    for level, texts in (data.get("recoverable_errors") or {}).items():
        found += [f"{level}: {text}" for text in texts]
    return "; ".join(map(str, found)) or str(data.get("detail") or data.get("status"))


STEP = Step("first-boot", "Wait for the first boot", act)
