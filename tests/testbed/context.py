"""What every daemon of a lab is told."""

import secrets
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.testbed.cluster import Cluster
from tests.testbed.host import Host
from tests.testbed.pki import Certificates
from tests.testbed.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Context:
    """One lab: the cluster that it copies, the settings that are on trial, its hosts by name."""

    identity: str  # a few characters that no other lab on this machine has
    cluster: Cluster
    settings: Settings
    certificates: Certificates
    token: str = field(default_factory=partial(secrets.token_urlsafe, 24), repr=False)  # the agent's, for the API
    agent_password: str = field(
        default_factory=partial(secrets.token_hex, 12), repr=False
    )  # the agent's, for the database
    hosts: dict[str, Host] = field(default_factory=dict)

    def of(self, role: str) -> list[Host]:
        """The hosts of a role, in the order of the inventory."""
        return [self.hosts[name] for name in self.cluster.of(role)]

    @property
    def client(self) -> Host:
        """Where probes run."""
        return self.hosts["client"]
