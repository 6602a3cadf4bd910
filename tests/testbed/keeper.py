"""Holds a lab's network namespaces, and ends all that runs in them as soon as the lab's own process is gone.

Runs in a mount namespace of its own (`unshare --mount`) with a private /run: the namespaces' names, keepalived's and
haproxy's run files exist only in there and vanish with the last process, even after kill -9 of everything.
Argument: the lab's folder, which is removed at the end. Standard input: the lab's life line. First line in: JSON
{"switch": name, "hosts": [{"name", "address": "192.0.2.1/24", "interface", "port"}]}. First line out: "ready".
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

NAMES = Path("/run/netns")


def ip(*arguments: str, batch: Iterable[str] = ()) -> None:
    """One call of ip; `batch` holds lines of `ip -batch`."""
    lines = "\n".join(batch)
    command = ["ip", *arguments, *(["-batch", "-"] if lines else [])]
    subprocess.run(command, input=lines, text=True, check=True, capture_output=True)


def build(switch: str, hosts: list[dict[str, str]]) -> None:
    """A bridge in a namespace of its own, and one namespace with one cable to it for each host."""
    ip(batch=[f"netns add {name}" for name in (switch, *(host["name"] for host in hosts))])
    cables = [
        f"link add {host['interface']} netns {host['name']} type veth peer name {host['port']} netns {switch}"
        for host in hosts
    ]
    ip("-n", switch, batch=["link add bridge type bridge stp_state 0 forward_delay 0", "link set bridge up", *cables])
    ip("-n", switch, batch=[f"link set {host['port']} master bridge up" for host in hosts])
    for host in hosts:
        device = host["interface"]
        lines = ["link set lo up", f"addr add {host['address']} dev {device}", f"link set {device} up"]
        ip("-n", host["name"], batch=lines)


def inhabitants(namespaces: set[str]) -> list[int]:
    """Process ids whose network namespace is one of these (as /proc/PID/ns/net shows it)."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if str((entry / "ns/net").readlink()) in namespaces:
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def clear(namespaces: set[str], patience: float = 10) -> None:
    """Kill until nobody is left in these namespaces."""
    end = time.monotonic() + patience
    while (pids := inhabitants(namespaces)) and time.monotonic() < end:
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.02)


def remove(directory: Path, patience: float = 10) -> None:
    """Whoever is about to die may still write into it."""
    end = time.monotonic() + patience
    while directory.exists() and time.monotonic() < end:
        shutil.rmtree(directory, ignore_errors=True)
        time.sleep(0.05)


def main() -> None:
    """Build, say so, wait for the end of the life line, clear up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    directory = Path(sys.argv[1])
    if not (first := sys.stdin.readline()):
        remove(directory)
        return
    plan = json.loads(first)
    subprocess.run(["mount", "-t", "tmpfs", "testbed", "/run"], check=True)
    for name in ("netns", "haproxy", "keepalived", "hagen-agent", "mysqld"):
        Path("/run", name).mkdir()
    namespaces: set[str] = set()
    try:
        build(plan["switch"], plan["hosts"])
        namespaces = {f"net:[{path.stat().st_ino}]" for path in NAMES.iterdir()}
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()
    finally:
        clear(namespaces)
        for path in sorted(NAMES.iterdir()):
            subprocess.run(["ip", "netns", "delete", path.name], check=False, capture_output=True)
        remove(directory)


if __name__ == "__main__":
    main()
