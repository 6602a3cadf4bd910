"""Plans: what is refused, and how."""

import json
from pathlib import Path
from typing import Any

import pytest

from hagen.bootstrap.prober.kinds import KINDS
from hagen.bootstrap.prober.plan import CanaryProbe, HTTPProbe, Plan, PlanError, dump_plan, load_plan

WEB = {"name": "web", "kind": "new-connection", "url": "http://10.0.0.1/"}
WRITES = {
    "name": "writes", "kind": "canary", "host": "10.0.0.2", "user": "canary", "database": "canary", "run": "r1",
    "ackLog": "/var/lib/acknowledged", "passwordEnv": "SECRET", "mode": "new-connection",
}  # fmt: skip


def load(document: object, directory: Path) -> Plan:
    path = directory / "plan.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return load_plan(path)


def problems(document: object, directory: Path) -> str:
    with pytest.raises(PlanError) as caught:
        load(document, directory)
    return "\n".join(caught.value.problems)


def with_web(**changes: Any) -> dict[str, Any]:
    return {"probes": [WEB | changes]}


def test_defaults(tmp_path: Path) -> None:
    plan = load({"probes": [WEB, WRITES]}, tmp_path)
    web, writes = plan.probes
    assert isinstance(web, HTTPProbe)
    assert isinstance(writes, CanaryProbe)
    assert (web.interval, web.timeout, web.expect, web.ca_file, plan.duration) == (0.01, 0.5, (200,), None, None)
    assert (writes.interval, writes.timeout, writes.port) == (0.02, 0.5, 3306)
    assert (writes.acknowledged, writes.password_environment) == (Path("/var/lib/acknowledged"), "SECRET")


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    plan = Plan(
        probes=(
            HTTPProbe(name="a", kind="pooled", url="https://h:6443/livez", ca_file=Path("/ca"), expect=(200, 401)),
            HTTPProbe(name="b", kind="stream", url="http://[::1]:80/", silence=1, headers={"Host": "x"}),
            CanaryProbe(name="c", kind="canary", host="h", user="u", database="d", run="r", acknowledged=Path("/log")),
        ),
        duration=5,
    )
    dump_plan(plan, tmp_path / "plan.json")
    assert load_plan(tmp_path / "plan.json") == plan
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


def test_every_problem_at_once(tmp_path: Path) -> None:
    wrong = {
        "probes": [
            WEB | {"url": "ftp://x", "interval": "0.1", "tiemout": 1, "expect": []},
            {"name": "a name", "kind": "canary", "port": 70000},
            {"name": "x", "kind": "ping"},
        ],
        "durations": 5,
    }
    found = problems(wrong, tmp_path)
    for part in (
        "probes.0.url: ", "probes.0.interval: ", "probes.0.tiemout: is not known here", "probes.0.expect: ",
        "probes.1.name: ", "probes.1.port: ", "probes.1.ackLog: is missing", "probes.1.host: is missing",
        "probes.2: ", "durations: is not known here",
    ):  # fmt: skip
        assert part in found


@pytest.mark.parametrize(
    "changes",
    [
        {"interval": 0}, {"interval": True}, {"timeout": -1}, {"timeout": None}, {"expect": ["200"]}, {"expect": [20]},
        {"url": "http://"}, {"url": "http://u:p@host/"}, {"url": "http://host:99999/"}, {"url": "http://h/ HTTP/1.0"},
        {"url": "http://h/#x"}, {"headers": {"A": "b\r\nC: d"}}, {"headers": []}, {"name": ""}, {"silence": 1},
        {"caFile": "/ca"}, {"ca_file": "/ca"}, {"run": "r"},
    ],
)  # fmt: skip
def test_a_bad_value_is_refused(changes: dict[str, Any], tmp_path: Path) -> None:
    assert next(iter(changes)) in problems(with_web(**changes), tmp_path)


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", "null", '{"probes": []}', '{"probes": [[]]}', '{"probes": {}}', "\x00", "[" * 100_000,
     '{"probes": [], "probes": []}', '{"duration": NaN}'],
)  # fmt: skip
def test_what_is_no_plan_is_refused(content: str, tmp_path: Path) -> None:
    assert problems(content, tmp_path)


@pytest.mark.parametrize("key", ["name", "run", "ackLog"])
def test_what_must_differ_differs(key: str, tmp_path: Path) -> None:
    other = WRITES | {"name": "other", "run": "r2", "ackLog": "/var/lib/other"}
    assert key in problems({"probes": [WRITES, other | {key: WRITES[key]}]}, tmp_path)


def test_every_kind_has_a_class() -> None:
    for kind, example in (("new-connection", WEB), ("pooled", WEB), ("stream", WEB), ("canary", WRITES)):
        assert kind in KINDS
        assert example
    assert len(KINDS) == 4
