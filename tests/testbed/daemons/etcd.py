"""A member of the three-member etcd, with the arguments that the rendered kubeadm file asks for."""

from tests.testbed.context import Context
from tests.testbed.host import Daemon, Host
from tests.testbed.namespace import get

NAME = "etcd"


def daemon(host: Host, context: Context) -> Daemon:
    """TLS on both sides, as kubeadm sets it up."""
    members = [context.hosts[name] for name in context.cluster.of("control-plane")]
    pki = context.certificates
    client, peer = f"https://{host.address}:2379", f"https://{host.address}:2380"
    arguments = {
        "name": host.name,
        "data-dir": str(host.directory / "etcd"),
        "listen-client-urls": f"https://127.0.0.1:2379,{client}",
        "advertise-client-urls": client,
        "listen-peer-urls": peer,
        "initial-advertise-peer-urls": peer,
        "initial-cluster": ",".join(f"{member.name}=https://{member.address}:2380" for member in members),
        "trusted-ca-file": str(pki.ca),
        "cert-file": str(pki.certificate),
        "key-file": str(pki.key),
        "peer-trusted-ca-file": str(pki.ca),
        "peer-cert-file": str(pki.certificate),
        "peer-key-file": str(pki.key),
        **context.settings.etcd_arguments,
    }
    flags = [f"--{key}={value}" for key, value in arguments.items()]
    return Daemon(NAME, ("etcd", "--client-cert-auth", "--peer-client-cert-auth", *flags))


def problem(host: Host, _: Context) -> str:
    """Empty when this member answers and knows a leader."""
    try:
        status, body = get(host.namespace, "127.0.0.1", 2381, "/health")
    except OSError as failure:
        return f"does not answer: {failure}"
    return "" if status == 200 and '"true"' in body else body.strip()


def leads(host: Host) -> bool:
    """This member says that it is the leader."""
    try:
        _, body = get(host.namespace, "127.0.0.1", 2381, "/metrics", timeout=2)
    except OSError:
        return False
    return "\netcd_server_is_leader 1" in body
