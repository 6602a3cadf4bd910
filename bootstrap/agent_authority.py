"""The authority of the health agents in the cluster: its key in a Secret of kube-system, its certificate in a ConfigMap
beside what scrapes the agents.
"""

import base64
import binascii
import json
from typing import Any, Final

from .agent_certificates import Pair, is_authority, make_authority, now
from .inventory import Agent
from .machine.kubectl import Kubectl
from .run import Run

_KEEPER: Final = "kube-system"
_CERTIFICATE, _KEY = "tls.crt", "tls.key"
_PUBLISHED: Final = "ca.crt"


def authority(run: Run, api: Kubectl) -> Pair | None:
    """The one that there is, or a new one. None: the agents serve without TLS."""
    wanted = run.site.inventory.agent
    if wanted.authority is None:
        return None
    found = api.get("secret", wanted.authority, f"--namespace={_KEEPER}", quiet=True)
    pair = _read(found)
    if pair is None or not is_authority(pair, now()):
        pair = make_authority(run.site.inventory.cluster, now())
        _apply(api, secret(wanted.authority, pair))
        told = "made" if found is None else "made anew: the one before cannot be used"
        run.changed("", f"the health agents' CA {told}")
    run.secrets.learn(pair.key.decode())
    _publish(run, api, wanted, pair)
    return pair


def secret(name: str, pair: Pair) -> dict[str, Any]:
    """As kubernetes.io/tls wants it: both keys (Kubernetes, "Secret types")."""
    data = {_CERTIFICATE: base64.b64encode(pair.certificate).decode(), _KEY: base64.b64encode(pair.key).decode()}
    metadata = {"name": name, "namespace": _KEEPER}
    return {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": metadata, "data": data}


def _publish(run: Run, api: Kubectl, wanted: Agent, pair: Pair) -> None:
    """Into the namespace of who scrapes, once Argo CD has made it."""
    name, namespace = wanted.authority or "", wanted.namespace
    if api.get("namespace", namespace) is None:
        run.note("", f"Argo CD has not made namespace {namespace} yet: the next run brings the agents' CA there")
        return
    text = pair.certificate.decode()
    there = api.get("configmap", name, f"--namespace={namespace}") or {}
    if (there.get("data") or {}).get(_PUBLISHED) == text:
        return
    metadata = {"name": name, "namespace": namespace}
    _apply(api, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {_PUBLISHED: text}})
    run.changed("", f"the health agents' CA published in {namespace}")


def _apply(api: Kubectl, value: dict[str, Any]) -> None:
    flags = ("--server-side", "--force-conflicts", "--field-manager=hagen")
    api.run("apply", *flags, "-f", "-", stdin=json.dumps(value).encode())


def _read(found: dict[str, Any] | None) -> Pair | None:
    data = (found or {}).get("data") or {}
    try:
        return Pair(*(base64.b64decode(data[key], validate=True) for key in (_CERTIFICATE, _KEY)))
    except (KeyError, TypeError, binascii.Error):
        return None
