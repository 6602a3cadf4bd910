"""A configuration, snapshots of all kinds, and how to forget a part of one."""

import dataclasses
import typing
from collections.abc import Mapping
from ipaddress import IPv4Address
from typing import Any

from hypothesis import strategies as st

from hagen.agent.config import AgentConfig
from hagen.agent.snapshot import (
    ApiServerReading,
    Autoscaler,
    Condition,
    EtcdMember,
    EtcdReading,
    GaleraNode,
    GaleraReading,
    HPAReading,
    Peer,
    Snapshot,
    VIPReading,
    VRRPState,
)

NOW = 1_800_000_000.0
MAYBE = st.none() | st.booleans()
HPAS = ("apps/server", "apps/worker")


def configuration(etcd: int = 3, balancers: int = 2, galera: int = 3) -> AgentConfig:
    """A cluster of these sizes; everything else as rendered."""
    names = {f"k8s-master-{number}": IPv4Address("10.0.1.20") + number for number in range(1, etcd + 1)}
    return AgentConfig.model_validate({
        "apiVersion": "hagen.dev/v1alpha1",
        "kind": "Agent",
        "cluster": "test",
        "listen": {"port": 9790},
        "virtualIP": {"address": "10.0.0.30", "interface": "eth0", "vrrpInstance": "test", "advertMilliseconds": 100},
        "loadBalancers": [
            {"name": f"k8s-lb-{number}", "address": f"10.0.0.{10 + number}", "priority": 255 - number} for number in range(1, balancers + 1)
        ],
        "haproxy": {"socket": "/run/haproxy/admin.sock", "healthURL": "http://127.0.0.1:8405/alive"},
        "apiServers": {"endpoint": "https://10.0.0.30:6443", "members": [{"name": name, "url": f"https://{at}:6443"} for name, at in names.items()]},
        "etcd": {"quorum": etcd // 2 + 1, "members": [{"name": name, "metricsURL": f"http://{at}:2381"} for name, at in names.items()]},
        "galera": {"name": "app", "namespace": "apps", "size": galera, "quorum": galera // 2 + 1},
        "autoscalers": [{"namespace": key.split("/")[0], "name": key.split("/")[1], "min": 3, "max": 9} for key in HPAS],
    })  # fmt: skip


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def vips(balancers: int = 2) -> st.SearchStrategy[VIPReading]:
    """This host is the first load balancer. Who holds the address does not ask by ARP."""
    peers = [
        st.builds(Peer, st.just(f"k8s-lb-{number}"), answered=st.booleans(), assigned=MAYBE)
        for number in range(2, balancers + 1)
    ]
    return st.builds(
        VIPReading,
        assigned=MAYBE,
        responders=maybe(st.integers(0, 3)),
        keepalived=MAYBE,
        state=maybe(st.sampled_from(VRRPState)),
        base_priority=maybe(st.sampled_from([253, 254])),
        effective_priority=maybe(st.sampled_from([252, 253, 254])),
        peers=st.tuples(*peers),
    ).map(lambda reading: dataclasses.replace(reading, responders=None) if reading.assigned else reading)


def etcds(size: int = 3) -> st.SearchStrategy[EtcdReading]:
    """Members as they may be: what does not answer says nothing about itself."""
    members = {f"k8s-master-{number}": etcd_members(size) for number in range(1, size + 1)}
    return st.builds(EtcdReading, st.fixed_dictionaries({}, optional=members))


def etcd_members(size: int) -> st.SearchStrategy[EtcdMember]:
    silent = st.builds(EtcdMember, alive=st.sampled_from([None, False]))
    peers = st.dictionaries(st.sampled_from([f"{number:x}" for number in range(10, 10 + size - 1)]), st.booleans())
    alive = st.builds(
        EtcdMember,
        alive=st.just(value=True),
        linearizable=MAYBE,
        has_leader=MAYBE,
        peers=peers if size > 1 else st.just({}),
        alarms=st.sampled_from([(), (), ("NOSPACE",), None]),
    )
    return silent | alive


def apiservers(size: int = 3) -> st.SearchStrategy[ApiServerReading]:
    names = {f"k8s-master-{number}": MAYBE for number in range(1, size + 1)}
    return st.builds(ApiServerReading, st.fixed_dictionaries({}, optional=names), endpoint=MAYBE)


def galeras(size: int = 3) -> st.SearchStrategy[GaleraReading]:
    """Nodes of one view agree about its size: it is the same list of members for all of them."""
    views = [("a", 1), ("a", 2), ("b", 1)]
    return st.tuples(*[st.integers(1, size)] * len(views)).flatmap(
        lambda sizes: _galeras(size, dict(zip(views, sizes, strict=True)))
    )


def _galeras(size: int, views: Mapping[tuple[str, int], int]) -> st.SearchStrategy[GaleraReading]:
    def up(view: tuple[str, int], sized: bool) -> st.SearchStrategy[GaleraNode]:
        return st.builds(
            GaleraNode, up=st.just(value=True), primary=MAYBE, ready=MAYBE, connected=MAYBE, state=maybe(st.integers(1, 4)),
            cluster_size=st.just(views[view] if sized else None), view=maybe(st.just(view)),
        )  # fmt: skip

    answers = st.tuples(st.sampled_from(sorted(views)), st.booleans()).flatmap(lambda pair: up(*pair))
    pods = {f"app-pxc-{number}": st.builds(GaleraNode, up=st.just(value=False)) | answers for number in range(size)}
    return st.builds(
        GaleraReading,
        st.fixed_dictionaries({}, optional=pods),
        resource_ready=st.just({}) | st.builds(lambda ready: {"pxc": (ready, size)}, st.integers(0, size)),
        operator_renewed=maybe(st.sampled_from([NOW - 5, NOW - 5000])),
    )


def garbage() -> st.SearchStrategy[GaleraReading]:
    """Nodes that contradict one another."""
    node = st.builds(
        GaleraNode, up=st.booleans(), primary=MAYBE, ready=MAYBE, connected=MAYBE, state=maybe(st.integers(0, 9)),
        cluster_size=maybe(st.integers(0, 9)), view=maybe(st.tuples(st.sampled_from("ab"), st.integers(1, 2))),
    )  # fmt: skip
    pods = {f"app-pxc-{number}": node for number in range(5)}
    return st.builds(
        GaleraReading,
        st.fixed_dictionaries({}, optional=pods),
        st.dictionaries(st.sampled_from(sorted(pods)), st.just("?")),
    )


def hpas() -> st.SearchStrategy[HPAReading]:
    reasons = st.sampled_from(["ScalingDisabled", "TooManyReplicas", "FailedGetResourceMetric", ""])
    condition = st.builds(Condition, status=MAYBE, reason=reasons)
    conditions = st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("ScalingActive", "AbleToScale", "ScalingLimited"), condition)
    )
    numbers = maybe(st.integers(1, 3))
    some = st.builds(
        Autoscaler,
        present=st.booleans(),
        conditions=conditions,
        current=numbers,
        desired=numbers,
        ready=numbers,
        last_scale=maybe(st.sampled_from([NOW - 10, NOW - 5000])),
    )
    return st.builds(HPAReading, st.fixed_dictionaries({}, optional=dict.fromkeys(HPAS, some)))


def snapshots(etcd: int = 3, balancers: int = 2, galera: int = 3) -> st.SearchStrategy[Snapshot]:
    """Everything, of a cluster of `configuration()` of these sizes."""
    return st.builds(
        Snapshot,
        time=st.just(NOW),
        vip=maybe(vips(balancers)),
        apiserver=maybe(apiservers(etcd)),
        etcd=maybe(etcds(etcd)),
        galera=maybe(galeras(galera)),
        hpa=maybe(hpas()),
    )


def forget(draw: st.DrawFn, value: Any) -> Any:
    """The same, with some of what may be unknown made unknown."""
    if isinstance(value, GaleraReading):  # a pod that is not known of is one that was not asked
        lost = {name for name in value.nodes if draw(st.booleans())}
        nodes = {name: forget(draw, node) for name, node in value.nodes.items() if name not in lost}
        ready = {} if draw(st.booleans()) else value.resource_ready
        return dataclasses.replace(
            value, nodes=nodes, unasked=dict(value.unasked) | dict.fromkeys(lost, "?"), resource_ready=ready
        )
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        hints = typing.get_type_hints(type(value))
        changes = {}
        for field in dataclasses.fields(value):
            old = getattr(value, field.name)
            optional = type(None) in typing.get_args(hints[field.name])
            changes[field.name] = None if optional and draw(st.booleans()) else forget(draw, old)
        return dataclasses.replace(value, **changes)
    if isinstance(value, Mapping):
        return {key: forget(draw, entry) for key, entry in value.items() if draw(st.booleans())}
    if isinstance(value, tuple) and value and isinstance(value[0], Peer):
        return tuple(forget(draw, peer) for peer in value if draw(st.booleans()))
    return value


Sizes = tuple[int, int, int]
SIZES = st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(1, 5))


@st.composite
def forgetting(draw: st.DrawFn) -> tuple[Sizes, Snapshot, Snapshot]:
    """Sizes of a cluster, a snapshot of it, and the same with less in it."""
    sizes = draw(SIZES)
    snapshot = draw(snapshots(*sizes))
    return sizes, snapshot, forget(draw, snapshot)
