"""On a terminal: steps that are over in one line each, below them the machines that are at work."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.text import Text

from ..events import Listener
from .board import Board, StepLine, Work

_MOST: Final = 12  # machines that are shown at once; of the others only how many
_TITLE: Final = 30  # columns
_SPINNER: Final = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_REFRESH: Final = 8  # times a second


class _View:
    """Draws a board anew whenever rich asks."""

    def __init__(self, board: Board, clock: Callable[[], float]) -> None:
        self._board, self._clock = board, clock

    def __rich__(self) -> RenderableType:
        now = self._clock()
        steps = list(self._board.steps)
        lines: list[RenderableType] = [_over(step) for step in steps if step.seconds is not None]
        lines += [self._under_way(step, now) for step in steps[-1:] if step.seconds is None]
        return Group(*lines)

    def _under_way(self, step: StepLine, now: float) -> RenderableType:
        sign = Text(_SPINNER[int(now * _REFRESH) % len(_SPINNER)], "cyan")
        head = _line(sign, Text(step.title, "bold"), now - step.began, Text(step.words, "dim"))
        return Group(head, *(Padding(line, (0, 0, 0, 2)) for line in machines(step, now)))


@contextmanager
def live(console: Console, clock: Callable[[], float]) -> Iterator[Listener]:
    """A listener that draws, for as long as the block lasts; the last picture stays. `clock`: as the events count."""
    board = Board()
    with Live(_View(board, clock), console=console, refresh_per_second=_REFRESH, vertical_overflow="crop"):
        yield board


def machines(step: StepLine, now: float) -> list[Text]:
    """Who failed and who works, the longest first; who is done is only counted. Pure."""
    failed = [(name, work) for name, work in step.machines.items() if work.failed]
    working = sorted(
        ((name, work) for name, work in step.machines.items() if work.ended is None), key=lambda entry: entry[1].began
    )
    shown = (failed + working)[:_MOST]
    lines = [_machine(name, work, now) for name, work in shown]
    hidden = len(failed) + len(working) - len(shown)
    done = len(step.machines) - len(failed) - len(working)
    rest = ", ".join(text for number, text in ((hidden, f"{hidden} more at work"), (done, f"{done} done")) if number)
    return [*lines, Text(f"  {rest}", "dim")] if rest else lines


def _machine(name: str, work: Work, now: float) -> Text:
    sign = Text("x", "bold red") if work.failed else Text("·", "cyan")
    seconds = (now if work.ended is None else work.ended) - work.began
    return _line(sign, Text(name), seconds, Text(" ".join(work.texts[-1:]), "red" if work.failed else "dim"))


def _over(step: StepLine) -> RenderableType:
    sign = Text("x", "bold red") if step.failed else Text("✓", "green" if step.changes else "dim green")
    line = _line(sign, Text(step.title), step.seconds or 0.0, Text(step.words, "dim"))
    notes = [Padding(Text(f"{machine}: {text}".lstrip(": "), "yellow"), (0, 0, 0, 2)) for machine, text in step.notes]
    return Group(line, *notes) if notes else line


def _line(sign: Text, title: Text, seconds: float, words: Text) -> Text:
    """Columns of their own width: a table would press them together for the sake of a long text at the end."""
    title.truncate(_TITLE, overflow="ellipsis", pad=True)
    minutes, rest = divmod(seconds, 60)
    took = f"{minutes:.0f}m {rest:02.0f}s" if minutes else f"{rest:.1f}s"
    return Text.assemble(sign, " ", title, " ", (f"{took:>7}", "dim"), " ", words, no_wrap=True, overflow="ellipsis")
