"""What a person reads last: how long the steps took, what went wrong and what to do about it, where the logs are."""

from pathlib import Path
from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from ..engine import Outcome
from ..errors import BootstrapError, Interrupted
from ..redaction import Secrets

_LONG: Final = 0.05  # of the whole: steps below it are not worth a line


def tell(console: Console, outcome: Outcome, logs: Path, secrets: Secrets) -> None:
    """Print it; `console` without highlighting."""
    for problem in outcome.problems:
        _problem(console, problem, secrets)
    total = sum(each.seconds for each in outcome.timings)
    longest = sorted(outcome.timings, key=lambda each: each.seconds, reverse=True)
    parts = [f"{each.step} {each.seconds:.1f} s" for each in longest if each.seconds >= total * _LONG]
    if outcome.problems:
        word, colour = ("Interrupted", "yellow") if outcome.interrupted else ("Failed", "red")
    else:
        word, colour = ("Done" if outcome.changes else "All is as wanted", "green")
    console.print(Text.assemble((word, f"bold {colour}"), f" after {total:.1f} s, {count(outcome.changes)}."))
    if parts:
        console.print(Text(f"Most of it: {', '.join(parts)}.", "dim"))
    console.print(Text(f"Logs: {logs}", "dim"), soft_wrap=True)


def count(changes: int) -> str:
    """ "no change", "1 change", "2 changes"."""
    return {0: "no change", 1: "1 change"}.get(changes, f"{changes} changes")


def _problem(console: Console, problem: BootstrapError, secrets: Secrets) -> None:
    style = "yellow" if isinstance(problem, Interrupted) else "bold red"
    text = Text.assemble((problem.place, style), f": {secrets.hide(problem.cause)}")
    console.print(text, soft_wrap=True)
    if problem.output:
        console.print(Padding(Text(secrets.hide(problem.output), "dim"), (0, 0, 0, 2)), soft_wrap=True)
    if problem.remedy:
        console.print(Text.assemble(("  fix", "green"), f"  {secrets.hide(problem.remedy)}"), soft_wrap=True)
