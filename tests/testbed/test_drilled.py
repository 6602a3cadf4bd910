"""From reports of drills to the page's tables."""

from dataclasses import replace

import pytest

from hagen.bootstrap.drills.judgement import judge
from hagen.bootstrap.drills.report import Report, Verdict, Writes
from tests.bootstrap.drills.played import IDENTITY, play
from tests.support import ROOT
from tests.testbed.drilled.page import BEGIN, END, published, told

HELD = judge(play(gap=(0.0, 0.25), alerts={"HagenAgentDown": "pending"}), IDENTITY)
MISSED = judge(play(gap=(0.0, 3.7), alerts={}), IDENTITY)
TITLE = "API, new connections: until the last failed request"


def row(drill: str, side: str, *reports: Report, title: str = TITLE) -> list[str]:
    (line,) = [
        line for line in told({side: reports}, "Measured.") if line.startswith(f"| {drill} | {side} | {title} |")
    ]
    return [cell.strip() for cell in line.strip("|").split("|")][3:]


def test_median_and_worst_of_runs_by_their_worst_acts() -> None:
    assert row("lb", "hagen", HELD) == ["4000", "250 / 250", "yes"]
    bound, measured, share = row("lb", "hagen", HELD, HELD, MISSED)
    assert (bound, share) == ("4000", "yes")
    assert measured == "250 / 3700"


def test_a_promise_that_was_not_kept_stands_out() -> None:
    title = "API, new connections: longest time without service"
    assert row("lb", "notes", HELD, MISSED, title=title)[1:] == ["1975 / 3700", "**1 of 2**"]


def test_what_had_not_ended_is_a_lower_limit() -> None:
    unseen = replace(HELD, objectives=tuple(replace(each, measured=None, bound=None) for each in HELD.objectives))
    assert row("lb", "hagen", unseen)[:2] == ["-", "-"]
    assert row("lb", "hagen", HELD, unseen)[1] == "≥ 250 / 250"


def test_what_else_was_seen() -> None:
    wrote = replace(HELD, writes=Writes(acknowledged=120, missing={"a": 0, "b": 2, "c": None}, unacknowledged={}))
    failed = replace(MISSED, verdict=Verdict.FAILED)
    text = "\n".join(told({"hagen": [wrote, failed]}, "Measured.", ["notes, lb: no lab"]))
    assert "- hagen: drills that held: lb 1 of 2." in text
    assert "- hagen: 120 acknowledged writes, of which nodes lack 2 (could not be asked: 1)." in text
    assert "- not measured: notes, lb: no lab" in text


def test_the_page_keeps_what_somebody_wrote() -> None:
    page = (ROOT / "docs/failover.md").read_text()
    text = published(page, {"hagen": [HELD]}, "Measured today.", [])
    assert text.count(BEGIN) == text.count(END) == 1
    assert text.partition(BEGIN)[0] == page.partition(BEGIN)[0]
    assert text.partition(END)[2] == page.partition(END)[2]
    assert "Measured today." in text
    with pytest.raises(ValueError, match="marks"):
        published("no marks", {"hagen": [HELD]}, "", [])
