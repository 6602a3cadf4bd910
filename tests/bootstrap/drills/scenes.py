"""What drills are tried on: the reference cluster, and looks as agents would give them."""

from collections.abc import Mapping
from pathlib import Path

from hagen.bootstrap.agents.reach import Answer
from hagen.bootstrap.agents.sample import Sample
from hagen.bootstrap.drills.drill import Scene
from hagen.bootstrap.drills.look import Look
from hagen.bootstrap.inventory import load_inventory
from tests.support import ROOT

INVENTORY = Path(ROOT, "tests/golden/reference/clusters/production/inventory.yaml")
BALANCERS = ("k8s-lb-1", "k8s-lb-2")


def scene(holder: str = "k8s-lb-1", leader: str | None = "k8s-master-2") -> Scene:
    return Scene(load_inventory(INVENTORY).machines, holder, leader)


def small(*roles: str) -> Scene:
    """The first machine of each of these roles."""
    machines = load_inventory(INVENTORY).machines
    first = {role: next(machine for machine in machines if machine.role == role) for role in roles}
    return Scene(tuple(first.values()), "k8s-lb-1")


def sample(*, holds: bool | None, verdicts: Mapping[str, str] | None = None, extra: str = "") -> Sample:
    lines = ['hagen_build_info{version="0"} 1']
    if holds is not None:
        lines.append(f'hagen_vip_assigned{{vip="v",interface="i"}} {int(holds)}')
    for name, state in {"etcd": "ok", "galera": "ok", **(verdicts or {})}.items():
        lines.append(f'hagen_verdict{{verdict="{name}",state="{state}"}} 1')
    return Sample.read("\n".join([*lines, extra]) + "\n")


def look(
    at: float, holder: str | None = "k8s-lb-1", *, silent: tuple[str, ...] = (), verdicts: Mapping[str, str] | None = None,
    alerts: Mapping[str, str] | None = None, extra: str = "",
) -> Look:  # fmt: skip
    """One look; `holder` may name both, with a blank between them."""
    holders = (holder or "").split()
    answers = {
        name: Answer(name, None, "refused")
        if name in silent
        else Answer(name, sample(holds=name in holders, verdicts=verdicts, extra=extra))
        for name in BALANCERS
    }
    return Look(at, answers, alerts)
