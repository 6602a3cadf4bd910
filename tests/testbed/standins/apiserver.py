"""Stand-in for kube-apiserver on a control plane.

/livez, /version        200 while the process runs
/readyz, /healthz       200 while the local etcd says that it is healthy, else 500; ?exclude=etcd leaves etcd out
/kv                     a write through the local etcd; ?read=linearizable and ?read=serializable: reads
/api, /apis             what the agent asks of Kubernetes, see kubernetes.py; needs a token, and a quorum of etcd
/watch                  one line `<name> <sequence> <monotonic time>` each 50 ms
The first word of every plain answer is the name of the server that gave it.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from tests.testbed.standins import arguments
from tests.testbed.standins.behaviour import Mode
from tests.testbed.standins.commands import commands_of, no_words, take_commands
from tests.testbed.standins.connection import Service
from tests.testbed.standins.etcd import EtcdError, KeyValue, Readiness, client_context
from tests.testbed.standins.http1 import STREAM, Request, Response
from tests.testbed.standins.kubernetes import Kubernetes, failure_of
from tests.testbed.standins.listeners import listen
from tests.testbed.standins.program import run
from tests.testbed.standins.upstream import UpstreamError

# Of kube-apiserver's 60 s for requests under way: nothing here takes longer, unless it hangs.
_PATIENCE = 2.0
_MODES = [Mode.NORMAL, Mode.SLOW, Mode.HANG, Mode.ERROR, Mode.UNREADY]


class ApiServer:
    """What it answers, by path."""

    def __init__(self, options: argparse.Namespace) -> None:
        context = client_context(options.etcd_ca, options.etcd_certificate, options.etcd_key)
        self.service = Service(options.name, self.answer)
        self.readiness = Readiness(options.etcd_metrics)
        self.draining = asyncio.Event()
        self._name: str = options.name
        self._etcd_in_livez: bool = options.etcd_in_livez
        self._store = KeyValue(options.etcd, context)
        self._kubernetes = Kubernetes.read(options.kubernetes) if options.kubernetes else None

    def answer(self, request: Request, _: str) -> Response | Coroutine[Any, Any, Response]:
        """The answer of a server that is well."""
        if request.method not in {"GET", "HEAD"}:
            return Response(405, f"{self._name} takes GET only\n", {"Allow": "GET, HEAD"})
        match request.path:
            case "/livez" | "/readyz" | "/healthz":
                return self._health(request)
            case "/version":
                version = json.dumps({"major": "1", "minor": "0", "gitVersion": f"v1.0.0-standin+{self._name}"})
                return Response(200, version + "\n", {"X-Served-By": self._name}, "application/json")
            case "/kv":
                return self._key_value(request.option("read"))
            case "/watch":
                return STREAM
        if self._kubernetes is not None and request.path.startswith(("/api/", "/apis/")):
            if self.readiness.problem():  # every one of these is read from etcd, with quorum
                return failure_of(500, "InternalError", "Internal error occurred: etcdserver: request timed out")
            return self._kubernetes.answer(request)
        return Response(404, f"{self._name} has no {request.path}\n")

    def tasks(self) -> list[Coroutine[Any, Any, None]]:
        """What goes on beside answering."""
        found = [self.readiness.watch()]
        if self._kubernetes is not None:
            found.append(self._kubernetes.note())
        return found

    def status(self) -> dict[str, Any]:
        """For the control socket."""
        found = self.service.status() | {"etcd": self.readiness.problem() or "ok"}
        return found | {"mode": "drain"} if self.draining.is_set() else found

    def _health(self, request: Request) -> Response:
        kind = request.path.strip("/")
        checks = {"ping": True}
        if kind != "livez" or self._etcd_in_livez:
            checks["etcd"] = not self.readiness.problem()
        if kind != "livez":
            checks["testbed"] = self.service.behaviour.mode is not Mode.UNREADY
        if kind == "readyz":  # alone, in kube-apiserver too
            checks["shutdown"] = not self.draining.is_set()
        for excluded in request.query.get("exclude", []):
            checks.pop(excluded, None)
        if all(checks.values()):
            return Response(200, f"{self._name} ok\n")
        lines = [f"[+]{check} ok" if well else f"[-]{check} failed: reason withheld" for check, well in checks.items()]
        return Response(500, "\n".join([f"{self._name} {kind} check failed", *lines]) + "\n")

    async def _key_value(self, read: str | None) -> Response:
        try:
            if read is None:
                return Response(200, f"{self._name} written {await self._store.write(str(time.time()))}\n")
            if read not in {"linearizable", "serializable"}:
                return Response(400, f"{self._name} read is linearizable or serializable\n")
            revision = await self._store.read(serializable=read == "serializable")
        except TimeoutError:
            return Response(504, f"{self._name} etcd did not answer in time\n")
        except (OSError, UpstreamError, EtcdError) as failure:
            return Response(500, f"{self._name} etcd: {failure}\n")
        return Response(200, f"{self._name} read {revision}\n")


async def serve(options: argparse.Namespace, told_to_end: asyncio.Event) -> None:
    """Until it is drained."""
    server = ApiServer(options)
    service = server.service

    async def drain(words: list[str]) -> None:
        no_words(words)
        told_to_end.set()
        server.draining.set()

    async def status(words: list[str]) -> str:
        no_words(words)
        return json.dumps(server.status())

    watching = [asyncio.create_task(task) for task in server.tasks()]
    commands = commands_of(service, _MODES) | {"drain": drain, "status": status}
    control = await take_commands(options.control, commands)
    context = arguments.server_context(options.certificate, options.key)
    listeners = [await listen(service, endpoint, context) for endpoint in options.listen]

    await told_to_end.wait()
    server.draining.set()
    await asyncio.sleep(options.shutdown_delay)
    for listener in listeners:
        listener.close()
    service.close()
    await service.emptied(_PATIENCE)
    control.close()
    for task in watching:
        task.cancel()


def main() -> None:
    """Read the command line and serve."""
    parser = arguments.parser(__doc__)
    parser.add_argument("--listen", required=True, action="append", type=arguments.endpoint, help="may come repeatedly")
    parser.add_argument("--etcd", required=True, type=arguments.origin)
    parser.add_argument("--etcd-metrics", required=True, type=arguments.origin)
    for name in ("certificate", "key", "etcd-ca", "etcd-certificate", "etcd-key", "control"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--kubernetes", type=Path, help="JSON: the objects that it has")
    parser.add_argument("--shutdown-delay", type=float, default=0.0, help="seconds between unready and closed")
    parser.add_argument("--etcd-in-livez", action="store_true", help="/livez asks etcd too, as kube-apiserver's does")
    options = parser.parse_args()
    run(lambda told_to_end: serve(options, told_to_end))


if __name__ == "__main__":
    main()
