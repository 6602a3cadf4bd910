"""A lab leaves nothing behind, however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hagen.bootstrap.provider.contract import Image, Wanted
from hagen.bootstrap.provider.lxd import LxdProvider, Server
from tests.lxd.lab import BRIDGE, KEEPER
from tests.lxd.requirements import need_lxd
from tests.support import ROOT

pytestmark = [pytest.mark.lxd, pytest.mark.timeout(900)]


def traces() -> dict[str, object]:
    """What a lab could leave, as it is now; of other programs on this machine nothing."""
    mounts = Path("/proc/mounts").read_text().splitlines()
    rules = subprocess.check_output(["nft", "list", "tables"], text=True)
    loops = subprocess.check_output(["losetup", "--noheadings", "--list"], text=True)
    return {
        "loops": [line for line in loops.splitlines() if "/one/disks" in line],
        "groups": sorted(folder for folder, _, _ in os.walk("/sys/fs/cgroup") if "/lxc." in folder),
        "links": [link.name for link in Path("/sys/class/net").iterdir() if link.name in {"switch", "to-one", BRIDGE}],
        "rules": [line for line in rules.splitlines() if "lxd" in line],
        "forwarding": Path("/proc/sys/net/ipv4/ip_forward").read_text(),
        "mounts": [line for line in mounts if line.startswith(("site ", "lxcfs ")) or "/lxd" in line],
        "folders": sorted(path.name for place in ("/mnt", "/run/netns") for path in Path(place).glob("*")),
    }


def namespaces(pid: int) -> set[str]:
    """Its process, network and mount namespaces."""
    return {str(Path(f"/proc/{pid}/ns/{kind}").readlink()) for kind in ("pid", "net", "mnt")}


def inhabitants(of: set[str]) -> set[int]:
    """The processes that are in one of them."""
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and namespaces(int(entry.name)) & of:
                found.add(int(entry.name))
        except OSError:
            continue
    return found


@pytest.fixture
def holder() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that holds a lab with a running machine, and the socket of its LXD."""
    need_lxd()
    command = [sys.executable, "-m", "tests.lxd"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        socket = process.stdout.readline().strip()
        provider = LxdProvider(Server(socket).connect, "traces")
        provider.create(
            Wanted("m1", "worker", False, Image("debian"), 1, "256MiB", "", "", BRIDGE, "", "#cloud-config\n{}\n")
        )
        provider.start("m1")
        provider.close()
        yield process, socket
        process.kill()


@pytest.mark.parametrize("end", ["in order", "tests killed", "keeper killed"])
def test_nothing_is_left(end: str, request: pytest.FixtureRequest) -> None:
    need_lxd()
    before = traces()
    process, socket = request.getfixturevalue("holder")
    site = int(socket.split("/")[2])
    keeper = parent(parent(site))
    own = namespaces(site) - namespaces(os.getpid())
    assert len(own) == 3
    assert len(inhabitants(own)) > 5
    assert traces()["loops"] != before["loops"]
    assert traces()["groups"] != before["groups"]
    if end == "in order":
        process.stdin.close()
        assert process.wait(60) == 0
    elif end == "tests killed":
        process.kill()
    else:
        os.kill(keeper, signal.SIGKILL)
        process.kill()
        wait_until(lambda: not inhabitants(own))
        # Nobody is there any more to remove empty control groups: the next keeper does it.
        subprocess.run([sys.executable, KEEPER], input="{}\n", text=True, check=True, capture_output=True)
    wait_until(lambda: not inhabitants(own) and traces() == before)
    assert inhabitants(own) == set()
    assert traces() == before


def wait_until(holds: Callable[[], bool], patience: float = 60) -> None:
    """Whether it ever held is for the caller to see."""
    end = time.monotonic() + patience
    while not holds() and time.monotonic() < end:
        time.sleep(0.2)


def parent(pid: int) -> int:
    """Its parent's process id."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
