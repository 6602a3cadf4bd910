"""Sizes of the machines: what kubeadm refuses, and what starts but does not last."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from ..model import Cluster
from ..model.machines import GIB, Size
from ..model.types import format_size
from ..problem import Finding
from .rule import Rule, reads

_MIB: Final = 2**20
_KUBEADM_CPUS: Final = 2  # kubeadm preflight: ControlPlaneNumCPU
_KUBEADM_MEMORY: Final = 1700 * _MIB  # kubeadm preflight: ControlPlaneMem, of what the kernel leaves


class _Advice(NamedTuple):
    """What one role should have."""

    cpu: int
    memory: int
    disk: int


_ADVICE: Final = {
    "loadBalancer": _Advice(1, 512 * _MIB, 10 * GIB),
    "controlPlane": _Advice(2, 2 * GIB, 10 * GIB),
    "worker": _Advice(2, 2 * GIB, 10 * GIB),
}


@reads("machines.controlPlane")
def control_plane_minimum(cluster: Cluster) -> Iterator[Finding]:
    """kubeadm's preflight checks."""
    size = cluster.machines.control_plane
    if size.cpu < _KUBEADM_CPUS:
        message = f"a control plane with {size.cpu} CPU, and kubeadm wants {_KUBEADM_CPUS}"
        yield Finding("HG804", ("machines", "controlPlane", "cpu"), message, f"write cpu: {_KUBEADM_CPUS}")
    if size.memory < _KUBEADM_MEMORY:
        message = f"a control plane with {format_size(size.memory)} memory, and kubeadm wants 1700MiB"
        yield Finding("HG804", ("machines", "controlPlane", "memory"), message, "write memory: 4GiB")


def _advised(key: str, role: str) -> Rule:
    def judge(cluster: Cluster) -> Iterator[Finding]:
        size = {
            "loadBalancer": cluster.machines.load_balancer,
            "controlPlane": cluster.machines.control_plane,
            "worker": cluster.machines.worker,
        }[key]
        refused = {entry.path[-1] for entry in control_plane_minimum(cluster)} if key == "controlPlane" else set()
        yield from (finding for finding in _small(size, key, role) if finding.path[-1] not in refused)

    return Rule((("machines", key),), (), judge)


def _small(size: Size, key: str, role: str) -> Iterator[Finding]:
    advice = _ADVICE[key]
    if size.cpu < advice.cpu:
        message = f"a {role} with {size.cpu} CPU is slow; {advice.cpu} are the least to go by"
        yield Finding("HG805", ("machines", key, "cpu"), message, f"write cpu: {advice.cpu}")
    for name, given, least in (("memory", size.memory, advice.memory), ("disk", size.disk, advice.disk)):
        if given < least:
            message = f"a {role} with {format_size(given)} {name} has no room for what runs on it"
            yield Finding("HG805", ("machines", key, name), message, f"write {name}: {format_size(least)}")


RULES: Final[tuple[Rule, ...]] = (
    control_plane_minimum,
    _advised("loadBalancer", "load balancer"),
    _advised("controlPlane", "control plane"),
    _advised("worker", "worker"),
)
