"""The Kubernetes cluster as a run sees it: which control plane can be asked, and what it says."""

from .errors import BootstrapError, Interrupted
from .inventory import Machine
from .machine import kubeadm
from .machine.etcd import Etcd
from .machine.kubectl import Kubectl
from .provider.contract import Power
from .run import Run


def founded(run: Run) -> tuple[Machine, ...]:
    """Control planes that have a kubelet, and reach the API: those that can be asked, in the inventory's order.

    They may have been looked at some seconds ago: who asks through one finds out when it is gone.
    """
    return run.memory.recall("founded", lambda: _founded(run))


def _founded(run: Run) -> tuple[Machine, ...]:
    there = run.site.provider.machines()
    running = [
        machine
        for machine in run.site.machines("control-plane")
        if machine.name in there and there[machine.name].power is Power.RUNNING
    ]
    answers = run.look(running, lambda machine: _answers(run, machine))
    return tuple(machine for machine in running if answers[machine.name])


def _answers(run: Run, machine: Machine) -> bool:
    """Without an admin.conf kubectl finds nobody to ask: that needs no look of its own."""
    remote = run.on(machine)
    try:
        return remote.has(kubeadm.KUBELET) and Kubectl([remote]).ready()
    except Interrupted:
        raise
    except BootstrapError:  # a machine that hangs is no reason to believe nothing of the others
        return False


def existing(run: Run) -> tuple[Machine, ...]:
    """Control planes of a cluster that there is, whether it answers or not; BootstrapError when one cannot be asked.

    One whose `kubeadm init` was cut off is none yet, as long as nobody has joined.
    """
    there = run.site.provider.machines()
    planes = [machine for machine in run.site.machines("control-plane") if machine.name in there]
    joined = run.look(planes, lambda machine: run.on(machine).has(kubeadm.KUBELET))
    first = beginner(run).name
    proven = any(joined[machine.name] for machine in planes if machine.name != first)
    if not proven and joined.get(first):
        proven = run.on(first).has(kubeadm.INITIALISED)
    return tuple(machine for machine in planes if proven and joined[machine.name])


def seed(run: Run, *, without: str = "") -> Machine:
    """The control plane that the others join through: one that works, else the one that begins."""
    working = [machine for machine in founded(run) if machine.name != without]
    return working[0] if working else beginner(run)


def beginner(run: Run) -> Machine:
    """The control plane that `kubeadm init` is for."""
    name = run.site.inventory.kubernetes.first_control_plane
    return next(machine for machine in run.site.inventory.machines if machine.name == name)


def kubectl(run: Run, *, without: str = "") -> Kubectl:
    """kubectl, on any control plane that works and is not about to go. BootstrapError when there is none."""
    working = [machine for machine in founded(run) if machine.name != without]
    if not working:
        raise BootstrapError(
            "cluster", "no control plane answers through the virtual IP", "hagen bootstrap doctor looks for the cause."
        )
    return Kubectl(run.on(machine) for machine in working)


def etcd(run: Run, *, without: str = "") -> Etcd:
    """etcd, through a control plane that works and is not the one that is about to go."""
    hosts = [machine for machine in founded(run) if machine.name != without]
    if not hosts:
        raise BootstrapError("etcd", "no other control plane works, through which it could be asked")
    return Etcd(Kubectl(run.on(machine) for machine in hosts), [machine.name for machine in hosts])


def configuration(run: Run) -> bytes:
    """kubeadm's file for the first control plane."""
    return run.site.file(run.site.inventory.kubeadm.init)
