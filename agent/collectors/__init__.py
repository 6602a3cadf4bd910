"""What is looked at: one file for each subject, and the table of them all."""

from pathlib import Path

from ..clock import Clock, SystemClock
from ..config import AgentConfig
from ..kubernetes.client import Client
from ..kubernetes.credentials import Credentials, Kubeconfig, TokenFiles
from .apiserver import ApiServerCollector
from .collector import Collector
from .etcd import EtcdCollector
from .galera.collector import GaleraCollector
from .haproxy import HaproxyCollector
from .hpa import HPACollector
from .vip.collector import VIPCollector


def credentials_of(config: AgentConfig) -> Credentials:
    """How agent.yaml says that the agent logs in; nothing is read yet."""
    kubernetes = config.kubernetes
    if kubernetes.kubeconfig is not None:
        return Kubeconfig(Path(kubernetes.kubeconfig))
    return TokenFiles(Path(kubernetes.token_file), Path(kubernetes.ca_file))


def collectors(config: AgentConfig) -> tuple[Collector, ...]:
    """Every collector, with the credentials that agent.yaml names."""
    return build_collectors(config, credentials_of(config))


def build_collectors(
    config: AgentConfig, credentials: Credentials, clock: Clock | None = None
) -> tuple[Collector, ...]:
    """Every collector that agent.yaml asks for; nothing is started. ValueError for a URL that cannot be asked."""
    client = Client([member.url for member in config.api_servers.members], credentials)
    return (
        VIPCollector(config, credentials, clock or SystemClock()),
        HaproxyCollector(config.haproxy.socket),
        ApiServerCollector(config.api_servers, credentials),
        EtcdCollector(config.etcd),
        GaleraCollector(config.galera, client),
        HPACollector(config.autoscalers, client),
    )
