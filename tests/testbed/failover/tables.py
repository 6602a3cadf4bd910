"""The tables of docs/failover.md, each from the same lines. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tests.testbed.failover import targets, verdict
from tests.testbed.failover.cells import markdown, share, spread
from tests.testbed.failover.figures import SIDES, Line, Sides

CONNECTIONS = (
    "Fault", "Traffic", "Gap, notes", "Gap, hagen", "Ratio", "Failed, notes", "Failed, hagen",
    "Last failure, notes", "Last failure, hagen", "Resolution, notes", "Resolution, hagen",
)  # fmt: skip
_KEPT = ("Fault", "Traffic", "Pooled, notes", "Pooled, hagen", "Watch, notes", "Watch, hagen")
_HELD = ("Fault", "Both hold the address, notes", "hagen", "Moves in the whole run, notes", "hagen")
_SICK = ("Fault", "Out of rotation, notes", "hagen", "Share of requests failing, notes", "hagen")
_FURTHER = ("Fault", "Probe", "Gap, notes", "Gap, hagen")
_TARGETS = ("Target", "Limit", "notes", "hagen", "")
# Faults after which one API server of several is no good: most requests succeed, so the share says more than the gap.
_PARTIAL = ("control-plane", "two-control-planes", "apiserver")


def usual(lines: Sequence[Line]) -> int:
    """How many runs most figures come from; a cell that comes from another number says so."""
    counted = Counter(value.runs for line in lines for value in line.gap.values())
    return counted.most_common(1)[0][0] if counted else 0


def connection_cells(line: Line, runs: int) -> tuple[str, ...]:
    """One line of the table of new connections (and of writes)."""
    ratio = "" if line.ratio is None else f"{line.ratio:.1f}"
    gap = tuple(spread(line.gap, side, runs, line.resolution) for side in SIDES)
    rest = (line.failures, line.last_failure, line.resolution)
    return (line.title, line.traffic, *gap, ratio, *(cell for found in rest for cell in _both(found, runs)))


def connections(lines: Sequence[Line], runs: int) -> list[str]:
    """New connections, and writes."""
    return markdown(CONNECTIONS, [connection_cells(line, runs) for line in lines])


def kept(lines: Sequence[Line], runs: int) -> list[str]:
    """What a client with a connection saw."""
    mine = [line for line in lines if line.kept or line.watch]
    return markdown(
        _KEPT, [(line.title, line.traffic, *_both(line.kept, runs), *_both(line.watch, runs)) for line in mine]
    )


def further(lines: Sequence[Line], runs: int) -> list[str]:
    """Probes beyond the usual ones, where a run has them."""
    rows = [(line.title, name, *_both(found, runs)) for line in lines for name, found in line.others.items()]
    return ["### Further probes\n", *markdown(_FURTHER, rows)] if rows else []


def held(lines: Sequence[Line], runs: int) -> list[str]:
    """Who had the address: one line for each fault and moment with a move or an overlap on either side."""
    once = {line.title: line for line in reversed(lines)}
    mine = [once[title] for title in dict.fromkeys(line.title for line in lines)]
    told = [
        line for line in mine if any(value.worst for found in (line.both_held, line.moves) for value in found.values())
    ]
    return markdown(_HELD, [(line.title, *_both(line.both_held, runs), *_both(line.moves, runs)) for line in told])


def sick(lines: Sequence[Line], runs: int) -> list[str]:
    """One of several API servers is no good: how long it got requests, and how many of them failed."""
    mine = [line for line in lines if line.fault.startswith(_PARTIAL) and line.traffic == "api"]
    return markdown(
        _SICK,
        [
            (line.title, *_both(line.rotation, runs), *(share(line.share, side, runs) for side in SIDES))
            for line in mine
        ],
    )


def targeted(lines: Sequence[Line], stress: Sequence[Mapping[str, Any]], runs: int) -> list[str]:
    """Each target beside its figure."""
    said = {True: "reached", False: "**not reached**", None: "unknown"}
    rows = []
    for outcome in targets.outcomes(lines, stress):
        remark = f" ({outcome.remark})" if outcome.remark else ""
        rows.append((outcome.title, outcome.limit, *_both(outcome.found, runs), said[outcome.reached] + remark))
    return markdown(_TARGETS, rows)


def plainly(lines: Sequence[Line], runs: int) -> list[str]:
    """Where we are not better, in words."""
    text: list[str] = []
    told: set[str] = set()
    for line in lines:
        found = verdict.worse(line)
        if (overlap := verdict.held(line)).worse and line.title not in told:
            found = [*found, overlap]
            told.add(line.title)
        if found:
            usually = any(aspect.usually_worse for aspect in found)
            against = "; ".join(_against(aspect, runs) for aspect in found)
            text.append(
                f"- {'**Not better**' if usually else 'Worst run not better'}: {line.title} ({line.traffic}): {against}."
            )
    same = ", ".join(f"{line.title} ({line.traffic})" for line in verdict.even(lines))
    return [*text, *([f"- No difference that could be told: {same}."] if same else []), ""]


def _against(aspect: verdict.Aspect, runs: int) -> str:
    ours, theirs = (spread(aspect.found, side, runs) for side in ("hagen", "notes"))
    return f"{aspect.name} {ours}{aspect.unit} against {theirs}{aspect.unit}"


def _both(found: Sides, runs: int) -> tuple[str, ...]:
    return tuple(spread(found, side, runs) for side in SIDES)
