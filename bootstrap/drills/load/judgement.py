"""What was promised of an autoscaler, beside what it did. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ..look import Look
from ..report import Event, Load, LoadStep, Objective, Verdict, rounded
from .locust import Step
from .scaling import Autoscaler, Pods, pods, reasons

ALLOWED: Final = 0.001
"""Share of the requests that may fail: pods come and go without anybody noticing."""


@dataclass(frozen=True)
class Loaded:
    """What was loaded, with what, and what the users saw."""

    autoscaler: Autoscaler
    command: str
    steps: tuple[Step, ...]


def shown(loaded: Loaded, looks: Sequence[Look], zero: float) -> Load:
    """As a report has it."""
    seen = pods(looks, loaded.autoscaler)
    return Load(
        autoscaler=f"{loaded.autoscaler.namespace}/{loaded.autoscaler.name}",
        minimum=loaded.autoscaler.minimum,
        maximum=loaded.autoscaler.maximum,
        command=loaded.command,
        steps=tuple(_step(loaded, step, seen, zero) for step in loaded.steps),
        pods=tuple((rounded(each.at - zero), each.current, each.desired, each.ready) for each in seen),
    )


def objectives(load: Load) -> Iterator[Objective]:
    """Each step has to have its pods before it is over. One whose pods were there before has nothing to show."""
    for before, step in zip((None, *load.steps), load.steps, strict=False):
        if before is None or before.wanted == step.wanted:
            continue
        word = "at least" if step.wanted > before.wanted else "down to"
        yield Objective(
            act=0,
            subject="autoscaler",
            title=f"{step.users} user{'' if step.users == 1 else 's'}: time until there are {word} {step.wanted} pods",
            measured=step.reached,
            bound=rounded(step.until - step.since),
            verdict=Verdict.FAILED if step.reached is None else Verdict.PASSED,
            source="the step's length",
            note="" if step.reached is not None else "not before the step was over",
        )


def shortcomings(load: Load) -> Iterator[str]:
    """Why it did not hold, beyond what took too long."""
    known = [current for _, current, _, _ in load.pods if current is not None]
    if known and min(known) < load.minimum:
        yield f"{load.autoscaler} had {min(known):g} pods, and its minimum is {load.minimum}"
    requests, failures = sum(step.requests for step in load.steps), sum(step.failures for step in load.steps)
    if not requests:
        yield "no user got an answer"
    elif failures > ALLOWED * requests:
        yield f"{failures} of {requests} requests failed, and {ALLOWED:.1%} may"


def events(loaded: Loaded, looks: Sequence[Look], zero: float) -> Iterator[Event]:
    """Users who come and go, pods, and the autoscaler's own reasons."""
    for step in loaded.steps:
        yield Event(at=rounded(step.since - zero), lane="autoscalers", text=f"{step.users} users", source="Locust")
    for each in pods(looks, loaded.autoscaler):
        text = f"{_number(each.current)} pods, {_number(each.desired)} wanted, {_number(each.ready)} ready"
        yield Event(at=rounded(each.at - zero), lane="autoscalers", text=text, source="agents")
    for reason in reasons(looks, loaded.autoscaler):
        text = f"{reason.condition}: {reason.reason}"
        yield Event(at=rounded(reason.at - zero), lane="autoscalers", text=text, source="HorizontalPodAutoscaler")


def _step(loaded: Loaded, step: Step, seen: Sequence[Pods], zero: float) -> LoadStep:
    return LoadStep(
        name=step.name, users=step.users, wanted=step.wanted, since=rounded(step.since - zero),
        until=rounded(step.until - zero), reached=_reached(loaded, step, seen), requests=step.requests,
        failures=step.failures, slowest=rounded(step.slowest), answered=step.answered,
    )  # fmt: skip


def _reached(loaded: Loaded, step: Step, seen: Sequence[Pods]) -> float | None:
    """Seconds from the step's begin until its pods are ready (or the others are gone); None: not while it lasted."""
    place = loaded.steps.index(step)
    up = place == 0 or loaded.steps[place - 1].wanted <= step.wanted
    for now, after in zip(seen, [*(each.at for each in seen[1:]), float("inf")], strict=True):
        if after <= step.since or now.at > step.until:
            continue
        number = now.ready if up else now.current
        if number is not None and (number >= step.wanted if up else number <= step.wanted):
            return rounded(max(0.0, now.at - step.since))
    return None


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:g}"
