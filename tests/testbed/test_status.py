"""`hagen status` of a lab: what real agents say, on one screen."""

import json
import time

import pytest

from tests.testbed.drilling import Result, drill
from tests.testbed.lab import Lab
from tests.testbed.watching import ETCD

pytestmark = pytest.mark.testbed


def said(result: Result, subject: str) -> list[tuple[str, str]]:
    return [(line["state"], line["text"]) for line in json.loads(result.output)["subjects"][subject]]


def test_all_is_well_but_for_what_a_lab_has_not(watched: Lab) -> None:
    """There is no Argo CD, and no kubectl: that is unknown, and so is the whole."""
    result = drill(watched, "status")
    assert result.code == 4, result.errors
    address = watched.cluster.virtual_ip
    assert said(result, "Virtual IP") == [("ok", f"{watched.holder().name} has {address}")]
    assert said(result, "API servers") == [("ok", "all 3 are ready")]
    assert said(result, "etcd") == [("ok", "it has a quorum; 1 more may fail")]
    assert said(result, "Database") == [("ok", "it takes writes; 1 more may fail at once")]
    assert said(result, "Machines") == [("ok", "all 8 run")]
    assert said(result, "Applications")[0][0] == "unknown"


def test_a_control_plane_is_off(watched: Lab) -> None:
    victim = watched.context.of("control-plane")[0]
    watched.power_off(victim)
    try:
        end = time.monotonic() + ETCD
        while said(result := drill(watched, "status"), "etcd")[0][0] == "ok" and time.monotonic() < end:
            time.sleep(1)
    finally:
        watched.power_on(victim)
    assert result.code == 5
    assert said(result, "Machines") == [("critical", f"{victim.name} is stopped")]
    assert said(result, "etcd") == [("degraded", "it has a quorum; 0 more may fail")]
    assert said(result, "API servers")[0] == ("degraded", f"{victim.name} of 3 not ready")
