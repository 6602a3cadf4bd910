"""wrk, a load generator that is not written in Python: as many requests as a closed loop gets through."""

import re
from dataclasses import dataclass

from tests.testbed.errors import TestbedError

PROGRAM = "wrk"
_REQUESTS = re.compile(r"^\s*(\d+) requests in ", re.MULTILINE)
_SOCKETS = re.compile(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")
_STATUS = re.compile(r"Non-2xx or 3xx responses: (\d+)")


@dataclass(frozen=True)
class Load:
    """What one run got through. `failures`: lost connections, timeouts, and answers that say no."""

    requests: int
    failures: int


def command(url: str, seconds: float, connections: int) -> tuple[str, ...]:
    """One thread, `connections` closed loops over kept connections, for whole seconds (rounded up)."""
    whole = f"{-int(-seconds // 1)}s"
    return (PROGRAM, "--threads", "1", "--connections", str(connections), "--duration", whole, "--timeout", "5s", url)


def read(report: str) -> Load:
    """The report that wrk ends with; TestbedError when it is none."""
    served = _REQUESTS.search(report)
    if served is None:
        raise TestbedError(f"client {PROGRAM}: no report: {report.strip() or 'it said nothing'}")
    lost = _SOCKETS.search(report)
    refused = _STATUS.search(report)
    failures = sum(map(int, lost.groups())) if lost else 0
    return Load(int(served[1]), failures + (int(refused[1]) if refused else 0))
