"""How a joining node comes to trust the cluster, and a control plane to its keys."""

import base64
import hashlib
import hmac
import json
import os
import time
from pathlib import Path

import certificates
from api import Api, RefusedError
from asked import fail
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PKI = Path("/etc/kubernetes/pki")
SHARED = ("ca.crt", "ca.key", "etcd/ca.crt", "etcd/ca.key", "sa.key")
HOURS = 2 * 3600.0


def discover(wanted: dict) -> tuple[Api, bytes]:
    """An API that is trusted, through the endpoint of the join file. Fails unless signature, pin and token hold."""
    server, token = f"https://{wanted['apiServerEndpoint']}", wanted["token"]
    said = Api(server, None).call("GET", "/cluster-info")
    identity = token.split(".")[0]
    signature = said["signatures"].get(identity, "")
    right = hmac.new(token.encode(), said["ca"].encode(), hashlib.sha256).hexdigest()
    place = "error execution phase preflight: couldn't validate the identity of the API Server: "
    if not hmac.compare_digest(signature, right):
        fail(
            f'{place}token id "{identity}" is invalid for this cluster or it has expired. '
            'Use "kubeadm token create" on the control-plane node to create a new valid token'
        )
    ca = said["ca"].encode()
    if certificates.pin(ca) not in wanted["caCertHashes"]:
        fail(f"{place}cluster CA found in cluster-info ConfigMap is invalid: none of the public keys is pinned")
    return Api(server, ca, token=token), ca


def upload(api: Api, key: str) -> None:
    """The shared keys, encrypted, for two hours."""
    cipher = AESGCM(bytes.fromhex(key))
    data = {}
    for name in SHARED:
        nonce = os.urandom(12)
        data[name] = base64.b64encode(nonce + cipher.encrypt(nonce, (PKI / name).read_bytes(), None)).decode()
    api.put(
        "secret",
        "kube-system",
        "kubeadm-certs",
        {"metadata": {"name": "kubeadm-certs"}, "data": data, "until": time.time() + HOURS},
    )


def download(api: Api, key: str) -> None:
    """The same back, into their places."""
    found = api.find("secret", "kube-system", "kubeadm-certs")
    place = "error execution phase control-plane-prepare/download-certs: error downloading certs: "
    if found is None or found["until"] < time.time():
        fail(
            f'{place}error downloading the secret: Secret "kubeadm-certs" was not found in the "kube-system" Namespace'
        )
    try:
        cipher = AESGCM(bytes.fromhex(key))
        for name, text in found["data"].items():
            content = base64.b64decode(text)
            path = PKI / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(cipher.decrypt(content[:12], content[12:], None))
    except (InvalidTag, ValueError, RefusedError, json.JSONDecodeError):
        fail(f"{place}error decoding secret data with provided key: cipher: message authentication failed")
