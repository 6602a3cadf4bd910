"""The autoscalers: what the controller says of each, and how many pods of what it scales are ready."""

from collections.abc import Mapping
from typing import Any

from ..config import Autoscaler as Configured
from ..kubernetes.client import Client, Session, path_of
from ..kubernetes.deadline import Deadline
from ..kubernetes.errors import KubernetesError
from ..kubernetes.fields import at, count, number, objects, text, timestamp
from ..snapshot import Autoscaler, Condition, HPAReading
from .collector import CollectorError
from .hpa_targets import parse_targets

_OWN_SHARE = 0.9  # of the deadline, so that a slow run ends by itself
_STATUS = {"True": True, "False": False, "Unknown": None}
# Kinds of apps/v1 that say how many of their pods are ready.
_SCALED = {"Deployment": "deployments", "StatefulSet": "statefulsets", "ReplicaSet": "replicasets"}


class HPACollector:
    """One list for each namespace, then one GET for each target, over one connection."""

    name = "hpa"

    def __init__(
        self, autoscalers: tuple[Configured, ...], client: Client, *, interval: float = 15.0, deadline: float = 9.0
    ) -> None:
        self.interval = interval
        self.deadline = deadline
        self._client = client
        self._names: dict[str, list[str]] = {}
        for autoscaler in autoscalers:
            self._names.setdefault(autoscaler.namespace, []).append(autoscaler.name)

    def collect(self) -> HPAReading:
        """CollectorError when no namespace could be read."""
        found: dict[str, Autoscaler] = {}
        unasked: dict[str, str] = {}
        deadline = Deadline.after(_OWN_SHARE * self.deadline)
        for place, (namespace, names) in enumerate(self._names.items()):
            try:
                with self._client.session(deadline.share(len(self._names) - place)) as session:
                    found |= _autoscalers(session, namespace, names)
            except KubernetesError as error:
                unasked[namespace] = str(error)
        if unasked and not found:
            raise CollectorError("; ".join(f"{namespace}: {problem}" for namespace, problem in unasked.items()))
        return HPAReading(found, unasked)


def _autoscalers(session: Session, namespace: str, names: list[str]) -> dict[str, Autoscaler]:
    listed = session.items(path_of("apis", "autoscaling", "v2", "namespaces", namespace, "horizontalpodautoscalers"))
    by_name = {text(item, "metadata", "name"): item for item in listed}
    return {
        f"{namespace}/{name}": parse_autoscaler(by_name[name], _target(session, namespace, by_name[name]))
        if name in by_name
        else Autoscaler(present=False)
        for name in names
    }


def _target(session: Session, namespace: str, autoscaler: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What it scales; None when that cannot be had: the autoscaler is worth knowing without it."""
    reference = at(autoscaler, "spec", "scaleTargetRef")
    name, version = text(reference, "name"), text(reference, "apiVersion")
    resource = _SCALED.get(text(reference, "kind") or "")
    if name is None or resource is None or version != "apps/v1":
        return None
    try:
        return session.get(path_of("apis", "apps", "v1", "namespaces", namespace, resource, name))
    except KubernetesError:
        return None


def parse_autoscaler(autoscaler: Mapping[str, Any], target: Mapping[str, Any] | None) -> Autoscaler:
    """Of the autoscaling/v2 object and of what it scales, if that is known."""
    minimum = at(autoscaler, "spec", "minReplicas")
    return Autoscaler(
        present=True,
        conditions=parse_conditions(autoscaler),
        minimum=1 if minimum is None else number(autoscaler, "spec", "minReplicas"),
        maximum=number(autoscaler, "spec", "maxReplicas"),
        current=count(autoscaler, "status", "currentReplicas"),
        desired=number(autoscaler, "status", "desiredReplicas"),
        ready=count(target, "status", "readyReplicas"),
        last_scale=timestamp(autoscaler, "status", "lastScaleTime"),
        targets=parse_targets(autoscaler),
    )


def parse_conditions(autoscaler: Mapping[str, Any]) -> dict[str, Condition]:
    """By type. A status that is none of the three is left out."""
    return {
        kind: Condition(_STATUS[status], text(entry, "reason") or "")
        for entry in objects(autoscaler, "status", "conditions")
        if (kind := text(entry, "type")) and (status := text(entry, "status")) in _STATUS
    }
