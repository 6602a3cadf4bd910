"""The HTTP stand-in on a worker's ingress NodePorts."""

import sys
from pathlib import Path

from tests.testbed.context import ROOT, Context
from tests.testbed.host import Daemon, Host
from tests.testbed.namespace import listens

NAME = "ingress"


def control(host: Host) -> Path:
    """The socket that it takes orders from."""
    return host.directory / "ingress.sock"


def daemon(host: Host, context: Context) -> Daemon:
    """Speaks the PROXY protocol exactly where the rendered haproxy does."""
    pki, cluster = context.certificates, context.cluster
    proxied = ["--proxy-protocol"] if context.settings.proxy_protocol else []
    argv = (
        sys.executable, "-m", "tests.testbed.standins.ingress", "--name", host.name,
        "--listen", f"{host.address}:{cluster.ingress_port}", "--tls-listen", f"{host.address}:{cluster.ingress_tls_port}",
        "--certificate", str(pki.certificate), "--key", str(pki.key), "--control", str(control(host)), *proxied,
    )  # fmt: skip
    return Daemon(NAME, argv, environment={"PYTHONPATH": str(ROOT)})


def problem(host: Host, context: Context) -> str:
    """Empty when it takes connections."""
    return "" if listens(host.namespace, host.address, context.cluster.ingress_port) else "takes no connection"
