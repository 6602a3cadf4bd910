"""Looks become lanes and events."""

from dataclasses import replace

from hagen.bootstrap.drills.cluster import Noted, Pods
from hagen.bootstrap.drills.report import Span, Tone
from hagen.bootstrap.drills.timeline import events, lanes, told
from tests.bootstrap.drills.scenes import look

LEADS = 'hagen_etcd_member_is_leader{member="m1"} 1'
MOVED = 'hagen_vip_last_transition_timestamp_seconds{vip="v"} 1000.25'


def spans(name: str, *seen: object) -> list[tuple[str, Tone]]:
    (lane,) = [lane for lane in lanes(seen, 0.0) if lane.name == name]  # type: ignore[arg-type]
    return [(span.text, span.tone) for span in lane.spans]


def test_who_has_the_address() -> None:
    seen = [look(0), look(1, "k8s-lb-1 k8s-lb-2"), look(2, None), look(3, None, silent=("k8s-lb-1",)), look(4), look(5)]
    assert spans("vip", *seen) == [
        ("k8s-lb-1", Tone.WELL),
        ("k8s-lb-1 and k8s-lb-2", Tone.DEGRADED),
        ("nobody", Tone.DOWN),
        ("not known", Tone.UNKNOWN),
        ("k8s-lb-1", Tone.WELL),
    ]


def test_neighbours_that_say_the_same_are_one_stretch() -> None:
    (lane,) = [lane for lane in lanes([look(at) for at in (1.0, 1.2, 1.4)], 1.0) if lane.name == "vip"]
    assert lane.spans == (Span(since=0.0, until=0.4, text="k8s-lb-1", tone=Tone.WELL),)


def test_the_worst_that_somebody_knows() -> None:
    seen = [
        look(0, extra=LEADS),
        look(1, verdicts={"etcd": "unknown"}),
        look(2, verdicts={"etcd": "critical"}),
        look(3),
    ]
    assert spans("etcd", *seen) == [
        ("ok, m1 leads", Tone.WELL),
        ("not known", Tone.UNKNOWN),
        ("critical", Tone.DOWN),
    ]


def test_nobody_answers() -> None:
    both = ("k8s-lb-1", "k8s-lb-2")
    seen = [look(0, silent=both), look(1, silent=both)]
    assert spans("agents", *seen) == [("k8s-lb-1, k8s-lb-2 silent", Tone.DOWN)]
    assert spans("apiservers", *seen) == spans("galera", *seen) == spans("vip", *seen) == [("not known", Tone.UNKNOWN)]


def test_a_move_has_the_kernels_own_time() -> None:
    found = events(
        [look(10), look(11, "k8s-lb-2", extra=MOVED), look(12, "k8s-lb-2", extra=MOVED)], 10.0, lambda t: t - 990
    )
    assert {(event.at, event.text, event.source) for event in found} == {
        (0.25, "k8s-lb-1 gives up the virtual IP", "netlink"),
        (0.25, "k8s-lb-2 takes the virtual IP", "netlink"),
    }


def test_changes_of_verdicts_leaders_and_alerts_are_events() -> None:
    seen = [
        look(0, extra=LEADS, alerts={}),
        look(
            1,
            extra=LEADS.replace("m1", "m2"),
            verdicts={"etcd": "degraded"},
            alerts={"HagenEtcdNoTolerance": "pending"},
        ),
    ]
    found = [(event.at, event.lane, event.text) for event in events(seen, 0.0, lambda t: t)]
    assert found.count((1, "etcd", "etcd is degraded")) == 2, "each agent for itself"
    assert (1, "etcd", "m2 leads etcd") in found
    assert (1, "agents", "HagenEtcdNoTolerance is pending") in found


def test_pods() -> None:
    seen = [replace(look(at), pods=pods) for at, pods in enumerate([Pods(3, 3), Pods(2, 3), Pods(0, 3), None, None])]
    assert spans("pods", *seen) == [
        ("3 of 3 ready", Tone.WELL),
        ("2 of 3 ready", Tone.DEGRADED),
        ("0 of 3 ready", Tone.DOWN),
        ("not known", Tone.UNKNOWN),
    ]


def test_events_of_kubernetes_stand_beside_the_others() -> None:
    (event,) = told([Noted(1000.5, "Node k8s-worker-1: NodeNotReady")], 10.0, lambda moment: moment - 950)
    assert (event.at, event.lane, event.source) == (40.5, "pods", "Kubernetes")
    assert event.text == "Node k8s-worker-1: NodeNotReady"
