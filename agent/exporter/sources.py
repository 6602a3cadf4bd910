"""What the exporter is given. It asks nothing of the cluster itself and keeps nothing between two requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ..config import AgentConfig
from ..health import Health
from ..snapshot import Snapshot


class Settings(Protocol):
    """What the live configuration of keepalived and haproxy promises."""

    @property
    def bounds(self) -> Mapping[str, float]:
        """Seconds within which clients are served again, by the fault's name."""

    @property
    def findings(self) -> Sequence[tuple[str, str]]:
        """Code and text of everything in the configuration that will not work as meant."""


@dataclass(frozen=True)
class WebState:
    """The exporter's own server.

    `configured` false: its configuration has changed on disk and cannot be used; the one before it serves on.
    `certificate_expiry`: seconds since the epoch. `connections`: how many ended how, since the agent's start.
    """

    configured: bool | None = None
    certificate_expiry: float | None = None
    connections: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class View:
    """Everything that is shown, of one moment. `settings` None: the configuration could not be read.

    `credentials`: when each credential of the agent expires, by its use; seconds since the epoch.
    """

    config: AgentConfig
    snapshot: Snapshot
    health: Health
    settings: Settings | None = None
    credentials: Mapping[str, float] = field(default_factory=dict)
    web: WebState = WebState()


@dataclass(frozen=True)
class Heartbeat:
    """A loop: `age` seconds ago it last came round; it moves as long as that is at most `allowed`."""

    age: float
    allowed: float


class Sources(Protocol):
    """The agent, as its exporter sees it. Called from several threads; never waits for a target."""

    def view(self) -> View:
        """Snapshot, health and settings that belong together."""
        ...

    def heartbeat(self) -> Mapping[str, Heartbeat]:
        """Of every collector's loop, by the collector's name."""
        ...
