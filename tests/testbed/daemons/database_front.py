"""What the operator's HAProxy is in the cluster: one writer, the other nodes as backups, checked as the rendered
`spec.haproxy.healthCheck` says. It runs beside the client, as kube-proxy brings any surviving replica near to it."""

from pathlib import Path

from tests.testbed.context import Context
from tests.testbed.daemons import galera, haproxy
from tests.testbed.host import Daemon, Host

NAME = "database-front"
PORT = 3306

# One writer and backups, checks and session shutdown as the operator's scripts set them (HA_SERVER_OPTIONS).
_CONFIGURATION = """\
global
    maxconn 2048
    stats socket {admin} mode 600 level admin
defaults
    mode tcp
    option srvtcpka
    retries 3
    timeout connect 1s
    timeout client 8h
    timeout server 8h
    timeout check 1s
    default-server inter {check.interval} rise {check.rise} fall {check.fall} weight 1 on-marked-down shutdown-sessions
listen galera
    bind 127.0.0.1:{port}
    option httpchk GET /
{servers}"""


def daemon(host: Host, context: Context) -> Daemon:
    """Writes its configuration and says how to start it."""
    nodes = [context.hosts[name] for name in context.cluster.of("worker")]
    servers = "".join(
        f"    server {node.name} {node.address}:3306 check port {galera.HEALTH_PORT}"
        f"{' on-marked-up shutdown-backup-sessions' if node is nodes[0] else ' backup'}\n"
        for node in nodes
    )
    file = host.directory / "database-front.cfg"
    check = context.settings.health_check
    file.write_text(_CONFIGURATION.format(admin=_admin(host), check=check, port=PORT, servers=servers))
    return Daemon(NAME, ("/usr/sbin/haproxy", "-db", "-f", str(file)))


def problem(host: Host, _: Context) -> str:
    """Empty when it has found all nodes."""
    return haproxy.not_up(_admin(host))


def _admin(host: Host) -> Path:
    return host.directory / "database-front.sock"
