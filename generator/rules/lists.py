"""Lists of texts: no entry twice. Where an entry stands twice another one was meant, and LXD refuses such profiles."""

from collections.abc import Callable, Iterator
from typing import Final

from ..model import Cluster
from ..problem import Finding, quoted
from .rule import Rule

_LISTS: Final[dict[tuple[str, ...], Callable[[Cluster], tuple[str, ...]]]] = {
    ("kubernetes", "certificateSANs"): lambda cluster: cluster.kubernetes.certificate_sans,
    ("machines", "loadBalancer", "profiles"): lambda cluster: cluster.machines.load_balancer.profiles,
    ("machines", "controlPlane", "profiles"): lambda cluster: cluster.machines.control_plane.profiles,
    ("machines", "worker", "profiles"): lambda cluster: cluster.machines.worker.profiles,
    ("packages", "proxy", "noProxy"): lambda cluster: cluster.packages.proxy.no_proxy,
    ("repository", "sshKnownHosts"): lambda cluster: cluster.repository.ssh_known_hosts,
    ("access", "sshKeys"): lambda cluster: cluster.access.ssh_keys,
}


def _unique(path: tuple[str, ...], values: Callable[[Cluster], tuple[str, ...]]) -> Rule:
    def judge(cluster: Cluster) -> Iterator[Finding]:
        first: dict[str, int] = {}
        for index, text in enumerate(values(cluster)):
            if first.setdefault(text, index) != index:
                message = f"{quoted(text)} stands twice in {path[-1]}"
                yield Finding("HG414", (*path, index), message, "take it out, or write the one that was meant")

    return Rule((), (path,), judge)


RULES: Final[tuple[Rule, ...]] = tuple(_unique(path, values) for path, values in _LISTS.items())
