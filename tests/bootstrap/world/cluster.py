"""Kubernetes as kubeadm and kubectl show it: authority, tokens, nodes, etcd's members, objects."""

import json
import re
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import yaml

from hagen.bootstrap.provider.contract import Outcome, Power
from tests.bootstrap.world.certificate import authority

from .machine import OK, failed, printed

if TYPE_CHECKING:
    from .machine import FakeMachine
    from .provider import FakeWorld

_CA: Final = "/etc/kubernetes/pki/ca.crt"
_REFUSED: Final = (
    "The connection to the server was refused - did you specify the right host or port? connection refused"
)


@dataclass
class FakeNode:
    """A node and what it was told."""

    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)
    drained: bool = False


@dataclass
class FakeCluster:
    """The state that all control planes share. `certificates`: the key that kubeadm-certs is encrypted with."""

    world: "FakeWorld"
    nodes: dict[str, FakeNode] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)  # name -> id
    learners: set[str] = field(default_factory=set)
    unready: set[str] = field(default_factory=set)  # nodes whose kubelet is no more
    unstarted: set[str] = field(default_factory=set)  # members that have not told their name yet
    tokens: dict[str, str] = field(default_factory=dict)  # token -> description
    certificates: str = ""
    applied: dict[str, int] = field(default_factory=dict)
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)
    maps: dict[str, dict[str, Any]] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)
    synced: bool = True  # Argo CD has made what monitoring needs
    token_seconds: int = 3600
    told: list[str] = field(default_factory=list)  # secrets that were printed or said
    _made: int = 0

    # kubeadm

    def kubeadm(self, machine: "FakeMachine", argv: Sequence[str], _: bytes) -> Outcome:
        words = " ".join(word for word in argv if not word.startswith("--"))
        options = dict(word.removeprefix("--").partition("=")[::2] for word in argv if word.startswith("--"))
        if words == "init phase certs ca":
            machine.files[_CA] = authority()
            return OK
        if words == "init":
            return self._init(machine, options)
        if words == "join":
            return self._join(machine, options)
        if words == "reset":
            for path in [path for path in machine.files if path.startswith("/etc/kubernetes/")]:
                del machine.files[path]
            return OK
        return self._helpers(machine, words, options, argv)

    def _helpers(self, machine: "FakeMachine", words: str, options: dict[str, str], argv: Sequence[str]) -> Outcome:
        if words == "config images pull":
            assert b"ClusterConfiguration" in machine.files[options["config"]]
            machine.files["/var/lib/containerd/kube-apiserver"] = b"image"
            return OK
        if not self.api():
            return failed(_REFUSED)
        if words == "token create":
            self._made += 1
            token = f"{self._made:06d}.{'a' * 16}"
            self.tokens[token] = options["description"]
            self.told.append(token)
            return printed(f"{token}\n")
        if words.startswith("token delete"):
            self._forget([f"bootstrap-token-{argv[-1]}"])
            return OK
        if words.startswith("init phase") and words != "init phase upload-certs":
            return OK
        assert words == "init phase upload-certs"
        self.certificates = options["certificate-key"]
        assert re.fullmatch(r"[0-9a-f]{64}", self.certificates)
        self.told.append(self.certificates)
        return printed(f"[upload-certs] Using certificate key:\n{self.certificates}\n")

    def _init(self, machine: "FakeMachine", options: dict[str, str]) -> Outcome:
        if "/etc/kubernetes/manifests/kube-apiserver.yaml" in machine.files:
            return failed("[ERROR FileAvailable--etc-kubernetes-manifests-kube-apiserver.yaml] already exists")
        assert machine.files.get(_CA), "the CA comes first"
        assert b"ClusterConfiguration" in machine.files[options["config"]]
        assert not self.members, "there is a cluster already"
        self.tokens["000000.bbbbbbbbbbbbbbbb"] = "first bootstrap"
        self._plane(machine)
        documents = yaml.safe_load_all(machine.files[options["config"]])
        (configuration,) = [each for each in documents if each["kind"] == "ClusterConfiguration"]
        self.maps["kubeadm-config"] = {"data": {"ClusterConfiguration": yaml.safe_dump(configuration)}}
        self.history.append(f"init {machine.name}")
        return OK

    def _plane(self, machine: "FakeMachine") -> None:
        machine.files["/etc/kubernetes/manifests/kube-apiserver.yaml"] = b"pod"
        machine.files["/etc/kubernetes/manifests/etcd.yaml"] = b"pod"
        server = f"clusters:\n- cluster:\n    server: https://{self.world.virtual_ip}:6443\n"
        machine.files["/etc/kubernetes/admin.conf"] = server.encode()
        self._made += 1
        self.members[machine.name] = f"{self._made:x}"
        self._node(machine)

    def _node(self, machine: "FakeMachine") -> None:
        machine.files["/etc/kubernetes/kubelet.conf"] = b"kubelet"
        machine.units["kubelet"] = True
        self.nodes[machine.name] = FakeNode()

    def _join(self, machine: "FakeMachine", options: dict[str, str]) -> Outcome:
        configuration = yaml.safe_load(machine.files[options["config"]])
        if not self.api():
            return failed("[discovery] connection refused")
        if machine.files.get("/etc/kubernetes/kubelet.conf"):
            return failed("[ERROR FileAvailable--etc-kubernetes-kubelet.conf] already exists")
        discovery = configuration["discovery"]["bootstrapToken"]
        if discovery["token"] not in self.tokens or not re.fullmatch(
            r"sha256:[0-9a-f]{64}", discovery["caCertHashes"][0]
        ):
            return failed("[discovery] could not find a JWS signature")
        if configuration["nodeRegistration"]["name"] != machine.name:
            return failed("wrong name")
        if "controlPlane" not in configuration:
            self._node(machine)
        elif configuration["controlPlane"]["certificateKey"] != self.certificates:
            return failed("[download-certs] error decoding secret data with provided key")
        elif machine.name in self.members or len(self.working()) < len(self.members):
            return failed("etcdserver: unhealthy cluster")
        else:
            machine.files[_CA] = authority()
            self._plane(machine)
        self.history.append(f"join {machine.name}")
        return OK

    # the state

    def working(self) -> list[str]:
        """Members of etcd whose machine runs."""
        there = self.world.there
        return [
            name
            for name in self.members
            if name in there
            and there[name].power is Power.RUNNING
            and "/etc/kubernetes/manifests/etcd.yaml" in there[name].files
        ]

    def api(self) -> bool:
        """Whether the API answers ready through the virtual IP."""
        holder = self.world.holder()
        return (
            holder is not None
            and holder.files.get("/etc/haproxy/cluster-ca.crt") == authority()
            and len(self.working()) >= len(self.members) // 2 + 1
        )

    # kubectl

    def kubectl(self, machine: "FakeMachine", argv: Sequence[str], stdin: bytes) -> Outcome:
        if not self.api():
            return failed(_REFUSED)
        verbs = [word for word in argv if not word.startswith("-")]
        if verbs[0] == "exec":
            if verbs[1].removeprefix("etcd-") not in self.working():
                return failed(f'Error from server (NotFound): pods "{verbs[1]}" not found')
            return self._etcdctl(argv[argv.index("--") + 1 :])
        return getattr(self, f"_kubectl_{verbs[0]}")(machine, verbs[1:], argv, stdin)

    def _kubectl_get(self, machine: "FakeMachine", what: list[str], argv: Sequence[str], _: bytes) -> Outcome:
        if "--raw=/readyz" in argv:
            return printed("ok")
        if {"--raw=/api/v1/pods", "--raw=/api/v1/events"} & set(argv):
            return _list([])
        kind = what[0] if what else "none"
        if "-k" in argv or "-f" in argv:
            return _list([_object("file", path, version) for path, version in self.applied.items() if path == kind])
        if kind == "nodes":
            return _list(self._nodes())
        if kind == "deployments,statefulsets":
            status = {"readyReplicas": 2, "updatedReplicas": 2}
            return _list([{"metadata": {"name": "argocd-server"}, "spec": {"replicas": 2}, "status": status}])
        if kind == "applications.argoproj.io":
            status = {"health": {"status": "Healthy"}, "sync": {"status": "Synced" if self.synced else "OutOfSync"}}
            return _list([{"metadata": {"name": "root"}, "status": status}])
        if kind == "secrets":
            assert "--field-selector=type=bootstrap.kubernetes.io/token" in argv
            return _list(self._tokens())
        return _found(self._one(kind, what[1]), what)

    def _one(self, kind: str, name: str) -> dict[str, Any] | None:
        if kind == "crd":
            installed = any("argocd/install" in path for path in self.applied)
            return {"status": {"conditions": [{"type": "Established", "status": str(installed)}]}}
        if kind in {"serviceaccount", "namespace"}:
            return {} if self.synced else None
        if kind == "configmap":
            return self.maps.get(name)
        assert kind == "secret", kind
        certificates = {"kubeadm-certs": {}} if self.certificates else {}
        users = {"app-custom-user-secret": {"data": {"hagen_agent": "c2VjcmV0"}}} if self.synced else {}
        return {**self.secrets, **certificates, **users}.get(name)

    def _tokens(self) -> list[dict[str, Any]]:
        return [
            {
                **_object("Secret", f"bootstrap-token-{token[:6]}", 1),
                "data": {"description": b64encode(text.encode()).decode()},
            }
            for token, text in self.tokens.items()
        ]

    def _nodes(self) -> list[dict[str, Any]]:
        ready = "True" if any("flannel" in path for path in self.applied) else "False"
        return [
            {
                "metadata": {"name": name, "labels": node.labels, "annotations": node.annotations},
                "status": {
                    "conditions": [{"type": "Ready", "status": ready if name not in self.unready else "Unknown"}]
                },
            }
            for name, node in self.nodes.items()
        ]

    def _kubectl_apply(self, machine: "FakeMachine", what: list[str], argv: Sequence[str], stdin: bytes) -> Outcome:
        if what == []:
            data = json.loads(stdin)
            kept = self.secrets if data["kind"] == "Secret" else self.maps
            kept[data["metadata"]["name"]] = data
            return OK
        path = what[0]
        if not any(name.startswith(path) for name in machine.files):
            return failed(f"error: must build at directory: '{path}'")
        self.applied.setdefault(path, 1)
        return OK

    def _kubectl_create(self, _: "FakeMachine", what: list[str], __: Sequence[str], ___: bytes) -> Outcome:
        assert what[0] == "token"
        now = int(time.time())
        claims = (
            urlsafe_b64encode(json.dumps({"iat": now, "exp": now + self.token_seconds}).encode()).decode().rstrip("=")
        )
        return printed(f"eyJhbGciOiJub25lIn0.{claims}.c2lnbmF0dXJl\n")

    def _kubectl_drain(self, _: "FakeMachine", what: list[str], __: Sequence[str], ___: bytes) -> Outcome:
        self.nodes[what[0]].drained = True
        self.history.append(f"drain {what[0]}")
        return OK

    def _kubectl_uncordon(self, _: "FakeMachine", what: list[str], __: Sequence[str], ___: bytes) -> Outcome:
        self.nodes[what[0]].drained = False
        return OK

    def _kubectl_delete(self, _: "FakeMachine", what: list[str], __: Sequence[str], ___: bytes) -> Outcome:
        if what[0] == "node":
            del self.nodes[what[1]]
        else:
            self._forget(what[1:])
        return OK

    def _forget(self, secrets: Sequence[str]) -> None:
        if "kubeadm-certs" in secrets:
            self.certificates = ""
        self.tokens = {
            token: text for token, text in self.tokens.items() if f"bootstrap-token-{token[:6]}" not in secrets
        }

    def _kubectl_label(self, _: "FakeMachine", what: list[str], __: Sequence[str], ___: bytes) -> Outcome:
        key, _, value = what[2].partition("=")
        self.nodes[what[1]].labels[key] = value
        return OK

    def _kubectl_annotate(self, _: "FakeMachine", what: list[str], __: Sequence[str], ___: bytes) -> Outcome:
        key, equals, value = what[2].partition("=")
        if equals:
            self.nodes[what[1]].annotations[key] = value
        else:
            self.nodes[what[1]].annotations.pop(key.removesuffix("-"), None)
        return OK

    def _etcdctl(self, argv: Sequence[str]) -> Outcome:
        words = [word for word in argv[1:] if not word.startswith("--")]
        if words == ["member", "list"]:
            return _json({"members": [self._member(name, number) for name, number in self.members.items()]})
        if words == ["endpoint", "health"]:
            working = self.working()
            health = [{"endpoint": f"https://{name}:2379", "health": name in working} for name in self.members]
            return Outcome(0 if len(working) == len(self.members) else 1, json.dumps(health).encode())
        assert words[:2] == ["member", "remove"]
        self.members = {name: number for name, number in self.members.items() if number != words[2]}
        self.learners &= set(self.members)
        self.unstarted &= set(self.members)
        self.history.append(f"remove member {words[2]}")
        return OK

    def _member(self, name: str, number: str) -> dict[str, Any]:
        started = name not in self.unstarted
        return {
            "ID": int(number, 16),
            "name": name if started else "",
            "peerURLs": [f"https://{self.world.there[name].wanted.address if name in self.world.there else name}:2380"],
            "clientURLs": [f"https://{name}:2379"] if started else [],
            "isLearner": name in self.learners,
        }


def _object(kind: str, name: str, version: int) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": name, "uid": name, "resourceVersion": str(version)}}


def _json(data: object) -> Outcome:
    return printed(json.dumps(data))


def _list(items: list[dict[str, Any]]) -> Outcome:
    return _json({"kind": "List", "items": items})


def _found(data: object, what: list[str]) -> Outcome:
    """`kubectl get KIND NAME`; None is what is not there."""
    return failed(f'Error from server (NotFound): {what[0]} "{what[1]}" not found') if data is None else _json(data)
