"""What Kubernetes itself says of a drill: how many pods are ready, and the events that it noted (core/v1 Event)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from ..machine.kubectl import ADMIN
from ..provider.contract import Provider, ProviderError

_PODS: Final = "/api/v1/pods"
_EVENTS: Final = "/api/v1/events"
_QUICK: Final = 5.0
"""Seconds for the pods of one look; through an API that has just failed nothing comes at all."""
_THOROUGH: Final = 30.0
_COARSE: Final = 1.0
"""Most times of events are whole seconds, cut off."""
_TELLING: Final = frozenset({
    "Killing", "Started", "NodeReady", "NodeNotReady", "TaintManagerEviction", "SuccessfulRescale", "LeaderElection",
})  # fmt: skip
"""Reasons that are told although they are no warnings. Others (Pulled, Scheduled, Created) say nothing of health."""
_LONGEST: Final = 160  # letters of a message


@dataclass(frozen=True)
class Pods:
    """Of those that are meant to run: how many are ready."""

    ready: int
    meant: int


@dataclass(frozen=True)
class Noted:
    """One event. `at`: time of day, by the cluster's clock."""

    at: float
    text: str


class Cluster(Protocol):
    """Somebody who can ask Kubernetes."""

    def pods(self) -> Pods | None:
        """Now. None when it does not say, at once or after some seconds."""
        ...

    def events(self, since: float, until: float) -> tuple[Noted, ...] | None:
        """Of a time that is over, both times of day. None when it cannot be told."""
        ...


class ControlPlanes:
    """kubectl, on the control plane that answered last. Asked from one thread at a time."""

    def __init__(self, provider: Provider, names: Sequence[str]) -> None:
        self._provider, self._names = provider, list(names)

    def pods(self) -> Pods | None:
        """Of one control plane. Another is asked the next time, if this one does not say."""
        found = self._get(_PODS, _QUICK)
        return None if found is None else pods_of(found)

    def events(self, since: float, until: float) -> tuple[Noted, ...] | None:
        """Each control plane is asked until one answers."""
        for _ in self._names:
            found = self._get(_EVENTS, _THOROUGH)
            if found is not None:
                return tuple(sorted(noted_of(found, since, until), key=lambda noted: (noted.at, noted.text)))
        return None

    def _get(self, path: str, timeout: float) -> list[Mapping[str, Any]] | None:
        argv = ("kubectl", f"--kubeconfig={ADMIN}", f"--request-timeout={timeout - 1:g}s", "get", f"--raw={path}")
        try:
            outcome = self._provider.execute(self._names[0], argv, timeout=timeout)
            items = json.loads(outcome.stdout)["items"] if outcome.code == 0 else None
        except (ProviderError, ValueError, KeyError, TypeError):
            items = None
        if isinstance(items, list):
            return [item for item in items if isinstance(item, dict)]
        self._names.append(self._names.pop(0))
        return None


def pods_of(items: Sequence[Mapping[str, Any]]) -> Pods:
    """A pod that has done its work is not meant to run."""
    meant = [pod for pod in items if _of(pod, "status").get("phase") not in {"Succeeded", "Failed"}]
    return Pods(sum(_is_ready(pod) for pod in meant), len(meant))


def _is_ready(pod: Mapping[str, Any]) -> bool:
    conditions = _of(pod, "status").get("conditions") or ()
    return any(each.get("type") == "Ready" and each.get("status") == "True" for each in conditions)


def noted_of(items: Sequence[Mapping[str, Any]], since: float, until: float) -> Iterator[Noted]:
    """Warnings, and what else tells of health. What happened again and again is one event, at its first time."""
    for item in items:
        if item.get("type") != "Warning" and item.get("reason") not in _TELLING:
            continue
        series = _of(item, "series")
        first = _moment(item.get("firstTimestamp") or item.get("eventTime"))
        last = _moment(series.get("lastObservedTime") or item.get("lastTimestamp")) or first
        inside = [at for at in (first, last) if at is not None and since - _COARSE <= at <= until]
        if inside:
            times = series.get("count") or item.get("count") or 1
            yield Noted(inside[0], _text(item) + (f" ({times} times)" if times != 1 else ""))


def _text(item: Mapping[str, Any]) -> str:
    about = _of(item, "involvedObject")
    said = str(item.get("message") or "")
    message = " ".join("".join(letter if letter.isprintable() else " " for letter in said).split())
    shown = message if len(message) <= _LONGEST else f"{message[: _LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"
    subject = f"{about.get('kind', 'object')} {about.get('name', '?')}"
    return f"{subject}: {item.get('reason', '?')}{': ' if shown else ''}{shown}"


def _of(item: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = item.get(key)
    return value if isinstance(value, dict) else {}


def _moment(value: object) -> float | None:
    try:
        return datetime.fromisoformat(str(value)).timestamp() if value else None
    except ValueError:
        return None
