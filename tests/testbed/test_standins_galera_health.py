"""The health of a Galera node, asked of a real mariadbd."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pymysql
import pytest

from tests.testbed.requirements import need
from tests.testbed.standins.trial import Answer, eventually, fetch, free_port, loopback, running, stopped

NAME = "k8s-worker-1"
PROVIDER = Path("/usr/lib/galera/libgalera_smm.so")


@dataclass(frozen=True)
class Node:
    process: subprocess.Popen[bytes]
    socket: Path

    def sql(self, statement: str) -> None:
        with pymysql.connect(unix_socket=str(self.socket), user="root") as connection, connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    need("mariadbd", "mariadb-install-db", "setpriv", str(PROVIDER))
    directory = tmp_path_factory.mktemp("galera")
    data, log, address = directory / "data", directory / "log", loopback()
    # mariadbd refuses root without being told, and a unix socket's path is short.
    common = ["--no-defaults", f"--datadir={data}", *(["--user=root"] if os.geteuid() == 0 else [])]
    own_port = f"gmcast.listen_addr=tcp://{address}:{free_port(address)}"
    install = ["mariadb-install-db", *common, "--skip-test-db", "--auth-root-authentication-method=normal"]
    subprocess.run(install, check=True, capture_output=True, timeout=110)
    argv = [
        shutil.which("mariadbd", path=f"{os.environ['PATH']}:/usr/sbin") or "mariadbd", *common,
        f"--socket={directory}/sock", f"--pid-file={directory}/pid", f"--bind-address={address}",
        f"--port={free_port(address)}", "--innodb-buffer-pool-size=16M", "--innodb-log-file-size=8M",
        "--performance-schema=OFF", "--binlog-format=ROW", "--innodb-autoinc-lock-mode=2", "--wsrep-on=ON",
        f"--wsrep-provider={PROVIDER}", "--wsrep-cluster-address=gcomm://", "--wsrep-new-cluster",
        f"--wsrep-node-address={address}", "--wsrep-sst-method=rsync",
        f"--wsrep-provider-options=gcache.size=8M;pc.wait_prim_timeout=PT1S;{own_port}",
    ]  # fmt: skip
    with running(log, *argv) as process:
        yield Node(process, directory / "sock")


def test_it_follows_the_node(node: Node, tmp_path: Path) -> None:
    address, log = loopback(), tmp_path / "log"
    port = free_port(address)
    flags = [f"--name={NAME}", f"--listen={address}:{port}", f"--mysql-socket={node.socket}"]

    def answers(status: int, *words: str) -> Answer | None:
        answer = fetch(address, port, "/")
        assert answer.name == NAME
        return answer if answer.status == status and all(word in answer.body for word in words) else None

    with running(log, sys.executable, "-m", "tests.testbed.standins.galera_health", *flags) as process:
        eventually(lambda: answers(200, "synced"), log)
        with stopped(node.process):
            eventually(lambda: answers(503), log)
        eventually(lambda: answers(200), log)
        node.sql("SET GLOBAL wsrep_desync = ON")
        eventually(lambda: answers(503, "wsrep_local_state=2"), log)
        node.sql("SET GLOBAL wsrep_desync = OFF")
        eventually(lambda: answers(200), log)
        node.sql("SET GLOBAL wsrep_cluster_address = 'gcomm://127.0.0.1:1'")
        eventually(lambda: answers(503, "wsrep_ready=OFF", "wsrep_cluster_status"), log)
        node.process.kill()
        eventually(lambda: answers(503, "OperationalError"), log)
        process.terminate()
        assert process.wait(30) == 0
    assert "Traceback" not in log.read_text()
