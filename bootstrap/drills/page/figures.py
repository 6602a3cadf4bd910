"""How numbers are written for a reader. Pure."""

from datetime import UTC, datetime

from ..report import Objective, Report, Verdict

_MINUTE = 60.0


def seconds(value: float | None) -> str:
    """A time: milliseconds below a second, minutes above one; a dash for what is not known."""
    if value is None:
        return "\N{EN DASH}"
    sign, size = ("\N{MINUS SIGN}" if value < 0 else ""), abs(value)
    # Rounded before the unit is chosen: no "1000 ms", no "1 min 60 s".
    if round(size * 1000) < 1000:  # noqa: PLR2004
        return f"{sign}{size * 1000:.0f} ms"
    if round(size, 1) < _MINUTE:
        return f"{sign}{size:.2f} s" if round(size, 2) < 10 else f"{sign}{size:.1f} s"  # noqa: PLR2004
    minutes, rest = divmod(round(size), int(_MINUTE))
    return f"{sign}{minutes} min {rest} s"


def moment(value: float) -> str:
    """A point on the timeline, relative to the first fault."""
    sign = "+" if value >= 0 else "\N{MINUS SIGN}"
    return f"{sign}{abs(value):.2f} s"


def day(began: str) -> str:
    """A date and time, in UTC; what is no date stays as it is."""
    try:
        when = datetime.fromisoformat(began)
    except ValueError:
        return began
    if when.tzinfo is None:
        return began
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def anew(report: Report) -> str:
    """How often clients ask."""
    apart = [probe.interval for probe in report.probes if probe.kind == "new-connection"]
    kept = [probe.interval for probe in report.probes if probe.kind == "pooled"]
    if not apart or not kept:
        return "Nothing shorter than the resolution can be seen."
    return (
        f"A new connection every {seconds(min(apart))}, a request on a kept one every {seconds(min(kept))}; "
        "nothing shorter than the resolution can be seen."
    )


def headline(report: Report) -> Objective | None:
    """The one figure a drill is remembered by: of new connections, writes or pods, the one nearest to its bound."""
    mine = [each for each in report.objectives if report.acts[each.act].breaks and "longest time" in each.title]
    mine = mine or [each for each in report.objectives if each.subject == "autoscaler"]
    return max(mine, key=_share, default=None)


def _share(each: Objective) -> float:
    if each.measured is None or not each.bound:
        return float("inf")
    return each.measured / each.bound


def said(verdict: Verdict) -> str:
    """The verdict, as a word beside its sign."""
    return {Verdict.PASSED: "✓ held", Verdict.FAILED: "✗ did not hold", Verdict.UNKNOWN: "? not told"}[verdict]
