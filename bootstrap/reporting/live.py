"""On a terminal: steps that are over in one line each, below them the machines that are at work."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from ..events import Listener
from .board import Board, StepLine, Work

_MOST: Final = 12  # machines that are shown at once; of the others only how many
_REFRESH: Final = 8  # times a second


class _View:
    """Draws a board anew whenever rich asks."""

    def __init__(self, board: Board, clock: Callable[[], float]) -> None:
        self._board, self._clock = board, clock
        self._spinner = Spinner("dots", style="cyan")

    def __rich__(self) -> RenderableType:
        now = self._clock()
        steps = list(self._board.steps)
        lines: list[RenderableType] = [_over(step) for step in steps if step.seconds is not None]
        lines += [self._under_way(step, now) for step in steps[-1:] if step.seconds is None]
        return Group(*lines)

    def _under_way(self, step: StepLine, now: float) -> RenderableType:
        head = _row()
        head.add_row(self._spinner, Text(step.title, "bold"), _took(now - step.began), Text(step.words, "dim"))
        return Group(head, *(Padding(row, (0, 0, 0, 2)) for row in machines(step, now)))


@contextmanager
def live(console: Console, clock: Callable[[], float]) -> Iterator[Listener]:
    """A listener that draws, for as long as the block lasts; the last picture stays. `clock`: as the events count."""
    board = Board()
    with Live(_View(board, clock), console=console, refresh_per_second=_REFRESH, vertical_overflow="crop"):
        yield board


def machines(step: StepLine, now: float) -> list[Table]:
    """Who failed and who works, the longest first; who is done is only counted. Pure."""
    failed = [(name, work) for name, work in step.machines.items() if work.failed]
    working = sorted(
        ((name, work) for name, work in step.machines.items() if work.ended is None), key=lambda entry: entry[1].began
    )
    shown = (failed + working)[:_MOST]
    rows = [_machine(name, work, now) for name, work in shown]
    hidden = len(failed) + len(working) - len(shown)
    done = len(step.machines) - len(failed) - len(working)
    rest = ", ".join(text for number, text in ((hidden, f"{hidden} more at work"), (done, f"{done} done")) if number)
    if rest:
        row = _row()
        row.add_row("", Text(rest, "dim"), "", "")
        rows.append(row)
    return rows


def _machine(name: str, work: Work, now: float) -> Table:
    row = _row()
    sign = Text("x", "bold red") if work.failed else Text("·", "cyan")
    seconds = (now if work.ended is None else work.ended) - work.began
    text = Text(
        work.texts[-1] if work.texts else "", "red" if work.failed else "dim", overflow="ellipsis", no_wrap=True
    )
    row.add_row(sign, Text(name), _took(seconds), text)
    return row


def _over(step: StepLine) -> RenderableType:
    row = _row()
    sign = Text("x", "bold red") if step.failed else Text("✓", "green" if step.changes else "dim green")
    words = step.words
    row.add_row(
        sign, Text(step.title), _took(step.seconds or 0.0), Text(words, "dim", overflow="ellipsis", no_wrap=True)
    )
    notes = [Padding(Text(f"{machine}: {text}".lstrip(": "), "yellow"), (0, 0, 0, 2)) for machine, text in step.notes]
    return Group(row, *notes) if notes else row


def _row() -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(width=1)
    table.add_column(width=30, no_wrap=True, overflow="ellipsis")
    table.add_column(width=8, justify="right")
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    return table


def _took(seconds: float) -> Text:
    minutes, rest = divmod(seconds, 60)
    return Text(f"{minutes:.0f}m {rest:02.0f}s" if minutes else f"{rest:.1f}s", "dim")
