#!/usr/bin/python3
"""Stand-in for the kubelet: static pods as transient units, which outlive it as containers do, and its node's status.

The node is Ready once the pod network was applied.
"""

import subprocess
import sys
import time
from pathlib import Path

import yaml
from api import Api, RefusedError, UnreachableError

MANIFESTS = Path("/etc/kubernetes/manifests")
OURS = Path("/etc/kubernetes/kubelet.conf")
SETTINGS = Path("/var/lib/kubelet/config.yaml")
TICK, HEARTBEAT = 0.5, 3.0


def pods() -> None:
    """What has a manifest runs, what has none does not."""
    wanted = {path.stem: path for path in MANIFESTS.glob("*.yaml")}
    listed = subprocess.run(
        ["systemctl", "list-units", "--plain", "--no-legend", "pod-*.service"],
        capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    running = {line.split()[0].removeprefix("pod-").removesuffix(".service") for line in listed.splitlines() if line}
    for name in running - wanted.keys():
        subprocess.run(["systemctl", "stop", f"pod-{name}.service"], check=False, capture_output=True)
    for name in wanted.keys() - running:
        start(name, wanted[name])


def start(name: str, manifest: Path) -> None:
    """The first container's command, started again when it ends."""
    command = yaml.safe_load(manifest.read_text())["spec"]["containers"][0]["command"]
    settings = ["--collect", "--property=Restart=always", "--property=RestartSec=500ms"]
    settings += ["--property=StartLimitIntervalSec=0", "--quiet"]
    subprocess.run(["systemd-run", *settings, f"--unit=pod-{name}", *command], check=False)


def status(name: str, address: str) -> bool:
    """Tell the API; whether it took it."""
    try:
        api = Api.of(OURS)
        ready = "True" if api.find("daemonset", "kube-flannel", "kube-flannel-ds") else "False"
        node = api.find("node", "", name) or {"metadata": {"name": name, "labels": {}}}
        plane = (MANIFESTS / "etcd.yaml").exists()
        node |= {"address": address, "heard": time.time(), "plane": plane}
        node["status"] = {"conditions": [{"type": "Ready", "status": ready}]}
        api.put("node", "", name, node)
    except (RefusedError, UnreachableError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return False
    return True


def main() -> None:
    """Until it is ended. Without kubeadm's file it ends at once, and systemd starts it again and again."""
    if not SETTINGS.exists():
        sys.exit(f"open {SETTINGS}: no such file or directory")
    settings = yaml.safe_load(SETTINGS.read_text())
    due = 0.0
    while True:
        pods()
        if time.monotonic() >= due and OURS.exists() and status(settings["nodeName"], settings["nodeIP"]):
            due = time.monotonic() + HEARTBEAT
        time.sleep(TICK)


if __name__ == "__main__":
    main()
