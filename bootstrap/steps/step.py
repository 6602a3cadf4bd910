"""What a step is."""

from collections.abc import Callable
from dataclasses import dataclass

from ..run import Run


@dataclass(frozen=True)
class Step:
    """One step of bringing a cluster up. `act` looks before it acts: what is as wanted is left alone.

    It raises BootstrapError or Problems. `title`: what it does, for people.
    """

    name: str
    title: str
    act: Callable[[Run], None]
