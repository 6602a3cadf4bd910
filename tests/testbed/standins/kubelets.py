"""What kubelets note when a pod's probe begins to fail, in the shape of core/v1 Event.

Each API server of the lab could see to it, and one does: whoever has the lock on the file, which ends with its process.
"""

import asyncio
import fcntl
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_INTERVAL = 1.0  # seconds


def events(file: Path) -> list[dict[str, Any]]:
    """All that were noted."""
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


async def note(file: Path, namespace: str, ready: Callable[[], Awaitable[Mapping[str, bool]]]) -> None:
    """For ever. `ready`: pod -> whether its probe passes."""
    with file.open("ab", buffering=0) as log:
        mine, before = False, dict[str, bool]()
        while True:
            mine = mine or _locked(log.fileno())
            now = dict(await ready()) if mine else before
            for pod in now:
                if before.get(pod, True) != now[pod]:
                    log.write(json.dumps(_event(namespace, pod, well=now[pod])).encode() + b"\n")
            before = now
            await asyncio.sleep(_INTERVAL)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _event(namespace: str, pod: str, *, well: bool) -> dict[str, Any]:
    now = datetime.now(UTC)
    kind, reason, message = (
        ("Normal", "Started", "Started container pxc") if well else ("Warning", "Unhealthy", "Readiness probe failed")
    )
    stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "metadata": {"name": f"{pod}.{int(now.timestamp() * 1e9):x}", "namespace": namespace},
        "involvedObject": {"kind": "Pod", "namespace": namespace, "name": pod, "apiVersion": "v1"},
        "reason": reason, "message": message, "source": {"component": "kubelet"}, "type": kind,
        "firstTimestamp": stamp, "lastTimestamp": stamp, "count": 1,
    }  # fmt: skip
