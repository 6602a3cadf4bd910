"""authority: the cluster's CA, and the key that Secrets are encrypted with, before anything needs them."""

import base64
import secrets as random
from typing import Final

from ..cluster import beginner, configuration, existing, founded
from ..inventory import Machine
from ..machine import kubeadm
from ..run import Run
from .step import Step

ENCRYPTION: Final = "/etc/kubernetes/encryption/config.yaml"
_ENCRYPTION: Final = """apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
      - aescbc: {{keys: [{{name: first, secret: "{key}"}}]}}
      - identity: {{}}
"""


def act(run: Run) -> None:
    """The CA is made on the control plane that begins, unless there is a cluster already, whether it answers or not."""
    if not founded(run) and not existing(run):
        first = beginner(run)
        if run.alone(first.name, lambda: kubeadm.make_authority(run.on(first), configuration(run))):
            run.changed(first.name, "the cluster's CA made")
    if run.site.inventory.kubernetes.encryption_at_rest:
        _encryption(run)


def _encryption(run: Run) -> None:
    planes = run.site.machines("control-plane")
    having = next((machine for machine in planes if run.on(machine).has(ENCRYPTION)), None)
    if having is None:
        key = run.secrets.learn(base64.b64encode(random.token_bytes(32)).decode())
        content = _ENCRYPTION.format(key=key).encode()
    else:
        content = run.on(having).read(ENCRYPTION)

    def one(machine: Machine) -> None:
        if run.on(machine).put(ENCRYPTION, content, mode=0o600):
            run.changed(machine.name, "key for Secrets installed")

    run.each(planes, one)


STEP = Step("authority", "Make the cluster's CA", act)
