"""The Pod Security Standards as a function of a pod's spec.

Source: kubernetes.io/docs/concepts/security/pod-security-standards, levels Baseline and Restricted, for pods of Linux.
Levels include one another: what restricted allows, baseline allows too.
"""

from collections.abc import Iterator
from typing import Any, Final

from tests.gitops.build import Object
from tests.gitops.objects import dig

LEVELS: Final = ("privileged", "baseline", "restricted")

_CAPABILITIES: Final = frozenset(
    [
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    ]
)
_VOLUMES: Final = frozenset(
    [
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    ]
)
_SYSCTLS: Final = frozenset(
    [
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.tcp_wmem",
    ]
)
_SELINUX: Final = frozenset({"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"})
_PROFILES: Final = frozenset({"RuntimeDefault", "Localhost"})


def violations(spec: Object, level: str) -> list[str]:
    """What a pod's spec has that a level forbids. KeyError for a level that there is not."""
    rules = {"privileged": (), "baseline": (_baseline,), "restricted": (_baseline, _restricted)}[level]
    return [found for rule in rules for found in rule(spec)]


def _containers(spec: Object) -> Iterator[tuple[str, Object]]:
    for kind in ("initContainers", "containers", "ephemeralContainers"):
        for container in spec.get(kind) or []:
            yield container["name"], container


def _contexts(spec: Object) -> Iterator[tuple[str, Object]]:
    yield "the pod", spec.get("securityContext") or {}
    for name, container in _containers(spec):
        yield name, container.get("securityContext") or {}


def _baseline(spec: Object) -> Iterator[str]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(field):
            yield f"{field} is on"
    volumes = [volume["name"] for volume in spec.get("volumes") or [] if "hostPath" in volume]
    yield from (f"volume {name} is a hostPath" for name in volumes)
    sysctls = [entry["name"] for entry in dig(spec, "securityContext", "sysctls", default=[])]
    yield from (f"sysctl {name} is set" for name in sysctls if name not in _SYSCTLS)
    for name, context in _contexts(spec):
        yield from _baseline_context(name, context)
    for name, container in _containers(spec):
        yield from _baseline_container(name, container)


def _baseline_context(name: str, context: Object) -> Iterator[str]:
    if dig(context, "windowsOptions", "hostProcess"):
        yield f"{name} is a host process"
    if context.get("privileged"):
        yield f"{name} is privileged"
    selinux = context.get("seLinuxOptions") or {}
    if selinux.get("type", "") not in _SELINUX or selinux.get("user") or selinux.get("role"):
        yield f"{name} sets SELinux options"
    for field in ("seccompProfile", "appArmorProfile"):
        if dig(context, field, "type", default="RuntimeDefault") not in _PROFILES:
            yield f"{name} turns its {field} off"
    if context.get("procMount", "Default") != "Default":
        yield f"{name} unmasks /proc"
    added = set(dig(context, "capabilities", "add", default=[])) - _CAPABILITIES
    if added:
        yield f"{name} adds the capabilities {sorted(added)}"


def _baseline_container(name: str, container: Object) -> Iterator[str]:
    for port in container.get("ports") or []:
        if port.get("hostPort"):
            yield f"{name} takes host port {port['hostPort']}"
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        if dig(container, probe, "httpGet", "host") or dig(container, probe, "tcpSocket", "host"):
            yield f"{name} probes another host"


def _restricted(spec: Object) -> Iterator[str]:
    for volume in spec.get("volumes") or []:
        foreign = set(volume) - {"name"} - _VOLUMES
        if foreign:
            yield f"volume {volume['name']} is of the type {sorted(foreign)}"
    pod = spec.get("securityContext") or {}
    if pod.get("runAsUser") == 0:
        yield "the pod runs as root"
    for name, container in _containers(spec):
        yield from _restricted_container(name, container.get("securityContext") or {}, pod)


def _restricted_container(name: str, own: Object, pod: Object) -> Iterator[str]:
    if own.get("allowPrivilegeEscalation") is not False:
        yield f"{name} may escalate its privileges"
    if _inherited(own, pod, "runAsNonRoot") is not True:
        yield f"{name} may run as root"
    if own.get("runAsUser") == 0:
        yield f"{name} runs as root"
    if dig(_inherited(own, pod, "seccompProfile"), "type") not in _PROFILES:
        yield f"{name} has no seccomp profile"
    capabilities = own.get("capabilities") or {}
    if "ALL" not in (capabilities.get("drop") or []):
        yield f"{name} keeps capabilities"
    if set(capabilities.get("add") or []) - {"NET_BIND_SERVICE"}:
        yield f"{name} adds capabilities"


def _inherited(own: Object, pod: Object, field: str) -> Any:
    return own[field] if field in own else pod.get(field)


def of_custom_pods(section: Object) -> Object:
    """A pod's spec, as far as a part of a PerconaXtraDBCluster says it (podSecurityContext, containerSecurityContext)."""
    container = {"name": "main", "securityContext": section.get("containerSecurityContext") or {}}
    return {"securityContext": section.get("podSecurityContext") or {}, "containers": [container]}
