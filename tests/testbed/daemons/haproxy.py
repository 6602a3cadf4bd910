"""haproxy of a load balancer, with the configuration as it was rendered, at its real place."""

import csv
import resource
import shutil
import socket
from pathlib import Path

from tests.testbed.context import Context
from tests.testbed.errors import TestbedError
from tests.testbed.host import Daemon, Host

NAME = "haproxy"
_PROGRAM = "/usr/sbin/haproxy"
_FILES = 524288  # DefaultLimitNOFILE of systemd


def process_name(host: Host, context: Context) -> str:
    """keepalived's track_process looks at the whole machine, so that each load balancer's haproxy has its own name."""
    return f"hap{context.identity}{context.cluster.of('load-balancer').index(host.name)}"[:15]


def install(host: Host, context: Context) -> None:
    """Put the files where they belong, and have haproxy itself judge them."""
    etc, run = host.directory / "etc/haproxy", host.directory / "run/haproxy"
    etc.mkdir(parents=True)
    run.mkdir(parents=True)
    (etc / "haproxy.cfg").write_bytes(context.settings.haproxy(host.name))
    shutil.copy(context.certificates.ca, etc / "cluster-ca.crt")
    shutil.copy(_PROGRAM, program(host, context))
    host.mounts |= {etc: "/etc/haproxy", run: "/run/haproxy"}
    verdict = host.run(_PROGRAM, "-c", "-f", "/etc/haproxy/haproxy.cfg")
    if verdict.returncode != 0:
        raise TestbedError(f"{host.name} haproxy refuses its configuration:\n{verdict.stderr}")


def program(host: Host, context: Context) -> Path:
    """The copy of haproxy that runs on this host."""
    return host.directory / process_name(host, context)


def daemon(host: Host, context: Context) -> Daemon:
    """Master and worker, as the systemd unit starts it."""
    argv = (
        str(program(host, context)), "-W", "-f", "/etc/haproxy/haproxy.cfg", "-p", "/run/haproxy/haproxy.pid",
        "-S", "/run/haproxy/master.sock", *_connections(),
    )  # fmt: skip
    return Daemon(NAME, argv, restarted=context.settings.restarts_haproxy)


def _connections() -> tuple[str, ...]:
    """Fewer connections than the rendered file has, where this machine's limit of open files is below systemd's."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return () if hard >= _FILES else ("-n", str(hard // 4))


def problem(host: Host, _: Context) -> str:
    """Empty when every server that it checks is up."""
    return not_up(host.directory / "run/haproxy/admin.sock")


def not_up(admin: Path) -> str:
    """Empty when every server is up, of the haproxy behind this stats socket."""
    try:
        found = states(admin)
    except OSError as failure:
        return f"does not answer: {failure}"
    return ", ".join(f"{name} {state}" for name, state in found.items() if state not in {"UP", "no check"})


def servers(host: Host) -> dict[str, str]:
    """State of each server, by backend/server, as `show stat` says it."""
    return states(host.directory / "run/haproxy/admin.sock")


def states(admin: Path) -> dict[str, str]:
    """The same, of the haproxy behind any stats socket."""
    text = ask(admin, "show stat")
    rows = csv.DictReader(text.lstrip("# ").splitlines())
    return {
        f"{row['pxname']}/{row['svname']}": row["status"]
        for row in rows
        if row["svname"] not in {"FRONTEND", "BACKEND"}
    }


def ask(admin: Path, command: str, timeout: float = 2) -> str:
    """One command to the stats socket."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(timeout)
        connection.connect(str(admin))
        connection.sendall(command.encode() + b"\n")
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer.decode()
