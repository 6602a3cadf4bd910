"""Carries steps out, one after the other, and says how long each took."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from .errors import BootstrapError, Interrupted, Problems
from .events import Kind
from .provider.contract import ProviderError
from .run import Run
from .steps.step import Step


@dataclass(frozen=True)
class Timing:
    """How long a step took. Seconds."""

    step: str
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """What a run came to. `problems` is empty when every step was carried out."""

    timings: tuple[Timing, ...]
    changes: int
    problems: tuple[BootstrapError, ...] = ()

    @property
    def interrupted(self) -> bool:
        """Whether it ended because somebody wanted it to."""
        return any(isinstance(problem, Interrupted) for problem in self.problems)

    def then(self, later: "Outcome") -> "Outcome":
        """This one and the pass that followed. The count of changes is the run's already."""
        return Outcome(self.timings + later.timings, later.changes, later.problems)


def carry_out(run: Run, steps: Sequence[Step]) -> Outcome:
    """All steps, until one fails. Whatever is done stays done: the next run finds it."""
    timings: list[Timing] = []
    for step in steps:
        run.step, began = step.name, monotonic()
        run.events.tell(Kind.STEP_STARTED, step.name, text=step.title)
        problems = _one(run, step)
        seconds = monotonic() - began
        timings.append(Timing(step.name, seconds))
        if problems:
            run.events.tell(Kind.STEP_FAILED, step.name, text=step.title, seconds=seconds)
            return Outcome(tuple(timings), run.changes, problems)
        run.events.tell(Kind.STEP_DONE, step.name, text=step.title, seconds=seconds)
    return Outcome(tuple(timings), run.changes)


def _one(run: Run, step: Step) -> tuple[BootstrapError, ...]:
    try:
        step.act(run)
    except Problems as several:
        return several.problems
    except BootstrapError as error:
        return (error,)
    except ProviderError as error:
        return (BootstrapError(error.place, error.cause, error.remedy),)
    return ()
