"""first-boot: cloud-init is done on every machine."""

from collections.abc import Iterator
from json import loads
from typing import Final

from ..errors import BootstrapError
from ..inventory import Machine
from ..provider.contract import Outcome
from ..steps.first_boot import complaints
from .check import Check, Finding, error, ok, unknown, warning
from .sight import Sight

_DEGRADED: Final = 2


def look(sight: Sight) -> Iterator[Finding]:
    """As it stands; nothing is waited for."""
    machines = sight.running()
    found = sight.each(machines, lambda each: one(each, sight.on(each).ask("cloud-init", "status", "--format=json")))
    findings = [
        unknown(name, each.cause, each.remedy) if isinstance(each, BootstrapError) else each
        for name, each in found.items()
    ]
    if findings and all(each is None for each in findings):
        yield ok("cloud-init", f"it is done on {len(findings)} machines")
    yield from (each for each in findings if each is not None)


def one(machine: Machine, outcome: Outcome) -> Finding | None:
    """None when it is done. Pure. https://docs.cloud-init.io/en/latest/explanation/return_codes.html"""
    said = outcome.stdout.decode(errors="replace")
    if _status(said) in {"running", "not started", "not run"}:
        return unknown(machine.name, "cloud-init is still at work", "Look again in a few minutes.")
    if outcome.code == 0:
        return None
    if outcome.code == _DEGRADED:
        return warning(machine.name, f"cloud-init is done, with complaints: {complaints(said)}", _log(machine))
    return error(
        machine.name,
        f"cloud-init failed: {complaints(said)}",
        f"{_log(machine)} Then make it anew: hagen bootstrap up --replace {machine.name}",
    )


def _log(machine: Machine) -> str:
    return f"hagen bootstrap exec {machine.name} -- tail /var/log/cloud-init-output.log"


def _status(text: str) -> str:
    try:
        return str(loads(text).get("status", ""))
    except ValueError:
        return ""


CHECK = Check("first-boot", "cloud-init on the machines", look)
