"""`hagen agent check` as a user calls it, in front of collectors that have seen this or that."""

import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hagen.agent.collectors.collector import Collector
from hagen.agent.commands.table import show
from hagen.agent.config import AgentConfig
from hagen.agent.health import State
from hagen.agent.health.report import Report, Row
from hagen.agent.program import group
from hagen.agent.snapshot import EtcdMember, EtcdReading
from tests.agent.health.worlds import NOW
from tests.agent.test_once import Fake
from tests.support import VALID, planned, rendered

REFERENCE = next(path for path in VALID if path.stem == "reference")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    name = planned(REFERENCE.read_bytes()).name
    path = tmp_path / "agent.yaml"
    path.write_bytes(rendered(REFERENCE)[f"clusters/{name}/agent.yaml"].content)
    return path


def check(config: Path, *options: str) -> Result:
    def collectors(loaded: AgentConfig) -> Sequence[Collector]:
        member = EtcdMember(alive=True, linearizable=True, has_leader=True, alarms=())
        return [Fake("etcd", lambda: EtcdReading({one.name: member for one in loaded.etcd.members}))]

    return CliRunner().invoke(group, ["check", "-c", str(config), *options], obj=collectors)


def test_one_line_for_each_verdict_in_a_pipe(config: Path) -> None:
    result = check(config)
    assert result.exit_code == 4
    *rows, summary = result.stdout.splitlines()
    assert [row.split("\t")[:2] for row in rows][4:7] == [
        ["ok", "etcd"],
        ["unknown", "galera"],
        ["unknown", "galera_split_brain"],
    ]
    assert all(len(row.split("\t")) == 3 for row in rows)
    assert summary.startswith("production at ")
    assert summary.endswith(": unknown (1 ok, 7 unknown)")
    assert "\x1b" not in result.stdout


def test_json(config: Path) -> None:
    result = check(config, "--json")
    document = json.loads(result.stdout)
    assert (document["cluster"], document["state"], document["exitCode"]) == ("production", "unknown", result.exit_code)
    assert document["collectors"] == [
        {"name": "etcd", "success": True, "seconds": document["collectors"][0]["seconds"], "problem": ""}
    ]


def test_every_problem_of_the_configuration_at_once(config: Path) -> None:
    config.write_text(config.read_text().replace("port: 9790", "prt: 9790").replace("size: 3", "size: three"))
    result = check(config)
    assert result.exit_code == 1
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert [line.startswith(f"{config}:") for line in lines] == [True] * 3
    assert "there is no key 'prt' here; did you mean port?" in result.stderr
    assert "galera.size: must be a whole number, not 'three'; write a number without quotes" in result.stderr


@pytest.mark.parametrize("arguments", [["chekc"], ["check", "--nope"], ["check", "extra"]])
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(group, arguments).exit_code == 2


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


ROWS = (
    Row("virtual IP", "vip_holder", State.OK, "lb-1 has the address."),
    Row("virtual IP", "vip_orphan", State.CRITICAL, "[red]\x1b[2J killed."),
    Row("etcd", "etcd", State.DEGRADED, "One is gone."),
    Row("collectors", "hpa", State.UNKNOWN, "503."),
)


def drawn(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stream = Terminal()
    show(Report("test", NOW, ROWS, {}), stream)
    return stream.getvalue()


def test_a_table_in_colours_that_mean_something(monkeypatch: pytest.MonkeyPatch) -> None:
    table = drawn(monkeypatch, TERM="xterm-256color", COLUMNS="100")
    for colour, state in (("32", "ok"), ("33", "degraded"), ("35", "unknown"), ("1;37;41", "critical")):
        assert f"\x1b[{colour}m{state}\x1b[0m" in table
    assert "[red]?[2J killed." in table, "what a server said neither colours nor steers"
    assert "test at 2027-01-15 08:00:00 UTC: critical (1 ok, 1 degraded, 1 unknown, 1 critical)" in table
    assert table.count("virtual IP") == 1


def test_no_colour_where_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    table = drawn(monkeypatch, TERM="xterm", NO_COLOR="1", COLUMNS="100")
    assert "\x1b[3" not in table
    assert "critical" in table
