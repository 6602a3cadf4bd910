"""Which writes were acknowledged, and which of those are missing."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self


class AcknowledgementLog:
    """A file that gets one line for each acknowledged write, before the next write begins.

    Each line is handed to the kernel at once: it outlives this process however that ends, though not the machine.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)

    def add(self, number: int) -> None:
        """This write was acknowledged."""
        self._file.write(b"%d\n" % number)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()


def acknowledged(log: Path) -> set[int]:
    """The numbers in a log. A line that was cut off while it was written does not count."""
    return {int(line) for line in log.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")}


def missing_writes(confirmed: Iterable[int], present: Mapping[str, Collection[int]]) -> dict[str, set[int]]:
    """By node: what was confirmed and is not there. Writes that failed may be there all the same; that is no harm."""
    wanted = set(confirmed)
    return {node: wanted - set(numbers) for node, numbers in present.items()}
