"""What every fault of the matrix is made of."""

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import StrEnum

from tests.testbed.lab import Lab


class Traffic(StrEnum):
    """Whose harm a fault is judged by."""

    API = "api"
    WEB = "web"
    DATABASE = "database"


@dataclass(frozen=True)
class Moment:
    """Something happened, at a time of the monotonic clock. The first one of a fault is the fault itself."""

    name: str
    at: float


# Seconds that both sides of a split brain are watched: the kubeadm HA notes' backup takes the address after 3.6 s.
SPLIT = 8.0

Story = Generator[Moment, None, None]


@dataclass(frozen=True)
class Fault:
    """One row of the matrix.

    `story` yields a Moment for each thing that is done, the fault first; between two moments clients are watched until
    they are served again. What it does after its last moment brings everything back.
    """

    name: str
    title: str
    story: Callable[[Lab], Story]
    traffic: tuple[Traffic, ...] = (Traffic.API, Traffic.WEB)
    watch: float = 3.0  # seconds at least, after each moment
    patience: float = 60.0  # seconds at most
    timeout: float = 0.5  # seconds that a client gives one request
    leaves: str = ""  # the API server that has to leave haproxy's rotation
    # What hagen's settings must keep, on however busy a machine; the notes' must not keep all of it (tests/testbed/judge.py).
    bound: float = 3.0  # seconds: no gap may be longer
    stores: bool = False  # whether clients write to etcd and read from one member's copy, beside
    halts: bool = False  # etcd's quorum is gone: nothing is written, and reads of one member's copy go on
    share: float | None = None  # of the requests over new connections to the API, that may fail
    moves: int | None = 0  # how often somebody takes the address; None: it depends on who is faster


def now(name: str) -> Moment:
    """A moment that begins with this call."""
    return Moment(name, time.monotonic())
