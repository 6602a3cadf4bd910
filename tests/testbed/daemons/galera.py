"""A node of the three-node Galera cluster: MariaDB with the provider options that the rendered database has."""

import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pymysql

from tests.testbed.context import ROOT, Context
from tests.testbed.errors import TestbedError
from tests.testbed.host import Daemon, Host
from tests.testbed.namespace import get

NAME = "mariadbd"
HEALTH = "galera-health"
HEALTH_PORT = 9200
# The rendered cache is for real databases; on one disk for three nodes a small one does.
_CACHE = "gcache.size=32M"
_PROVIDER = "/usr/lib/galera/libgalera_smm.so"


def socket_of(host: Host) -> Path:
    """mariadbd's unix socket."""
    return host.directory / "mysql.sock"


def daemon(host: Host, context: Context, *, bootstrap: bool = False) -> Daemon:
    """`bootstrap`: the first of the cluster, which looks for no other."""
    nodes = ",".join(context.hosts[name].address for name in context.cluster.of("worker"))
    options = ";".join([re.sub(r"gcache\.size=[^;]*;?", "", context.settings.provider_options), _CACHE]).lstrip(";")
    argv = (
        "mariadbd", "--no-defaults", "--user=mysql", f"--datadir={host.directory}/mysql", f"--socket={socket_of(host)}",
        f"--pid-file={host.directory}/mysql/pid", f"--tmpdir={host.directory}", "--bind-address=0.0.0.0", "--skip-name-resolve", "--max-connections=300",
        "--innodb-buffer-pool-size=64M", "--innodb-log-file-size=16M", "--innodb-flush-log-at-trx-commit=1",
        "--performance-schema=OFF", "--binlog-format=ROW", "--innodb-autoinc-lock-mode=2", "--log-warnings=2",
        f"--ssl-cert={context.certificates.certificate}", f"--ssl-key={context.certificates.key}",
        "--wsrep-on=ON", f"--wsrep-provider={_PROVIDER}", "--wsrep-cluster-name=testbed",
        f"--wsrep-cluster-address=gcomm://{nodes}", f"--wsrep-node-address={host.address}",
        f"--wsrep-node-name={host.name}", "--wsrep-sst-method=rsync", f"--wsrep-provider-options={options}",
        *(["--wsrep-new-cluster"] if bootstrap else []),
    )  # fmt: skip
    return Daemon(NAME, argv)


def health(host: Host) -> Daemon:
    """What the operator's HAProxy asks a node: is it synced, in a primary component?"""
    listen = f"{host.address}:{HEALTH_PORT}"
    argv = (
        sys.executable, "-m", "tests.testbed.standins.galera_health", "--name", host.name, "--listen", listen,
        "--mysql-socket", str(socket_of(host)),
    )  # fmt: skip
    return Daemon(HEALTH, argv, environment={"PYTHONPATH": str(ROOT)})


def seed(first: Host, context: Context, template: Path) -> None:
    """Data directories of all nodes at one position, so that no node needs a state transfer to join.

    Copied after a clean stop of a one-node cluster: the position stands in grastate.dat and inside InnoDB.
    """
    first.directory.chmod(0o777)
    data = first.directory / "mysql"
    # On the host, so that the keeper ends it with everything else there.
    made = first.run(
        "mariadb-install-db", "--no-defaults", "--user=mysql", f"--datadir={data}", f"--tmpdir={first.directory}", "--skip-test-db",
        "--auth-root-authentication-method=normal", timeout=120,
    )  # fmt: skip
    if made.returncode != 0:
        raise TestbedError(f"mariadb-install-db: {made.stdout}{made.stderr}")
    first.start(daemon(first, context, bootstrap=True))
    _until_synced(first, context)
    for statement in (
        "CREATE DATABASE canary",
        "CREATE USER canary@'%'",
        "GRANT ALL ON canary.* TO canary@'%'",
        # From anywhere: a port-forward ends inside the pod, the testbed's at the address of the node.
        f"CREATE USER hagen_agent@'%' IDENTIFIED BY '{context.agent_password}' REQUIRE SSL",
    ):
        execute(first, statement)
    first.stop(NAME, patience=30)
    shutil.move(data, template)
    for name in ("gvwstate.dat", "galera.cache"):
        (template / name).unlink(missing_ok=True)


def plant(host: Host, template: Path, *, first: bool) -> None:
    """Give a node its data directory; only the first may start a cluster of its own."""
    host.directory.chmod(0o777)
    data = host.directory / "mysql"
    shutil.rmtree(data, ignore_errors=True)
    subprocess.run(["cp", "-a", "--reflink=auto", template, data], check=True)
    state = data / "grastate.dat"
    state.write_text(re.sub(r"safe_to_bootstrap: .", f"safe_to_bootstrap: {int(first)}", state.read_text()))


def execute(host: Host, statement: str) -> list[tuple[object, ...]]:
    """Run a statement as root on this node."""
    connection = pymysql.connect(user="root", autocommit=True, read_timeout=5, defer_connect=True)
    plain = socket.socket(socket.AF_UNIX)
    try:
        plain.settimeout(5)
        plain.connect(str(socket_of(host)))
        connection.connect(plain)
    except BaseException:
        plain.close()
        raise
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def problem(host: Host, context: Context) -> str:
    """Empty when the node is synced in a primary component of all nodes."""
    try:
        status, body = get(host.namespace, host.address, HEALTH_PORT, "/")
        rows = execute(host, "SHOW STATUS LIKE 'wsrep_cluster_size'") if status == 200 else []
    except (OSError, pymysql.Error) as failure:
        return f"does not answer: {failure}"
    if status != 200:
        return body.strip()
    size, whole = str(rows[0][1]), str(len(context.cluster.of("worker")))
    return "" if size == whole else f"component of {size} nodes"


def _until_synced(host: Host, context: Context, patience: float = 60) -> None:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            if execute(host, "SHOW STATUS LIKE 'wsrep_local_state_comment'")[0][1] == "Synced":
                return
        except (pymysql.Error, OSError, IndexError):
            if not host.alive(NAME):
                break
        time.sleep(0.1)
    raise TestbedError(f"{host.name} {NAME} of {context.identity} does not start:\n{host.tail(NAME)}")
