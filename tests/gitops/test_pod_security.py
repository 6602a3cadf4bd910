"""The Pod Security Standards, one line of their tables each."""

import copy

import pytest

from tests.gitops.build import Object
from tests.gitops.pod_security import LEVELS, of_custom_pods, violations

POD: Object = {
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [
        {"name": "main", "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}}
    ],
    "volumes": [{"name": "tmp", "emptyDir": {}}],
}
CONTAINER = ("containers", 0)
CONTEXT = (*CONTAINER, "securityContext")


def changed(path: tuple[str | int, ...], value: object) -> Object:
    pod = copy.deepcopy(POD)
    *way, last = path
    inner = pod
    for key in way:
        inner = inner[key]
    inner[last] = value
    return pod


FORBIDDEN_BY_BASELINE = [
    (("hostNetwork",), True),
    (("hostPID",), True),
    (("hostIPC",), True),
    (("securityContext", "windowsOptions"), {"hostProcess": True}),
    ((*CONTEXT, "privileged"), True),
    ((*CONTEXT, "capabilities"), {"drop": ["ALL"], "add": ["NET_ADMIN"]}),
    (("volumes",), [{"name": "host", "hostPath": {"path": "/"}}]),
    ((*CONTAINER, "ports"), [{"containerPort": 80, "hostPort": 80}]),
    ((*CONTAINER, "livenessProbe"), {"httpGet": {"port": 80, "host": "127.0.0.1"}}),
    ((*CONTAINER, "readinessProbe"), {"tcpSocket": {"port": 80, "host": "127.0.0.1"}}),
    (("securityContext", "appArmorProfile"), {"type": "Unconfined"}),
    ((*CONTEXT, "seLinuxOptions"), {"type": "spc_t"}),
    ((*CONTEXT, "seLinuxOptions"), {"user": "system_u"}),
    ((*CONTEXT, "procMount"), "Unmasked"),
    ((*CONTEXT, "seccompProfile"), {"type": "Unconfined"}),
    (("securityContext", "sysctls"), [{"name": "kernel.msgmax", "value": "1"}]),
]
FORBIDDEN_BY_RESTRICTED = [
    (("volumes",), [{"name": "net", "nfs": {"server": "a", "path": "/"}}]),
    ((*CONTEXT, "allowPrivilegeEscalation"), True),
    (CONTEXT, {"capabilities": {"drop": ["ALL"]}}),
    (("securityContext", "runAsNonRoot"), False),
    ((*CONTEXT, "runAsNonRoot"), False),
    (("securityContext",), {"seccompProfile": {"type": "RuntimeDefault"}}),
    (("securityContext",), {"runAsNonRoot": True}),
    (("securityContext", "runAsUser"), 0),
    ((*CONTEXT, "runAsUser"), 0),
    ((*CONTEXT, "capabilities"), {"drop": ["NET_RAW"]}),
    ((*CONTEXT, "capabilities"), {"drop": ["ALL"], "add": ["CHOWN"]}),
    (("initContainers",), [{"name": "init"}]),
]
ALLOWED = [
    (("volumes",), [{"name": "a", "configMap": {"name": "a"}}, {"name": "b", "projected": {"sources": []}}]),
    ((*CONTEXT, "capabilities"), {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}),
    ((*CONTEXT, "seccompProfile"), {"type": "Localhost", "localhostProfile": "a.json"}),
    (("securityContext", "sysctls"), [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]),
    ((*CONTEXT, "runAsUser"), 101),
    ((*CONTEXT, "seLinuxOptions"), {"level": "s0:c1,c2"}),
    ((*CONTAINER, "ports"), [{"containerPort": 80}]),
    ((*CONTAINER, "livenessProbe"), {"httpGet": {"port": 80}}),
]


@pytest.mark.parametrize(("path", "value"), FORBIDDEN_BY_BASELINE)
def test_baseline_refuses(path: tuple[str | int, ...], value: object) -> None:
    pod = changed(path, value)
    assert violations(pod, "baseline")
    assert violations(pod, "restricted")
    assert not violations(pod, "privileged")


@pytest.mark.parametrize(("path", "value"), FORBIDDEN_BY_RESTRICTED)
def test_only_restricted_refuses(path: tuple[str | int, ...], value: object) -> None:
    pod = changed(path, value)
    assert violations(pod, "restricted")
    assert not violations(pod, "baseline")


@pytest.mark.parametrize(("path", "value"), ALLOWED)
def test_restricted_allows(path: tuple[str | int, ...], value: object) -> None:
    assert violations(changed(path, value), "restricted") == []


def test_levels() -> None:
    assert all(violations(POD, level) == [] for level in LEVELS)
    with pytest.raises(KeyError):
        violations(POD, "strict")


def test_a_database_says_it_in_its_own_words() -> None:
    said = {
        "podSecurityContext": POD["securityContext"],
        "containerSecurityContext": POD["containers"][0]["securityContext"],
    }
    assert violations(of_custom_pods(said), "restricted") == []
    assert violations(of_custom_pods({}), "restricted")
    assert violations(of_custom_pods({}), "baseline") == []
