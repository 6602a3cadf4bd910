"""The prober as a process: PLAN in, RESULT out, the whole story on one page."""

import asyncio
import contextlib
import gc
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from .new_connection import NewConnection
from .plan import CanaryProbe, HTTPProbe, Plan, PlanError, load_plan
from .pooled import Pooled
from .records import Attempt, Recording, write
from .stream import Stream


class Running(Protocol):
    """One probe at work."""

    attempts: list[Attempt]

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set."""


_HTTP: dict[str, Callable[[HTTPProbe], Running]] = {"new-connection": NewConnection, "pooled": Pooled, "stream": Stream}


def main(arguments: list[str]) -> int:
    """`PLAN RESULT`. Exit code 0; 2 when the plan cannot be used, with every problem."""
    if len(arguments) != 2:  # noqa: PLR2004 - the two of the usage
        sys.stderr.write("usage: python -m hagen.bootstrap.prober PLAN RESULT\n")
        return 2
    plan_file, result = map(Path, arguments)
    try:
        plan = load_plan(plan_file)
    except PlanError as failure:
        sys.stderr.writelines(f"{plan_file}: {problem}\n" for problem in failure.problems)
        return 2
    except OSError as failure:
        sys.stderr.write(f"{plan_file}: {failure.strerror}\n")
        return 2
    write(asyncio.run(probe(plan)), result)
    return 0


async def probe(plan: Plan) -> Recording:
    """Run all probes until SIGTERM, SIGINT or the end of the plan's duration."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    anchor = time.monotonic(), time.time()
    running = {wanted.name: _running(wanted) for wanted in plan.probes}
    gc.disable()  # a collection of many small records would look like a gap
    tasks = [asyncio.create_task(one.run(stop)) for one in running.values()]
    await asyncio.sleep(0)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), plan.duration)
    stop.set()
    await asyncio.gather(*tasks)
    return Recording(*anchor, {name: sorted(one.attempts) for name, one in running.items()})


def _running(wanted: HTTPProbe | CanaryProbe) -> Running:
    if isinstance(wanted, CanaryProbe):
        from .canary import Canary  # noqa: PLC0415 - PyMySQL only where there is a database to write to

        return Canary(wanted)
    return _HTTP[wanted.kind](wanted)
