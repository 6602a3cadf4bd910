"""`hagen status` as a person and a program call it: exit codes, and agents that are not there."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hagen.bootstrap.commands.status import command, shown
from hagen.bootstrap.site import Site
from hagen.bootstrap.status.line import State
from tests.bootstrap.commands.conftest import Hagen, agent

FIRST, SECOND = "127.196.35.11", "127.196.35.12"
NOWHERE = "/nowhere/lxd.socket"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 1, "no clusters/*/inventory.yaml here; render it first"),
        (["-r", "/nowhere"], 2, "'/nowhere' does not exist"),
        (["--interval", "0"], 2, "0.5<=x<=3600"),
        (["everything"], 2, "unexpected extra argument"),
    ],
)
def test_wrong_usage_is_said(hagen: Hagen, arguments: list[str], code: int, words: str) -> None:
    told = hagen("status", *arguments)
    assert (told.returncode, told.stdout) == (code, "")
    assert words in told.stderr
    assert "Traceback" not in told.stderr


def test_a_cluster_that_is_not_there_is_told_with_those_that_are(hagen: Hagen, nearby: Path) -> None:
    told = hagen("status", "-r", nearby, "--cluster", "elsewhere")
    assert (told.returncode, told.stdout) == (1, "")
    assert "there is no cluster elsewhere; there are: production" in told.stderr


def test_an_inventory_that_cannot_be_read_is_said_in_full(hagen: Hagen, nearby: Path) -> None:
    file = nearby / "clusters/production/inventory.yaml"
    file.write_text(file.read_text().replace("cpu: ", "cpus: ", 1) + "\nsurprise: 1\n")
    told = hagen("status", "-r", nearby)
    assert (told.returncode, told.stdout) == (1, "")
    assert "cpus" in told.stderr
    assert "surprise" in told.stderr
    file.write_text("{")
    told = hagen("status", "-r", nearby)
    assert (told.returncode, told.stdout) == (1, "")
    assert "Traceback" not in told.stderr


def test_one_look_and_many_are_not_asked_for_at_once(nearby: Path) -> None:
    told = CliRunner().invoke(command, ["-r", str(nearby), "--lxd", NOWHERE, "--watch", "--json"])
    assert (told.exit_code, told.stdout) == (2, "")
    assert "leave one of them out" in told.stderr


def test_nobody_who_can_be_asked_is_critical_and_a_screen_still(hagen: Hagen, nearby: Path) -> None:
    told = hagen("status", "-r", nearby, "--lxd", NOWHERE)
    assert (told.returncode, told.stderr) == (State.CRITICAL, "")
    rows = [line.split("\t") for line in told.stdout.splitlines()]
    assert {row[1] for row in rows} >= {"Machines", "Health agents", "Virtual IP", "etcd", "Certificates"}
    assert {row[0] for row in rows} == {"critical", "unknown"}
    assert all(len(row) == 4 and row[3] for row in rows), "each says what to do"
    assert sum(row[1] == "Health agents" for row in rows) == 2


def test_json_is_whole_whatever_is_not_there(hagen: Hagen, nearby: Path) -> None:
    told = hagen("status", "-r", nearby, "--lxd", NOWHERE, "--json")
    assert (told.returncode, told.stderr) == (State.CRITICAL, "")
    document = json.loads(told.stdout)
    assert (document["cluster"], document["state"]) == ("production", "critical")
    assert NOWHERE in document["subjects"]["Machines"][0]["text"]


def test_an_agent_that_is_silent_is_no_more_than_degraded(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    with agent(SECOND, holds=True):
        assert shown(site, as_document=True) in set(State) - {State.OK}
    subjects = json.loads(capsys.readouterr().out)["subjects"]
    (silent,) = subjects["Health agents"]
    assert silent["state"] == "degraded"
    assert "the one on k8s-lb-1 does not answer" in silent["text"]
    assert "k8s-lb-2" in subjects["Virtual IP"][0]["text"]
    assert subjects["Machines"][0]["state"] == "ok"


def test_somebody_who_is_no_agent_is_not_believed(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    with agent(FIRST, holds=True), agent(SECOND, text="<html>"):
        shown(site, as_document=True)
    (silent,) = json.loads(capsys.readouterr().out)["subjects"]["Health agents"]
    assert "k8s-lb-2 does not answer" in silent["text"]
