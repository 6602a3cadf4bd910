"""Every subject, well and ill: what is said, how bad it is, and what to do about it."""

from collections.abc import Mapping
from typing import Any

import pytest

from hagen.bootstrap.agents.reach import Answer
from hagen.bootstrap.agents.sample import Sample
from hagen.bootstrap.inventory import load_inventory
from hagen.bootstrap.provider.contract import Machine, Power
from hagen.bootstrap.status import SUBJECTS, status
from hagen.bootstrap.status.line import Line, Seen, State
from tests.bootstrap.drills.scenes import INVENTORY

DAY = 86400.0
NOW = 1_800_000_000.0
PLANE = load_inventory(INVENTORY)
WELL = """
hagen_verdict{verdict="vip_holder",state="ok"} 1
hagen_verdict{verdict="vip_split_brain",state="ok"} 1
hagen_verdict{verdict="vip_orphan",state="ok"} 1
hagen_verdict{verdict="keepalived",state="ok"} 1
hagen_verdict{verdict="etcd",state="ok"} 1
hagen_verdict{verdict="galera",state="ok"} 1
hagen_verdict{verdict="galera_split_brain",state="ok"} 1
hagen_apiserver_ready{target="k8s-master-1"} 1
hagen_apiserver_ready{target="k8s-master-2"} 1
hagen_apiserver_ready{target="k8s-master-3"} 1
hagen_apiserver_endpoint_ready{vip="v"} 1
hagen_etcd_failure_tolerance 1
hagen_galera_failure_tolerance{namespace="database",pxc="app"} 1
hagen_hpa_status{namespace="apps",hpa="server",status="healthy"} 1
hagen_hpa_current_replicas{namespace="apps",hpa="server"} 3
hagen_hpa_max_replicas{namespace="apps",hpa="server"} 9
"""
HEALTHY = {"metadata": {"name": "server"}, "status": {"health": {"status": "Healthy"}, "sync": {"status": "Synced"}}}


def answer(name: str, text: str = WELL, *, holds: bool = False) -> Answer:
    build = f'hagen_build_info{{version="0"}} 1\nhagen_vip_assigned{{vip="v"}} {int(holds)}\n'
    return Answer(name, Sample.read(build + text))


def silent(name: str) -> Answer:
    return Answer(name, None, "Connection refused")


def seen(**changes: Any) -> Seen:
    """Everything is well, unless it is changed."""
    machines = {each.name: Machine(each.name, each.role, Power.RUNNING, "") for each in PLANE.machines}
    known: dict[str, Any] = {
        "inventory": PLANE,
        "answers": {"k8s-lb-1": answer("k8s-lb-1", holds=True), "k8s-lb-2": answer("k8s-lb-2")},
        "now": NOW,
        "machines": machines,
        "applications": (HEALTHY,),
        "certificates": {"k8s-master-1": {"apiserver.crt": NOW + 200 * DAY}},
    }
    return Seen(**known | changes)


def with_text(old: str, new: str) -> Mapping[str, Answer]:
    """Both agents say something else."""
    text = WELL.replace(old, new)
    assert text != WELL
    return {"k8s-lb-1": answer("k8s-lb-1", text, holds=True), "k8s-lb-2": answer("k8s-lb-2", text)}


def said(subject: str, **changes: Any) -> list[tuple[str, str]]:
    return [(line.state.word, line.text) for line in SUBJECTS[subject](seen(**changes))]


def test_all_is_well_and_nothing_is_to_be_done() -> None:
    found = status(seen())
    assert {subject: [line.text for line in lines] for subject, lines in found.items()} == {
        "Machines": ["all 8 run"],
        "Health agents": ["all 2 answer"],
        "Virtual IP": ["k8s-lb-1 has 10.196.35.30"],
        "API servers": ["all 3 are ready"],
        "etcd": ["it has a quorum; 1 more may fail"],
        "Database": ["it takes writes; 1 more may fail at once"],
        "Autoscalers": ["apps/server: 3 of at most 9 replicas"],
        "Applications": ["all 1 are healthy and as in git"],
        "Certificates": ["the next to end is apiserver.crt on k8s-master-1, in 200 days"],
    }
    assert {(line.state, line.remedy) for lines in found.values() for line in lines} == {(State.OK, "")}


def test_nobody_can_say_anything() -> None:
    """Unknown everywhere, never well: and each line says where to look."""
    nobody = seen(
        answers={"k8s-lb-1": silent("k8s-lb-1"), "k8s-lb-2": silent("k8s-lb-2")}, machines=None, applications=None,
        certificates=None, why={"machines": "LXD does not answer"},
    )  # fmt: skip
    found: list[Line] = [line for lines in status(nobody).values() for line in lines]
    assert {line.state for line in found} == {State.UNKNOWN, State.CRITICAL}
    assert all(line.remedy for line in found)
    assert [line.text for line in status(nobody)["Machines"]] == ["not known: LXD does not answer"]


def test_machines_that_are_off_gone_or_too_many() -> None:
    there = dict(seen().machines or {})
    there.pop("k8s-worker-3")
    there["k8s-worker-2"] = Machine("k8s-worker-2", "worker", Power.STOPPED, "")
    there["k8s-worker-9"] = Machine("k8s-worker-9", "worker", Power.RUNNING, "")
    assert said("Machines", machines=there) == [
        ("critical", "k8s-worker-2 is stopped"),
        ("critical", "k8s-worker-3 is not there"),
        ("degraded", "k8s-worker-9: not in hagen.yaml"),
    ]


def test_one_agent_is_enough_to_know_by_and_a_silent_one_is_told() -> None:
    answers = {"k8s-lb-1": silent("k8s-lb-1"), "k8s-lb-2": answer("k8s-lb-2", holds=True)}
    assert said("Health agents", answers=answers) == [
        ("degraded", "the one on k8s-lb-1 does not answer: Connection refused")
    ]
    assert said("Virtual IP", answers=answers) == [("ok", "k8s-lb-2 has 10.196.35.30")]


@pytest.mark.parametrize(
    ("holds", "expected"),
    [
        ((True, True), ("critical", "k8s-lb-1 and k8s-lb-2 have 10.196.35.30")),
        ((False, False), ("critical", "nobody has 10.196.35.30")),
        ((False, None), ("unknown", "who has 10.196.35.30 is not known")),
    ],
)
def test_who_has_the_address(holds: tuple[bool | None, bool | None], expected: tuple[str, str]) -> None:
    names = ("k8s-lb-1", "k8s-lb-2")
    answers = {
        name: silent(name) if has is None else answer(name, holds=has) for name, has in zip(names, holds, strict=True)
    }
    assert said("Virtual IP", answers=answers)[0] == expected


def test_what_is_wrong_with_the_address() -> None:
    orphan = 'verdict="vip_orphan",state="{}"'
    answers = with_text(orphan.format("ok"), orphan.format("critical"))
    assert said("Virtual IP", answers=answers)[1:] == [
        ("critical", "a kernel has it, and no keepalived stands behind it")
    ]


@pytest.mark.parametrize(
    ("subject", "old", "new", "expected"),
    [
        ("API servers", 'target="k8s-master-2"} 1', 'target="k8s-master-2"} 0', ("degraded", "k8s-master-2 of 3 not ready")),
        ("API servers", 'hagen_apiserver_ready{target="k8s-master-3"} 1\n', "", ("degraded", "k8s-master-3 of 3 not ready")),
        ("etcd", 'verdict="etcd",state="ok"', 'verdict="etcd",state="critical"', ("critical", "no quorum: nothing is written any more")),
        ("etcd", 'verdict="etcd",state="ok"', 'verdict="etcd",state="unknown"', ("unknown", "not known")),
        ("etcd", "hagen_etcd_failure_tolerance 1\n", "", ("ok", "it has a quorum; how many more may fail is not known")),
        ("Database", 'verdict="galera",state="ok"', 'verdict="galera",state="critical"', ("critical", "no primary component: no write is taken")),
        ("Database", 'verdict="galera",state="ok"', 'verdict="galera",state="unknown"', ("unknown", "not known")),
        ("Autoscalers", 'status="healthy"', 'status="blind"', ("critical", "apps/server: it gets no metrics")),
        ("Autoscalers", 'status="healthy"', 'status="capped"', ("degraded", "apps/server: at its most, 9 replicas, and more are wanted")),
        ("Autoscalers", 'status="healthy"', 'status="new word"', ("unknown", "not known")),
    ],
)  # fmt: skip
def test_what_the_agents_say_becomes_a_line(subject: str, old: str, new: str, expected: tuple[str, str]) -> None:
    assert said(subject, answers=with_text(old, new))[0] == expected


def test_an_alarm_of_etcd_is_a_line_of_its_own() -> None:
    alarm = 'hagen_etcd_failure_tolerance 1\nhagen_etcd_alarm{member="k8s-master-1",alarm="NOSPACE"} 1\n'
    lines = said("etcd", answers=with_text("hagen_etcd_failure_tolerance 1\n", alarm))
    assert lines[1:] == [("critical", "k8s-master-1 raises NOSPACE: writes are refused")]


def test_applications_out_of_step() -> None:
    late = {
        "metadata": {"name": "client"},
        "status": {"health": {"status": "Progressing"}, "sync": {"status": "Synced"}},
    }
    odd = {
        "metadata": {"name": "database"},
        "status": {"health": {"status": "Healthy"}, "sync": {"status": "OutOfSync"}},
    }
    ill = {"metadata": {"name": "monitoring"}}
    assert said("Applications", applications=(HEALTHY, late, odd, ill)) == [
        ("degraded", "client: Progressing, Synced"),
        ("degraded", "database: Healthy, OutOfSync"),
        ("critical", "monitoring: Unknown, Unknown"),
        ("ok", "server: healthy and as in git"),
    ]
    assert said("Applications", applications=()) == [("critical", "Argo CD has none")]


def test_certificates_that_end() -> None:
    ends = {"apiserver.crt": NOW + 12 * DAY, "ca.crt": NOW + 3000 * DAY, "etcd/server.crt": NOW - 2 * DAY}
    token = (
        f'hagen_credential_expiry_timestamp_seconds{{use="token"}} {NOW + 3 * DAY}\nhagen_etcd_failure_tolerance 1\n'
    )
    answers = with_text("hagen_etcd_failure_tolerance 1\n", token)
    assert said("Certificates", certificates={"k8s-master-1": ends}, answers=answers) == [
        ("critical", "etcd/server.crt on k8s-master-1 ended 2 days ago"),
        ("degraded", "the agent's token on k8s-lb-1 ends in 3 days"),
        ("degraded", "the agent's token on k8s-lb-2 ends in 3 days"),
        ("degraded", "apiserver.crt on k8s-master-1 ends in 12 days"),
    ]
