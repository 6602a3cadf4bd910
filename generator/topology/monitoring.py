"""What watches the cluster: the agents and haproxy on the load balancers, and kube-prometheus-stack."""

from dataclasses import dataclass
from typing import Final

from ..compatibility import compatibility
from ..model import Cluster
from .catalogue import STACK_WAVE
from .machines import Machine

NAMESPACE: Final = "monitoring"
AGENT: Final = "hagen-agent"
AUTHORITY: Final = "hagen-agent-ca"
OPERATOR_NAMESPACE: Final = "pxc-operator"
OPERATOR_LEASE: Final = (
    "08db1feb.percona.com"  # leader election of percona-xtradb-cluster-operator; renewed while it lives
)


@dataclass(frozen=True, slots=True)
class Target:
    """One machine as Prometheus asks it. Addresses are host:port."""

    name: str
    agent: str
    haproxy: str


@dataclass(frozen=True, slots=True)
class Stack:
    """kube-prometheus-stack, a Helm chart, in a wave between its namespace and what it scrapes (see catalogue)."""

    enabled: bool
    wave: int
    repository: str
    version: str


@dataclass(frozen=True, slots=True)
class Monitoring:
    """Namespace, the agents' account, and what Prometheus scrapes. `level` is the namespace's Pod Security level.

    `tls`: the agents serve with certificates of an authority of their own, in ConfigMap `authority`, key ca.crt.
    """

    namespace: str
    level: str
    agent: str
    tls: bool
    authority: str
    operator_namespace: str
    operator_lease: str
    targets: tuple[Target, ...]
    stack: Stack


def monitoring(cluster: Cluster, machines: tuple[Machine, ...]) -> Monitoring:
    """What is watched, and by whom."""
    wanted = cluster.monitoring
    chart = compatibility().charts["kube-prometheus-stack"]
    return Monitoring(
        namespace=NAMESPACE,
        # The stack's node exporter reads its node's own network and processes.
        level="privileged" if wanted.kube_prometheus_stack else "restricted",
        agent=AGENT,
        tls=wanted.agent.tls,
        authority=AUTHORITY,
        operator_namespace=OPERATOR_NAMESPACE,
        operator_lease=OPERATOR_LEASE,
        targets=tuple(
            Target(machine.name, f"{machine.address}:{wanted.agent.port}", f"{machine.address}:{wanted.haproxy_port}")
            for machine in machines
            if machine.role == "load-balancer"
        ),
        stack=Stack(wanted.kube_prometheus_stack, STACK_WAVE, chart.repository, chart.version),
    )
