"""The picture of docs/failover.md: gaps and failed requests side by side, on logarithmic scales."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tests.testbed.failover.figures import Line, Spread
from tests.testbed.failover.targets import TARGETS, concerns, gap_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS = {"notes": "#c0504d", "hagen": "#2f7d5b"}
_LABELS = {"notes": "kubeadm HA notes", "hagen": "hagen"}
_LEAST = 5.0  # milliseconds: below the distance of two probes nothing can be told apart
_NOTICED = 50.0  # milliseconds: what no client of either side waited for is left out
_Panel = tuple[str, Callable[[Line], dict[str, Spread]], float]
_PANELS: tuple[_Panel, ...] = (
    ("gap that a client saw, milliseconds", lambda line: line.gap, _LEAST),
    ("failed requests", lambda line: line.failures, 0.7),
)


def chosen(lines: Sequence[Line]) -> list[Line]:
    """One line for each fault and moment: the traffic that suffered most; without those that nobody noticed."""
    both = [line for line in lines if {"hagen", "notes"} <= line.gap.keys()]
    worst: dict[str, Line] = {}
    for line in both:
        if line.title not in worst or _suffering(line) > _suffering(worst[line.title]):
            worst[line.title] = line
    return [line for line in worst.values() if _suffering(line) >= _NOTICED]


def _aim(line: Line) -> str:
    limits = [target.limit for target in TARGETS if target.value is gap_of and concerns(target, line)]
    return f"  (target {limits[0]})" if limits else ""


def _suffering(line: Line) -> float:
    failed = max(spread.worst for spread in line.failures.values())
    return max(*(spread.worst for spread in line.gap.values()), failed)


def draw(path: Path, lines: Sequence[Line]) -> None:
    """Median as a bar, worst as a mark, both in figures; beside them what was to be reached."""
    import matplotlib as mpl  # noqa: PLC0415 - half a second that only the picture needs

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415
    from matplotlib.lines import Line2D  # noqa: PLC0415
    from matplotlib.patches import Patch  # noqa: PLC0415

    shown = chosen(lines)[::-1]
    figure, panels = plt.subplots(1, 2, sharey=True, figsize=(12, 0.44 * len(shown) + 1.4), width_ratios=(3, 2))
    for axes, (label, values, least) in zip(panels, _PANELS, strict=True):
        for index, line in enumerate(shown):
            for offset, side in ((0.2, "notes"), (-0.2, "hagen")):
                aim = _aim(line) if side == "hagen" and axes is panels[0] else ""
                _bar(axes, index + offset, values(line)[side], (least, aim), _COLOURS[side])
        axes.set_xscale("log")
        axes.set_xlim(least, least * 200_000)
        axes.set_xlabel(label)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="x", alpha=0.3)
    panels[0].set_yticks(range(len(shown)), [f"{line.title} ({line.traffic})" for line in shown], fontsize=8)
    panels[0].set_ylim(-0.6, len(shown) - 0.4)
    worst = Line2D([], [], linestyle="", marker="|", color="black", markersize=8)
    handles = [*(Patch(color=_COLOURS[side]) for side in _LABELS), worst]
    labels = [f"{label}: median" for label in _LABELS.values()]
    figure.legend(handles, [*labels, "worst run"], loc="upper right", ncols=3, frameon=False)
    figure.tight_layout(rect=(0, 0, 1, 1 - 0.35 / figure.get_figheight()))
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _bar(axes: "Axes", place: float, spread: Spread, ends: tuple[float, str], colour: str) -> None:
    least, aim = ends
    axes.barh(place, max(spread.median, least), height=0.38, color=colour, left=0)
    axes.plot(max(spread.worst, least), place, marker="|", color="black", markersize=8)
    axes.text(
        max(spread.worst, least) * 1.15,
        place,
        f"{spread.median:.0f} / {spread.worst:.0f}{aim}",
        va="center",
        fontsize=7,
    )
