"""The form of a rule."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ..model import Cluster
from ..problem import Finding, Path

Judgement = Callable[[Cluster], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A judgement, and the paths of the values that it reads."""

    reads: tuple[Path, ...]
    judge: Judgement

    def __call__(self, cluster: Cluster) -> Iterator[Finding]:
        """What the rule finds."""
        yield from self.judge(cluster)

    def reads_any(self, broken: frozenset[Path]) -> bool:
        """Whether one of the paths was refused, or lies below or above one that was."""
        return any(path[: len(read)] == read[: len(path)] for path in broken for read in self.reads)


def reads(*names: str) -> Callable[[Judgement], Rule]:
    """Make a rule of a function. Names are dotted paths: "network.cidr", or "nodes" for all machines together.

    A rule about each machine by itself does not name "nodes": entries that the model refused are already gone, and
    what is said of the others stays true.
    """
    paths = tuple(tuple(name.split(".")) for name in names)
    return lambda judge: Rule(paths, judge)
