"""A scrape as data: what is absent is not known."""

import pytest

from hagen.bootstrap.agents.sample import NotMetrics, Sample

TEXT = """# TYPE hagen_build_info gauge
hagen_build_info{version="0.1.0"} 1
# TYPE hagen_verdict gauge
hagen_verdict{verdict="etcd",state="ok"} 0
hagen_verdict{verdict="etcd",state="degraded"} 1
hagen_verdict{verdict="galera",state="ok"} 0
hagen_verdict{verdict="galera",state="unknown"} 1
hagen_hpa_status{namespace="apps",hpa="server",status="healthy"} 1
hagen_hpa_status{namespace="apps",hpa="client",status="capped"} 1
hagen_vip_assigned{vip="10.0.0.1",interface="eth0"} 1
hagen_etcd_member_is_leader{member="m1"} 0
hagen_etcd_member_is_leader{member="m2"} 1
hagen_failover_bound_seconds{fault="load-balancer-off"} 0.4
hagen_failover_bound_seconds{fault="haproxy-hangs"} +Inf
"""


def test_what_an_agent_says() -> None:
    sample = Sample.read(TEXT)
    assert sample.verdicts() == {
        "etcd": "degraded",
        "galera": "unknown",
        "hpa apps/server": "ok",
        "hpa apps/client": "capped",
    }
    assert sample.yes("hagen_vip_assigned") is True
    assert sample.leader() == "m2"
    assert (sample.bound("load-balancer-off"), sample.bound("haproxy-hangs")) == (0.4, float("inf"))


def test_what_is_absent_is_not_known() -> None:
    sample = Sample.read('hagen_build_info{version="0.1.0"} 1\n')
    assert sample.yes("hagen_vip_assigned") is None
    assert sample.one("hagen_vip_assigned") is None
    assert sample.leader() is None
    assert sample.bound("load-balancer-off") is None
    assert sample.verdicts() == {}


def test_two_values_are_no_value() -> None:
    sample = Sample.read(TEXT + 'hagen_vip_assigned{vip="10.0.0.1",interface="eth1"} 0\n')
    assert sample.yes("hagen_vip_assigned") is None
    assert sample.yes("hagen_vip_assigned", interface="eth1") is False


def test_two_states_at_once_are_none() -> None:
    sample = Sample.read(TEXT + 'hagen_verdict{verdict="galera",state="critical"} 1\n')
    assert sample.verdicts()["galera"] == "unknown"


@pytest.mark.parametrize(
    "text", ["", "<html>", "up 1\n", "hagen_build_info{version=\n", "hagen_build_info x\n", "\x00"]
)
def test_whoever_is_no_agent_is_told_apart(text: str) -> None:
    with pytest.raises(NotMetrics):
        Sample.read(text)
