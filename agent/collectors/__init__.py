"""What is looked at: one file for each subject, and the table of them all."""

from ..clock import Clock, SystemClock
from ..config import AgentConfig
from ..kubernetes.client import Client
from ..kubernetes.credentials import Credentials
from .apiserver import ApiServerCollector
from .collector import Collector
from .etcd import EtcdCollector
from .galera.collector import GaleraCollector
from .haproxy import HaproxyCollector
from .hpa import HPACollector
from .vip.collector import VIPCollector


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
