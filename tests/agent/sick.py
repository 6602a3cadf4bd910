"""Every way in which a target can be sick, for every collector that asks one over the network.

`SICK_PLAIN`: of a target without TLS; those of one with TLS are SICK_BELOW_HTTP and, above it, SICK_HTTP. The quick ones
end by themselves; the patient ones end by the deadline, so that many are met at the same time.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from tests.agent.kubernetes.fixtures import Hall
from tests.agent.kubernetes.serving import Handler, blackhole, drips, endless, garbage, refusing, resets, says, silent

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
_CHUNKED = _HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
SICK_HTTP: dict[str, Handler] = {
    "silent": silent,
    "reset": resets,
    "garbage": garbage,
    "slow head": drips(_HEAD, 0.02),
    "slow body": drips(_HEAD + b"Content-Length: 100000\r\n\r\n", 0.02),
    "slow chunks": drips(_CHUNKED + b"1\r\na\r\n" * 10000, 0.02),
    "endless head": endless(_HEAD, b"X-More: and more\r\n" * 1000),
    "endless line": endless(b"HTTP/1.1 200 ", b"x" * 65536),
    "endless body": endless(_HEAD + b"\r\n", b"etcd_something 1\n" * 4000),
    "endless chunks": endless(_CHUNKED, b"ffff\r\n" + b"x" * 65535 + b"\r\n"),
    "half an answer": says(_HEAD + b"Content-Length: 100000\r\n\r\nhalf"),
    "another protocol": says(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "continue for ever": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
}
SICK_PLAIN = ("refused", "blackhole", *SICK_HTTP)
QUICK = ("refused", "reset", "endless line", "endless head")
PATIENT = ("blackhole", "silent", "slow head", "slow body", "slow chunks")
QUICK_TLS = ("refused", "reset", "endless", "expired", "another CA")
# Of these the target itself was asked and gave nothing back; the rest sends what is no answer.
IN_VAIN = {"refused", "blackhole", "silent", "reset", "slow head", "slow body", "slow chunks", "half an answer"}


def sick_plain(hall: Hall, name: str, stack: ExitStack | None = None) -> str:
    """The URL of a plain target with this sickness."""
    if name in {"refused", "blackhole"}:
        url = (stack or hall.stack).enter_context({"refused": refusing, "blackhole": blackhole}[name]())
    else:
        url = hall.plain(SICK_HTTP[name]).url
    return url.replace("https:", "http:")


def assert_nothing_leaks(once: Callable[[], object], held: Callable[[], int], *, beside: int = 1) -> None:
    """After a warm-up, 1,000 rounds leave as many threads and sockets as there were. `beside`: at the same time."""
    for _ in range(3):
        once()
    before = held(), threading.active_count()
    with ThreadPoolExecutor(beside) as executor:
        for round_ in [executor.submit(once) for _ in range(1000)]:
            round_.result()
    sockets, threads = held(), threading.active_count()
    assert sockets <= before[0]
    assert threads <= before[1]
