"""`hagen drill` as a person calls it, where it cannot begin."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hagen.bootstrap.commands.drill import Options, command, concluded, drilled
from hagen.bootstrap.drills import DRILLS
from hagen.bootstrap.drills.conduct import Refused
from hagen.bootstrap.drills.report import load
from hagen.bootstrap.errors import BootstrapError
from hagen.bootstrap.provider.contract import Power
from hagen.bootstrap.site import Site
from tests.bootstrap.commands.conftest import Hagen, agent
from tests.bootstrap.world import FakeWorld

FIRST, SECOND = "127.196.35.11", "127.196.35.12"
REPORTS = Path(__file__).parents[1] / "drills/page/fixtures"
NOWHERE = "/nowhere/lxd.socket"
LB = DRILLS[:1]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["earthquake"], 2, ["'earthquake' is not one of 'lb', 'control-plane'", "'all'"]),
        ([], 2, ["Missing argument 'DRILL...'"]),
        (["lb"], 1, ["no clusters/*/inventory.yaml here; render it first"]),
        (["lb", "-r", "/nowhere"], 2, ["'/nowhere' does not exist"]),
        (["lb", "--steady", "0"], 2, ["'--steady'", "1<=x<=3600"]),
        (["lb", "--what"], 2, ["--what"]),
    ],
)
def test_wrong_usage_is_said(hagen: Hagen, arguments: list[str], code: int, words: list[str]) -> None:
    told = hagen("drill", *arguments)
    assert (told.returncode, told.stdout) == (code, "")
    assert [word for word in words if word not in told.stderr] == []
    assert "Traceback" not in told.stderr


def test_everything_that_is_wrong_with_an_inventory_is_said_at_once(hagen: Hagen, nearby: Path) -> None:
    file = nearby / "clusters/production/inventory.yaml"
    file.write_text(
        file.read_text().replace("virtualIP: ", "virtualIp: ").replace("cpu: ", "cpus: ", 1) + "\nsurprise: 1\n"
    )
    told = hagen("drill", "lb", "-r", nearby)
    assert (told.returncode, told.stdout) == (1, "")
    lines = [line for line in told.stderr.splitlines() if "inventory.yaml: " in line]
    assert len(lines) >= 3
    assert any("surprise" in line for line in lines)
    assert any("cpus" in line for line in lines)


@pytest.mark.parametrize("url", ["prometheus:9090", "ftp://p", "http://", "http://[p", "http://p:http"])
@pytest.mark.parametrize(
    "database", ["db", "db:3306", "db:port/s", "db:0/s", "db:65536/s", ":3306/s", "db:\N{SUPERSCRIPT TWO}/s"]
)
def test_options_that_cannot_be_used_are_all_said_before_anybody_is_asked(
    nearby: Path, url: str, database: str
) -> None:
    told = CliRunner().invoke(
        command, ["lb", "-r", str(nearby), "--lxd", NOWHERE, "--prometheus", url, "--database", database]
    )
    assert (told.exit_code, told.stdout) == (2, "")
    assert f"'--prometheus': {url!r}: write http://HOST:PORT" in told.stderr
    assert f"'--database': {database!r}: write HOST:PORT/SCHEMA" in told.stderr
    assert NOWHERE not in told.stderr


def test_without_locust_or_its_scenario_nothing_is_begun(hagen: Hagen, nearby: Path) -> None:
    told = hagen("drill", "all", "-r", nearby, "--lxd", NOWHERE, "--locust", "no-such-locust", "--yes")
    assert (told.returncode, told.stdout) == (1, "")
    (nearby / "clusters/production/load-test.conf").unlink()
    told = hagen("drill", "hpa", "-r", nearby, "--lxd", NOWHERE, "--locust", "no-such-locust", "--yes")
    assert (told.returncode, told.stdout) == (1, "")
    assert "no-such-locust: there is no such program" in told.stderr
    assert "load-test.conf: there is no load test" in told.stderr
    assert "Traceback" not in told.stderr


def test_options_for_locust_that_are_no_words(nearby: Path) -> None:
    told = CliRunner().invoke(command, ["hpa", "-r", str(nearby), "--lxd", NOWHERE, "--load", "--host 'x"])
    assert (told.exit_code, told.stdout) == (2, "")
    assert "'--load'" in told.stderr
    assert "No closing quotation" in told.stderr


@pytest.mark.parametrize(
    "more", [[], ["--json"], ["--dry-run"], ["--yes"], ["--json", "--yes", "--database", "[::1]:3306/s"]]
)
def test_a_provider_that_is_not_there_is_the_reason(hagen: Hagen, nearby: Path, more: list[str]) -> None:
    told = hagen("drill", "lb", "-r", nearby, "--lxd", NOWHERE, *more)
    assert (told.returncode, told.stdout) == (1, "")
    assert f"LXD's socket {NOWHERE} is not there" in told.stderr
    assert ".." not in told.stderr.replace("...", "")
    assert "Traceback" not in told.stderr
    assert not (nearby / ".hagen").exists()


@pytest.mark.parametrize("command_line", [["drill", "--help"], ["status", "--help"], ["drill", "--list"]])
def test_help_needs_no_cluster(hagen: Hagen, command_line: list[str]) -> None:
    told = hagen(*command_line)
    assert (told.returncode, told.stderr) == (0, "")
    if "--help" in command_line:
        assert "Exit code: 0" in told.stdout
        assert "130" in told.stdout
    else:
        assert [line.split("\t")[0] for line in told.stdout.splitlines()] == [drill.name for drill in DRILLS]


def test_without_a_terminal_nobody_can_be_asked(site: Site, world: FakeWorld) -> None:
    before = {name: machine.power for name, machine in world.there.items()}
    with pytest.raises(BootstrapError, match="Nobody can answer here; say --yes"):
        drilled(site, LB, Options())
    assert {name: machine.power for name, machine in world.there.items()} == before
    assert world.locked == ""


def test_agents_that_do_not_answer_are_all_named_and_nothing_is_broken(site: Site, world: FakeWorld) -> None:
    world.there["k8s-worker-1"].power = Power.STOPPED
    with pytest.raises(Refused) as refused:
        drilled(site, LB, Options(yes=True))
    reasons = "\n".join(refused.value.reasons)
    assert "machine k8s-worker-1 is stopped" in reasons
    assert "the agent on k8s-lb-1 does not answer" in reasons
    assert "the agent on k8s-lb-2 does not answer" in reasons
    assert "the virtual IP is held by nobody that answers" in reasons
    assert world.locked == ""
    assert list((site.repository / ".hagen").rglob("drill-in-progress.json")) == []


def test_a_dry_run_without_agents_says_why(site: Site) -> None:
    with pytest.raises(Refused, match="k8s-lb-1 does not answer"):
        drilled(site, LB, Options(dry_run=True))


def test_a_dry_run_says_what_would_be_done_and_does_nothing(
    site: Site, world: FakeWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    acts = world.acts
    with agent(FIRST), agent(SECOND, holds=True):
        assert drilled(site, LB, Options(dry_run=True)) == 0
    told = capsys.readouterr()
    assert "switch off k8s-lb-2, without shutting it down" in told.out
    assert "clients are served again within 1 s" in told.out
    assert told.err == ""
    assert (world.acts, world.locked) == (acts, "")
    assert not (site.repository / ".hagen/production/drills").exists()


def test_a_prometheus_that_was_named_has_to_answer(site: Site) -> None:
    with agent(FIRST), agent(SECOND, holds=True), pytest.raises(Refused) as refused:
        drilled(site, LB, Options(yes=True, prometheus="http://127.0.0.1:1"))
    assert refused.value.reasons == ["the Prometheus that was named does not say which alerts there are"]


def test_two_holders_are_refused(site: Site) -> None:
    with agent(FIRST, holds=True), agent(SECOND, holds=True, state="critical"), pytest.raises(Refused) as refused:
        drilled(site, LB, Options(yes=True))
    assert refused.value.reasons == [
        "k8s-lb-2 says: vip_holder is critical",
        "the virtual IP is held by k8s-lb-1, k8s-lb-2",
    ]


def test_where_the_report_cannot_be_written_nothing_is_begun(site: Site, world: FakeWorld) -> None:
    there = site.repository / ".hagen/production/drills"
    there.parent.mkdir(parents=True, exist_ok=True)
    there.write_text("a file where the folder goes")
    with pytest.raises(BootstrapError, match="the report cannot be written there: File exists") as error:
        drilled(site, LB, Options(yes=True))
    assert error.value.place == str(there)
    assert world.locked == ""


def test_a_ledger_that_says_nothing_clear_is_not_guessed_at(site: Site) -> None:
    ledger = site.repository / ".hagen/production/drill-in-progress.json"
    ledger.parent.mkdir(parents=True, exist_ok=True)
    ledger.write_text(json.dumps([{"deed": "explode"}]))
    with pytest.raises(BootstrapError, match="Look at the machines, then remove it"):
        drilled(site, LB, Options(yes=True))
    assert ledger.exists()


@pytest.mark.parametrize(("name", "code"), [("held", 0), ("failed", 1), ("nothing-measured", 1)])
@pytest.mark.parametrize("as_document", [True, False])
def test_the_verdict_is_the_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, code: int, *, as_document: bool
) -> None:
    report = load(REPORTS / f"{name}.json")
    run = tmp_path / "20260101T000000.000000Z-lb"
    assert concluded(report, run, Options(as_document=as_document)) == code
    told = capsys.readouterr().out
    if as_document:
        assert told.encode() == (run / "report.json").read_bytes()
    else:
        assert told.splitlines()[-1] == f"{report.verdict}\t{report.drill}\t{run / 'report.html'}"
        assert [line for line in told.splitlines() if line.startswith("because\t")] == [
            f"because\t{reason}" for reason in report.reasons
        ]


def test_a_report_that_cannot_be_kept_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = load(REPORTS / "held.json")
    there = tmp_path / "drills"
    there.write_text("a file where the folder goes")
    with pytest.raises(BootstrapError, match=r"the report cannot be written there: .* It was printed instead"):
        concluded(report, there / "run", Options())
    assert json.loads(capsys.readouterr().out)["schema"] == "hagen-drill/1"
