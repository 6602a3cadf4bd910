"""What the rules judge: the two files beside agent.yaml."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ..config import AgentConfig, LoadBalancer
from .finding import Finding
from .haproxy import Haproxy, Proxy, Server
from .keepalived import Instance, Keepalived, Tracker

_API_PORT = 6443


@dataclass(frozen=True)
class Subject:
    """What is judged. None: that file could not be read (which is a finding of its own)."""

    config: AgentConfig
    keepalived: Keepalived | None
    haproxy: Haproxy | None
    api_port: int = _API_PORT

    @property
    def instance(self) -> Instance | None:
        """The vrrp_instance of the virtual IP."""
        vip = self.config.virtual_ip
        return self.keepalived.find(vip.vrrp_instance, str(vip.address)) if self.keepalived else None

    @property
    def host(self) -> LoadBalancer | None:
        """This host among the load balancers, by the address that keepalived sends from, else by the priority."""
        instance = self.instance
        if instance is None:
            return None
        balancers = self.config.load_balancers
        by_address = [balancer for balancer in balancers if str(balancer.address) == instance.source]
        by_priority = [balancer for balancer in balancers if balancer.priority == instance.priority]
        found = by_address or (by_priority if instance.source is None and len(by_priority) == 1 else [])
        return found[0] if found else None

    @property
    def others(self) -> tuple[LoadBalancer, ...]:
        """The other load balancers; none when this host is not known."""
        host = self.host
        return tuple(balancer for balancer in self.config.load_balancers if balancer != host) if host else ()

    @property
    def gap(self) -> int:
        """How far the next lower priority is below this host's; 0 when this host has the lowest."""
        own = self.instance.priority if self.instance else 0
        return min((own - other.priority for other in self.others if other.priority < own), default=0)

    @property
    def trackers(self) -> tuple[Tracker, ...]:
        """The checks that the instance follows."""
        return self.instance.trackers if self.instance else ()

    @property
    def backends(self) -> tuple[Proxy, ...]:
        """The sections that serve the API."""
        return self.haproxy.behind(self.api_port) if self.haproxy else ()

    @property
    def checked(self) -> Iterator[tuple[Proxy, Server]]:
        """Every server that is checked by itself, with its section."""
        proxies = self.haproxy.proxies if self.haproxy else ()
        return ((proxy, server) for proxy in proxies for server in proxy.servers if server.check)


Judge = Callable[[Subject], Iterable[Finding]]
