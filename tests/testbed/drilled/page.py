"""What docs/failover.md says of drills. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from hagen.bootstrap.drills.report import Objective, Report, Verdict

BEGIN, END = "<!-- drilled: written by make drills -->\n", "<!-- end of drilled -->\n"
_HEAD = (
    "| Drill | Settings | What was promised | Bound | Measured | Held |",
    "| --- | --- | --- | --- | --- | --- |",
)


def published(text: str, reports: Mapping[str, Sequence[Report]], machine: str, failures: Sequence[str]) -> str:
    """The page with its section between the two marks made anew. ValueError: it has no such marks."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the marks {BEGIN.strip()} and {END.strip()} are not there")
    return before + BEGIN + "\n" + "\n".join(told(reports, machine, failures)) + "\n\n" + END + after


def told(reports: Mapping[str, Sequence[Report]], machine: str, failures: Sequence[str] = ()) -> Iterator[str]:
    """Lines. `reports`: by whose settings. Of each run the act that was worst; median / worst of the runs, milliseconds."""
    runs = max((count for side in reports.values() for count in _runs(side).values()), default=0)
    yield f"{machine} Median / worst of {runs} {'run' if runs == 1 else 'runs'} of each drill, of each run the act that was worst; milliseconds."
    yield "`-`: nothing that is set ends it, or it was not measured; `≥`: in some runs the end was not seen."
    yield ""
    yield from _HEAD
    for drill in dict.fromkeys(report.drill for side in reports.values() for report in side):
        for side, ran in reports.items():
            yield from _rows(drill, side, [report for report in ran if report.drill == drill])
    yield ""
    for side, ran in reports.items():
        yield from (f"- {side}: {line}" for line in _further(ran))
    yield from (f"- not measured: {failure}" for failure in failures)


def _runs(reports: Sequence[Report]) -> dict[str, int]:
    return {report.drill: sum(other.drill == report.drill for other in reports) for report in reports}


def _rows(drill: str, side: str, reports: Sequence[Report]) -> Iterator[str]:
    for title in dict.fromkeys(each.title for report in reports for each in report.objectives):
        runs = [[each for each in report.objectives if each.title == title] for report in reports]
        worst = [max(acts, key=_badness) for acts in runs if acts]
        held = sum(all(each.verdict is Verdict.PASSED for each in acts) for acts in runs if acts)
        share = "yes" if held == len(worst) else f"**{held} of {len(worst)}**"
        yield f"| {drill} | {side} | {title} | {_bounds(worst)} | {_measured(worst)} | {share} |"


def _badness(objective: Objective) -> tuple[bool, float]:
    """What had not ended is the worst."""
    return objective.measured is None, objective.measured or 0.0


def _bounds(each: Sequence[Objective]) -> str:
    bounds = sorted({objective.bound for objective in each if objective.bound is not None})
    return " to ".join(dict.fromkeys(_milliseconds(bound) for bound in (bounds[0], bounds[-1]))) if bounds else "-"


def _measured(each: Sequence[Objective]) -> str:
    """An end that was not seen is no number, and makes what there is a lower limit."""
    seen = [objective.measured for objective in each if objective.measured is not None]
    if not seen:
        return "-"
    open_ended = "≥ " if len(seen) < len(each) else ""
    return f"{open_ended}{_milliseconds(median(seen))} / {_milliseconds(max(seen))}"


def _further(reports: Sequence[Report]) -> Iterator[str]:
    drills = _runs(reports)
    held = {
        drill: sum(report.drill == drill and report.verdict is Verdict.PASSED for report in reports) for drill in drills
    }
    yield "drills that held: " + ", ".join(f"{drill} {held[drill]} of {count}" for drill, count in drills.items()) + "."
    steady = sum(report.steady.requests for report in reports)
    yield f"{steady} requests in the steady state before the faults, none of which failed."
    written = [report.writes for report in reports if report.writes is not None]
    if written:
        missing = [number for writes in written for number in writes.missing.values()]
        unasked = sum(number is None for number in missing)
        lost = sum(number or 0 for number in missing)
        asked = f" (could not be asked: {unasked})" if unasked else ""
        yield f"{sum(writes.acknowledged for writes in written)} acknowledged writes, of which nodes lack {lost}{asked}."


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f}"
