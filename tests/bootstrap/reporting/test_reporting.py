"""What a person, a log and a program get to see of the same run."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from hagen.bootstrap.engine import Outcome, Timing
from hagen.bootstrap.errors import BootstrapError, Interrupted
from hagen.bootstrap.events import Event, Kind
from hagen.bootstrap.journal import KEPT, Journal
from hagen.bootstrap.redaction import Secrets
from hagen.bootstrap.reporting.board import Board
from hagen.bootstrap.reporting.live import _View
from hagen.bootstrap.reporting.plain import Plain
from hagen.bootstrap.reporting.stream import Stream
from hagen.bootstrap.reporting.summary import tell

STORY = (
    Event(Kind.STEP_STARTED, 0.0, "launch", text="Make and start machines"),
    Event(Kind.MACHINE_STARTED, 0.1, "launch", "w1"),
    Event(Kind.MACHINE_STARTED, 0.1, "launch", "w2"),
    Event(Kind.CHANGED, 1.0, "launch", "w1", "made"),
    Event(Kind.CHANGED, 1.5, "launch", "w2", "made"),
    Event(Kind.MACHINE_DONE, 2.0, "launch", "w1", seconds=1.9),
    Event(Kind.MACHINE_DONE, 2.5, "launch", "w2", seconds=2.4),
    Event(Kind.STEP_DONE, 65.0, "launch", text="Make and start machines", seconds=65.0),
    Event(Kind.STEP_STARTED, 65.0, "first-boot", text="Wait for the first boot"),
    Event(Kind.MACHINE_STARTED, 65.1, "first-boot", "w1"),
    Event(Kind.MACHINE_STARTED, 65.2, "first-boot", "w2"),
    Event(Kind.NOTE, 66.0, "first-boot", "w1", "cloud-init is done, with complaints: x"),
    Event(Kind.MACHINE_FAILED, 70.0, "first-boot", "w2", "w2: cloud-init failed", seconds=4.8),
)
FAILED = Outcome(
    (Timing("launch", 65.0), Timing("first-boot", 5.0)),
    2,
    (BootstrapError("w2", "cloud-init failed with hunter2", "Correct the cause.", "E: no package\nhunter2"),),
)


def shown(width: int = 80) -> list[str]:
    board = Board()
    for event in STORY:
        board(event)
    stream = io.StringIO()
    Console(file=stream, width=width, force_terminal=True, color_system=None).print(_View(board, lambda: 70.0))
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_the_picture() -> None:
    lines = shown()
    assert lines[0] == "✓ Make and start machines         1m 05s made (2)"
    assert lines[1].endswith("Wait for the first boot           5.0s")
    assert [line.split() for line in lines[2:]] == [
        ["x", "w2", "4.8s", "w2:", "cloud-init", "failed"],
        ["·", "w1", "4.9s", "cloud-init", "is", "done,", "with", "complaints:…"],
    ]  # fmt: skip


def test_the_picture_keeps_its_width() -> None:
    assert max(map(len, shown(60))) <= 60


def test_many_machines_are_folded() -> None:
    board = Board()
    board(Event(Kind.STEP_STARTED, 0.0, "launch", text="Make"))
    for number in range(50):
        board(Event(Kind.MACHINE_STARTED, 0.0, "launch", f"w{number}"))
    for number in range(20):
        board(Event(Kind.MACHINE_DONE, 1.0, "launch", f"w{number}", seconds=1.0))
    stream = io.StringIO()
    Console(file=stream, width=80).print(_View(board, lambda: 2.0))
    lines = stream.getvalue().splitlines()
    assert len(lines) == 14
    assert "18 more at work, 20 done" in lines[-1]


def test_plain_lines() -> None:
    stream = io.StringIO()
    for event in STORY:
        Plain(stream)(event)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "    0.0 ==> launch Make and start machines"
    assert lines[-1] == "   70.0   failed w2 w2: cloud-init failed (4.8 s)"
    assert "\x1b" not in stream.getvalue()


def test_json_lines_end_with_the_outcome() -> None:
    buffer = io.StringIO()
    stream = Stream(buffer)
    for event in STORY:
        stream(event)
    stream.end(FAILED)
    lines = [json.loads(line) for line in buffer.getvalue().splitlines()]
    assert len(lines) == len(STORY) + 1
    assert lines[3] == {"kind": "changed", "at": 1.0, "step": "launch", "machine": "w1", "text": "made"}
    assert lines[-1]["kind"] == "outcome"
    assert lines[-1]["problems"][0]["place"] == "w2"
    assert (lines[-1]["changes"], lines[-1]["interrupted"]) == (2, False)


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (FAILED, "Failed after 70.0 s, 2 changes."),
        (Outcome((Timing("launch", 1.0),), 0), "All is as wanted after 1.0 s, no change."),
        (Outcome((Timing("launch", 1.0),), 1), "Done after 1.0 s, 1 change."),
        (Outcome((Timing("launch", 1.0),), 0, (Interrupted("w1"),)), "Interrupted after 1.0 s, no change."),
    ],
)
def test_the_last_words(outcome: Outcome, says: str) -> None:
    buffer, secrets = io.StringIO(), Secrets()
    secrets.learn("hunter2")
    tell(Console(file=buffer, width=100, highlight=False), outcome, Path("/logs"), secrets)
    text = buffer.getvalue()
    assert says in text
    assert "Logs: /logs" in text
    assert "hunter2" not in text


def test_the_folder_of_a_run(tmp_path: Path) -> None:
    for number in range(KEPT + 3):
        journal = Journal(tmp_path / f"20260101T0000{number:02d}Z", Secrets())
        journal.write("w1", "$ true")
        journal.finish("{}")
    kept = sorted(path.name for path in tmp_path.iterdir() if not path.is_symlink())
    assert len(kept) == KEPT
    assert (tmp_path / "latest").resolve().name == kept[-1]
    assert (tmp_path / "latest/summary.json").read_text() == "{}\n"
