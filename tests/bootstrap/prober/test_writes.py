"""The log of acknowledged writes, and what is missing."""

from pathlib import Path

from hagen.bootstrap.prober.writes import AcknowledgementLog, acknowledged, missing_writes


def test_each_line_is_there_before_the_log_is_closed(tmp_path: Path) -> None:
    with AcknowledgementLog(tmp_path / "log") as log:
        log.add(1)
        log.add(12)
        assert acknowledged(tmp_path / "log") == {1, 12}


def test_a_log_is_continued(tmp_path: Path) -> None:
    for number in (1, 2):
        with AcknowledgementLog(tmp_path / "log") as log:
            log.add(number)
    assert acknowledged(tmp_path / "log") == {1, 2}


def test_half_a_line_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("1\n2\n31")
    assert acknowledged(tmp_path / "log") == {1, 2}


def test_what_is_missing_is_missing_by_node() -> None:
    present = {"a": {1, 2, 3}, "b": {1, 9}, "c": set[int]()}
    assert missing_writes({1, 2}, present) == {"a": set(), "b": {2}, "c": {1, 2}}
