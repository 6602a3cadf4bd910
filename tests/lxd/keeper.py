"""Holds a site (site.py) with all that runs in it, and ends it as soon as the tests' process is gone.

Started in the host's own namespaces. Standard input: the life line; its first line is the site's plan. Output: one JSON
line, {"pid": of the site's first process} or {"error": text}. The site is a process namespace: when its first process
dies the kernel ends the rest, and mounts, network, loop devices go with them. Only control groups have to be removed.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
SITE = Path(__file__).with_name("site.py")
COMMAND = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", sys.executable, str(SITE)]


def remove_cgroups() -> None:
    """What liblxc left, below whatever control group the tests ran in. A group with a process in it is somebody's."""
    for folder, below, _ in os.walk(CGROUPS):
        for name in [name for name in below if name.startswith(("lxc.payload", "lxc.monitor", "lxc.pivot"))]:
            below.remove(name)
            remove_unused(Path(folder, name))


def remove_unused(group: Path) -> None:
    """A control group and those below it, when no process is in any."""
    folders = [Path(folder) for folder, _, _ in os.walk(group, topdown=False)]
    try:
        if not any((folder / "cgroup.procs").read_text() for folder in folders):
            for folder in folders:
                folder.rmdir()
    except OSError:
        return  # used after all


def first_process(outside: int) -> int:
    """The site's first process as the host numbers it."""
    return int(Path(f"/proc/{outside}/task/{outside}/children").read_text().split()[0])


def end(site: subprocess.Popen[str]) -> None:
    """Kill the first process; unshare follows when the kernel has ended all the others."""
    try:
        os.kill(first_process(site.pid), signal.SIGKILL)
    except (IndexError, OSError):
        site.kill()  # there is none yet, or no longer
    site.wait()


def main() -> None:
    """Start the site, say where it is, wait for the end of the life line, end it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if not (plan := sys.stdin.readline()):
        return
    remove_cgroups()  # of a site whose keeper was killed
    with subprocess.Popen(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as site:
        assert site.stdin is not None
        assert site.stdout is not None
        assert site.stderr is not None
        try:
            site.stdin.write(plan)
            site.stdin.flush()
            line = site.stdout.readline()
            answer = json.loads(line) if line else {"error": f"no site: {site.stderr.read()}"}
            if "error" not in answer:
                answer["pid"] = first_process(site.pid)
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
            sys.stdin.read()
        finally:
            end(site)
    remove_cgroups()


if __name__ == "__main__":
    main()
