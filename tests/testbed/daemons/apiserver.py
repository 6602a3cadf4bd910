"""The stand-in for kube-apiserver on a control plane."""

import json
import sys
from pathlib import Path

import yaml

from tests.testbed.context import ROOT, Context
from tests.testbed.daemons.galera import HEALTH_PORT
from tests.testbed.host import Daemon, Host
from tests.testbed.namespace import listens

NAME = "apiserver"
PORT = 6443


def control(host: Host) -> Path:
    """The socket that it takes orders from."""
    return host.directory / "apiserver.sock"


def scaling(context: Context) -> Path:
    """Where it is written how the autoscalers are, if they are not at rest."""
    return context.client.directory / "scaling.json"


def admin(host: Host) -> Path:
    """The kubeconfig that kubeadm leaves on a control plane."""
    return host.directory / "etc/kubernetes/admin.conf"


def daemon(host: Host, context: Context) -> Daemon:
    """Its liveness knows etcd, as that of the real one does (`/livez?verbose` lists it)."""
    pki = context.certificates
    _write_admin(host, context)
    options = {
        "name": host.name,
        "certificate": pki.certificate,
        "key": pki.key,
        "etcd": "https://127.0.0.1:2379",
        "etcd-metrics": "http://127.0.0.1:2381",
        "etcd-ca": pki.ca,
        "etcd-certificate": pki.certificate,
        "etcd-key": pki.key,
        "control": control(host),
        "kubernetes": _objects(host, context),
        "shutdown-delay": 3,
    }
    flags = [text for key, value in options.items() for text in (f"--{key}", str(value))]
    listen = [f"--listen={address}:{PORT}" for address in (host.address, "127.0.0.1")]
    argv = (sys.executable, "-m", "tests.testbed.standins.apiserver", "--etcd-in-livez", *listen, *flags)
    return Daemon(NAME, argv, environment={"PYTHONPATH": str(ROOT)})


def _write_admin(host: Host, context: Context) -> None:
    endpoint = context.cluster.inventory.kubernetes.endpoint
    server = {"server": f"https://{endpoint}", "certificate-authority": str(context.certificates.ca)}
    admin(host).parent.mkdir(parents=True, exist_ok=True)
    admin(host).write_text(
        yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "lab", "cluster": server}],
                "users": [{"name": "admin", "user": {"token": context.token}}],
                "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "admin"}}],
                "current-context": "lab",
            }
        )
    )


def _objects(host: Host, context: Context) -> Path:
    """What the agent is going to ask for, by the rendered agent.yaml; one pod of the database on each worker."""
    agent = context.cluster.agent
    database = agent["galera"]
    pods = {f"{database['name']}-pxc-{index}": worker.address for index, worker in enumerate(context.of("worker"))}
    file = host.directory / "kubernetes.json"
    content = {
        "token": context.token,
        "database": {"name": database["name"], "namespace": database["namespace"]},
        "pods": pods,
        "probe_port": HEALTH_PORT,
        "lease": {"namespace": database["operator"]["namespace"], "name": database["operator"]["lease"]},
        "autoscalers": agent["autoscalers"],
        "scaling": str(scaling(context)),
        "events": str(context.client.directory / "events.json"),
    }
    file.write_text(json.dumps(content))
    return file


def problem(host: Host, _: Context) -> str:
    """Empty when it takes connections."""
    return "" if listens(host.namespace, host.address, PORT) else "takes no connection"
