"""What the agent asks of Kubernetes, in the shapes of the real API: the database, its pods, its operator's Lease, the
autoscalers, what they scale, the port-forward to a pod, and events of pods that became ready or not.

An operator lives here that renews its Lease and says in the database's status how many pods pass their probe; the probe
is the health check of the lab's real node. Whoever brings no token, or the wrong one, gets 401.
"""

import asyncio
import json
import re
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from tests.testbed.standins import kubelets
from tests.testbed.standins.arguments import Endpoint, Origin
from tests.testbed.standins.http1 import Request, Response
from tests.testbed.standins.portforward import PROTOCOL, PortForward
from tests.testbed.standins.upstream import Upstream, UpstreamError
from tests.testbed.standins.websocket import accepted

_FORWARD = re.compile(r"/api/v1/namespaces/([^/]+)/pods/([^/]+)/portforward")
_DIAL = 3.0  # seconds; the real API server gives a kubelet 30
_PROBE = 0.5


def failure_of(code: int, reason: str, message: str) -> Response:
    """The Status object with which the API says no."""
    status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message,
              "reason": reason, "code": code}  # fmt: skip
    return _json(status, code)


@dataclass(frozen=True)
class Kubernetes:
    """`pods`: address of the database node behind each pod; `probe_port`: where its health check answers.

    `scaling`: a file that says how the autoscalers are now (autoscaling.py); without it they are at rest.
    `events`: a file that the kubelets' events are in (kubelets.py).
    """

    token: str
    database: Mapping[str, str]
    pods: Mapping[str, str]
    probe_port: int
    lease: Mapping[str, str]
    autoscalers: tuple[Mapping[str, Any], ...]
    scaling: str
    events: str

    @classmethod
    def read(cls, path: Path) -> Self:
        """Of a JSON file with these keys."""
        found = json.loads(path.read_text())
        return cls(**found | {"autoscalers": tuple(found["autoscalers"])})

    def answer(self, request: Request) -> Response | Coroutine[Any, Any, Response]:
        """By path."""
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return failure_of(401, "Unauthorized", "Unauthorized")
        forward = _FORWARD.fullmatch(request.path)
        if forward is not None:
            return self._forward(forward[2], request)
        if request.path == "/api/v1/pods":
            return self._pods()
        if request.path == "/api/v1/events":
            return _json(_list("EventList", "v1", kubelets.events(Path(self.events))))
        database, lease = self.database, self.lease
        at = f"/namespaces/{database['namespace']}"
        if request.path == f"/api/v1{at}/pods":
            return self._pods()
        if request.path == f"/apis/pxc.percona.com/v1{at}/perconaxtradbclusters/{database['name']}":
            return self._resource()
        if request.path == f"/apis/coordination.k8s.io/v1/namespaces/{lease['namespace']}/leases/{lease['name']}":
            return _json(self._lease())
        return self._scaling(request.path)

    def _scaling(self, path: str) -> Response:
        for autoscaler in self.autoscalers:
            place = f"/namespaces/{autoscaler['namespace']}"
            if path == f"/apis/autoscaling/v2{place}/horizontalpodautoscalers":
                mine = [one for one in self.autoscalers if one["namespace"] == autoscaler["namespace"]]
                items = [_autoscaler(one, self._scale(one)) for one in mine]
                return _json(_list("HorizontalPodAutoscalerList", "autoscaling/v2", items))
            if path == f"/apis/apps/v1{place}/deployments/{autoscaler['name']}":
                return _json(_deployment(autoscaler, self._scale(autoscaler)))
        return failure_of(404, "NotFound", f"the server could not find {path}")

    def _scale(self, one: Mapping[str, Any]) -> Mapping[str, Any]:
        """At rest an autoscaler has as many as it must have at least, and no need for more."""
        rest = {"current": one["min"], "desired": one["min"], "ready": one["min"], "utilization": 20,
                "reasons": ["ReadyForNewScale", "ValidMetricFound", "DesiredWithinRange"]}  # fmt: skip
        try:
            now: dict[str, Any] = json.loads(Path(self.scaling).read_text())
        except FileNotFoundError:
            return rest
        return now

    async def _forward(self, pod: str, request: Request) -> Response:
        """A kubelet that cannot be reached is the API server's trouble; a port that nobody listens on is the pod's."""
        address, port = self.pods.get(pod), int(request.option("ports") or 0)
        if address is None:
            return failure_of(404, "NotFound", f'pods "{pod}" not found')
        if request.headers.get("sec-websocket-protocol") != PROTOCOL:
            return failure_of(400, "BadRequest", f"this stand-in speaks {PROTOCOL}")
        pair = None
        try:
            async with asyncio.timeout(_DIAL):
                pair = await asyncio.open_connection(address, port)
        except ConnectionRefusedError:
            pass
        except OSError as failure:
            return failure_of(500, "InternalError", f"error dialing backend: dial tcp {address}:10250: {failure}")
        head = {
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Protocol": PROTOCOL,
            "Sec-WebSocket-Accept": accepted(request.headers.get("sec-websocket-key", "")),
        }  # fmt: skip
        return Response(101, headers=head, tunnel=PortForward(pod, port, pair))

    async def _pods(self) -> Response:
        ready = await self.ready()
        return _json(_list("PodList", "v1", [self._pod(name, well=well) for name, well in ready.items()]))

    def _pod(self, name: str, *, well: bool) -> dict[str, Any]:
        labels = {"app.kubernetes.io/component": "pxc", "app.kubernetes.io/instance": self.database["name"]}
        return {"metadata": {"name": name, "namespace": self.database["namespace"], "labels": labels},
                "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": str(well)}]}}  # fmt: skip

    def note(self) -> Coroutine[Any, Any, None]:
        """Events, as kubelets write them."""
        return kubelets.note(Path(self.events), self.database["namespace"], self.ready)

    async def ready(self) -> dict[str, bool]:
        """Pod -> whether its probe passes now."""
        passes = await asyncio.gather(*(self._passes(address) for address in self.pods.values()))
        return dict(zip(self.pods, passes, strict=True))

    async def _resource(self) -> Response:
        ready = sum((await self.ready()).values())
        size = len(self.pods)
        state = "ready" if ready == size else "initializing"
        component = {"ready": ready, "size": size, "status": state}
        return _json({
            "apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBCluster", "metadata": dict(self.database),
            "spec": {"pxc": {"size": size}}, "status": {"pxc": component, "ready": ready, "size": size, "state": state},
        })  # fmt: skip

    async def _passes(self, address: str) -> bool:
        upstream = Upstream(Origin(tls=False, endpoint=Endpoint(address, self.probe_port)))
        try:
            status, _ = await upstream.ask("GET", "/", patience=_PROBE)
        except (OSError, UpstreamError):
            return False
        finally:
            upstream.close()
        return status == 200

    def _lease(self) -> dict[str, Any]:
        renewed = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": dict(self.lease),
                "spec": {"holderIdentity": "operator", "leaseDurationSeconds": 60, "renewTime": renewed}}  # fmt: skip


def _autoscaler(one: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    able, active, limited = now["reasons"]
    reasons = {"AbleToScale": ("True", able), "ScalingActive": ("True", active),
               "ScalingLimited": (str(limited != "DesiredWithinRange"), limited)}  # fmt: skip
    conditions = [{"type": kind, "status": status, "reason": reason} for kind, (status, reason) in reasons.items()]
    resource = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}
    used = {"averageUtilization": now["utilization"], "averageValue": f"{now['utilization']}m"}
    return {
        "metadata": {"name": one["name"], "namespace": one["namespace"]},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": one["name"]},
                 "minReplicas": one["min"], "maxReplicas": one["max"],
                 "metrics": [{"type": "Resource", "resource": resource}]},
        "status": {"currentReplicas": now["current"], "desiredReplicas": now["desired"],
                   "currentMetrics": [{"type": "Resource", "resource": {"name": "cpu", "current": used}}],
                   "conditions": conditions},
    }  # fmt: skip


def _deployment(one: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": one["name"], "namespace": one["namespace"]},
            "spec": {"replicas": now["desired"]},
            "status": {"replicas": now["current"], "readyReplicas": now["ready"]}}  # fmt: skip


def _list(kind: str, version: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"kind": kind, "apiVersion": version, "metadata": {"resourceVersion": "1"}, "items": items}


def _json(document: Mapping[str, Any], status: int = 200) -> Response:
    return Response(status, json.dumps(document) + "\n", content_type="application/json")
