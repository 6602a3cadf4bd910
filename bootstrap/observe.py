"""Looks at what is there, for a plan: the provider, files on the load balancers, nodes, etcd's members."""

from collections.abc import Mapping

from . import founding
from .cluster import configuration, etcd, existing, founded, kubectl
from .errors import BootstrapError
from .inventory import Machine
from .plan import Seen
from .provider.contract import Machine as There
from .provider.contract import Power
from .run import Run


def observe(run: Run) -> Seen:
    """What cannot be asked is None, or left out. ProviderError when the provider does not answer."""
    machines = run.site.provider.machines()
    running = [
        machine
        for machine in run.site.inventory.machines
        if machine.name in machines and machines[machine.name].power is Power.RUNNING
    ]
    differing = run.look(running, lambda machine: _differing(run, machine))
    try:
        if not founded(run):
            return _silent(run, machines, differing)
        ask = kubectl(run)
        nodes = ask.nodes()
        return Seen(
            machines,
            frozenset(nodes),
            etcd(run).members(),
            differing,
            founding.found(ask),
            founding.read(configuration(run).decode()),
            ask.held(),
            frozenset(name for name, ready in nodes.items() if not ready),
        )
    except BootstrapError:
        return Seen(machines, differing=differing)


def _silent(run: Run, machines: Mapping[str, There], differing: Mapping[str, tuple[str, ...]]) -> Seen:
    """Nobody answers: either nobody has joined yet, or nothing can be told."""
    planes = [machine.name for machine in run.site.machines("control-plane") if machine.name in machines]
    off = [name for name in planes if machines[name].power is not Power.RUNNING]
    if off or existing(run):
        return Seen(machines, differing=differing)
    return Seen(machines, frozenset(), (), differing)


def _differing(run: Run, machine: Machine) -> tuple[str, ...]:
    """Targets of rendered files that the machine does not have as rendered. Empty where it cannot be asked."""
    files = [(each.target, each.source) for each in run.site.inventory.role_files if each.role == machine.role]
    for balancer in run.site.inventory.load_balancers:
        if balancer.name == machine.name:
            files += [(each.target, each.source) for each in balancer.files]
    try:
        return run.on(machine).differing({target: run.site.file(source) for target, source in files})
    except BootstrapError:
        return ()
