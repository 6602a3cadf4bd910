"""Users and pods as curves."""

import re

from hagen.bootstrap.drills.judgement import judge
from hagen.bootstrap.drills.page import page
from hagen.bootstrap.drills.page.load import Curves, curves
from hagen.bootstrap.drills.report import Load
from tests.bootstrap.drills.load.scaled import PODS, loaded
from tests.bootstrap.drills.played import IDENTITY

REPORT = judge(loaded(), IDENTITY)


def drawn(load: Load | None = REPORT.load) -> Curves:
    assert load is not None
    return curves(load, REPORT.watched)


def heights(points: str) -> list[float]:
    return [float(point.split(",")[1]) for point in points.split()]


def test_pods_are_as_high_as_their_number() -> None:
    picture = drawn()
    (line,) = picture.current
    by_number = {line.text: line.y for line in picture.lines}
    assert {by_number["3"], by_number["9"]} == {max(heights(line)), min(heights(line))}
    assert [line.text for line in picture.lines if line.bound] == ["3", "9"]
    assert len(set(heights(line))) == len(set(PODS.values()))


def test_everything_is_within_the_picture() -> None:
    picture = drawn()
    places = [float(place) for place in re.findall(r"[ML](-?[\d.]+),", picture.users)]
    assert all(picture.left <= place <= picture.right for place in places)
    assert all(picture.top <= height <= picture.bottom for line in picture.current for height in heights(line))
    assert [step.text for step in picture.steps] == ["1 user", "9 users", "21 users", "1 user"]


def test_where_nobody_knows_there_is_no_line() -> None:
    assert REPORT.load is not None
    holes = ((0.0, 3.0, 3.0, 3.0), (10.0, None, None, None), (20.0, 5.0, 5.0, 5.0), (30.0, 5.0, 5.0, 5.0))
    picture = drawn(Load(**{**REPORT.load.__dict__, "pods": holes}))
    assert len(picture.current) == 2
    assert picture.summary == "Users over time: 1, 9, 21, 1; pods from 3 to 5 and to 5."


def test_a_load_without_any_steps_is_drawn() -> None:
    assert REPORT.load is not None
    empty = Load(**{**REPORT.load.__dict__, "pods": (), "steps": ()})
    assert drawn(empty).summary.endswith("pods are not known.")


def test_the_page_has_it_and_says_how_often_clients_ask() -> None:
    text = page(REPORT)
    assert "Users, and the pods that followed them" in text
    assert "A new connection every 250 ms, a request on a kept one every 500 ms" in text
    assert "time until there are" in text.split("Users, and")[0], "the figure in large type"
