"""What each step of the load saw: requests, failures, and which pods answered. Nothing of Locust."""

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from steps import Step


@dataclass
class Seen:
    """One step as clients saw it; `pods` counts answers by the pod that gave them (header X-Served-By)."""

    step: Step
    requests: int = 0
    failures: int = 0
    slowest_milliseconds: float = 0.0
    pods: Counter[str] = field(default_factory=Counter)

    def line(self) -> str:
        """The step in a sentence, for the log."""
        return (
            f"step {self.step.name} is over: {self.step.users} users, {self.requests} requests, "
            f"{self.failures} failed, {len(self.pods)} pods answered (meant for {self.step.pods}), "
            f"slowest {self.slowest_milliseconds:.0f} ms"
        )


class Record:
    """Collects what happens, step by step."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.began: float | None = None  # of the first step, in seconds since the epoch

    def begin(self, step: Step) -> Seen | None:
        """A step begins; the one that has just ended, if there is one. The same step again changes nothing."""
        last = self.seen[-1] if self.seen else None
        if last is not None and last.step == step:
            return None
        if self.began is None:
            self.began = time.time()
        self.seen.append(Seen(step))
        return last

    def request(self, milliseconds: float, pod: str | None, *, failed: bool) -> None:
        """A request ended, `pod` answered it if anybody did."""
        if not self.seen:
            return
        now = self.seen[-1]
        now.requests += 1
        now.failures += failed
        now.slowest_milliseconds = max(now.slowest_milliseconds, milliseconds)
        if pod:
            now.pods[pod] += 1

    def write(self, path: Path) -> None:
        """The steps as JSON."""
        steps = [
            {
                "step": seen.step.name,
                "users": seen.step.users,
                "expectedPods": seen.step.pods,
                "endSeconds": seen.step.end,
                "requests": seen.requests,
                "failures": seen.failures,
                "slowestMilliseconds": round(seen.slowest_milliseconds, 1),
                "pods": dict(sorted(seen.pods.items())),
            }
            for seen in self.seen
        ]
        path.write_text(json.dumps({"began": self.began, "steps": steps}, indent=2) + "\n", encoding="utf-8")
