"""A real haproxy on a worker's ingress NodePort, where the stand-in was: what the ingress controller is in the cluster.

It takes the PROXY protocol from the rendered load balancer, asks replicas that are ready, and asks another one when a
GET was not answered, as nginx does by itself (proxy_next_upstream, non-idempotent requests excepted).
"""

from collections.abc import Mapping
from pathlib import Path

from tests.testbed.context import Context
from tests.testbed.daemons import haproxy
from tests.testbed.host import Daemon, Host

NAME = "door"

_CONFIGURATION = """\
global
    stats socket {admin} mode 600 level admin
defaults
    mode http
    timeout connect 1s
    timeout client 30s
    timeout server 30s
    retries 2
    option redispatch 1
    retry-on conn-failure empty-response
    default-server inter 500 fall 3 rise 1
listen shop
    bind {address}:{port}{proxied}
    balance roundrobin
    option httpchk GET /readyz
    http-request disable-l7-retry unless METH_GET
{servers}"""


def daemon(host: Host, context: Context, replicas: Mapping[str, str]) -> Daemon:
    """Writes its configuration and says how to start it. `replicas`: name -> address:port."""
    file = host.directory / "door.cfg"
    servers = "".join(f"    server {name} {place} check\n" for name, place in replicas.items())
    proxied = " accept-proxy" if context.settings.proxy_protocol else ""
    port = context.cluster.ingress_port
    file.write_text(
        _CONFIGURATION.format(admin=_admin(host), address=host.address, port=port, proxied=proxied, servers=servers)
    )
    return Daemon(NAME, ("/usr/sbin/haproxy", "-db", "-f", str(file)))


def problem(host: Host) -> str:
    """Empty when it has found all replicas."""
    return haproxy.not_up(_admin(host))


def busy(host: Host, replica: str) -> int:
    """How many requests are under way at a replica, through this door."""
    for line in haproxy.ask(_admin(host), "show stat").splitlines():
        fields = line.split(",")
        if fields[:2] == ["shop", replica]:
            return int(fields[4])
    return 0


def _admin(host: Host) -> Path:
    return host.directory / "door.sock"
