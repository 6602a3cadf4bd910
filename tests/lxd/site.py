"""The first process of a site: LXD daemons, each in a network namespace of its own, all on one bridge.

First line of standard input: JSON {"servers": [{"name", "address": "192.0.2.1", "preseed": text, "virtual": bool,
"joins": name of a server or "", "images": {alias: path}}], "memory": "8G"}. Answer: {} or {"error": text}. Lives until it is killed,
or its standard input ends.
Everything below /mnt and /run is memory that only this site sees; from outside it is /proc/PID/root/mnt/NAME.
"""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
HOME = Path("/mnt")
READY_SECONDS = 120
FILESYSTEM = """
mkdir -p "$1/cgroup"
mount --rbind /sys/fs/cgroup "$1/cgroup"
mount -t sysfs sysfs /sys
mount --rbind "$1/cgroup" /sys/fs/cgroup
shift
exec "$@"
"""


def run(*command: str | Path, stdin: str = "", environment: dict[str, str] | None = None, seconds: float = 300) -> str:
    """What a command prints, which has to succeed."""
    done = subprocess.run(
        [str(part) for part in command],
        input=stdin, text=True, check=False, capture_output=True, timeout=seconds, env=environment,
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.stdout[-1000:]}{done.stderr[-2000:]}")
    return done.stdout


def private(memory: str) -> None:
    """Folders of its own."""
    run("mount", "-t", "tmpfs", "-o", f"size={memory},mode=755", "site", HOME)
    run("mount", "-t", "tmpfs", "-o", "mode=755", "site", "/run")
    Path("/run/netns").mkdir()
    run("mount", "--make-rprivate", "/")


def cable(switch: str, name: str, address: str) -> None:
    """A network namespace with one card on the switch."""
    run("ip", "netns", "add", name)
    run("ip", "link", "add", "up0", "netns", name, "type", "veth", "peer", "name", f"to-{name}"[:15])
    run("ip", "link", "set", f"to-{name}"[:15], "master", switch, "up")
    run("ip", "-n", name, "link", "set", "lo", "up")
    run("ip", "-n", name, "address", "add", f"{address}/24", "dev", "up0")
    run("ip", "-n", name, "link", "set", "up0", "up")


def environment_of(server: dict[str, Any]) -> dict[str, str]:
    """Where this daemon has its things, and its commands look for it."""
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    home = HOME / server["name"]
    return {
        "LXD_DIR": str(home),
        "LXD_CONF": str(home / "client"),
        "HOME": str(HOME),
        "PATH": f"{HERE / 'stub'}:{path}" if server["virtual"] else path,
        # A profile in the kernel is no namespace's own, and would outlive the site.
        "LXD_SECURITY_APPARMOR": "false",
    }


def daemon(server: dict[str, Any]) -> subprocess.Popen[bytes]:
    """Start it: with the sysfs of its network namespace, and the cgroups still below."""
    home = HOME / server["name"]
    (home / "client").mkdir(parents=True)
    inside = ["lxd", "--group", "root", "--logfile", str(home / "lxd.log")]
    around = ["nsenter", f"--net=/run/netns/{server['name']}", "unshare", "--mount", "--propagation", "slave"]
    with (home / "lxd.out").open("wb") as output:
        return subprocess.Popen(
            [*around, "bash", "-ec", FILESYSTEM, "bash", f"{home}.sys", *inside],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment_of(server),
        )  # fmt: skip


def preseed(plan: dict[str, Any], server: dict[str, Any]) -> str:
    """Its configuration; with a token of the member that it joins in it."""
    text = str(server["preseed"])
    for member in plan["servers"]:
        if member["name"] == server["joins"]:
            printed = run("lxc", "cluster", "add", server["name"], environment=environment_of(member))
            text = text.replace("TOKEN", printed.split()[-1])
    return text


def build(plan: dict[str, Any]) -> None:
    """From nothing to daemons that answer, configured, with images."""
    private(plan["memory"])
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", "switch", "type", "bridge", "stp_state", "0", "forward_delay", "0")
    run("ip", "link", "set", "switch", "up")
    # liblxc knows this one place for it.
    lxcfs = Path("/var/lib/lxcfs")
    if shutil.which("lxcfs") and lxcfs.is_dir():
        subprocess.Popen(
            ["lxcfs", str(lxcfs)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    for server in plan["servers"]:
        cable("switch", server["name"], server["address"])
        daemon(server)
        environment = environment_of(server)
        run("lxd", "waitready", f"--timeout={READY_SECONDS}", environment=environment, seconds=READY_SECONDS + 10)
        # Run where the daemon is: to join, the command itself speaks with the other member.
        there = ["nsenter", f"--net=/run/netns/{server['name']}"]
        run(*there, "lxd", "init", "--preseed", stdin=preseed(plan, server), environment=environment)
        for alias, path in server["images"].items():
            run("lxc", "image", "import", path, "--alias", alias, environment=environment)


def end_with_the_life_line() -> None:
    """The keeper holds the other end, and may be killed."""
    sys.stdin.read()
    os._exit(0)


def main() -> None:
    """Build, answer, and reap the dead for ever: this is process 1 here."""
    plan = json.loads(sys.stdin.readline())
    threading.Thread(target=end_with_the_life_line, daemon=True).start()
    try:
        build(plan)
        answer = {}
    except Exception:  # noqa: BLE001 -- whatever it is, the tests are told
        logs = "".join(log.read_text(errors="replace")[-3000:] for log in HOME.glob("*/lxd.[lo]*"))
        answer = {"error": traceback.format_exc() + logs}
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
    while True:
        try:
            os.wait()
        except ChildProcessError:
            time.sleep(1)  # nothing runs, nothing to reap


if __name__ == "__main__":
    main()
