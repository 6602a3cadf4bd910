"""kubeadm on a machine: initialise, join, reset. Tokens and keys live as long as one join."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex
from string import Template
from typing import Final

from ..errors import BootstrapError
from ..redaction import Secrets
from .kubectl import Kubectl
from .remote import Remote

CA: Final = "/etc/kubernetes/pki/ca.crt"
KUBELET: Final = "/etc/kubernetes/kubelet.conf"
INITIALISED: Final = "/etc/kubernetes/hagen-initialised"
INIT: Final = 900.0  # seconds; images are pulled
JOIN: Final = 900.0
DESCRIPTION: Final = "hagen bootstrap"
FIRST: Final = "first bootstrap"  # as the rendered kubeadm/init.yaml has it
_TTL: Final = "15m"
_TOKEN: Final = re.compile(r"\b([a-z0-9]{6})\.([a-z0-9]{16})\b")
_FOLDER: Final = "/run/hagen"
_KEPT: Final = "/run/hagen/authority"  # in memory
_MANIFESTS: Final = "/etc/kubernetes/manifests"
_LATER: Final = (
    ("upload-config", "all"),
    ("mark-control-plane",),
    ("bootstrap-token",),
    ("kubelet-finalize", "all"),
    ("addon", "all"),
)
_PKI: Final = "/etc/kubernetes/pki"


def make_authority(machine: Remote, configuration: bytes) -> bool:
    """The cluster's CA, before anything else: load balancers trust API servers by it. False when it is there."""
    if machine.has(CA):
        return False
    with _file(machine, "init.yaml", configuration) as path:
        machine.run("kubeadm", "init", "phase", "certs", "ca", f"--config={path}")
    return True


def initialise(machine: Remote, configuration: bytes) -> None:
    """The first control plane. What an interrupted attempt left is undone first; the CA stays."""
    if machine.has(f"{_MANIFESTS}/etcd.yaml") or machine.has(f"{_MANIFESTS}/kube-apiserver.yaml"):
        _undo(machine)
    with _file(machine, "init.yaml", configuration) as path:
        machine.run(
            "kubeadm", "init", f"--config={path}", timeout=INIT, remedy="The log has what kubeadm said; run it again."
        )
    machine.place(INITIALISED, b"kubeadm init came to its end\n")


def pull_images(machine: Remote, configuration: bytes) -> None:
    """The images that `kubeadm init` and joins pull, from where the configuration says."""
    with _file(machine, "init.yaml", configuration) as path:
        machine.run("kubeadm", "config", "images", "pull", f"--config={path}", timeout=INIT)


def complete(machine: Remote, configuration: bytes) -> None:
    """What `kubeadm init` does once the API answers, when that was cut off. Each phase may be repeated.

    https://kubernetes.io/docs/reference/setup-tools/kubeadm/kubeadm-init/#init-workflow
    """
    with _file(machine, "init.yaml", configuration) as path:
        for phase in _LATER:
            machine.run("kubeadm", "init", "phase", *phase, f"--config={path}", timeout=300.0)
    machine.place(INITIALISED, b"kubeadm init was completed\n")


def _undo(machine: Remote) -> None:
    """`kubeadm reset`, which knows how containers end, and the CA back: the load balancers have it by now.

    Killed between the two, the next run makes another CA, and brings that one to the load balancers.
    """
    names = [f"{_PKI}/{name}" for name in ("ca.crt", "ca.key")]
    machine.run("rm", "-f", INITIALISED)
    machine.run("mkdir", "-p", _KEPT)
    machine.run("cp", "--preserve", *names, _KEPT)
    reset(machine)
    machine.run("mkdir", "-p", _PKI)
    machine.run("mv", *(f"{_KEPT}/{name}" for name in ("ca.key", "ca.crt")), _PKI)


def busy(machine: Remote) -> bool:
    """Whether a kubeadm runs there: one that a run began which was killed goes on without it."""
    return machine.holds("pgrep", "--exact", "kubeadm")


def join(machine: Remote, template: bytes, values: dict[str, str]) -> None:
    """Join with a file that is on the machine only as long as it takes. Names in the template are filled in."""
    text = Template(template.decode()).substitute(values)
    with _file(machine, "join.yaml", text.encode()) as path:
        machine.run(
            "kubeadm", "join", f"--config={path}", timeout=JOIN, remedy="The log has what kubeadm said; run it again."
        )


def reset(machine: Remote) -> None:
    """Back to before kubeadm; what an interrupted join left does not stop the next one."""
    machine.run("kubeadm", "reset", "--force", timeout=300.0)


@contextmanager
def token(machine: Remote, secrets: Secrets) -> Iterator[str]:
    """A join token that dies when the block ends."""
    found = _TOKEN.search(machine.run("kubeadm", "token", "create", f"--ttl={_TTL}", f"--description={DESCRIPTION}"))
    if found is None:
        raise BootstrapError(machine.name, "kubeadm made no token")
    text = secrets.learn(found[0])
    try:
        yield text
    finally:
        machine.ask("kubeadm", "token", "delete", found[1], anyway=True)


@contextmanager
def certificate_key(machine: Remote, kubectl: Kubectl, secrets: Secrets) -> Iterator[str]:
    """The control planes' certificates in the cluster, encrypted with a key that this gives; gone afterwards.

    The key is what `kubeadm certs certificate-key` makes, 32 random bytes in hexadecimal; made here it is in no log.
    """
    key = secrets.learn(token_hex(32))
    machine.run("kubeadm", "init", "phase", "upload-certs", "--upload-certs", f"--certificate-key={key}")
    try:
        yield key
    finally:
        kubectl.ask("--namespace=kube-system", "delete", "secret", "kubeadm-certs", "--ignore-not-found", anyway=True)


@contextmanager
def _file(machine: Remote, name: str, content: bytes) -> Iterator[str]:
    """A file in memory, for root alone, as long as the block lasts."""
    path = f"{_FOLDER}/{name}"
    machine.place(path, content, mode=0o600)
    try:
        yield path
    finally:
        machine.ask("rm", "-f", path, anyway=True)
