"""The timeline's coordinates."""

from dataclasses import replace
from itertools import pairwise

from hagen.bootstrap.drills.judgement import judge
from hagen.bootstrap.drills.page.picture import WIDTH, picture
from tests.bootstrap.drills.played import IDENTITY, play


def test_everything_is_inside_and_rows_do_not_touch() -> None:
    report = judge(play(), IDENTITY)
    drawn = picture(report)
    assert len(drawn.rows) == len(report.probes) + len(report.lanes)
    for row in drawn.rows:
        assert all(drawn.left <= box.x and box.x + box.width <= WIDTH for box in row.boxes)
    tops = [row.y for row in drawn.rows]
    assert all(after - before > drawn.bar for before, after in pairwise(tops))
    assert [mark.text for mark in drawn.acts] == ["1", "2"]


def test_a_gap_is_where_it_was_and_says_how_long() -> None:
    drawn = picture(judge(play(), IDENTITY))
    served, gap = drawn.rows[0].boxes
    assert served.tone == "well"
    assert gap.tone == "down"
    assert gap.x >= drawn.acts[0].x - 1
    assert gap.title.startswith("250 ms without service")


def test_a_text_is_there_only_where_it_fits() -> None:
    drawn = picture(judge(play(), IDENTITY))
    for row in drawn.rows:
        for box in row.boxes:
            assert not box.text or len(box.text) * 6.6 < box.width
            assert box.title


def test_a_long_title_ends_before_the_picture_begins() -> None:
    report = judge(play(), IDENTITY)
    title = "a lane of a machine with a name as long as names may be"
    drawn = picture(replace(report, probes=(), lanes=(replace(report.lanes[0], title=title),)))
    (row,) = drawn.rows
    assert row.title == title
    assert row.label.endswith("\N{HORIZONTAL ELLIPSIS}")
    assert len(row.label) * 6.6 < drawn.left


def test_nothing_to_draw_is_no_error() -> None:
    report = replace(judge(play(), IDENTITY), lanes=(), probes=(), events=(), watched=(0.0, 0.0))
    assert picture(report).rows == ()


def test_who_cannot_see_it_is_told() -> None:
    summary = picture(judge(play(), IDENTITY)).summary
    assert "switch off k8s-lb-1" in summary
    assert "API, new connections: longest gap 250 ms" in summary
