"""How a machine becomes a node: the token lives for one join, the key of the certificates too."""

from collections.abc import Sequence
from contextlib import ExitStack
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate

from .cluster import kubectl
from .inventory import Machine
from .machine import kubeadm
from .run import Run

_READY: Final = 300.0


def missing(run: Run, machines: Sequence[Machine]) -> list[Machine]:
    """Those that are no nodes of this cluster. A half-joined one is none; one that is at it is waited for."""

    def has_kubelet(machine: Machine) -> bool:
        finished(run, machine)
        return run.on(machine).has(kubeadm.KUBELET)

    kubelets = run.look(machines, has_kubelet)
    nodes = kubectl(run).nodes() if any(kubelets.values()) else {}
    return [machine for machine in machines if not kubelets[machine.name] or machine.name not in nodes]


def finished(run: Run, machine: Machine) -> None:
    """Wait for the kubeadm of an earlier run that was killed. BootstrapError when it does not come to an end."""
    remote = run.on(machine)
    run.until(
        machine.name,
        lambda: None if kubeadm.busy(remote) else True,
        within=kubeadm.JOIN,
        cause="the kubeadm of an earlier run did not end",
        remedy=f"hagen bootstrap exec {machine.name} -- pgrep --list-full kubeadm",
    )


def join(run: Run, machine: Machine, through: Machine) -> None:
    """Join through a control plane that works, and wait until the node is Ready."""
    remote, helper, api = run.on(machine), run.on(through), kubectl(run, without=machine.name)
    if any(remote.has(path) for path in (kubeadm.KUBELET, kubeadm.CA, "/etc/kubernetes/manifests/etcd.yaml")):
        kubeadm.reset(remote)
    files = run.site.inventory.kubeadm
    with ExitStack() as stack:
        values = {
            "NODE_NAME": machine.name,
            "NODE_ADDRESS": str(machine.address),
            "CA_CERT_HASH": pin(helper.read(kubeadm.CA)),
            "JOIN_TOKEN": stack.enter_context(kubeadm.token(helper, run.secrets)),
        }
        template = files.join_worker
        if machine.role == "control-plane":
            template = files.join_control_plane
            values["CERTIFICATE_KEY"] = stack.enter_context(kubeadm.certificate_key(helper, api, run.secrets))
        kubeadm.join(remote, run.site.file(template), values)
    run.changed(machine.name, "joined")
    run.until(
        machine.name,
        lambda: api.nodes().get(machine.name) or None,
        within=_READY,
        cause="the node is not Ready",
        remedy=f"kubectl describe node {machine.name}",
    )


def pin(certificate: bytes) -> str:
    """The public key of a CA as kubeadm pins it: sha256 of its SubjectPublicKeyInfo (RFC 7469, section 2.4)."""
    key = load_pem_x509_certificate(certificate).public_key()
    return "sha256:" + sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
