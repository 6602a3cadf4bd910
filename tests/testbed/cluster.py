"""What the testbed takes from a rendered repository: machines, files, and the settings of what it has to stand in for."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from hagen.bootstrap.inventory import Inventory, load_inventory


@dataclass(frozen=True)
class HealthCheck:
    """How the operator's HAProxy asks a database node. Interval in milliseconds (spec.haproxy.healthCheck)."""

    interval: int
    fall: int
    rise: int


@dataclass(frozen=True)
class Cluster:
    """One cluster of a rendered repository."""

    directory: Path  # clusters/<name>
    inventory: Inventory
    etcd_arguments: dict[str, str]
    provider_options: str
    health_check: HealthCheck
    scrape_file: Path
    rules_file: Path
    agent: dict[str, Any]  # agent.yaml
    ingress_port: int
    ingress_tls_port: int
    proxy_protocol: bool

    @property
    def virtual_ip(self) -> str:
        """The address that clients use."""
        return str(self.inventory.network.virtual_ip)

    def of(self, role: str) -> list[str]:
        """The machines of a role, by name."""
        return [machine.name for machine in self.inventory.machines if machine.role == role]


def read_cluster(repository: Path) -> Cluster:
    """Read the one cluster of a rendered repository."""
    (directory,) = sorted((repository / "clusters").iterdir())
    inventory = load_inventory(directory / "inventory.yaml")
    database = _merged(repository / "database", inventory.cluster)
    http = re.findall(r":(\d+) check$", _haproxy(directory), flags=re.MULTILINE)
    https = re.findall(r":(\d+) check port", _haproxy(directory))
    return Cluster(
        directory=directory,
        inventory=inventory,
        etcd_arguments=_etcd_arguments(directory / inventory.kubeadm.init),
        provider_options=_provider_options(database["pxc"]["configuration"]),
        health_check=HealthCheck(**database["haproxy"]["healthCheck"]),
        scrape_file=repository / "monitoring/overlays" / inventory.cluster / "load-balancers.yaml",
        rules_file=repository / "monitoring/overlays" / inventory.cluster / "rules.yaml",
        agent=yaml.safe_load((directory / "agent.yaml").read_text()),
        ingress_port=int(http[-1]),
        ingress_tls_port=int(https[-1]),
        proxy_protocol="send-proxy-v2" in _haproxy(directory),
    )


def _haproxy(directory: Path) -> str:
    return next((directory / "load-balancers").glob("*/haproxy.cfg")).read_text()


def _etcd_arguments(init: Path) -> dict[str, str]:
    documents = yaml.safe_load_all(init.read_text())
    (cluster,) = [document for document in documents if document["kind"] == "ClusterConfiguration"]
    return {argument["name"]: argument["value"] for argument in cluster["etcd"]["local"]["extraArgs"]}


def _merged(database: Path, cluster: str) -> dict[str, dict[str, Any]]:
    base = yaml.safe_load((database / "base/cluster.yaml").read_text())["spec"]
    overlay = yaml.safe_load((database / f"overlays/{cluster}/cluster.yaml").read_text())["spec"]
    return {part: {**base.get(part, {}), **overlay.get(part, {})} for part in ("pxc", "haproxy")}


def _provider_options(configuration: object) -> str:
    match = re.search(r'wsrep_provider_options="([^"]*)"', str(configuration))
    assert match is not None, "the rendered database sets no wsrep_provider_options"
    return match[1]
