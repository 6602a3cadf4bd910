"""The prober as a process: PLAN in, RESULT out, the whole story on one page."""

import argparse
import asyncio
import contextlib
import gc
import os
import resource
import sys
import time
import traceback
from collections.abc import Mapping
from pathlib import Path

from .ending import Ending
from .kinds import KINDS, Prober
from .plan import Plan, PlanError, load_plan
from .records import Recording, write

_UNUSABLE, _DEFECT = 2, 70


def main(arguments: list[str]) -> int:
    """Exit code 0; 1 when RESULT cannot be written; 2 when the plan cannot be used; 70 for a defect of a probe."""
    parser = argparse.ArgumentParser(prog="python -m hagen.bootstrap.prober", description=__doc__)
    parser.add_argument("plan", metavar="PLAN", type=Path, help="what is probed (JSON)")
    parser.add_argument("result", metavar="RESULT", type=Path, help="the file that the records go to")
    parser.add_argument("--stdin", action="store_true", help="end at the end of standard input, too")
    given = parser.parse_args(arguments)
    if not os.access(given.result.resolve().parent, os.W_OK):
        return _refuse([f"{given.result}: its folder cannot be written to"])
    try:
        plan = load_plan(given.plan)
        probers = _probers(given.plan, plan)
    except PlanError as failure:
        return _refuse([f"{given.plan}: {problem}" for problem in failure.problems])
    except OSError as failure:
        return _refuse([f"{given.plan}: {failure.strerror}"])
    return asyncio.run(_probe(plan, probers, given.result, watch_stdin=given.stdin))


async def _probe(plan: Plan, probers: Mapping[str, Prober], result: Path, *, watch_stdin: bool) -> int:
    """Probe until there is a reason to end, then write the result. A second signal does not wait for open attempts."""
    anchor = time.monotonic(), time.time()
    with Ending(watch_stdin=watch_stdin) as ending:
        _spare_the_machine()
        tasks = _start(plan, probers, ending.stop)
        await asyncio.sleep(0)
        with contextlib.suppress(OSError):  # nobody wants to know
            sys.stdout.write("ready\n")
            sys.stdout.flush()
        await ending.wait(tasks, plan.duration)
        defects = await ending.gather(tasks)
    try:
        write(Recording(*anchor, {name: sorted(one.attempts) for name, one in probers.items()}), result)
    except OSError as failure:
        sys.stderr.write(f"{result}: {failure.strerror}\n")
        return 1
    for defect in defects:
        traceback.print_exception(defect)
    return _DEFECT if defects else 0


def _start(plan: Plan, probers: Mapping[str, Prober], stop: asyncio.Event) -> list[asyncio.Task[None]]:
    """Spread over their intervals, so that they do not wait for one another at every tick."""
    now, share = asyncio.get_running_loop().time(), 1 / len(plan.probes)
    return [
        asyncio.create_task(probers[probe.name].run(stop, now + number * share * probe.interval))
        for number, probe in enumerate(plan.probes)
    ]


def _probers(path: Path, plan: Plan) -> dict[str, Prober]:
    probers: dict[str, Prober] = {}
    problems = []
    for probe in plan.probes:
        try:
            probers[probe.name] = KINDS[probe.kind](probe)
        except KeyError as failure:
            problems.append(f"{probe.name}: the environment variable {failure.args[0]} is not set")
        except OSError as failure:  # an ssl.SSLError is one
            problems.append(f"{probe.name}: {failure}")
    if problems:
        raise PlanError(path, tuple(problems))
    return probers


def _spare_the_machine() -> None:
    """No collection, which with many records would look like a gap; and as many open files as are allowed."""
    gc.collect()
    gc.freeze()
    gc.disable()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _refuse(problems: list[str]) -> int:
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    return _UNUSABLE
