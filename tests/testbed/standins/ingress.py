"""Stand-in for the ingress on a worker's NodePorts.

Every path answers 200 `<name> <client address> <path>`; /slow?seconds=N after N seconds; /stream sends a line
`<name> <sequence> <monotonic time>` each 50 ms.
"""

import argparse
import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.testbed.standins import arguments
from tests.testbed.standins.behaviour import Mode
from tests.testbed.standins.commands import commands_of, no_words, take_commands
from tests.testbed.standins.connection import Service
from tests.testbed.standins.http1 import STREAM, Request, Response
from tests.testbed.standins.listeners import Listener, listen, listen_behind_proxy
from tests.testbed.standins.program import run

if TYPE_CHECKING:
    import ssl

_MODES = [Mode.NORMAL, Mode.SLOW, Mode.HANG, Mode.ERROR]


class Ingress:
    """The worker's ingress pod and its ports."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.service = Service(options.name, self.answer)
        context = arguments.server_context(options.certificate, options.key)
        self._listen = listen_behind_proxy if options.proxy_protocol else listen
        self._ports: list[tuple[arguments.Endpoint, ssl.SSLContext | None]] = [
            (options.listen, None),
            (options.tls_listen, context),
        ]
        self._listeners: list[Listener] = []
        self._name: str = options.name

    def answer(self, request: Request, client: str) -> Response | Coroutine[Any, Any, Response]:
        """Any host, any method."""
        if request.path == "/stream":
            return STREAM
        response = Response(200, f"{self._name} {client} {request.path}\n")
        return self._slow(request, response) if request.path == "/slow" else response

    async def back(self) -> None:
        """Open the ports, if they are closed."""
        if not self._listeners:
            self._listeners = [await self._listen(self.service, *port) for port in self._ports]

    def gone(self) -> None:
        """The pod is gone: no worker's port leads to it, and its connections are dead."""
        for listener in self._listeners:
            listener.close()
        self._listeners = []
        self.service.reset()

    async def _slow(self, request: Request, response: Response) -> Response:
        try:
            seconds = float(request.option("seconds") or "")
        except ValueError:
            return Response(400, f"{self._name} seconds is a number\n")
        await asyncio.sleep(seconds)
        return response


async def serve(options: argparse.Namespace, told_to_end: asyncio.Event) -> None:
    """Until SIGTERM."""
    ingress = Ingress(options)

    async def gone(words: list[str]) -> None:
        if words not in ([], ["refuse"]):
            raise ValueError("takes refuse or nothing")
        ingress.gone()

    async def back(words: list[str]) -> None:
        no_words(words)
        await ingress.back()

    commands = commands_of(ingress.service, _MODES) | {"gone": gone, "back": back}
    control = await take_commands(options.control, commands)
    await ingress.back()
    await told_to_end.wait()
    ingress.gone()
    control.close()


def main() -> None:
    """Read the command line and serve."""
    parser = arguments.parser(__doc__)
    parser.add_argument("--listen", required=True, type=arguments.endpoint)
    parser.add_argument("--tls-listen", required=True, type=arguments.endpoint)
    parser.add_argument("--proxy-protocol", action="store_true", help="every connection begins with PROXY protocol v2")
    for name in ("certificate", "key", "control"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    options = parser.parse_args()
    run(lambda told_to_end: serve(options, told_to_end))


if __name__ == "__main__":
    main()
