"""What the API server's stand-in has to do with its local etcd."""

import asyncio
import base64
import json
import ssl
import time
from pathlib import Path
from typing import Any

from tests.testbed.standins.arguments import Origin
from tests.testbed.standins.upstream import Upstream, UpstreamError

_INTERVAL = 0.2
_TIMEOUT = 1.0
_STALE = 1.0
_KEY = base64.b64encode(b"testbed/kv").decode()


class EtcdError(Exception):
    """etcd answered, and not with what was asked for."""


def client_context(ca: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    """kube-apiserver's client certificate for etcd. Host names differ between testbeds and are not looked at."""
    context = ssl.create_default_context(cafile=ca)
    context.check_hostname = False
    context.load_cert_chain(certificate, key)
    return context


class Readiness:
    """The last verdict of etcd's /health, which in etcd 3.4 is a read with quorum."""

    def __init__(self, metrics: Origin) -> None:
        self._upstream = Upstream(metrics)
        self._reason = "not asked yet"
        self._since = time.monotonic()

    def problem(self) -> str:
        """Empty when etcd is healthy, as far as is known."""
        age = time.monotonic() - self._since
        return self._reason or (f"silent for {age:.1f} s" if age > _STALE else "")

    async def watch(self) -> None:
        """Ask for ever."""
        while True:
            began = time.monotonic()
            self._reason = await self._ask()
            self._since = time.monotonic()
            await asyncio.sleep(max(0.0, _INTERVAL - (self._since - began)))

    async def _ask(self) -> str:
        try:
            status, body = await self._upstream.ask("GET", "/health", patience=_TIMEOUT)
            healthy = json.loads(body).get("health") == "true"
        except (OSError, UpstreamError, ValueError, AttributeError) as failure:
            return f"{type(failure).__name__} {failure}".strip()
        return "" if status == 200 and healthy else body.decode(errors="replace").strip()[:200] or "not healthy"


class KeyValue:
    """One key, through the JSON gateway of etcd's v3 API."""

    def __init__(self, origin: Origin, context: ssl.SSLContext) -> None:
        self._upstream = Upstream(origin, context)

    async def write(self, value: str) -> int:
        """Revision of a write, which a quorum has."""
        answer = await self._call("/v3/kv/put", {"key": _KEY, "value": base64.b64encode(value.encode()).decode()})
        return int(answer.get("header", {}).get("revision", 0))

    async def read(self, *, serializable: bool) -> int:
        """Revision of the last write: as the quorum, or as this member alone knows it; 0 before the first."""
        answer = await self._call("/v3/kv/range", {"key": _KEY, "serializable": serializable})
        found = answer.get("kvs", [])
        return int(found[0].get("mod_revision", 0)) if found else 0

    async def _call(self, path: str, question: dict[str, Any]) -> dict[str, Any]:
        status, body = await self._upstream.ask("POST", path, json.dumps(question).encode(), patience=_TIMEOUT)
        if status != 200:
            raise EtcdError(body.decode(errors="replace").strip()[:200])
        answer: dict[str, Any] = json.loads(body)
        return answer
