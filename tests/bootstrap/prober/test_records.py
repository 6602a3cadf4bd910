"""The result file."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hagen.bootstrap.prober.records import Attempt, Outcome, Recording, read, write

times = st.floats(0, 1e7).map(lambda value: round(value, 6))
attempts = st.builds(
    Attempt, times, times, st.sampled_from(Outcome), st.text(max_size=32), st.integers(0), st.integers(0, 599), times
)


@given(st.dictionaries(st.text(), st.lists(attempts, max_size=5), max_size=3))
def test_what_is_written_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, found: dict[str, list[Attempt]]
) -> None:
    path = tmp_path_factory.mktemp("records") / "result"
    recording = Recording(12.5, 1e9, found)
    write(recording, path)
    assert read(path) == recording


def test_one_line_of_json_for_the_clocks_and_one_for_each_probe(tmp_path: Path) -> None:
    write(Recording(1.0, 2.0, {"a": [], "b": [Attempt(1, 2, Outcome.OK)]}), tmp_path / "result")
    lines = [json.loads(line) for line in (tmp_path / "result").read_text().splitlines()]
    assert [line.get("probe") for line in lines] == [None, "a", "b"]
    assert list(tmp_path.iterdir()) == [tmp_path / "result"]


def test_a_result_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    write(Recording(1.0, 2.0, {}), tmp_path / "result")
    unheard_of: Any = object()
    with pytest.raises(TypeError):
        write(Recording(1.0, 3.0, {"a": [Attempt(1, 2, Outcome.OK, answer=unheard_of)]}), tmp_path / "result")
    assert read(tmp_path / "result").wall == 2.0
    assert list(tmp_path.iterdir()) == [tmp_path / "result"]


@pytest.mark.parametrize("content", ["", "{}", "x", '{"format": "other"}', '{"format": "hagen-prober/1"}\n', "[]"])
def test_what_is_no_result_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "result").write_text(content)
    with pytest.raises(ValueError, match="result is not what"):
        read(tmp_path / "result")


def test_the_time_of_day_of_a_moment() -> None:
    assert Recording(100.0, 1e9, {}).time_of_day(101.5) == 1e9 + 1.5
