"""Every kind of probe."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from .canary import Canary
from .new_connection import NewConnection
from .pooled import Pooled
from .records import Attempt
from .stream import Stream


class Prober(Protocol):
    """One probe at work. Its constructor takes its part of the plan; OSError or KeyError when that cannot be used."""

    attempts: list[Attempt]

    async def run(self, stop: asyncio.Event, start: float) -> None:
        """From `start`, a time of the loop's clock, until `stop` is set. Cancelled: end at once."""


KINDS: Mapping[str, Callable[[Any], Prober]] = {
    "new-connection": NewConnection,
    "pooled": Pooled,
    "stream": Stream,
    "canary": Canary,
}
