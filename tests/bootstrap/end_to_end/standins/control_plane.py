"""What kubeadm does on control planes: certificates, kubeconfigs, static pods, etcd's membership."""

import json
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

import certificates
import node
import yaml
from api import Api, kubeconfig
from asked import fail

ETC = Path("/etc/kubernetes")
PKI = ETC / "pki"
MANIFESTS = ETC / "manifests"
DATA = Path("/var/lib/etcd")
FILES = (MANIFESTS / "kube-apiserver.yaml", MANIFESTS / "etcd.yaml", ETC / "kubelet.conf", DATA)
PORTS = (6443, 2379, 2380)
LIBRARY = "/usr/lib/hagen-standins"


def make_certificates(name: str, address: str, cluster: dict) -> None:
    """Of this machine; the CAs are there, or are made."""
    certificates.authority(PKI / "etcd/ca", "etcd-ca")
    sans = (name, "kubernetes", "localhost", "127.0.0.1", address, *cluster["apiServer"]["certSANs"])
    certificates.signed(PKI / "apiserver", PKI / "ca", "kube-apiserver", names=sans)
    for kind in ("server", "peer"):
        names = (name, "localhost", "127.0.0.1", address)
        certificates.signed(PKI / "etcd" / kind, PKI / "etcd/ca", name, names=names)
    if not (PKI / "sa.key").exists():
        (PKI / "sa.key").write_text(secrets.token_hex(32))


def make_kubeconfigs(name: str, address: str, endpoint: str) -> None:
    """The administrator's, through the virtual IP, and the kubelet's, to this machine's own API server."""
    users = {
        "admin": (endpoint, "kubernetes-admin", "kubeadm:cluster-admins"),
        "kubelet": (f"{address}:6443", f"system:node:{name}", "system:nodes"),
    }
    for file, (server, user, organisation) in users.items():
        certificates.signed(PKI / f"{file}-client", PKI / "ca", user, organisation)
        pair = tuple((PKI / f"{file}-client.{part}").read_bytes() for part in ("crt", "key"))
        (ETC / f"{file}.conf").write_text(kubeconfig(f"https://{server}", (PKI / "ca.crt").read_bytes(), pair, user))
        for part in ("crt", "key"):
            (PKI / f"{file}-client.{part}").unlink()


def write_manifests(name: str, address: str, members: list[str], state: str, cluster: dict) -> None:
    """Static pods: etcd, then the API server."""
    extra = [f"--{each['name']}={each['value']}" for each in cluster["etcd"]["local"].get("extraArgs", ())]
    pki = PKI / "etcd"
    client, peer = f"https://{address}:2379", f"https://{address}:2380"
    etcd = [
        "/usr/bin/etcd", f"--name={name}", f"--data-dir={DATA}", f"--initial-cluster={','.join(members)}",
        f"--initial-cluster-state={state}", f"--listen-client-urls=https://127.0.0.1:2379,{client}",
        f"--advertise-client-urls={client}", f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}",
        f"--cert-file={pki}/server.crt", f"--key-file={pki}/server.key", "--client-cert-auth=true",
        f"--trusted-ca-file={pki}/ca.crt", f"--peer-cert-file={pki}/peer.crt", f"--peer-key-file={pki}/peer.key",
        "--peer-client-cert-auth=true", f"--peer-trusted-ca-file={pki}/ca.crt", *extra,
    ]  # fmt: skip
    server = [
        f"{LIBRARY}/apiserver.py", f"--tls-cert-file={PKI}/apiserver.crt",
        f"--tls-private-key-file={PKI}/apiserver.key", f"--client-ca-file={PKI}/ca.crt",
    ]  # fmt: skip
    MANIFESTS.mkdir(parents=True, exist_ok=True)
    DATA.mkdir(mode=0o700, exist_ok=True)
    for pod, command in (("etcd", etcd), ("kube-apiserver", server)):
        content = {
            "kind": "Pod",
            "metadata": {"name": pod},
            "spec": {"containers": [{"name": pod, "command": command}]},
        }
        (MANIFESTS / f"{pod}.yaml").write_text(yaml.safe_dump(content))


def local() -> Api:
    """The API server of this machine, whatever the kubeconfig says."""
    data = yaml.safe_load((ETC / "admin.conf").read_text())
    data["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:6443"
    path = Path("/run/local-admin.conf")
    path.write_text(yaml.safe_dump(data))
    try:
        return Api.of(path)
    finally:
        path.unlink()


def join(api: Api, name: str, address: str) -> None:
    """A learner first, promoted when it has caught up. The order is kubeadm's: the kubelet runs before etcd joins."""
    found = api.find("configmap", "kube-system", "kubeadm-config")
    if found is None:
        fail(
            'error execution phase preflight: unable to fetch the kubeadm-config ConfigMap: configmaps "kubeadm-config" not found'
        )
    cluster = yaml.safe_load(found["data"]["ClusterConfiguration"])
    make_certificates(name, address, cluster)
    make_kubeconfigs(name, address, cluster["controlPlaneEndpoint"])
    node.start(name, address)
    peer = f"https://{address}:2380"
    members = listed(_endpoints(api, name))
    others = [url for member in members if not member.get("isLearner") for url in member.get("clientURLs", ())]
    members = _added(others, name, peer)
    names = [f"{member.get('name') or name}={url}" for member in members for url in member["peerURLs"]]
    write_manifests(name, address, names, "existing", cluster)
    (mine,) = [f"{member['ID']:x}" for member in members if peer in member["peerURLs"]]
    end = time.monotonic() + 60
    while _try(others, "member", "promote", mine).returncode:
        if time.monotonic() > end:
            fail(
                "error execution phase etcd-join: etcdserver: can only promote a learner member which is in sync with leader"
            )
        time.sleep(0.5)


def leave() -> None:
    """This machine's member out of etcd, when it has one and the others can be asked."""
    if not (MANIFESTS / "etcd.yaml").exists():
        return
    server = f"https://{os.uname().nodename}:2379"
    try:
        api = Api.of(ETC / "admin.conf")
        others = [url for url in _endpoints(api, os.uname().nodename) if url != server]
        mine = [f"{member['ID']:x}" for member in listed(others) if member.get("name") == os.uname().nodename]
        for identity in mine if others else ():
            _etcdctl(others, "member", "remove", identity)
    except Exception as error:  # noqa: BLE001 - kubeadm warns and goes on
        sys.stderr.write(f"[reset] WARNING: failed to remove etcd member: {error}\n")


def _added(others: list[str], name: str, peer: str) -> list[dict]:
    """The members with the new one. As kubeadm does it, again and again: etcd takes none while another is connected for
    less than five seconds ("unhealthy cluster").
    """
    end = time.monotonic() + 60
    argv = ("member", "add", name, "--learner", f"--peer-urls={peer}")
    while True:
        members = listed(others)
        if any(peer in member["peerURLs"] for member in members):
            return members
        if time.monotonic() > end:
            _etcdctl(others, *argv)
        elif _try(others, *argv).returncode:
            time.sleep(0.5)


def listed(endpoints: list[str]) -> list[dict]:
    """etcd's members."""
    return json.loads(_etcdctl(endpoints, "member", "list", "--write-out=json"))["members"]


def _endpoints(api: Api, without: str) -> list[str]:
    nodes = api.call("GET", "/objects/node")["items"]
    names = [each for each in nodes if each["metadata"]["name"] != without and each.get("plane")]
    return [f"https://{each['address']}:2379" for each in names]


def _etcdctl(endpoints: list[str], *argv: str) -> str:
    done = _try(endpoints, *argv)
    if done.returncode:
        raise (
            RuntimeError(done.stderr.strip())
            if argv[1] == "remove"
            else SystemExit(
                f"error execution phase etcd-join: error creating local etcd static pod manifest file: {done.stderr.strip()}"
            )
        )
    return done.stdout


def _try(endpoints: list[str], *argv: str) -> subprocess.CompletedProcess[str]:
    pki = PKI / "etcd"
    options = [f"--cacert={pki}/ca.crt", f"--cert={pki}/server.crt", f"--key={pki}/server.key"]
    command = ["etcdctl", f"--endpoints={','.join(endpoints)}", *options, *argv]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
