"""The real kubectl before an API server that refuses, is slow, loses connections or is not there."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from hagen.bootstrap.errors import BootstrapError
from hagen.bootstrap.journal import Journal
from hagen.bootstrap.machine.kubectl import ADMIN, Kubectl, again
from hagen.bootstrap.machine.remote import Remote
from hagen.bootstrap.provider.contract import Outcome, Provider, Timeout
from hagen.bootstrap.redaction import Secrets
from tests.bootstrap.machine.api import MAP, Answer, Api, kubeconfig, refusal, serving

PROGRAM = Path(sys.executable).with_name("kubectl")


class Here:
    """Of a provider: commands, which run here. `kubeconfigs`: machine -> its admin.conf."""

    def __init__(self, kubeconfigs: dict[str, Path], home: Path) -> None:
        self.kubeconfigs, self.home = kubeconfigs, home
        self.asked: list[str] = []

    def execute(
        self, name: str, argv: Sequence[str], *, timeout: float, stdin: bytes = b"", silent: bool = False
    ) -> Outcome:
        assert not silent or argv[0] != "kubectl", "who asks kubectl wants to know what it says"
        self.asked.append(name)
        words = [word.replace(ADMIN, str(self.kubeconfigs[name])) for word in argv[1:]]
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.home)}
        try:
            done = subprocess.run(
                [PROGRAM, *words], input=stdin, capture_output=True, check=False, timeout=timeout, env=environment
            )
        except subprocess.TimeoutExpired:
            raise Timeout(name, "too late") from None
        return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with serving(tmp_path) as found:
        yield found


def through(tmp_path: Path, *kubeconfigs: Path) -> tuple[Kubectl, Here]:
    here = Here({f"m{number}": path for number, path in enumerate(kubeconfigs)}, tmp_path)
    secrets = Secrets()
    journal, stop = Journal(tmp_path / "log", secrets), threading.Event()
    hosts = [Remote(cast("Provider", here), name, journal, secrets, stop) for name in here.kubeconfigs]
    return Kubectl(hosts), here


@pytest.fixture
def kubectl(api: Api, tmp_path: Path) -> Kubectl:
    return through(tmp_path, api.kubeconfig)[0]


NOT_FOUND = refusal(404, "NotFound", 'configmaps "a" not found', name="a", kind="configmaps")
BUSY = refusal(429, "TooManyRequests", "too many requests, please try again later", retryAfterSeconds=1)
INTERNAL = refusal(500, "InternalError", "Internal error occurred: etcdserver: leader changed")
UNAVAILABLE = refusal(503, "ServiceUnavailable", "the server is currently unable to handle the request")
FORBIDDEN = refusal(403, "Forbidden", 'configmaps "a" is forbidden: User "x" cannot get resource')
EXPIRED = refusal(401, "Unauthorized", "Unauthorized")
TOO_LATE = refusal(504, "Timeout", "Timeout: request did not complete within the allotted timeout")


def test_what_is_there_and_what_is_not(api: Api, kubectl: Kubectl) -> None:
    assert kubectl.get("configmap", "a") == MAP
    api.answers = [NOT_FOUND]
    assert kubectl.get("configmap", "a") is None
    assert kubectl.get("configmap", "a", "--ignore-not-found") is None


def test_too_many_requests_are_waited_for(api: Api, kubectl: Kubectl) -> None:
    api.answers = [BUSY, BUSY, Answer(body=MAP)]
    assert kubectl.get("configmap", "a") == MAP
    assert len(api.asked) == 3


@pytest.mark.parametrize(
    ("answer", "is_again"),
    [
        (INTERNAL, True),
        (UNAVAILABLE, True),
        (TOO_LATE, True),
        (Answer(body=MAP, lost=True), True),
        (Answer(502, "bad gateway"), True),
        (FORBIDDEN, False),
        (EXPIRED, False),
        (NOT_FOUND, False),
    ],
    ids=["internal", "unavailable", "too-late", "lost", "bad-gateway", "forbidden", "expired", "not-found"],
)
def test_what_may_succeed_in_a_moment(api: Api, kubectl: Kubectl, answer: Answer, is_again: bool) -> None:
    api.answers = [answer]
    outcome = kubectl.ask("get", "configmap", "a", "--output=json", timeout=60)
    assert outcome.code != 0
    assert again(outcome) is is_again, outcome.stderr


def test_nobody_there_and_a_stranger(kubectl: Kubectl, tmp_path: Path) -> None:
    gone, stranger = tmp_path / "gone", tmp_path / "stranger"
    kubeconfig(gone, 1, tmp_path / "pki/ca.crt")
    outcome = through(tmp_path, gone)[0].ask("get", "nodes")
    assert again(outcome) is True, outcome.stderr
    with serving(tmp_path / "another") as other:
        kubeconfig(stranger, other.port, tmp_path / "pki/ca.crt")
        outcome = through(tmp_path, stranger)[0].ask("get", "nodes")
    assert again(outcome) is False, "somebody else answers: asking again helps nothing"
    assert b"x509" in outcome.stderr
    assert kubectl.get("configmap", "a") == MAP


def test_the_next_control_plane_is_asked_when_one_cannot_answer(api: Api, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    kubeconfig(gone, 1, tmp_path / "pki/ca.crt")
    kubectl, here = through(tmp_path, gone, api.kubeconfig)
    assert kubectl.get("configmap", "a") == MAP
    assert here.asked == ["m0", "m1"]


def test_one_that_never_answers_is_given_up_and_the_next_is_asked(api: Api, tmp_path: Path) -> None:
    with serving(tmp_path / "mute") as mute:
        mute.answers = [Answer(body=MAP, seconds=60)]
        kubectl, here = through(tmp_path, mute.kubeconfig, api.kubeconfig)
        outcome = kubectl.ask("get", "configmap", "a", "--output=json", timeout=6)
    assert outcome.code == 0, outcome.stderr
    assert here.asked == ["m0", "m1"]


def test_who_owns_what_conflicts_is_told(api: Api, kubectl: Kubectl, tmp_path: Path) -> None:
    message = 'Apply failed with 1 conflict: conflict with "kubectl-edit" using v1: .data.key'
    cause = {"reason": "FieldManagerConflict", "message": 'conflict with "kubectl-edit" using v1', "field": ".data.key"}
    api.answers = [refusal(409, "Conflict", message, causes=[cause])]
    manifest = tmp_path / "a.yaml"
    manifest.write_text("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: default}, data: {key: b}}\n")
    with pytest.raises(BootstrapError) as caught:
        kubectl.run("apply", "--server-side", "--field-manager=argocd-controller", "-f", str(manifest))
    assert 'conflict with "kubectl-edit"' in caught.value.output
    api.answers = [Answer(body=MAP)]
    kubectl.run("apply", "--server-side", "--field-manager=argocd-controller", "-f", str(manifest))
    assert api.asked[-1].startswith("PATCH ")


def test_nodes_are_ready_or_not(api: Api, kubectl: Kubectl) -> None:
    def node(name: str, status: str) -> dict[str, Any]:
        return {"metadata": {"name": name}, "status": {"conditions": [{"type": "Ready", "status": status}]}}

    items = [node("a", "True"), node("b", "False"), node("c", "Unknown"), {"metadata": {"name": "d"}}]
    items = [{"kind": "Node", "apiVersion": "v1", **item} for item in items]
    api.answers = [Answer(body={"kind": "NodeList", "apiVersion": "v1", "metadata": {}, "items": items})]
    assert kubectl.nodes() == {"a": True, "b": False, "c": False, "d": False}
