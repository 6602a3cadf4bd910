#!/usr/bin/python3
"""Stand-in for kube-apiserver: TLS on :6443 with a certificate of the cluster's CA, its objects in the local etcd.

/livez 200 while it runs; /readyz, /healthz follow etcd; /cluster-info is for everybody; all else wants a client
certificate of the CA or a bootstrap token that has not run out. Objects live at /objects/KIND/NAMESPACE/NAME
("-": none); POST /csr signs a kubelet's request, POST /exec runs etcdctl as in the pod of a control plane.
"""

import argparse
import base64
import hashlib
import hmac
import json
import ssl
import subprocess
import threading
import time
import uuid
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import certificates
from etcd import Etcd, EtcdError

CA = Path("/etc/kubernetes/pki/ca.crt")
UNSEEN = 12.0  # seconds after which a node that is not heard of is not Ready; the real one waits 40


class Readiness:
    """Whether etcd answers with a quorum, asked ten times a second and not for every check."""

    def __init__(self, store: Etcd) -> None:
        self._store, self.ready = store, False

    def watch(self) -> None:
        """For ever."""
        while True:
            try:
                self._store.get("/health")
                self.ready = True
            except EtcdError:
                self.ready = False
            time.sleep(0.2)


class Handler(BaseHTTPRequestHandler):
    """One connection. `store`, `readiness`: set before it serves."""

    protocol_version = "HTTP/1.1"
    timeout = 30
    store: Etcd
    readiness: Readiness

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def setup(self) -> None:
        """The handshake, here and not where connections are accepted: a silent client holds up nobody."""
        self.request.settimeout(5)
        self.request.do_handshake()
        super().setup()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/livez":
            return self._say(200, b"ok")
        if path in {"/readyz", "/healthz"}:
            well = self.readiness.ready
            return self._say(
                200 if well else 500, b"ok" if well else b"[-]etcd failed: reason withheld\nreadyz check failed"
            )
        if path == "/version":
            return self._tell(200, {"gitVersion": "v1.36.2"})
        return self._guarded(path)

    def do_POST(self) -> None:
        self._guarded(self.path)

    def do_PUT(self) -> None:
        self._guarded(self.path)

    def do_DELETE(self) -> None:
        self._guarded(self.path)

    def _guarded(self, path: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        try:
            if path == "/cluster-info":
                return self._tell(200, cluster_info(self.store))
            if not (self.connection.getpeercert() or self._token_lives()):
                return self._say(401, b"Unauthorized")
            status, answer = self._answer(path.strip("/").split("/"), body)
        except EtcdError as error:
            return self._say(500, f"Error from server: {error}".encode())
        return self._tell(status, answer)

    def _token_lives(self) -> bool:
        identity, _, secret = self.headers.get("Authorization", "").removeprefix("Bearer ").partition(".")
        return bool(secret) and living(self.store).get(identity) == secret

    def _answer(self, parts: list[str], body: dict) -> tuple[int, object]:
        if parts == ["csr"]:
            request = base64.b64decode(body["request"])
            return 200, {"certificate": base64.b64encode(certificates.sign_request(request, CA)).decode()}
        if parts == ["exec"]:
            return 200, etcdctl(self.store, body["pod"], body["command"])
        key = "/registry/" + "/".join(parts[1:])
        if self.command == "DELETE":
            return (200, {}) if self.store.delete(key) else (404, {})
        if self.command == "PUT":
            return 200, written(self.store, key, body)
        if len(parts) < 4:
            kind = parts[1] if len(parts) > 1 else ""
            return 200, {"items": [seen(kind, each) for each in self.store.all(key + "/")]}
        found = self.store.get(key)
        return (200, seen(parts[1], found)) if found else (404, {})

    def _tell(self, status: int, answer: object) -> None:
        self._say(status, json.dumps(answer).encode())

    def _say(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def living(store: Etcd) -> dict[str, str]:
    """ID -> secret of the tokens that have not run out."""
    now = datetime.now(UTC)
    found = {}
    for each in store.all("/registry/secret/kube-system/bootstrap-token-"):
        data = {key: base64.b64decode(value).decode() for key, value in each["data"].items()}
        if datetime.fromisoformat(data["expiration"]) > now:
            found[data["token-id"]] = data["token-secret"]
    return found


def cluster_info(store: Etcd) -> dict:
    """The CA, signed with each token that lives: kubeadm's discovery. https://pkg.go.dev/k8s.io/cluster-bootstrap"""
    ca = CA.read_text()
    signatures = {
        identity: hmac.new(f"{identity}.{secret}".encode(), ca.encode(), hashlib.sha256).hexdigest()
        for identity, secret in living(store).items()
    }
    return {"ca": ca, "signatures": signatures}


def written(store: Etcd, key: str, value: dict) -> dict:
    """As it is now. The same again changes no version; a new one gets a UID, and a changed one keeps its own."""
    before = store.get(key)
    metadata = value.setdefault("metadata", {})
    metadata.pop("resourceVersion", None)
    metadata["uid"] = (before or {}).get("metadata", {}).get("uid") or str(uuid.uuid4())
    if before:
        version = before["metadata"].pop("resourceVersion")
        if before == value:
            return {**value, "metadata": {**metadata, "resourceVersion": version}}
    store.put(key, value)
    return store.get(key) or value


def seen(kind: str, value: dict) -> dict:
    """A node that was not heard of for long is not Ready, whatever it said last."""
    if kind == "node" and time.time() - value.get("heard", 0) > UNSEEN:
        value["status"] = {"conditions": [{"type": "Ready", "status": "Unknown"}]}
    return value


def etcdctl(store: Etcd, pod: str, command: list[str]) -> dict:
    """In the pod of a control plane: what is 127.0.0.1 there is that machine's address here."""
    node = store.get(f"/registry/node/-/{pod.removeprefix('etcd-')}")
    if node is None:
        return {"code": 1, "stdout": "", "stderr": f'Error from server (NotFound): pods "{pod}" not found'}
    argv = [word.replace("//127.0.0.1:", f"//{node['address']}:") for word in command]
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        return {"code": 1, "stdout": "", "stderr": f"Error from server: error dialing backend: {error}"}
    return {"code": done.returncode, "stdout": done.stdout, "stderr": done.stderr}


class Server(ThreadingHTTPServer):
    """Many connections at a time, each in a thread."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """A client that goes is no error."""


def main() -> None:
    """Serve until it is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--tls-cert-file", "--tls-private-key-file", "--client-ca-file"):
        parser.add_argument(name, required=True)
    parser.add_argument("--secure-port", type=int, default=6443)
    options = parser.parse_args()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.tls_cert_file, options.tls_private_key_file)
    context.load_verify_locations(options.client_ca_file)
    context.verify_mode = ssl.CERT_OPTIONAL
    Handler.store = Etcd()
    Handler.readiness = Readiness(Handler.store)
    threading.Thread(target=Handler.readiness.watch, daemon=True).start()
    server = Server(("0.0.0.0", options.secure_port), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.serve_forever()


if __name__ == "__main__":
    main()
