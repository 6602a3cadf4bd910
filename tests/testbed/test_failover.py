"""From measured runs to the table, the picture and the numbers; and one small measurement from end to end."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support import ROOT, need
from tests.testbed.failover import page, plot
from tests.testbed.failover.figures import Spread, summarise
from tests.testbed.failover.store import Store
from tests.testbed.faults import MATRIX

FAULT = "load-balancer-off"


def _run(side: str, gap: float, failures: int = 1, lost: int = 0, fault: str = FAULT) -> dict[str, Any]:
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
    moment = {"moment": "off", "watched": 3.0, "both_held": 0.5, "probes": probes}
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
    assert "-" in page._cells(line)


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
    assert "**Not better**: load balancer powered off (api), 900 / 900 ms against 300 / 300 ms." in text
    assert "Linux 6: haproxy 2.6.12-1." in text
    assert "not measured: hagen, haproxy-hangs" in text
    assert "(hagen): 2." in text
    page.publish(document, summarise(results, MATRIX), store)
    assert document.read_text() == text


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
