"""Asks everybody, all at once. Whoever does not answer is a reason, never an error."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography import x509

from ..agents.reach import Agents, Answer
from ..cluster import kubectl
from ..errors import BootstrapError
from ..provider.contract import Machine, Power, ProviderError
from ..run import Run
from .line import Seen

_PKI: Final = "/etc/kubernetes/pki"
_FILES: Final = (
    "apiserver.crt",
    "apiserver-etcd-client.crt",
    "apiserver-kubelet-client.crt",
    "front-proxy-client.crt",
    "etcd/server.crt",
    "etcd/peer.crt",
    "etcd/healthcheck-client.crt",
    "ca.crt",
    "etcd/ca.crt",
    "front-proxy-ca.crt",
)
"""What `kubeadm certs check-expiration` looks at, but for the kubeconfigs."""


@dataclass
class Asking:
    """Everybody who is asked for one screen."""

    run: Run
    agents: Agents
    why: dict[str, str] = field(default_factory=dict)

    def look(self) -> Seen:
        """Once. Takes as long as the slowest answer."""
        with ThreadPoolExecutor(max_workers=4, thread_name_prefix="status") as pool:
            answers = pool.submit(self.agents.ask)
            machines = pool.submit(self._or_why, "machines", self.run.site.provider.machines)
            applications = pool.submit(self._or_why, "applications", self._applications)
            certificates = pool.submit(self._or_why, "certificates", self._certificates)
        found: Mapping[str, Answer] = answers.result()
        known: Mapping[str, Machine] | None = machines.result()
        return Seen(
            inventory=self.run.site.inventory,
            answers=found,
            now=time.time(),
            machines=known,
            applications=applications.result(),
            certificates=certificates.result(),
            why=dict(self.why),
        )

    def _or_why(self, name: str, ask: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever is asked for
        self.why.pop(name, None)
        try:
            return ask()
        except (BootstrapError, ProviderError) as error:
            self.why[name] = str(error)
        except (ValueError, KeyError, TypeError) as error:
            self.why[name] = f"the answer cannot be read: {error!r}"
        return None

    def _applications(self) -> tuple[Mapping[str, Any], ...]:
        found = kubectl(self.run).get("applications.argoproj.io", "--all-namespaces") or {"items": []}
        return tuple(found["items"])

    def _certificates(self) -> dict[str, dict[str, float]]:
        there = self.run.site.provider.machines()
        running = [
            machine.name
            for machine in self.run.site.machines("control-plane")
            if machine.name in there and there[machine.name].power is Power.RUNNING
        ]
        if not running:
            raise BootstrapError("certificates", "no control plane runs")
        with ThreadPoolExecutor(max_workers=8, thread_name_prefix="certificates") as pool:
            ends = pool.map(lambda pair: self._end(*pair), [(name, file) for name in running for file in _FILES])
        found: dict[str, dict[str, float]] = {}
        for name, file, end in ends:
            if end is not None:
                found.setdefault(name, {})[file] = end
        if not found:
            raise BootstrapError("certificates", f"no control plane has one below {_PKI}")
        return found

    def _end(self, machine: str, file: str) -> tuple[str, str, float | None]:
        """None for one that is not there, or is none."""
        with suppress(ProviderError, ValueError):
            content = self.run.site.provider.pull(machine, f"{_PKI}/{file}")
            return machine, file, x509.load_pem_x509_certificate(content).not_valid_after_utc.timestamp()
        return machine, file, None
