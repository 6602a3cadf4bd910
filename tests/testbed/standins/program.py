"""Life of a stand-in's process: from SIGTERM to its exit code."""

import asyncio
import resource
import signal
import sys
from collections.abc import Awaitable, Callable


def run(serve: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run `serve` until it returns; the event that it gets is set by SIGTERM and SIGINT. A port that is taken: exit 1."""
    # A server that hangs keeps the connections of all its clients, and of haproxy's checks.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    try:
        asyncio.run(_main(serve))
    except OSError as failure:
        sys.exit(str(failure))


async def _main(serve: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    told_to_end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_end.set)
    await serve(told_to_end)
