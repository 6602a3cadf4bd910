"""How a figure is written: median / worst, and what a reader has to know of it."""

from tests.testbed.failover.figures import Sides, Spread


def spread(found: Sides, side: str, usual: int, finest: Sides | None = None) -> str:
    """`12 / 40`; `≥` where the end was not seen, `*` where the probes were further apart (`finest`), n where not usual."""
    if side not in found:
        return "-"
    value = found[side]
    bound = "≥ " if value.open else ""
    coarse = "\\*" if finest and side in finest and 0 < value.median < finest[side].median else ""
    fewer = f" (n {value.runs})" if value.runs != usual else ""
    return f"{bound}{value.median:.0f} / {value.worst:.0f}{coarse}{fewer}"


def share(found: Sides, side: str, usual: int) -> str:
    """The same for a part of the whole, in percent."""
    percent = {key: Spread(v.median * 100, v.worst * 100, v.runs, v.open) for key, v in found.items()}
    return "-" if side not in found else _percent(percent[side], usual)


def _percent(value: Spread, usual: int) -> str:
    fewer = f" (n {value.runs})" if value.runs != usual else ""
    return f"{value.median:.1f} % / {value.worst:.1f} %{fewer}"


def row(*cells: str) -> str:
    """A line of a table in Markdown."""
    return "| " + " | ".join(cells) + " |"


def markdown(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    """A table, and the empty line after it."""
    return [row(*head), row(*("---" for _ in head)), *(row(*cells) for cells in rows), ""]
