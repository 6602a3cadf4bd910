"""The table and what is exposed of it, held against Prometheus' own checker."""

import dataclasses
import re
import shutil
import subprocess
from math import inf

import pytest
from hypothesis import given, settings
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from hagen.agent.exporter.exposition import ViewCollector, expose
from hagen.agent.exporter.metric import Kind
from hagen.agent.exporter.metrics import TABLE
from hagen.agent.exporter.sources import View
from hagen.agent.snapshot import (
    EtcdMember,
    EtcdReading,
    GaleraNode,
    GaleraReading,
    HPAReading,
    Peer,
    Snapshot,
    VIPReading,
)
from tests.agent.exporter.worlds import SCALER, everything, nothing, seen
from tests.agent.health.worlds import HPAS, NOW, snapshots

OPENMETRICS = "application/openmetrics-text; version=1.0.0"
Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def series(view: View) -> Series:
    text = expose(view)[0].decode()
    found: Series = {}
    for family in parse_text(text):
        for sample in family.samples:
            key = sample.name, frozenset(sample.labels.items())
            assert key not in found, f"{key} is there twice"
            found[key] = sample.value
    return found


def value(view: View, name: str, **labels: str) -> float | None:
    """Of the one series that has these labels, among others."""
    found = [
        number
        for (full, has), number in series(view).items()
        if full == f"hagen_{name}" and labels.items() <= dict(has).items()
    ]
    assert len(found) < 2, found
    return found[0] if found else None


def test_every_metric_has_a_value_when_everything_is_known() -> None:
    names = {name for name, _ in series(everything())}
    missing = [metric.full_name for metric in TABLE if not any(name.startswith(metric.full_name) for name in names)]
    assert missing == []


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_promtool_has_nothing_to_say() -> None:
    text = expose(everything())[0]
    result = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, check=False)
    assert (result.returncode, result.stdout + result.stderr) == (0, b"")


@pytest.mark.parametrize("metric", TABLE, ids=lambda metric: metric.name)
def test_names_follow_the_conventions(metric: object) -> None:
    assert metric in TABLE
    found = next(entry for entry in TABLE if entry is metric)
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", found.name)
    assert found.name.endswith("_total") == (found.kind is Kind.COUNTER)
    assert found.name.endswith("_info") == (found.kind is Kind.INFO)
    assert not {"instance", "job", "cluster", "service", "type"} & set(found.labels)
    if re.search(r"seconds|bytes", found.name):
        assert re.search(r"second|byte|epoch", found.meaning, re.IGNORECASE)
    assert found.meaning.endswith(".")
    assert not found.source.endswith(".")


def test_no_name_is_there_twice() -> None:
    names = [metric.name for metric in TABLE]
    assert len(set(names)) == len(names)


def test_both_formats_say_the_same() -> None:
    view = everything()
    body, content_type = expose(view, OPENMETRICS)
    assert content_type.startswith("application/openmetrics-text")
    assert body.endswith(b"# EOF\n")
    both = [
        {(sample.name, frozenset(sample.labels.items())) for family in families for sample in family.samples if sample.name.startswith("hagen")}
        for families in (parse_openmetrics(body.decode()), parse_text(expose(view)[0].decode()))
    ]  # fmt: skip
    assert both[0] == both[1]
    assert len(both[0]) > 200


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "text/html",
        "text/plain;version=0.0.4",
        "application/openmetrics-text;q=0",
        "application/openmetrics-text;version=x",
    ],
)
def test_who_does_not_ask_for_openmetrics_gets_text(accept: str) -> None:
    assert expose(nothing(), accept)[1].startswith("text/plain; version=0.0.4")


def test_what_prometheus_asks_for_is_openmetrics() -> None:
    accept = "application/openmetrics-text;version=1.0.0;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.2"
    assert expose(nothing(), accept)[1].startswith("application/openmetrics-text; version=1.0.0")


def test_of_nothing_known_only_the_agent_itself_is_exposed() -> None:
    names = {name for name, _ in series(nothing()) if name.startswith("hagen_")}
    assert names == {
        "hagen_build_info",
        "hagen_configuration_readable",
        "hagen_etcd_members_expected",
        "hagen_etcd_members_needed",
        "hagen_galera_nodes_expected",
        "hagen_verdict",
    }


def test_describing_takes_no_view() -> None:
    described = {family.name for family in ViewCollector(None).describe()}
    assert len(described) == len(TABLE)
    assert list(ViewCollector(None).collect()) == []


def test_one_name_can_be_asked_for() -> None:
    text = expose(everything(), names=["hagen_vip_assigned"])[0].decode()
    assert {line.split("{")[0] for line in text.splitlines() if not line.startswith("#")} == {"hagen_vip_assigned"}


@settings(max_examples=60)
@given(snapshots())
def test_no_snapshot_breaks_the_exposition_and_states_add_up(snapshot: Snapshot) -> None:
    sums: dict[tuple[str, frozenset[tuple[str, str]]], float] = {}
    stated = {metric.full_name: metric.labels[-1] for metric in TABLE if metric.kind is Kind.STATES}
    for (name, labels), number in series(seen(snapshot)).items():
        if name in stated:
            rest = frozenset((key, text) for key, text in labels if key != stated[name])
            sums[name, rest] = sums.get((name, rest), 0.0) + number
    assert set(sums.values()) == {1.0}


def test_a_peer_that_did_not_answer_is_down_and_what_it_has_is_unknown() -> None:
    view = seen(Snapshot(NOW, vip=VIPReading(peers=(Peer("k8s-lb-2", answered=False, assigned=True),))))
    assert value(view, "peer_up", peer="k8s-lb-2") == 0
    assert value(view, "vip_peer_assigned", peer="k8s-lb-2") is None


def test_of_a_server_that_haproxy_does_not_check_nothing_is_said() -> None:
    view = everything()
    assert value(view, "lb_server_up", backend="apiservers", server="k8s-master-2") == 0
    assert value(view, "lb_server_up", server="x") is None


def test_a_dead_etcd_member_is_not_ready_and_of_a_silent_read_nothing_is_known() -> None:
    name = everything().config.etcd.members[0].name
    for member, ready in ((EtcdMember(alive=False), 0), (EtcdMember(alive=True), None), (EtcdMember(), None)):
        assert value(seen(Snapshot(NOW, etcd=EtcdReading({name: member}))), "etcd_member_ready", member=name) == ready


def test_a_strange_etcd_member_is_none_of_ours() -> None:
    view = seen(Snapshot(NOW, etcd=EtcdReading({"stranger": EtcdMember(alive=True)})))
    assert value(view, "etcd_member_live", member="stranger") is None


@pytest.mark.parametrize(
    ("member", "nospace", "corrupt"),
    [
        (EtcdMember(alive=True, linearizable=True, alarms=()), 0, 0),
        (EtcdMember(alive=True, linearizable=True), None, None),
        (EtcdMember(alive=True, linearizable=False, alarms=("NOSPACE",)), 1, None),
        (EtcdMember(alive=True, linearizable=True, alarms=("CORRUPT",)), None, 1),
        (EtcdMember(alive=True), None, None),
        (EtcdMember(alive=False, linearizable=False), None, None),
    ],
)
def test_no_alarm_is_claimed_only_where_a_member_said_so(
    member: EtcdMember, nospace: int | None, corrupt: int | None
) -> None:
    view = seen(Snapshot(NOW, etcd=EtcdReading({"k8s-master-1": member})))
    assert value(view, "etcd_alarm", alarm="NOSPACE") == nospace
    assert value(view, "etcd_alarm", alarm="CORRUPT") == corrupt


def test_a_database_node_that_is_down_says_nothing_of_itself() -> None:
    view = seen(
        Snapshot(NOW, galera=GaleraReading({"app-pxc-0": GaleraNode(up=False)}, unasked={"app-pxc-1": "no way"}))
    )
    about = {name for name, labels in series(view) if ("node", "app-pxc-0") in labels}
    assert about == {"hagen_galera_node_up"}
    assert value(view, "galera_node_up", node="app-pxc-0") == 0
    assert value(view, "galera_node_up", node="app-pxc-1") is None


def test_a_node_state_without_a_name_is_absent() -> None:
    view = seen(
        Snapshot(NOW, galera=GaleraReading({"app-pxc-0": GaleraNode(up=True, state=0, unreadable=("wsrep_ready",))}))
    )
    assert not any(name == "hagen_galera_node_state" for name, _ in series(view))
    assert value(view, "galera_node_unreadable_variables") == 1


def test_a_resource_state_that_is_new_is_unknown_and_none_is_absent() -> None:
    assert value(seen(Snapshot(NOW, galera=GaleraReading(resource_state="dancing"))), "pxc_state", state="unknown") == 1
    assert value(seen(Snapshot(NOW, galera=GaleraReading())), "pxc_state", state="unknown") is None


def test_reasons_of_conditions_stay_few() -> None:
    view = everything()
    assert (
        value(view, "hpa_condition_reason_info", hpa="server", condition="ScalingActive", reason="ValidMetricFound")
        == 1
    )
    assert value(view, "hpa_condition_reason_info", hpa="server", condition="ScalingLimited", reason="other") == 1


def test_a_metric_that_the_controller_cannot_read_has_a_target_and_no_value() -> None:
    blind = dataclasses.replace(SCALER, targets={"cpu": (None, 0.7)})
    view = seen(Snapshot(NOW, hpa=HPAReading({HPAS[0]: blind})))
    assert value(view, "hpa_metric_current", metric="cpu") is None
    assert value(view, "hpa_metric_wanted", metric="cpu") == 0.7


def test_findings_of_one_code_are_counted() -> None:
    assert value(everything(), "configuration_findings", code="HL003") == 2


def test_the_histogram_is_cumulative_to_infinity() -> None:
    found = {
        labels: number
        for (name, labels), number in series(everything()).items()
        if name == "hagen_vip_probe_duration_seconds_bucket" and ("check", "new") in labels
    }
    by_bound = {float(dict(labels)["le"]): number for labels, number in found.items()}
    assert by_bound == {0.01: 900, 0.1: 990, inf: 993}
    assert value(everything(), "vip_probe_duration_seconds_count", check="new") == 993


def test_labels_are_escaped() -> None:
    strange = 'k8s-"lb"\\2\n'
    view = seen(Snapshot(NOW, vip=VIPReading(peers=(Peer(strange, answered=True, assigned=True),))))
    assert value(view, "peer_up", peer=strange) == 1
