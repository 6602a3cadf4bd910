"""What `hagen bootstrap up --json` told, as figures: seconds, the path that nothing can shorten, requests. Pure."""

import itertools
import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

REQUEST = re.compile(r'"(?P<method>[A-Z]+) (?P<path>/\S*) HTTP/')


@dataclass(frozen=True)
class Span:
    """What was done with one machine in a step. Seconds since the run began."""

    machine: str
    begin: float
    end: float


@dataclass(frozen=True)
class StepTaken:
    """One step: its seconds, and what was done with machines in it."""

    name: str
    seconds: float
    spans: tuple[Span, ...] = ()

    @property
    def side_by_side(self) -> bool:
        """Whether two machines were worked on at the same time."""
        spans = sorted(self.spans, key=lambda span: span.begin)
        return any(later.begin < earlier.end for earlier, later in itertools.pairwise(spans))


def steps(lines: Iterable[str]) -> tuple[StepTaken, ...]:
    """The steps of a run from its event stream. ValueError when it did not come to its end without problems."""
    events = [json.loads(line) for line in lines]
    outcome: Mapping[str, Any] = events[-1] if events else {}
    if outcome.get("kind") != "outcome" or outcome["problems"]:
        raise ValueError(f"the run failed: {outcome.get('problems', 'it has no outcome')}")
    spans: dict[str, list[Span]] = {}
    for event in events:
        if event["kind"] == "machine-done":
            span = Span(event["machine"], event["at"] - event["seconds"], event["at"])
            spans.setdefault(event["step"], []).append(span)
    done = [event for event in events if event["kind"] == "step-done"]
    return tuple(StepTaken(each["step"], each["seconds"], tuple(spans.get(each["step"], ()))) for each in done)


def critical_path(taken: Iterable[StepTaken], parallel: Collection[str]) -> float:
    """Seconds that are left when a step that is carried out side by side takes as long as its slowest machine.

    `taken`: of a run with one machine after the other, where none had to share the host; `parallel`: names of steps.
    """
    return sum(_shortest(step) if step.name in parallel else step.seconds for step in taken)


def _shortest(step: StepTaken) -> float:
    each = [span.end - span.begin for span in step.spans]
    return step.seconds - sum(each) + max(each, default=0.0)


def requests(log: Iterable[str]) -> tuple[int, int]:
    """Requests to LXD, and those among them that run a command on a machine, from urllib3's log."""
    found = [match for line in log if (match := REQUEST.search(line))]
    commands = sum(match["method"] == "POST" and match["path"].partition("?")[0].endswith("/exec") for match in found)
    return len(found), commands
