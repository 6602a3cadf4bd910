"""What kubeadm does on every node."""

import base64
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import certificates
import yaml
from api import Api, RefusedError, UnreachableError, kubeconfig
from asked import fail

ETC = Path("/etc/kubernetes")
FILES = (ETC / "kubelet.conf", ETC / "pki/ca.crt")
PORTS: tuple[int, ...] = ()
SETTINGS = Path("/var/lib/kubelet/config.yaml")


def preflight(files: tuple[Path, ...], ports: tuple[int, ...]) -> None:
    """Every complaint at once, in kubeadm's words."""
    found = [
        f"[ERROR FileAvailable-{str(path).replace('/', '-')}]: {path} already exists"
        for path in files
        if path.is_file()
    ]
    found += [
        f"[ERROR DirAvailable-{str(path).replace('/', '-')}]: {path} is not empty"
        for path in files
        if path.is_dir() and any(path.iterdir())
    ]
    found += [f"[ERROR Port-{port}]: Port {port} is in use" for port in ports if _used(port)]
    if subprocess.run(["systemctl", "is-active", "--quiet", "containerd"], check=False).returncode:
        found.append("[ERROR CRI]: could not connect to the container runtime")
    if Path("/proc/sys/net/ipv4/ip_forward").read_text().strip() != "1":
        found.append("[ERROR FileContent--proc-sys-net-ipv4-ip_forward]: contents are not set to 1")
    if found:
        fail("error execution phase preflight: [preflight] Some fatal errors occurred:\n\t" + "\n\t".join(found))


def _used(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("0.0.0.0", port))
        except OSError:
            return True
    return False


def start(name: str, address: str) -> None:
    """The kubelet with its settings."""
    SETTINGS.parent.mkdir(parents=True, exist_ok=True)
    SETTINGS.write_text(yaml.safe_dump({"nodeName": name, "nodeIP": address}))
    subprocess.run(["systemctl", "restart", "kubelet"], check=True)


def enrol(api: Api, ca: bytes, name: str, server: str) -> None:
    """The kubelet's own certificate, asked for with the token."""
    key, request = certificates.request(f"system:node:{name}", "system:nodes")
    signed = api.call("POST", "/csr", {"request": base64.b64encode(request).decode()})
    pair = (base64.b64decode(signed["certificate"]), key)
    (ETC / "kubelet.conf").write_text(kubeconfig(server, ca, pair, f"system:node:{name}"))


def wait(what: str, answer: Callable[[], object], seconds: float) -> None:
    """Until it is there. Fails as kubeadm does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if answer():
                return
        except (RefusedError, UnreachableError):
            pass
        time.sleep(0.2)
    fail(f"error execution phase wait-control-plane: timed out waiting for {what}")


def clean() -> None:
    """Containers, files, settings."""
    subprocess.run(["systemctl", "stop", "kubelet", "pod-*.service"], check=False)
    for path in (ETC / "manifests", ETC / "pki", Path("/var/lib/etcd")):
        for entry in path.glob("*"):
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    for path in (*ETC.glob("*.conf"), SETTINGS):
        path.unlink(missing_ok=True)
