"""Status variables: what is known means something, everything else nothing."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hagen.agent.collectors.galera.resource import ready_of, renewed, state_of
from hagen.agent.collectors.galera.status import parse_status
from hagen.agent.snapshot import GaleraNode

STATUS = Path(__file__).resolve().parents[2] / "captured/galera"
UUID = "ed20b281-e6e6-11f1-9126-563820191567"
SYNCED = {
    "wsrep_cluster_status": "Primary", "wsrep_ready": "ON", "wsrep_connected": "ON", "wsrep_local_state": "4", "wsrep_cluster_size": "3",
    "wsrep_cluster_state_uuid": UUID, "wsrep_cluster_conf_id": "17", "wsrep_flow_control_paused_ns": "1500000000",
    "wsrep_local_recv_queue": "2", "wsrep_last_committed": "4711", "wsrep_local_cert_failures": "5", "wsrep_local_bf_aborts": "6",
    "wsrep_incoming_addresses": "10.0.0.1:3306,10.0.0.2:3306",
}  # fmt: skip


def test_a_synced_node() -> None:
    assert parse_status(SYNCED) == GaleraNode(
        up=True, primary=True, ready=True, connected=True, state=4, cluster_size=3, view=(UUID, 17), flow_control_paused_seconds=1.5,
        receive_queue=2, last_committed=4711, certification_failures=5, brute_force_aborts=6,
    )  # fmt: skip


# primary, ready, connected, state, cluster_size, whether there is a view
CAPTURED = {
    "mariadb-10.11.19-synced": (True, True, True, 4, 2, True),
    "mariadb-10.11.19-desynced": (True, True, True, 2, 2, True),
    "mariadb-10.11.19-non-primary": (False, False, True, None, 1, False),
    "pxc-8.4-documented": (True, True, True, 4, 3, True),
}


@pytest.mark.parametrize("name", CAPTURED)
def test_what_real_nodes_say(name: str) -> None:
    node = parse_status(json.loads((STATUS / f"{name}.json").read_text()))
    assert (node.primary, node.ready, node.connected, node.state, node.cluster_size, node.view is not None) == CAPTURED[
        name
    ]
    assert not node.unreadable
    assert None not in {
        node.flow_control_paused_seconds,
        node.receive_queue,
        node.certification_failures,
        node.brute_force_aborts,
    }


def test_every_capture_is_read() -> None:
    assert {path.stem for path in STATUS.glob("*.json")} == set(CAPTURED)


@pytest.mark.parametrize(
    ("text", "primary"),
    [("Primary", True), ("non-Primary", False), ("Disconnected", False), ("Connected", None), ("", None)],
)
def test_cluster_status(text: str, primary: bool | None) -> None:
    node = parse_status(SYNCED | {"wsrep_cluster_status": text})
    assert node.primary is primary
    assert ("wsrep_cluster_status" in node.unreadable) == (primary is None)


@pytest.mark.parametrize(
    "change",
    [
        {"wsrep_cluster_conf_id": "18446744073709551615"},
        {"wsrep_cluster_state_uuid": "00000000-0000-0000-0000-000000000000"},
        {"wsrep_cluster_state_uuid": ""},
    ],
)
def test_no_view(change: dict[str, str]) -> None:
    node = parse_status(SYNCED | change)
    assert node.view is None
    assert not node.unreadable


@pytest.mark.parametrize(
    ("text", "state"), [("1", 1), ("2", 2), ("3", 3), ("4", 4), ("0", None), ("5", None), ("6", None)]
)
def test_states(text: str, state: int | None) -> None:
    assert parse_status(SYNCED | {"wsrep_local_state": text}).state == state


def test_a_node_that_is_not_connected_has_committed_nothing() -> None:
    node = parse_status(SYNCED | {"wsrep_last_committed": "-1"})
    assert node.last_committed is None
    assert not node.unreadable


@pytest.mark.parametrize(
    "name", [name for name in SYNCED if name not in {"wsrep_incoming_addresses", "wsrep_cluster_state_uuid"}]
)
@pytest.mark.parametrize("text", ["banana", "", "-7", "1.5", "٤", "99999999999999999999999", "ON ", "0x4"])
def test_a_text_that_means_nothing_is_unknown_and_named(name: str, text: str) -> None:
    assert parse_status(SYNCED | {name: text}).unreadable == (name,)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(SYNCED)), st.text() | st.sampled_from(["ON", "Primary", "4", "-1"])))
def test_no_text_is_too_much(variables: dict[str, str]) -> None:
    node = parse_status(variables)
    assert node.up
    if "wsrep_cluster_status" not in variables:
        assert node.primary is None


def test_components_that_a_database_has() -> None:
    assert ready_of(
        {"status": {"pxc": {"size": 3, "status": "initializing"}, "proxysql": {}, "haproxy": {"ready": 1}}}
    ) == {"pxc": (0, 3)}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["status", "spec", "pxc", "ready", "size", "state", "renewTime", "holderIdentity"]),
                inner,
            )
        ),
    )
)
def test_any_object_can_be_read(document: object) -> None:
    state_of(document), ready_of(document), renewed(document)


def test_a_lease_that_nobody_holds_was_not_renewed() -> None:
    assert renewed({"spec": {"holderIdentity": "", "renewTime": "2026-11-22T14:03:59.000000Z"}}) is None
    assert renewed({"spec": {"holderIdentity": "a", "renewTime": "2026-11-22T14:03:59.000000Z"}}) == 1795356239.0
    assert renewed({"spec": {"holderIdentity": "a", "renewTime": "2026-11-22T14:03:59"}}) is None
