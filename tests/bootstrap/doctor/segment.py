"""A network segment: two network namespaces with a cable between them, each kept by a process that does nothing."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from hagen.bootstrap.doctor.host import ThisHost

OURS, THEIRS = "10.196.35.20", "10.196.35.99"


@dataclass(frozen=True)
class Side:
    """One namespace; its interface is called br-test."""

    keeper: int

    @property
    def prefix(self) -> tuple[str, ...]:
        return ("nsenter", f"--net=/proc/{self.keeper}/ns/net", "--")

    @property
    def host(self) -> ThisHost:
        return ThisHost(self.prefix)

    def do(self, *argv: str, stdin: str | None = None) -> None:
        subprocess.run([*self.prefix, *argv], input=stdin, text=True, check=True)


@contextmanager
def segment() -> Iterator[tuple[Side, Side]]:
    """Ours at .20, theirs at .99 of 10.196.35.0/24; a bridge on our side, as LXD has it."""
    with ExitStack() as stack:
        ours, theirs = (Side(stack.enter_context(_kept())) for _ in range(2))
        ours.do("ip", "link", "add", "port", "type", "veth", "peer", "name", "br-test", "netns", str(theirs.keeper))
        ours.do("ip", "link", "add", "br-test", "type", "bridge")
        ours.do("ip", "link", "set", "port", "master", "br-test", "up")
        for side, address in ((ours, OURS), (theirs, THEIRS)):
            side.do("ip", "link", "set", "lo", "up")
            side.do("ip", "address", "add", f"{address}/24", "dev", "br-test")
            side.do("ip", "link", "set", "br-test", "up")
        yield ours, theirs


@contextmanager
def _kept() -> Iterator[int]:
    """The namespace goes with its process, and with it everything in it."""
    command = ["unshare", "--net", "--", "sh", "-c", "echo; exec sleep 300"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield process.pid
        finally:
            process.kill()
