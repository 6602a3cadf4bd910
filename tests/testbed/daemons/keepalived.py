"""keepalived of a load balancer, with the configuration as it was rendered but for one word.

The word: haproxy's process name in track_process. keepalived counts the processes of the whole machine, which a virtual
machine of its own does not share with its peer, and a namespace does.
"""

import json
import re
import time
from pathlib import Path

from tests.testbed.context import Context
from tests.testbed.daemons.haproxy import process_name
from tests.testbed.errors import TestbedError
from tests.testbed.host import Daemon, Host
from tests.testbed.processes import signal_quietly

NAME = "keepalived"
_SAYS = 2.0  # seconds
_STATE = re.compile(r"\) [Ee]ntering (MASTER|BACKUP|FAULT) STATE", re.IGNORECASE)


def adapted(text: str, process: str) -> str:
    """The rendered configuration with the testbed's process name; nothing else is touched."""
    return re.sub(r"^(\s*process )haproxy$", rf"\g<1>{process}", text, flags=re.MULTILINE)


def install(host: Host, context: Context) -> None:
    """Put the files where they belong, and have keepalived itself judge them."""
    etc, run = host.directory / "etc/keepalived", host.directory / "run/keepalived"
    etc.mkdir(parents=True)
    run.mkdir(parents=True)
    text = context.settings.keepalived(host.name).decode()
    (etc / "keepalived.conf").write_text(adapted(text, process_name(host, context)))
    for name, content in context.settings.scripts(host.name).items():
        (etc / name).write_text(content)
        (etc / name).chmod(0o755)
    (host.directory / "tmp").mkdir()
    host.mounts |= {etc: "/etc/keepalived", run: "/run/keepalived"}
    # keepalived 2.2.7 ends itself with 143 after a good check, unless it is a namespace's first process.
    verdict = host.run("unshare", "--pid", "--fork", "keepalived", "-t", "-l", "-f", "/etc/keepalived/keepalived.conf")
    if context.settings.judged and verdict.returncode != 0:
        raise TestbedError(f"{host.name} keepalived refuses its configuration:\n{verdict.stdout}{verdict.stderr}")


def daemon(host: Host, context: Context) -> Daemon:
    """Started outside of the namespace, which it enters itself: the kernel's process events are heard only outside."""
    argv = (
        "keepalived", "--dont-fork", "--log-console", "--log-detail", "--namespace", host.name,
        "--use-file", "/etc/keepalived/keepalived.conf",
    )  # fmt: skip
    return Daemon(
        NAME,
        argv,
        restarted=context.settings.restarts_keepalived,
        environment={"TMPDIR": str(host.directory / "tmp")},
        own_namespace=False,
    )


def dump_file(host: Host) -> Path:
    """Where it writes what it knows. It would be /tmp on a machine of its own: the testbed's two share that."""
    return host.directory / "tmp/keepalived.json"


def holds(host: Host, address: str) -> bool:
    """The kernel of this host has the address."""
    return f"inet {address}/" in host.run("ip", "-4", "-oneline", "addr", "show").stdout


def state(host: Host) -> str:
    """MASTER, BACKUP or FAULT, as keepalived's own log said last; empty before it said anything."""
    path = host.log(NAME)
    found = _STATE.findall(path.read_text(errors="replace")) if path.exists() else []
    return str(found[-1]).upper() if found else ""


def problem(host: Host, _: Context) -> str:
    """Empty when parent and VRRP child run, and it holds the address or could take it over at once."""
    if len(host.pids("keepalived")) < len(("parent", "VRRP child")):
        return "parent and VRRP child are not both there"
    return "" if (now := state(host)) in {"MASTER", "BACKUP"} else f"in state {now or 'unknown'}"


def weakened(host: Host) -> bool | None:
    """Whether a check that failed still lowers its priority, as keepalived itself says. None when it says nothing."""
    path = dump_file(host)
    path.unlink(missing_ok=True)
    number = host.run("keepalived", "--signum=JSON").stdout.strip()
    parents = host.pids("keepalived")[:1]
    if not number or not parents:
        return None
    signal_quietly(parents[0], int(number))  # a real-time signal, which has no name
    end = time.monotonic() + _SAYS
    while time.monotonic() < end:
        try:
            (instance,) = json.loads(path.read_text())
            data = instance["data"]
            return bool(data["effective_priority"] < data["base_priority"])
        except (OSError, ValueError):
            time.sleep(0.02)  # not yet written, or half
    return None
