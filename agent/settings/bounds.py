"""How long a fault may last for a new client at most, by what the two files say. Pure.

A bound is the time from the fault until a new connection through the virtual IP is served by something that works:
detection, then election, then the announcement. Clients add their own patience (a SYN that was lost is sent again
after 1 s; a kept connection that only listens notices by its own keep-alive); daemons that systemd starts again are not
waited for. The keys are the faults of the project's test matrix. Infinity: no setting here ends it. A fault whose
settings could not be read is absent.

Sources: VRRP, RFC 9568 section 6.1 (Skew_Time, Active_Down_Interval) and, for version 2, RFC 3768 section 6.1;
keepalived.conf(5), vrrp_script and vrrp_track_process; HAProxy Configuration Manual 2.6, section 5.2 (inter, fastinter,
fall, on-marked-down) and 4.2 (timeout check, timeout connect). Held against the measurements of docs/failover.md.
"""

import math
from collections.abc import Iterable, Mapping

from .haproxy import Haproxy, Proxy, Server
from .keepalived import Instance, Tracker

SETTLING = 0.1  # seconds: the scheduler of a busy host, the gratuitous ARP, and the first try of a client
_PRIORITIES = 256

MASTER_DOWN = (
    "load-balancer-off",
    "load-balancer-unplugged",
    "load-balancer-cut-off",
    "both-load-balancers-restart",
    "keepalived-killed",
    "keepalived-child-killed",
    "keepalived-parent-killed",
)
SILENT = ("control-plane-off", "control-plane-leader-off", "two-control-planes-off")


def skew(instance: Instance, priority: int) -> float:
    """Seconds a backup of this priority waits beyond the lost adverts.

    Version 3: (256 - priority) x advert / 256. Version 2: (256 - priority) / 256 seconds, whatever the interval.
    """
    scale = instance.advert if instance.version >= 3 else 1.0  # noqa: PLR2004
    return (_PRIORITIES - priority) / _PRIORITIES * scale


def advert_interval(instance: Instance) -> float:
    """Seconds. Version 2 knows whole seconds: keepalived rounds, and takes at least 1."""
    return instance.advert if instance.version >= 3 else max(1.0, float(round(instance.advert)))  # noqa: PLR2004


def master_down_interval(instance: Instance, priority: int) -> float:
    """Seconds of silence until a backup takes over: adverts x interval + skew, with 3 adverts by the RFC."""
    return instance.down_adverts * advert_interval(instance) + skew(instance, priority)


def detection(tracker: Tracker, *, hangs: bool) -> float:
    """Seconds until keepalived holds a check for failed.

    A process: the kernel tells at once; a process that hangs is still there, so it is never noticed. A script: the
    fault comes just after a good run, so `interval` passes, then `fall` runs in a row must fail; a run of a dead
    daemon fails at once, a run of a hung one at its `timeout`, and the next begins at the next multiple of `interval`.
    """
    if tracker.kind == "process":
        return math.inf if hangs else tracker.delay
    lasts = tracker.timeout if hangs else min(tracker.timeout, tracker.interval)
    period = max(1, math.ceil(lasts / tracker.interval)) * tracker.interval
    return tracker.interval + (tracker.fall - 1) * period + (lasts if hangs else 0.0)


def moves(tracker: Tracker, gap: int) -> bool:
    """Whether a failed check moves the address: FAULT (weight 0) does, a weight only when it exceeds the gap."""
    return tracker.weight == 0 or abs(tracker.weight) > gap


def haproxy_fault(instance: Instance, priority: int, gap: int, *, hangs: bool) -> float:
    """Seconds: the fastest check that moves the address, then the election.

    Weight 0 is FAULT: an advert of priority 0 is sent, and the backup waits for the skew only (RFC 9568, 6.4.2).
    A weight: the backup hears lower priorities, discards them, and takes over after a whole master-down interval -
    unless `nopreempt` forbids it, then never.
    """

    def election(tracker: Tracker) -> float:
        if tracker.weight == 0:
            return skew(instance, priority)
        return math.inf if instance.nopreempt else master_down_interval(instance, priority)

    times = [
        detection(tracker, hangs=hangs) + election(tracker) for tracker in instance.trackers if moves(tracker, gap)
    ]
    return min(times, default=math.inf)


def healing(instance: Instance) -> float:
    """Seconds from the end of a partition until every host has the right ARP entry.

    The next advert makes the lower one yield. Only when it advertises once more (higher_prio_send_advert) does the
    winner know that there was another, and announces itself at once and after garp_lower_prio_delay; otherwise the next
    garp_master_refresh must come.
    """
    answer = advert_interval(instance) + instance.lower_delay if instance.higher_sends else math.inf
    return min(answer, instance.refresh or math.inf)


def check_duration(proxy: Proxy, server: Server, *, hangs: bool) -> float:
    """Seconds that one failing check takes when nothing answers.

    With `timeout check` the connection has min(timeout connect, inter), and a server that takes it and stays silent
    another `timeout check`; without it, `inter` is for everything.
    """
    read = proxy.timeouts.get("check")
    if read is None:
        return server.inter
    connect = min(proxy.timeouts.get("connect", math.inf), server.inter)
    return connect + read if hangs else connect


def removal(server: Server, lasts: float, spread: float) -> float:
    """Seconds until haproxy sends a server nothing more.

    The fault comes just after a good check: `inter` (spread) passes, then `fall` checks in a row must fail, each of so
    many seconds, the next begun `fastinter` after the one before at the latest. A server that tracks another fares like
    it (its own times are not used); one without a check stays for ever.
    """
    if server.track is None and not server.check:
        return math.inf
    return server.inter * (1 + spread) + server.fall * lasts + (server.fall - 1) * server.fastinter


def _slowest(proxies: Iterable[Proxy], spread: float, *, answers: bool, hangs: bool) -> float | None:
    times = [
        removal(server, 0.0 if answers else check_duration(proxy, server, hangs=hangs), spread)
        for proxy in proxies
        for server in proxy.servers
        if server.track is None
    ]
    return max(times, default=None)


def vrrp_bounds(instance: Instance, priorities: Iterable[int]) -> Mapping[str, float]:
    """Seconds by fault of a load balancer. `priorities`: of all load balancers; the slowest of them may take over."""
    known = sorted({instance.priority, *priorities})
    slowest, gap = known[0], _gap(instance.priority, known)
    silence = master_down_interval(instance, slowest)
    return {
        **dict.fromkeys(MASTER_DOWN, silence + SETTLING),
        "keepalived-stopped": skew(instance, slowest) + SETTLING,  # it says goodbye with priority 0
        "keepalived-killed-for-good": SETTLING,  # the address stays and works; it is an orphan
        "load-balancers-apart": SETTLING,  # both have it; each client goes on with the one that it sees
        "partition-healed": healing(instance) + SETTLING,
        "fail-back": SETTLING,  # adverts of the higher priority are obeyed at once, or nopreempt: nothing moves
        "haproxy-crashes": haproxy_fault(instance, slowest, gap, hangs=False) + SETTLING,
        "haproxy-crashes-for-good": haproxy_fault(instance, slowest, gap, hangs=False) + SETTLING,
        "haproxy-hangs": haproxy_fault(instance, slowest, gap, hangs=True) + SETTLING,
    }


def _gap(own: int, priorities: Iterable[int]) -> int:
    """How far the next lower priority is away; from the lowest there is nowhere to move."""
    return min((own - other for other in priorities if other < own), default=0)


def server_bounds(haproxy: Haproxy, api: int, web: Iterable[int]) -> Mapping[str, float]:
    """Seconds by fault of an API server (behind port `api`) or of a worker (behind the ports `web`)."""
    servers = haproxy.behind(api)
    workers = [proxy for port in web for proxy in haproxy.behind(port)]
    gone = _slowest(servers, haproxy.spread, answers=False, hangs=False)
    found = {
        **dict.fromkeys(SILENT, gone),
        "apiserver-hangs": _slowest(servers, haproxy.spread, answers=False, hangs=True),
        "apiserver-errors": _slowest(servers, haproxy.spread, answers=True, hangs=False),
        "apiserver-drains": _slowest(servers, haproxy.spread, answers=True, hangs=False),
        "worker-off": _slowest(workers, haproxy.spread, answers=False, hangs=False),
        "ingress-pod-gone": _slowest(workers, haproxy.spread, answers=True, hangs=False),
    }
    return {fault: time + SETTLING for fault, time in found.items() if time is not None}
