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
    bound: float = 3.0  # seconds: no gap may be longer, on however busy a machine


def now(name: str) -> Moment:
    """A moment that begins with this call."""
    return Moment(name, time.monotonic())
