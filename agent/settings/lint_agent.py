"""The rules about agent.yaml itself (codes HA301 and on), one function each. Pure."""

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from .finding import Finding, finding
from .subject import Judge, Subject


def _loopback_metrics(subject: Subject) -> Iterator[Finding]:
    for member in subject.config.etcd.members:
        # Always an address: agent.yaml takes no names here.
        if ip_address(urlsplit(member.metrics_url).hostname or "").is_loopback:
            yield finding("HA301", f"{member.name} is asked at {member.metrics_url}.")


def _no_majority(subject: Subject) -> Iterator[Finding]:
    etcd, galera = subject.config.etcd, subject.config.galera
    for name, size, quorum in (("etcd", len(etcd.members), etcd.quorum), ("galera", galera.size, galera.quorum)):
        if quorum != size // 2 + 1:
            yield finding("HA302", f"{name} has quorum {quorum} of {size}.")


JUDGES: tuple[Judge, ...] = (
    _loopback_metrics,
    _no_majority,
)
