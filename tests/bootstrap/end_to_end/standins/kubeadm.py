#!/usr/bin/python3
"""Stand-in for kubeadm: what it looks at before it acts, what it leaves behind, and in which order it asks whom."""

import argparse
import base64
import secrets
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certificates
import control_plane
import discovery
import node
import yaml
from api import Api, RefusedError, UnreachableError
from asked import asked, fail

ETC = Path("/etc/kubernetes")
ADMIN = ETC / "admin.conf"
LATER = ("upload-config all", "mark-control-plane", "bootstrap-token", "kubelet-finalize all", "addon all")
TOKEN = "bootstrap.kubernetes.io/token"  # noqa: S105 - a type


def main(argv: list[str]) -> None:
    """One call. Without a word for it, kubeadm ends with 1."""
    asked("kubeadm", argv)
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in ("--config", "--ttl", "--certificate-key", "--description"):
        parser.add_argument(name, default="")
    for name in ("--upload-certs", "--force"):
        parser.add_argument(name, action="store_true")
    parser.add_argument("words", nargs="*")
    options = parser.parse_intermixed_args(argv)
    command = COMMANDS.get(" ".join(options.words[: 2 if options.words[0] == "token" else None]))
    if command is None:
        fail(
            f'invalid subcommand: "{" ".join(options.words)}"\nTo see the stack trace of this error execute with --v=5'
        )
    try:
        command(options)
    except (RefusedError, UnreachableError) as error:
        fail(f"error execution phase: {error}\nTo see the stack trace of this error execute with --v=5 or higher")


def documents(path: str) -> dict[str, dict]:
    """Kind -> document of a configuration file."""
    found = {each["kind"]: each for each in yaml.safe_load_all(Path(path).read_text())}
    for kind in ("InitConfiguration", "ClusterConfiguration", "JoinConfiguration"):
        if kind in found and (version := found[kind]["apiVersion"]) != "kubeadm.k8s.io/v1beta4":
            fail(f'no kind "{kind}" is registered for version "{version}"')
    return found


def authority(options: argparse.Namespace) -> None:
    """`init phase certs ca`."""
    documents(options.config)["ClusterConfiguration"]
    certificates.authority(ETC / "pki/ca", "kubernetes")
    sys.stdout.write('[certs] Generating "ca" certificate and key\n')


def init(options: argparse.Namespace) -> None:
    """`init`: all of the first control plane. It asks its own API server only, never the virtual IP."""
    found = documents(options.config)
    cluster, first = found["ClusterConfiguration"], found["InitConfiguration"]
    node.preflight(control_plane.FILES, control_plane.PORTS)
    certificates.authority(ETC / "pki/ca", "kubernetes")
    name, address = first["nodeRegistration"]["name"], first["localAPIEndpoint"]["advertiseAddress"]
    control_plane.make_certificates(name, address, cluster)
    endpoint = cluster["controlPlaneEndpoint"]
    control_plane.make_kubeconfigs(name, address, endpoint)
    control_plane.write_manifests(name, address, [f"{name}=https://{address}:2380"], "new", cluster)
    asked("kubeadm", ["early", "init"])
    node.start(name, address)
    api = control_plane.local()
    node.wait("the API server", lambda: ready(api), 60.0)
    asked("kubeadm", ["late", "init"])
    node.wait("the node", lambda: api.find("node", "", name), 30.0)
    upload_config(api, found)
    first_tokens(api, found)
    sys.stdout.write("Your Kubernetes control-plane has initialized successfully!\n")


def ready(api: Api) -> bool:
    """Whether it says so."""
    try:
        return api.raw("GET", "/readyz") == b"ok"
    except (RefusedError, UnreachableError):
        return False


def upload_config(api: Api, found: dict[str, dict]) -> None:
    """What those that join read."""
    text = yaml.safe_dump(found["ClusterConfiguration"])
    api.put("configmap", "kube-system", "kubeadm-config", {"data": {"ClusterConfiguration": text}})


def first_tokens(api: Api, found: dict[str, dict]) -> None:
    """The tokens of the configuration; kubeadm makes one up where none is said."""
    for each in found["InitConfiguration"]["bootstrapTokens"]:
        token(api, 1800, each["description"])


def pull(options: argparse.Namespace) -> None:
    """`config images pull`: of the configuration's version; nothing is pulled here."""
    cluster = documents(options.config)["ClusterConfiguration"]
    sys.stdout.write(f"[config/images] Pulled registry.k8s.io/kube-apiserver:{cluster['kubernetesVersion']}\n")


def later(options: argparse.Namespace) -> None:
    """A later phase of `init`, by itself."""
    acts = {"upload-config": upload_config, "bootstrap-token": first_tokens}
    act = acts.get(options.words[2])
    found = documents(options.config)
    if act:
        act(Api.of(ADMIN), found)


def upload(options: argparse.Namespace) -> None:
    """`init phase upload-certs --upload-certs --certificate-key=KEY`."""
    discovery.upload(Api.of(ADMIN), options.certificate_key)
    sys.stdout.write(f"[upload-certs] Using certificate key:\n{options.certificate_key}\n")


def join(options: argparse.Namespace) -> None:
    """`join`, for both kinds of node."""
    wanted = documents(options.config)["JoinConfiguration"]
    plane, token = wanted.get("controlPlane"), wanted["discovery"]["bootstrapToken"]
    node.preflight(*((control_plane.FILES, control_plane.PORTS) if plane else (node.FILES, node.PORTS)))
    api, ca = discovery.discover(token)
    name = wanted["nodeRegistration"]["name"]
    extra = {each["name"]: each["value"] for each in wanted["nodeRegistration"]["kubeletExtraArgs"]}
    (ETC / "pki").mkdir(parents=True, exist_ok=True)
    if plane:
        discovery.download(api, plane["certificateKey"])
    (ETC / "pki/ca.crt").write_bytes(ca)
    node.enrol(api, ca, name, f"https://{token['apiServerEndpoint']}")
    if plane:
        control_plane.join(api, name, plane["localAPIEndpoint"]["advertiseAddress"])
    else:
        node.start(name, extra["node-ip"])
    node.wait("the node", lambda: api.find("node", "", name), 60.0)
    sys.stdout.write("This node has joined the cluster\n")


def reset(_: argparse.Namespace) -> None:
    """`reset --force`: what it cannot do without the cluster it leaves, and says so."""
    control_plane.leave()
    node.clean()


def make_token(options: argparse.Namespace) -> None:
    """`token create`."""
    units = {"s": 1, "m": 60, "h": 3600}
    seconds = int(options.ttl[:-1]) * units[options.ttl[-1]] if options.ttl else 86400
    sys.stdout.write(token(Api.of(ADMIN), seconds, options.description) + "\n")


def token(api: Api, seconds: float, description: str) -> str:
    """A bootstrap token as a Secret. https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/"""
    identity, secret = secrets.token_hex(3), secrets.token_hex(8)
    until = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
    texts = {"token-id": identity, "token-secret": secret, "expiration": until, "description": description}
    data = {key: base64.b64encode(text.encode()).decode() for key, text in texts.items()}
    value = {"metadata": {"name": f"bootstrap-token-{identity}"}, "type": TOKEN, "data": data}
    api.put("secret", "kube-system", f"bootstrap-token-{identity}", value)
    return f"{identity}.{secret}"


def delete_token(options: argparse.Namespace) -> None:
    """`token delete`."""
    identity = options.words[2].split(".")[0]
    Api.of(ADMIN).call("DELETE", f"/objects/secret/kube-system/bootstrap-token-{identity}")
    sys.stdout.write(f'bootstrap token "{identity}" deleted\n')


def make_key(_: argparse.Namespace) -> None:
    """`certs certificate-key`."""
    sys.stdout.write(secrets.token_hex(32) + "\n")


COMMANDS = {
    "init": init,
    "init phase certs ca": authority,
    "init phase upload-certs": upload,
    **dict.fromkeys([f"init phase {phase}" for phase in LATER], later),
    "join": join,
    "reset": reset,
    "token create": make_token,
    "token delete": delete_token,
    "certs certificate-key": make_key,
    "config images pull": pull,
}

if __name__ == "__main__":
    main(sys.argv[1:])
