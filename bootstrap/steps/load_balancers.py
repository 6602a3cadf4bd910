"""load-balancers: CA, haproxy and keepalived; each file judged on its machine, the backup before the holder."""

from typing import Final

from ..cluster import beginner, existing, founded
from ..errors import BootstrapError
from ..inventory import LoadBalancer, Machine
from ..machine import balancer, kubeadm
from ..run import Run
from .step import Step

_SETTLE: Final = 20.0  # seconds for one holder, after a change of keepalived
_UNITS: Final = {balancer.HAPROXY: "haproxy", balancer.KEEPALIVED: "keepalived"}


def act(run: Run) -> None:
    """One load balancer after the other: at no time are two of them changing."""
    source = (founded(run) or existing(run) or (beginner(run),))[0]
    authority = run.on(source).read(kubeadm.CA)
    machines = {machine.name: machine for machine in run.site.machines("load-balancer")}
    files = {each.name: each for each in run.site.inventory.load_balancers}
    order = sorted(machines.values(), key=lambda machine: _holds(run, machine))
    for machine in order:
        run.alone(machine.name, lambda machine=machine: one(run, machine, files[machine.name], authority))  # type: ignore[misc]


def one(run: Run, machine: Machine, wanted: LoadBalancer, authority: bytes) -> None:
    """Bring one load balancer to its files."""
    remote = run.on(machine)
    reload = []
    contents = {each.target: run.site.file(each.source) for each in wanted.files}
    differing = remote.differing({balancer.CA: authority, **contents})
    if balancer.CA in differing:
        remote.place(balancer.CA, authority)
        run.changed(machine.name, "the cluster's CA installed")
        reload.append(balancer.HAPROXY)
    changed = [target for target in differing if target in contents]
    for target in changed:
        balancer.validate(remote, target, contents[target])
    for target in changed:
        balancer.install(remote, target)
        run.changed(machine.name, f"{target} installed")
    reload += changed
    for target, unit in _UNITS.items():
        if target in reload or not balancer.active(remote, unit):
            balancer.reload(remote, unit)
            run.changed(machine.name, f"{unit} reloaded")
            if not balancer.active(remote, unit):
                raise BootstrapError(machine.name, f"{unit} does not run", f"journalctl -u {unit} there says why.")
    if reload:
        _settled(run)


def _settled(run: Run) -> None:
    """One load balancer has the address before the next one is touched."""
    address = str(run.site.inventory.network.virtual_ip)

    def holder() -> str | None:
        names = [machine.name for machine in run.site.machines("load-balancer") if _holds(run, machine)]
        return names[0] if len(names) == 1 else None

    run.until("load balancers", holder, within=_SETTLE, cause=f"{address} did not come to exactly one of them")


def _holds(run: Run, machine: Machine) -> bool:
    return balancer.holds(run.on(machine), str(run.site.inventory.network.virtual_ip))


STEP = Step("load-balancers", "Configure load balancers", act)
