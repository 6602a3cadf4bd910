"""The two sets of settings that are measured against each other: what hagen renders, and the kubeadm HA notes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tests.testbed.cluster import Cluster, HealthCheck

_NOTES = Path(__file__).parent / "baseline"


@dataclass(frozen=True)
class Settings:
    """Files by load balancer, and the timers of what stands behind them."""

    name: str
    haproxy: Callable[[str], bytes]
    keepalived: Callable[[str], bytes]
    scripts: Callable[[str], Mapping[str, str]]
    etcd_arguments: Mapping[str, str]
    provider_options: str
    health_check: HealthCheck
    proxy_protocol: bool
    restarts_haproxy: bool
    restarts_keepalived: bool
    preempts: bool  # who has the highest priority takes the address back
    judged: bool  # keepalived -t must have nothing to say; of the notes' file it does


def rendered(cluster: Cluster) -> Settings:
    """The very files that `hagen render` wrote."""

    def file(name: str) -> Callable[[str], bytes]:
        return lambda host: (cluster.directory / "load-balancers" / host / name).read_bytes()

    return Settings(
        name="hagen",
        haproxy=file("haproxy.cfg"),
        keepalived=file("keepalived.conf"),
        scripts=lambda _: {},
        etcd_arguments=cluster.etcd_arguments,
        provider_options=cluster.provider_options,
        health_check=cluster.health_check,
        proxy_protocol=cluster.proxy_protocol,
        restarts_haproxy=True,
        restarts_keepalived=True,
        preempts=False,
        judged=True,
    )


def baseline(cluster: Cluster) -> Settings:
    """keepalived and haproxy as the kubeadm HA notes set them up; etcd, Galera and the operator with their defaults.

    Units as Ubuntu 24.04 and Debian 12 ship them: haproxy is restarted, keepalived is not.
    """
    environment = Environment(loader=FileSystemLoader(_NOTES), undefined=StrictUndefined, keep_trailing_newline=True)  # noqa: S701 - configuration files, not HTML
    machines = {machine.name: str(machine.address) for machine in cluster.inventory.machines}

    def file(name: str) -> Callable[[str], str]:
        def render(host: str) -> str:
            return environment.get_template(name).render(
                first=host == cluster.of("load-balancer")[0],
                interface=cluster.inventory.network.interface,
                router_id=cluster.inventory.network.vrrp_router_id,
                virtual_ip=cluster.virtual_ip,
                control_planes=[(name, machines[name]) for name in cluster.of("control-plane")],
                workers=[(name, machines[name]) for name in cluster.of("worker")],
                ingress_port=cluster.ingress_port,
            )

        return render

    def encoded(name: str) -> Callable[[str], bytes]:
        return lambda host: file(name)(host).encode()

    return Settings(
        name="kubeadm HA notes",
        haproxy=encoded("haproxy.cfg"),
        keepalived=encoded("keepalived.conf"),
        scripts=lambda host: {"check_apiserver.sh": file("check_apiserver.sh")(host)},
        etcd_arguments={"listen-metrics-urls": "http://0.0.0.0:2381"},
        provider_options="",
        health_check=HealthCheck(interval=10000, fall=2, rise=1),
        proxy_protocol=False,
        restarts_haproxy=True,
        restarts_keepalived=False,
        preempts=True,
        judged=False,
    )
