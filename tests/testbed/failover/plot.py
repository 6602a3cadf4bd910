"""The picture of docs/failover.md: one pair of bars per fault, on a logarithmic scale."""

from collections.abc import Sequence
from pathlib import Path

from tests.testbed.failover.figures import Line

_COLOURS = {"notes": "#c0504d", "hagen": "#2f7d5b"}
_LABELS = {"notes": "kubeadm HA notes", "hagen": "hagen"}
_LEAST = 5.0  # milliseconds: below the distance of two probes nothing can be told apart


def draw(path: Path, lines: Sequence[Line]) -> None:
    """Median as a bar, worst as a mark, milliseconds."""
    import matplotlib as mpl  # noqa: PLC0415 - half a second that only the picture needs

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415
    from matplotlib.patches import Patch  # noqa: PLC0415

    shown = [line for line in lines if {"hagen", "notes"} <= line.gap.keys()]
    figure, axes = plt.subplots(figsize=(10, 0.42 * len(shown) + 1.6))
    for index, line in enumerate(reversed(shown)):
        for offset, side in ((0.2, "notes"), (-0.2, "hagen")):
            spread = line.gap[side]
            axes.barh(index + offset, max(spread.median, _LEAST), height=0.38, color=_COLOURS[side], left=0)
            axes.plot(max(spread.worst, _LEAST), index + offset, marker="|", color="black", markersize=8)
            axes.text(max(spread.worst, _LEAST) * 1.12, index + offset, f"{spread.median:.0f}", va="center", fontsize=7)
    axes.set_yticks(range(len(shown)), [f"{line.title} ({line.traffic})" for line in reversed(shown)], fontsize=8)
    axes.set_xscale("log")
    axes.set_xlim(_LEAST, 200_000)
    axes.set_xlabel("gap that a client saw, milliseconds (bar: median, mark: worst)")
    handles = [Patch(color=_COLOURS[side]) for side in _LABELS]
    axes.legend(handles, list(_LABELS.values()), loc="lower right", frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="x", alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)
