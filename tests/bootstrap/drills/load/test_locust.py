"""Locust as a drill calls it; a script in its place says what it was told, and how it ends."""

import json
from pathlib import Path

import pytest

from hagen.bootstrap.drills.load.locust import Locust, read
from hagen.bootstrap.errors import BootstrapError

REPORT = {
    "began": 1000.5,
    "steps": [
        {"step": "minimum", "users": 1, "expectedPods": 3, "endSeconds": 10.0, "requests": 7, "failures": 0,
         "slowestMilliseconds": 120.0, "pods": {"a": 3, "b": 4}},
        {"step": "maximum", "users": 21, "expectedPods": 9, "endSeconds": 30.0, "requests": 90, "failures": 1,
         "slowestMilliseconds": 2400.0, "pods": {"a": 30, "b": 30, "c": 29}},
    ],
}  # fmt: skip


def locust(folder: Path, script: str, *options: str) -> Locust:
    """A repository with a configuration, and a program."""
    program = folder / "program"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    (folder / "clusters/production").mkdir(parents=True)
    (folder / "clusters/production/load-test.conf").touch()
    return Locust(str(program), folder, "production", options)


def test_it_is_called_as_a_person_would_and_its_report_is_read(tmp_path: Path) -> None:
    (tmp_path / "report").write_text(json.dumps(REPORT))
    script = 'pwd > told; echo "$@" >> told; while [ "$1" != --report ]; do shift; done; cp report "$2"'
    load = locust(tmp_path, script, "--pace", "quick")
    assert list(load.problems()) == []
    with load.going(tmp_path) as going:
        going.process.wait(20)
        assert going.over()
    steps = going.steps()
    assert [(step.name, step.users, step.wanted, step.answered) for step in steps] == [
        ("minimum", 1, 3, 2), ("maximum", 21, 9, 3),
    ]  # fmt: skip
    where, told = (tmp_path / "told").read_text().splitlines()
    assert Path(where) == tmp_path
    wanted = f"--config clusters/production/load-test.conf --pace quick --headless --only-summary --report {tmp_path}/load.json"
    assert told == wanted


def test_times_of_day_become_monotonic_seconds(tmp_path: Path) -> None:
    file = tmp_path / "report"
    file.write_text(json.dumps(REPORT))
    first, second = read(file, epoch=1000.0)
    assert (first.since, first.until, second.since, second.until) == (0.5, 10.5, 10.5, 30.5)
    assert (second.requests, second.failures, second.slowest) == (90, 1, 2.4)


@pytest.mark.parametrize(
    ("script", "cause"),
    [
        ("echo 'load-test: --host is missing' >&2; exit 2", "it ended with 2"),
        ("exit 0", "no report of the load test"),
        ('echo "[]" > load.json', "no report of the load test"),
        ('echo "{" > load.json', "no report of the load test"),
    ],
)
def test_a_load_that_broke_off_is_no_load(tmp_path: Path, script: str, cause: str) -> None:
    with locust(tmp_path, script).going(tmp_path) as going:
        going.process.wait(20)
    with pytest.raises(BootstrapError) as caught:
        going.steps()
    assert cause in caught.value.cause
    if "host" in script:
        assert "--host is missing" in caught.value.output


def test_an_error_ends_the_load(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), locust(tmp_path, "exec sleep 600").going(tmp_path) as going:
        raise RuntimeError
    assert going.over()


def test_everything_that_is_missing_is_said(tmp_path: Path) -> None:
    places = [problem.place for problem in Locust("no-such-locust", tmp_path, "production").problems()]
    assert places == ["no-such-locust", str(tmp_path / "clusters/production/load-test.conf")]
