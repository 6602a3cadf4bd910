"""A real haproxy on a worker's ingress NodePort, where the stand-in was: what the ingress controller is in the cluster.

The client's page is a line of its own here: it does not change with the number of replicas.
It takes the PROXY protocol from the rendered load balancer, asks replicas that are ready, and asks another one when a
GET was not answered, as nginx does by itself (proxy_next_upstream, non-idempotent requests excepted).
"""

from collections.abc import Collection, Mapping
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
    http-request return status 200 content-type text/html string "<title>page</title>" if {{ hdr(host) -i {page} }}
    http-request disable-l7-retry unless METH_GET
{servers}"""


def daemon(host: Host, context: Context, replicas: Mapping[str, str]) -> Daemon:
    """Writes its configuration and says how to start it. `replicas`: name -> address:port."""
    file = host.directory / "door.cfg"
    servers = "".join(f"    server {name} {place} check\n" for name, place in replicas.items())
    proxied = " accept-proxy" if context.settings.proxy_protocol else ""
    port = context.cluster.ingress_port
    file.write_text(
        _CONFIGURATION.format(
            page=context.cluster.inventory.web.host,
            admin=_admin(host),
            address=host.address,
            port=port,
            proxied=proxied,
            servers=servers,
        )
    )
    return Daemon(NAME, ("/usr/sbin/haproxy", "-db", "-f", str(file)))


def problem(host: Host, replicas: Collection[str]) -> str:
    """Empty when it has found these replicas."""
    try:
        states = {fields[1]: fields[17] for fields in _rows(host)}
    except OSError as failure:
        return f"{host.name}: {failure}"
    missing = [name for name in replicas if not states.get(name, "").startswith("UP")]
    return f"{host.name}: not found yet: {', '.join(missing)}" if missing else ""


def busy(host: Host, replica: str) -> int:
    """How many requests are under way at a replica, through this door."""
    return next((int(fields[4]) for fields in _rows(host) if fields[1] == replica), 0)


def _rows(host: Host) -> list[list[str]]:
    """Its replicas' statistics (haproxy's management guide, 9.1)."""
    rows = [line.split(",") for line in haproxy.ask(_admin(host), "show stat").splitlines()]
    return [fields for fields in rows if fields[0] == "shop" and fields[1] not in {"FRONTEND", "BACKEND"}]


def _admin(host: Host) -> Path:
    return host.directory / "door.sock"
