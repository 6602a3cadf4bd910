"""A report as a page: the same bytes for the same report, and nobody's words become markup."""

from dataclasses import replace

import pytest

from hagen.bootstrap.drills.judgement import judge
from hagen.bootstrap.drills.page import index, page
from hagen.bootstrap.drills.page.figures import day, headline, moment, seconds
from hagen.bootstrap.drills.page.trend import sparkline, trend
from hagen.bootstrap.drills.report import Event, Report, Verdict
from hagen.bootstrap.drills.worker import DRILL as WORKER
from tests.bootstrap.drills.played import IDENTITY, play

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"


def passed() -> Report:
    return judge(play(alerts={"HagenAgentDown": "pending"}), IDENTITY)


def failed(gap: float = 3.7) -> Report:
    return judge(play(gap=(0.0, gap), alerts={"HagenAgentDown": "pending"}, bound=3.7), IDENTITY)


def test_the_same_report_gives_the_same_bytes() -> None:
    assert page(passed(), [failed()]) == page(passed(), [failed()])
    assert index([("a/report.html", passed())]) == index([("a/report.html", passed())])


def test_the_figure_in_large_type_stands_beside_its_bound() -> None:
    text = page(passed())
    assert '<div class="gap passed">250 ms</div>' in text
    assert "allowed: <b>400 ms</b>, the live settings" in text
    text = page(failed())
    assert '<div class="gap failed">3.70 s</div>' in text
    assert "allowed: <b>1.00 s</b>, promised by hagen" in text


def test_nothing_is_fetched_from_anywhere() -> None:
    for text in (page(passed()), index([("a/report.html", passed())])):
        assert "http://" not in text
        assert "https://" not in text
        assert "default-src 'none'" in text


def test_words_of_others_stay_words() -> None:
    report = passed()
    hostile = replace(
        report,
        title=HOSTILE,
        identity=replace(IDENTITY, cluster=HOSTILE, operator=HOSTILE),
        events=(Event(at=0.0, lane="vip", text=HOSTILE, source=HOSTILE),),
        probes=tuple(replace(probe, title=HOSTILE) for probe in report.probes),
        reasons=(HOSTILE,),
    )
    for text in (page(hostile), index([(HOSTILE, hostile)])):
        assert "<img" not in text
        assert "alert(1)</script>" not in text


def test_what_is_not_known_is_a_dash() -> None:
    report = judge(play(WORKER, bound=None), IDENTITY)
    text = page(replace(report, address=None, alerts=None, writes=None, restored=replace(report.restored, at=None)))
    assert "Not told." in text
    assert "Not everything is as before." in text


def test_writes_that_are_missing_are_named_by_node() -> None:
    present = {"k8s-worker-1": {1, 2}, "k8s-worker-2": {1}, "k8s-worker-3": None}
    report = judge(play(WORKER, acknowledged=frozenset({1, 2}), present=present), IDENTITY)
    assert report.verdict is Verdict.FAILED
    assert '<th scope="row">k8s-worker-2</th><td class="n failed">1</td>' in page(report)


def test_earlier_runs_are_compared_where_the_settings_are_the_same() -> None:
    others = replace(failed(), identity=replace(IDENTITY, configuration="other"))
    found = trend(passed(), [failed(1.0), failed(2.0), failed(3.0), others])
    assert (found.runs, found.apart, found.worst) == (3, 1, pytest.approx(3.0))
    assert found.median == pytest.approx(2.0)
    assert "3 earlier runs with these settings: median 2.00 s, worst 3.00 s" in page(
        passed(), [failed(1), failed(2), failed(3)]
    )
    assert trend(passed(), []).median is None


def test_the_index_has_a_card_for_each_drill_and_a_row_for_each_run() -> None:
    text = index([("1/report.html", failed()), ("2/report.html", passed())])
    assert text.count('<section class="card"') == 1
    assert text.index('href="2/report.html"') < text.index('href="1/report.html"'), "the newest first"
    assert "2 runs" in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "\N{EN DASH}"),
        (0, "0 ms"),
        (0.2504, "250 ms"),
        (0.9994, "999 ms"),
        (0.9999, "1.00 s"),
        (1.5, "1.50 s"),
        (9.999, "10.0 s"),
        (12.34, "12.3 s"),
        (59.97, "1 min 0 s"),
        (119.7, "2 min 0 s"),
        (125, "2 min 5 s"),
        (-0.25, "\N{MINUS SIGN}250 ms"),
        (-125, "\N{MINUS SIGN}2 min 5 s"),
    ],
)
def test_times_are_written_as_people_read_them(value: float | None, text: str) -> None:
    assert seconds(value) == text


def test_a_day_is_written_in_utc_and_no_day_as_it_is() -> None:
    assert day("2026-01-01T01:30:00.000+01:00") == "2026-01-01 00:30:00 UTC"
    assert (day("yesterday"), day("2026-01-01T01:30:00")) == ("yesterday", "2026-01-01T01:30:00")


def test_what_failed_stands_out_of_its_table() -> None:
    assert '<tr class="failed">' in page(failed())
    assert '<tr class="failed">' not in page(passed())


def test_moments_have_a_sign() -> None:
    assert (moment(1.5), moment(-0.25)) == ("+1.50 s", "\N{MINUS SIGN}0.25 s")


def test_the_headline_is_the_figure_nearest_to_its_bound() -> None:
    found = headline(passed())
    assert found is not None
    assert found.title.endswith("longest time without service")
    assert headline(replace(passed(), objectives=())) is None


def test_a_sparkline_stays_within_its_box() -> None:
    points = [tuple(map(float, point.split(","))) for point in sparkline([0.1, 0.4, 0.2], 0.4).split()]
    assert [x for x, _ in points] == [0.0, 80.0, 160.0]
    assert all(0 <= y <= 36 for _, y in points)
    assert sparkline([], None) == ""
    assert sparkline([0.0], None)
