"""Hold plain values against the model.

`validate` gives a cluster even when values were refused: with their defaults in place, for the rules that do not
read them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pydantic import ValidationError

from .model import API_VERSION, Cluster
from .model.types import type_name
from .problem import Finding, Path
from .refusals import Refusal, refusals

_ATTEMPTS: Final = 4
"""Taking a value out may leave its section without something it must have, and so on upwards; paths are short."""

Indexes = dict[Path, tuple[int, ...]]
"""For each list that lost entries: the indexes that the remaining ones have in the file."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A cluster (None when there is nothing to build one from), the refusals, and which paths they touch."""

    cluster: Cluster | None
    findings: tuple[Finding, ...]
    broken: frozenset[Path] = frozenset()
    indexes: Indexes = field(default_factory=dict)

    def original(self, finding: Finding) -> Finding:
        """The finding with list entries counted as in the file, where refused ones still stand."""
        return replace(finding, path=_in_file(finding.path, self.indexes))


def validate(data: Any, unusable: Iterable[Path] = (), doubtful: Iterable[Path] = ()) -> Outcome:  # noqa: ANN401
    """The cluster that the values describe, or what is wrong with them.

    `unusable` values are left out, `doubtful` ones are read but not compared with others; both were reported before.
    """
    if not isinstance(data, dict):
        found = "empty" if data is None else f"{type_name(data)}, not a mapping"
        remedy = "write a new file with `hagen init`"
        return Outcome(None, (Finding("HG109", (), f"the file is {found}", remedy),))
    try:
        if not unusable:
            return Outcome(Cluster.model_validate(data), (), frozenset(doubtful))
    except ValidationError:
        pass
    return _repaired(data, set(unusable), set(doubtful))


def _repaired(data: dict[str, Any], unusable: set[Path], doubtful: set[Path]) -> Outcome:
    """Take out what the model refuses until it takes the rest; only the first refusals are about the file."""
    data = _solid(data, (), {})
    broken = unusable | doubtful
    for path in unusable:
        _drop(data, path)
    findings: tuple[Finding, ...] | None = None
    for _ in range(_ATTEMPTS):
        indexes: Indexes = {}
        try:
            cluster = Cluster.model_validate(_solid(data, (), indexes))
        except ValidationError as error:
            found = [_move(refusal, indexes) for refusal in refusals(error)]
            if findings is None:
                findings = tuple(dict.fromkeys(refusal.finding for refusal in found))
            broken.update(path for refusal in found for path in refusal.broken)
            for refusal in found:
                _drop(data, refusal.drop, alone=refusal.alone)
            data |= {"apiVersion": API_VERSION, "kind": "Cluster"}
        else:
            return Outcome(cluster, findings or (), frozenset(broken), indexes)
    return Outcome(None, findings or (), frozenset(broken))


def _move(refusal: Refusal, indexes: Indexes) -> Refusal:
    finding = replace(refusal.finding, path=_in_file(refusal.finding.path, indexes))
    broken = tuple(_in_file(path, indexes) for path in refusal.broken)
    return Refusal(finding, _in_file(refusal.drop, indexes), broken, refusal.alone)


_GONE: Final = object()


def _drop(data: Any, path: Path, *, alone: bool = False) -> None:  # noqa: ANN401
    """Take a value out, or the whole list entry that it is a part of, which leaves a gap."""
    if not alone:
        depth = next((place for place, part in enumerate(path) if isinstance(part, int)), len(path) - 1)
        path = path[: depth + 1]
    for part in path[:-1]:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return
    last = path[-1] if path else None
    if isinstance(data, dict):
        data.pop(last, None)
    elif isinstance(data, list) and isinstance(last, int):
        data[last] = _GONE


def _solid(value: Any, path: Path, indexes: Indexes) -> Any:  # noqa: ANN401
    """The values without the gaps."""
    if isinstance(value, dict):
        return {key: _solid(item, (*path, key), indexes) for key, item in value.items()}
    if isinstance(value, list):
        kept = [(index, item) for index, item in enumerate(value) if item is not _GONE]
        if len(kept) < len(value):
            indexes[path] = tuple(index for index, _ in kept)
        return [_solid(item, (*path, index), indexes) for index, item in kept]
    return value


def _in_file(path: Path, indexes: Indexes) -> Path:
    for length, part in enumerate(path):
        kept = indexes.get(path[:length])
        if kept is not None and isinstance(part, int) and part < len(kept):
            return (*path[:length], kept[part], *path[length + 1 :])
    return path
