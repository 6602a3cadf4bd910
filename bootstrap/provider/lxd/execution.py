"""Commands on a machine. LXD records what they print, and it is fetched afterwards; where only the code is wanted,
nothing is recorded: two requests instead of six.

pylxd's execute() reads it from websockets instead, which have no deadline and may lose the end of a long output.
The machine's own `timeout` ends a command that takes too long: LXD has no way to end it.
"""

import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from ..contract import Outcome, ProviderError, Timeout
from .api import Api

GRACE: Final = 5  # seconds between SIGTERM and SIGKILL
ANSWER: Final = 30.0  # seconds that LXD may need besides
ENDED: Final = (124, 137)  # what timeout(1) exits with: ended by SIGTERM, and by SIGKILL
# The file is open before it is gone, so that nothing of a secret stays behind whatever the command does.
FROM_FILE: Final = 'exec <"$1" && rm -f -- "$1" && shift && exec "$@"'


def command(argv: Sequence[str], timeout: float, stdin: str = "") -> list[str]:
    """The command with its deadline, reading the file `stdin`, or nothing."""
    seconds = max(1, round(timeout))
    reading = ["sh", "-c", FROM_FILE, "sh", stdin or "/dev/null"] if stdin else []
    return ["timeout", f"--kill-after={GRACE}", str(seconds), *reading, *argv]


def overdue(code: int, timeout: float, took: float) -> bool:
    """Whether the deadline ended the command: the same codes can also be its own."""
    return code in ENDED and took >= max(1, round(timeout))


def execute(
    api: Api, name: str, argv: Sequence[str], timeout: float, stdin: bytes = b"", *, silent: bool = False
) -> Outcome:
    """Run a command of a running machine. `silent`: what it prints is thrown away there."""
    place = f"machine {name}"
    file = f"/run/.hagen-{secrets.token_hex(8)}" if stdin else ""
    if stdin:
        headers = {"X-LXD-type": "file", "X-LXD-mode": "0600", "X-LXD-uid": "0", "X-LXD-gid": "0"}
        if not api.upload(place, "instances", name, "files", content=stdin, headers=headers, path=file):
            raise ProviderError(place, "it has no /run", "Choose an image with systemd.")
    body = {
        "command": command(argv, timeout, file),
        "environment": {},
        "interactive": False,
        "record-output": not silent,
        "wait-for-websocket": False,
    }
    begin = time.monotonic()
    operation = api.act(place, "post", "instances", name, "exec", body=body, within=timeout + GRACE + ANSWER)
    outcome = _outcome(api, place, operation)
    if overdue(outcome.code, timeout, time.monotonic() - begin):
        raise Timeout(place, f"{argv[0]} was not done within {timeout:.0f} seconds, and was ended", "")
    return outcome


def _outcome(api: Api, place: str, operation: Mapping[str, Any]) -> Outcome:
    result = operation.get("metadata") or {}
    code = result.get("return")
    if not isinstance(code, int) or code < 0:
        remedy = "Look whether the machine still runs."
        raise ProviderError(place, "LXD does not say how the command ended", remedy, again=True)
    output = result.get("output") or {}
    return Outcome(code, *(_taken(api, place, output.get(stream, "")) for stream in ("1", "2")))


def _taken(api: Api, place: str, url: str) -> bytes:
    """A recorded stream, which is then removed. LXD 6 keeps them in another folder than 5.0: the answer says where."""
    path = [part for part in url.partition("?")[0].split("/") if part][1:]  # without the API's version
    if not path:
        return b""
    recorded = api.content(place, *path)
    if recorded is None:
        raise ProviderError(place, "LXD has lost what the command printed", "")
    with suppress(ProviderError):  # a leftover log of LXD's is none of the command's business
        api.act(place, "delete", *path, within=ANSWER)
    return recorded[0]
