"""What a run looks like at this moment: steps that are over, machines that are at work. Knows no terminal."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from ..events import Event, Kind

_FOLDERS: Final = re.compile(r"(?<!\S)/?(?:[\w.-]+/)+")


@dataclass
class Work:
    """A machine in the step that is going on. `began`: seconds since the run began; `ended` is None while it works."""

    began: float
    ended: float | None = None
    failed: bool = False
    texts: list[str] = field(default_factory=list)


@dataclass
class StepLine:
    """A step. `seconds` is None while it goes on. `changes`, `notes`: (machine, text)."""

    name: str
    title: str
    began: float
    seconds: float | None = None
    failed: bool = False
    changes: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    machines: dict[str, Work] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """What changed, short: the texts, each with how many machines it befell; of paths the last part."""
        counted = Counter(_FOLDERS.sub("", text) for _, text in self.changes)
        return ", ".join(text if number == 1 else f"{text} ({number})" for text, number in counted.items())


class Board:
    """A listener that remembers. Not safe to read while an event arrives: Events tells one at a time."""

    def __init__(self) -> None:
        self.steps: list[StepLine] = []
        self.at = 0.0

    def __call__(self, event: Event) -> None:
        """Take one event in."""
        self.at = event.at
        if event.kind is Kind.STEP_STARTED:
            self.steps.append(StepLine(event.step, event.text, event.at))
            return
        if not self.steps:
            return
        step = self.steps[-1]
        match event.kind:
            case Kind.STEP_DONE | Kind.STEP_FAILED:
                step.seconds, step.failed = event.seconds, event.kind is Kind.STEP_FAILED
            case Kind.CHANGED:
                step.changes.append((event.machine, event.text))
            case Kind.NOTE:
                step.notes.append((event.machine, event.text))
            case _:
                self._machine(step, event)
        if event.machine in step.machines and event.kind in {Kind.CHANGED, Kind.NOTE, Kind.MACHINE_FAILED}:
            step.machines[event.machine].texts.append(event.text)

    def _machine(self, step: StepLine, event: Event) -> None:
        if event.kind is Kind.MACHINE_STARTED:
            step.machines.setdefault(event.machine, Work(event.at)).ended = None
            return
        work = step.machines.setdefault(event.machine, Work(event.at))
        work.ended, work.failed = event.at, event.kind is Kind.MACHINE_FAILED
