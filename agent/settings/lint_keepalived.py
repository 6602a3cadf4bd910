"""The rules about keepalived.conf (codes HA101 to HA117), one function each. Pure."""

from collections.abc import Iterator

from .bounds import advert_interval, detection, moves
from .finding import Finding, finding
from .subject import Judge, Subject

_SLOW = 10.0  # seconds
_TOLERANCE = 0.005  # seconds: keepalived counts in hundredths


def _weight_below_gap(subject: Subject) -> Iterator[Finding]:
    for tracker in subject.trackers:
        if not moves(tracker, subject.gap):
            detail = f"{tracker.name} has weight {tracker.weight}; the next priority is {subject.gap} lower."
            yield finding("HA101", detail)


def _nopreempt_with_weight(subject: Subject) -> Iterator[Finding]:
    for tracker in subject.trackers:
        if subject.instance and subject.instance.nopreempt and tracker.weight != 0:
            yield finding("HA102", f"{tracker.name} has weight {tracker.weight}, and the instance has nopreempt.")


def _equal_priorities(subject: Subject) -> Iterator[Finding]:
    priorities = [balancer.priority for balancer in subject.config.load_balancers]
    own = subject.instance.priority if subject.instance else None
    for priority in sorted({number for number in priorities if priorities.count(number) > 1}):
        yield finding("HA103", f"Several load balancers have priority {priority}.")
    for other in subject.others:
        if other.priority == own and priorities.count(other.priority) == 1:
            yield finding("HA103", f"This host and {other.name} have priority {own}.")


def _advert_differs(subject: Subject) -> Iterator[Finding]:
    wanted = subject.config.virtual_ip.advert_milliseconds / 1000
    if subject.instance and abs(advert_interval(subject.instance) - wanted) > _TOLERANCE:
        yield finding(
            "HA104", f"advert_int is {advert_interval(subject.instance):g} s here, {wanted:g} s in agent.yaml."
        )


def _haproxy_untracked(subject: Subject) -> Iterator[Finding]:
    if subject.instance and not subject.instance.trackers:
        yield finding("HA105", f"Instance {subject.instance.name} follows no check.")


def _hang_unnoticed(subject: Subject) -> Iterator[Finding]:
    kinds = {tracker.kind for tracker in subject.trackers}
    if kinds == {"process"}:
        yield finding("HA106", "The instance follows processes only.")


def _script_security(subject: Subject) -> Iterator[Finding]:
    if subject.keepalived and any(tracker.kind == "script" for tracker in subject.trackers):
        if not subject.keepalived.security:
            yield finding("HA107", "global_defs does not say enable_script_security.")
        elif subject.keepalived.script_user == "root":
            yield finding("HA107", "script_user is root.")


def _priority_differs(subject: Subject) -> Iterator[Finding]:
    if subject.instance and subject.host and subject.instance.priority != subject.host.priority:
        detail = f"{subject.host.name} has {subject.instance.priority}, and {subject.host.priority} in agent.yaml."
        yield finding("HA108", detail)


def _old_version(subject: Subject) -> Iterator[Finding]:
    if subject.instance and subject.instance.version < 3:  # noqa: PLR2004
        yield finding("HA109", f"Instance {subject.instance.name} speaks VRRPv{subject.instance.version}.")


def _address_missing(subject: Subject) -> Iterator[Finding]:
    address = str(subject.config.virtual_ip.address)
    if subject.keepalived and (subject.instance is None or address not in subject.instance.addresses):
        yield finding("HA110", f"{address} is in no vrrp_instance that the agent can read.")


def _nopreempt_as_master(subject: Subject) -> Iterator[Finding]:
    if subject.instance and subject.instance.nopreempt and subject.instance.state == "MASTER":
        yield finding("HA111", f"Instance {subject.instance.name} has both.")


def _stale_arp(subject: Subject) -> Iterator[Finding]:
    instance = subject.instance
    if instance and not instance.refresh and not instance.higher_sends:
        yield finding("HA112", "Nothing announces the address anew after two load balancers had it.")


def _slow_check(subject: Subject) -> Iterator[Finding]:
    for tracker in subject.trackers:
        lasts = detection(tracker, hangs=True)
        if tracker.kind == "script" and lasts > _SLOW:
            yield finding("HA113", f"{tracker.name} may take {lasts:g} s to fail.")


def _peers_differ(subject: Subject) -> Iterator[Finding]:
    instance = subject.instance
    if instance and instance.peers and subject.host:
        wanted, there = {str(other.address) for other in subject.others}, set(instance.peers)
        if wanted != there:
            names = ", ".join(sorted(wanted ^ there, key=str))
            yield finding("HA114", f"unicast_peer and agent.yaml differ in {names}.")


def _authentication(subject: Subject) -> Iterator[Finding]:
    if subject.instance and subject.instance.authentication:
        yield finding("HA115", f"Instance {subject.instance.name} has an authentication block.")


def _undefined_check(subject: Subject) -> Iterator[Finding]:
    for name in subject.instance.undefined if subject.instance else ():
        yield finding("HA116", f"{name} is not defined.")


def _unread_includes(subject: Subject) -> Iterator[Finding]:
    for path in subject.keepalived.unread if subject.keepalived else ():
        yield finding("HA117", f"keepalived.conf includes {path}.")


JUDGES: tuple[Judge, ...] = (
    _weight_below_gap,
    _nopreempt_with_weight,
    _equal_priorities,
    _advert_differs,
    _haproxy_untracked,
    _hang_unnoticed,
    _script_security,
    _priority_differs,
    _old_version,
    _address_missing,
    _nopreempt_as_master,
    _stale_arp,
    _slow_check,
    _peers_differ,
    _authentication,
    _undefined_check,
    _unread_includes,
)
