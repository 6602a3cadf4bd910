"""From measured runs to the table, the picture and the numbers; and one small measurement from end to end."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support import ROOT, need, rendered
from tests.testbed.failover import page, plot, tables, targets, verdict
from tests.testbed.failover.figures import Line, Spread, summarise
from tests.testbed.failover.store import Store
from tests.testbed.faults import MATRIX

FAULT = "load-balancer-off"


def _run(
    side: str, gap: float, failures: int = 1, lost: int = 0, fault: str = FAULT, **seen: float | None
) -> dict[str, Any]:
    def probe(seconds: float) -> dict[str, Any]:
        return {
            "attempts": 300,
            "failures": failures,
            "gap": seconds,
            "last_failure": 0.4,
            "resolution": 0.01,
            "kinds": {},
            "answers": {},
        }

    probes = {name: probe(gap) for name in ("api", "web", "database")} | {"api-kept": probe(gap * 2)}
    moment = {"moment": "off", "watched": 3.0, "both_held": 0.5, "probes": probes, **seen}
    return {"side": side, "fault": fault, "seen": [moment], "moves": 1, "missing_writes": {"k8s-worker-1": lost}}


def test_median_and_worst_of_each_side() -> None:
    results = [_run("hagen", gap) for gap in (0.2, 0.3, 0.9)] + [_run("notes", gap) for gap in (3.0, 3.3, 4.0)]
    api, web = summarise(results, MATRIX)
    assert (api.traffic, web.traffic) == ("api", "web")
    assert api.gap["hagen"] == Spread(median=300.0, worst=900.0, runs=3)
    assert api.gap["notes"].median == pytest.approx(3300)
    assert api.kept["hagen"].median == pytest.approx(600)
    assert api.ratio == pytest.approx(11)
    assert api.both_held["hagen"].worst == pytest.approx(500)
    assert not web.kept


def test_one_side_alone_has_no_ratio() -> None:
    line, _ = summarise([_run("hagen", 0.2)], MATRIX)
    assert line.ratio is None
    assert "-" in tables.connection_cells(line, 1)


def test_no_gap_at_all_has_no_ratio() -> None:
    line, _ = summarise([_run("hagen", 0.0), _run("notes", 1.0)], MATRIX)
    assert line.ratio is None


def test_the_page_says_plainly_where_we_are_not_better_and_keeps_the_rest(tmp_path: Path) -> None:
    document = tmp_path / "failover.md"
    document.write_text(f"before\n\n{page._BEGIN}STALE\n{page._END}\nafter\n")
    results = [_run("hagen", 0.9, lost=2), _run("notes", 0.3)]
    store = Store(
        tmp_path / "n.json",
        {
            "measured": "2026-01-01",
            "kernel": "6",
            "cores": 2,
            "versions": {"haproxy": "HAProxy version 2.6.12-1 2026/10/17 - https://haproxy.org/"},
        },
        results,
    )
    store.fail("hagen", "haproxy-hangs", "the testbed is not healthy")
    page.publish(document, summarise(results, MATRIX), store)
    text = document.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "STALE" not in text
    assert "**Not better**: load balancer powered off (api): gap 900 / 900 ms against 300 / 300 ms; kept" in text
    assert "Linux 6: haproxy 2.6.12-1." in text
    assert "not measured: hagen, haproxy-hangs" in text
    assert "worst run: notes 0, hagen 2." in text
    assert "| load balancer powered off: gap | 350 ms | 300 / 300 | 900 / 900 | **not reached** |" in text
    page.publish(document, summarise(results, MATRIX), store)
    assert document.read_text() == text


def _probe_of(run: dict[str, Any], name: str, **figures: Any) -> dict[str, Any]:
    """The run with other figures (or a further probe)."""
    probes = run["seen"][0]["probes"]
    probes[name] = {**probes["api"], **figures}
    return run


def test_a_server_that_never_left_the_rotation_stayed_as_long_as_it_was_watched() -> None:
    results = [
        _run("notes", 0.1, fault="apiserver-hangs", watched=watched, out_of_rotation=left)
        for watched, left in ((11.6, 10.6), (4.0, None), (11.0, 10.0))
    ]
    (line,) = summarise(results, MATRIX)
    assert line.rotation["notes"] == Spread(median=10000.0, worst=10600.0, runs=3, open=1)
    (row,) = [row for row in tables.sick([line], 3) if "hangs" in row]
    assert "| ≥ 10000 / 10600 | - |" in row


def test_the_share_counts_the_requests_begun_until_the_harm_was_over() -> None:
    """300 attempts in 3 s; out of the rotation after 1 s: 10 of 100 failed."""
    run = _run("hagen", 0.1, failures=10, fault="apiserver-hangs", watched=3.0, out_of_rotation=1.0)
    (line,) = summarise([run], MATRIX)
    assert line.share["hagen"].median == pytest.approx(0.1)
    (line,) = summarise([_run("hagen", 0.0, failures=0, fault="apiserver-hangs", out_of_rotation=1.0)], MATRIX)
    assert line.share["hagen"].median == 0


def test_a_cell_says_from_how_many_runs_it_comes_and_when_it_is_too_fine() -> None:
    quiet = _run("hagen", 0.005)
    quiet["seen"][0]["probes"]["api"]["last_failure"] = None
    line, _ = summarise([quiet, _run("hagen", 0.005)], MATRIX)
    cells = tables.connection_cells(line, 2)
    assert "5 / 5\\*" in cells
    assert "400 / 400 (n 1)" in cells


def test_a_watch_and_further_probes_have_their_place() -> None:
    run = _probe_of(_probe_of(_run("hagen", 0.2), "api-watch", gap=0.7), "etcd-write", gap=1.1)
    line, web = summarise([run], MATRIX)
    assert line.watch["hagen"].median == pytest.approx(700)
    assert "700 / 700" in "\n".join(tables.kept([line], 1))
    assert any("| etcd-write | - | 1100 / 1100 |" in row for row in tables.further([line, web], 1))
    assert not web.others, "once for each fault, not for each traffic"


@pytest.mark.parametrize(
    ("aspect", "probe"),
    [("kept connection", "api-kept"), ("watch", "api-watch"), ("gap", "api"), ("etcd-write", "etcd-write")],
)
def test_worse_in_one_thing_is_worse(aspect: str, probe: str) -> None:
    def line(ours: float, theirs: float) -> Line:
        return summarise(
            [_probe_of(_run("hagen", 0.2), probe, gap=ours), _probe_of(_run("notes", 0.2), probe, gap=theirs)], MATRIX
        )[0]

    assert aspect in [found.name for found in verdict.worse(line(1.0, 0.5))]
    assert aspect not in [found.name for found in verdict.worse(line(0.5, 1.0))]
    assert aspect not in [found.name for found in verdict.worse(line(0.505, 0.5))], "less than an interval"


def test_only_the_worst_run_worse_is_said_too() -> None:
    runs = [_run("hagen", gap) for gap in (0.1, 0.1, 0.9)] + [_run("notes", 0.5) for _ in range(3)]
    said = tables.plainly(summarise(runs, MATRIX), 3)
    assert said[0].startswith(
        "- Worst run not better: load balancer powered off (api): gap 100 / 900 ms against 500 / 500"
    )


def test_what_is_even_is_said() -> None:
    assert tables.plainly(summarise([_run("hagen", 0.2), _run("notes", 0.2)], MATRIX), 1)[0].startswith(
        "- No difference"
    )


def test_both_sides_hold_the_address_in_the_table_and_it_is_judged() -> None:
    lines = summarise([_run("hagen", 0.2, both_held=2.0), _run("notes", 0.2, both_held=0.5)], MATRIX)
    assert "| load balancer powered off | 500 / 500 | 2000 / 2000 | 1 / 1 | 1 / 1 |" in tables.held(lines, 1)
    (said,) = [text for text in tables.plainly(lines, 1) if "both hold" in text]
    assert "both hold the address 2000 / 2000 ms against 500 / 500 ms" in said


@pytest.mark.parametrize("gap", [0.349, 0.351])
def test_a_target_is_judged_by_the_median(gap: float) -> None:
    lines = summarise([_run("hagen", value) for value in (0.1, gap, 9.0)], MATRIX)
    outcome = targets.outcomes(lines, [])[0]
    assert outcome.reached is (gap < 0.35)
    assert outcome.remark == ("the worst run is above" if gap < 0.35 else "")


def test_a_target_that_was_not_measured_is_not_called_reached() -> None:
    assert {outcome.reached for outcome in targets.outcomes([], [])} == {None}


def test_a_lost_write_and_a_move_under_stress_miss_their_targets() -> None:
    lines = summarise([_run("hagen", 0.1, lost=1, fault="worker-off")], MATRIX)
    stress = {"seconds": 180.0, "moves": 1, "idle": 0.0, "stolen": 0.0, "requests": 9, "failures": 0}
    writes, moves = targets.outcomes(lines, [stress])[-2:]
    assert (writes.reached, moves.reached) == (False, False)


def test_the_check_interval_is_the_rendered_one() -> None:
    files = rendered(ROOT / "tests/fixtures/valid/reference.yaml")
    haproxy = next(file.content for path, file in files.items() if path.endswith("haproxy.cfg"))
    assert f"inter {targets.CHECK_INTERVAL}ms ".encode() in haproxy


def test_stress_says_how_many_runs_and_how_far_apart() -> None:
    run = {
        "seconds": 180.0, "moves": 0, "idle": 0.0, "stolen": 0.0, "requests": 180_000, "failures": 0, "load": "wrk",
        "probe_attempts": 100, "probe_failures": 1, "probe_gap": 0.2,
    }  # fmt: skip
    text = "\n".join(page._stressed([run, {**run, "requests": 360_000, "moves": 2}, run]))
    assert "3 runs of 180 s" in text
    assert "1000 (1000 to 2000) requests a second through the virtual IP from wrk" in text
    assert "the address moved 0, 2, 0 times" in text
    assert "3 of 300 new connections failed, longest gap 200 ms" in text


def test_the_picture_shows_the_traffic_that_suffered_and_leaves_out_what_nobody_noticed() -> None:
    noticed = summarise([_run("hagen", 0.2), _run("notes", 3.0)], MATRIX)
    assert [line.title for line in plot.chosen(noticed)] == [noticed[0].title]
    assert plot.chosen(summarise([_run("hagen", 0.0), _run("notes", 0.02)], MATRIX)) == []
    assert plot.chosen(summarise([_run("hagen", 0.2)], MATRIX)) == [], "with one side alone nothing is compared"


def test_the_picture_is_a_picture(tmp_path: Path) -> None:
    plot.draw(tmp_path / "picture.png", summarise([_run("hagen", 0.2), _run("notes", 3.0)], MATRIX))
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


def test_the_published_page_is_what_the_published_numbers_say(tmp_path: Path) -> None:
    store = Store.open(ROOT / "docs/failover.json")
    document = tmp_path / "failover.md"
    document.write_text((ROOT / "docs/failover.md").read_text())
    page.publish(document, summarise(store.results, MATRIX), store)
    assert document.read_text() == (ROOT / "docs/failover.md").read_text()


@pytest.mark.testbed
@pytest.mark.timeout(300)
def test_one_fault_is_measured_on_both_sides(tmp_path: Path) -> None:
    need("haproxy", "keepalived", "etcd", "mariadbd", root=True)
    numbers = tmp_path / "numbers.json"
    done = subprocess.run(
        [sys.executable, "-m", "tests.testbed.failover", "--rounds", "1", "--fault", "haproxy-reloads", "--stress", "0",
         "--numbers", str(numbers)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    content = json.loads(numbers.read_text())
    assert [result["side"] for result in content["results"]] == ["hagen", "notes"]
    assert content["machine"]["versions"]["keepalived"].startswith("Keepalived v")
    assert "haproxy reloads its configuration" in done.stdout
