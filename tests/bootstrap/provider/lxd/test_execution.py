"""How a command is asked for, and when its end is a deadline's."""

import subprocess
from pathlib import Path

import pytest

from hagen.bootstrap.provider.lxd.execution import command, overdue


def test_the_machine_itself_ends_what_takes_too_long() -> None:
    assert command(["kubeadm", "init"], 600) == ["timeout", "--kill-after=5", "600", "kubeadm", "init"]
    assert command(["true"], 0.2)[2] == "1"


def test_input_comes_from_a_file_that_is_gone_before_the_command_begins(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(b"word")
    done = subprocess.run(
        command(["sh", "-c", "cat; ls -A"], 5, str(file)), capture_output=True, cwd=tmp_path, check=True
    )
    assert done.stdout == b"word"


@pytest.mark.parametrize(
    ("code", "took", "is_overdue"), [(124, 10.1, True), (137, 15.0, True), (124, 3.0, False), (137, 3.0, False), (0, 11, False)]
)  # fmt: skip
def test_only_a_deadline_that_has_passed_ended_it(code: int, took: float, is_overdue: bool) -> None:
    assert overdue(code, 10, took) is is_overdue
