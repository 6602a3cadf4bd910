"""Fixtures of everything that talks to an API server; a conftest.py takes them from here."""

import asyncio
import gc
import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from hagen.agent.kubernetes.client import Client
from hagen.agent.kubernetes.credentials import TokenFiles
from tests.agent.kubernetes.certificates import Authority, authority, serving
from tests.agent.kubernetes.serving import (
    Handler,
    Loop,
    Server,
    blackhole,
    drips,
    endless,
    garbage,
    refusing,
    resets,
    says,
    silent,
)

TOKEN = "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"  # noqa: S105 - nobody's
# The first bytes of a handshake message that never ends.
STALL = b"\x16\x03\x03\x40\x00\x02\x00"
SICK_BELOW_HTTP = (
    "refused", "blackhole", "silent", "tls-stall", "tls-drip", "reset", "garbage", "endless",
    "expired", "not yet valid", "another CA", "another address",
)  # fmt: skip


@dataclass
class Hall:
    """Starts API servers and clients of them, all gone at the end of the test."""

    loop: Loop
    authority: Authority
    stranger: Authority
    stack: ExitStack
    token: Path

    def serve(self, handler: Handler, pair: str = "good") -> Server:
        owner = self.stranger if pair == "stranger" else self.authority
        return self.stack.enter_context(Server(self.loop, handler, serving(owner.directory / f"{pair}.pem")))

    def plain(self, handler: Handler) -> Server:
        return self.stack.enter_context(Server(self.loop, handler))

    def client(self, *urls: str) -> Client:
        return Client(urls, TokenFiles(self.token, self.authority.path))

    def sick(self, name: str, handler: Handler) -> str:
        """The URL of a server that is sick below HTTP; `handler` is what it would do."""
        certificates = {
            "expired": "expired",
            "not yet valid": "early",
            "another CA": "stranger",
            "another address": "elsewhere",
        }
        if name in certificates:
            return self.serve(handler, certificates[name]).url
        if name in {"refused", "blackhole"}:
            return self.stack.enter_context({"refused": refusing, "blackhole": blackhole}[name]())
        tcp = {
            "silent": silent, "reset": resets, "garbage": garbage,
            "tls-stall": says(STALL), "tls-drip": drips(STALL), "endless": endless(b"", STALL[:5] + bytes(16384)),
        }  # fmt: skip
        return self.plain(tcp[name]).url


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    made = Loop()
    yield made
    made.close()


@pytest.fixture(scope="session")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> tuple[Authority, Authority]:
    directory = tmp_path_factory.mktemp("pki")
    ours, theirs = authority(directory / "ours"), authority(directory / "theirs")
    ours.pair("good")
    ours.pair("expired", starts=timedelta(days=-2))
    ours.pair("early", starts=timedelta(days=2))
    ours.pair("elsewhere", address="192.0.2.1")
    theirs.pair("stranger")
    return ours, theirs


@pytest.fixture
def hall(loop: Loop, authorities: tuple[Authority, Authority], tmp_path: Path) -> Iterator[Hall]:
    token = tmp_path / "token"
    token.write_text(TOKEN + "\n")
    with ExitStack() as stack:
        yield Hall(loop, *authorities, stack, token)


@pytest.fixture
def held(loop: Loop) -> Callable[[], int]:
    """How many sockets this process holds, once its servers have let go of theirs."""

    def count() -> int:
        least = 10**6
        for _ in range(20):
            targets = map(_target, Path("/proc/self/fd").iterdir())
            least = min(least, sum(target.startswith("socket:") for target in targets))
            loop.run(asyncio.sleep(0.02))
        return least

    return count


def _target(descriptor: Path) -> str:
    """What a descriptor is of; empty when the servers' threads closed it meanwhile."""
    try:
        return str(descriptor.readlink())
    except FileNotFoundError:
        return ""


@dataclass(frozen=True)
class Resources:
    """What a process holds."""

    sockets: int
    threads: int
    resident: int  # bytes


def resources(held: Callable[[], int]) -> Resources:
    """Now, after the garbage has been collected."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return Resources(held(), threading.active_count(), pages * resource.getpagesize())


def keeps_nothing(rounds: int, act: Callable[[], object], held: Callable[[], int], *, megabytes: float) -> None:
    """Do it again and again: no socket and no thread stays, and memory stops growing once the allocator has had its
    share. `megabytes`: of noise; the servers live in this process as well."""
    for _ in range(rounds // 5):
        act()
    before = resources(held)
    for _ in range(rounds):
        act()
    after = resources(held)
    assert after.sockets <= before.sockets
    assert after.threads <= before.threads
    assert after.resident - before.resident < megabytes * 2**20
