"""Which files of the earlier renders and of this one make up the next: several clusters share one repository.

A path belongs to cluster X when it lies below `clusters/X/`, or below `overlays/X/` anywhere; all others are shared.
The cluster whose render made the shared paths is the repository's primary cluster. A further one brings the bases of
components that nobody had before, and keeps them up for as long as no other cluster's overlays build on them.
"""

from collections.abc import Mapping
from typing import TypeVar

Value = TypeVar("Value")


def owner(path: str) -> str | None:
    """The cluster that owns `path`; None for a shared path."""
    parts = path.split("/")
    if parts[0] == "clusters" and len(parts) > 2:  # noqa: PLR2004 - clusters/<name>/<file>
        return parts[1]
    at = _directory_index(parts, "overlays", below=2)
    return None if at is None else parts[at + 1]


def compose(
    previous: Mapping[str, Value], rendered: Mapping[str, Value], *, cluster: str, primary: str | None
) -> dict[str, Value]:
    """The next render of the whole repository: path -> value, where values (mode and hash) are only passed on.

    `previous` is the last render of all clusters, `rendered` that of `cluster` alone. Paths that other clusters own
    are never taken from `rendered` when `previous` has them.
    """
    foreign = {path: value for path, value in previous.items() if owner(path) not in {None, cluster}}
    if primary in {None, cluster}:
        return {**_bases_in_use(previous, foreign, rendered), **rendered, **foreign}
    alone = _used_alone(previous, rendered, foreign, cluster)
    kept = {
        path: value
        for path, value in previous.items()
        if owner(path) != cluster and _component_of_base(path) not in alone
    }
    directories = _directories(kept) - alone
    own = {path: value for path, value in rendered.items() if owner(path) == cluster}
    bases = {
        path: value
        for path, value in rendered.items()
        if owner(path) is None and (component := _component_of_base(path)) and component not in directories
    }
    return {**bases, **own, **kept}


def _bases_in_use(
    previous: Mapping[str, Value], foreign: Mapping[str, Value], rendered: Mapping[str, Value]
) -> dict[str, Value]:
    """Shared bases that this render does not bring, but on which another cluster's overlays still build."""
    in_use = {_component_of_overlay(path) for path in foreign} - {_component_of_base(path) for path in rendered}
    return {
        path: value
        for path, value in previous.items()
        if owner(path) is None and (component := _component_of_base(path)) and component in in_use
    }


def _used_alone(
    previous: Mapping[str, Value], rendered: Mapping[str, Value], foreign: Mapping[str, Value], cluster: str
) -> set[str | None]:
    """The components whose base is the cluster's to keep up: only its own overlays build on it, before or now."""
    now = {_component_of_overlay(path) for path in rendered if owner(path) == cluster}
    before = {_component_of_overlay(path) for path in previous if owner(path) == cluster}
    # An overlay that comes without a base builds on what is there.
    baseless = now - {_component_of_base(path) for path in rendered}
    return (now | before) - {_component_of_overlay(path) for path in foreign} - baseless - {None}


def _component_of_base(path: str) -> str | None:
    """`apps/dns` for the shared path `apps/dns/base/x.yaml`; None outside any base."""
    return None if owner(path) else _component(path, "base", below=1)


def _component_of_overlay(path: str) -> str | None:
    """`apps/dns` for `apps/dns/overlays/east/x.yaml`; None outside any overlay."""
    return _component(path, "overlays", below=2)


def _component(path: str, name: str, *, below: int) -> str | None:
    parts = path.split("/")
    at = _directory_index(parts, name, below=below)
    return "/".join(parts[:at]) if at else None


def _directory_index(parts: list[str], name: str, *, below: int) -> int | None:
    """Where the directory `name` first stands with at least `below` components beneath it."""
    return next((at for at, part in enumerate(parts) if part == name and at + below < len(parts)), None)


def _directories(paths: Mapping[str, Value]) -> set[str]:
    found = set()
    for path in paths:
        parts = path.split("/")
        found |= {"/".join(parts[:length]) for length in range(1, len(parts))}
    return found
