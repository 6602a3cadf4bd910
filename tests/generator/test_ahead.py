"""Rendering in a child process: the same files, the same errors, and no child left behind."""

import os
import signal
from pathlib import Path

import pytest

from hagen.generator.ahead import generate_ahead
from hagen.generator.errors import HagenError
from hagen.generator.generate import Job
from hagen.generator.render import render
from hagen.generator.template import OWN
from tests.support import MINIMAL, planned

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


def no_child_is_left() -> bool:
    try:
        return os.waitpid(-1, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return True


def test_the_files_are_the_same_as_without_a_child() -> None:
    with generate_ahead() as generate:
        ahead = render(planned(MINIMAL), MINIMAL, OWN, primary=True, generate=generate)
    assert ahead == render(planned(MINIMAL), MINIMAL, OWN, primary=True)
    assert no_child_is_left()


def test_an_error_of_the_template_keeps_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(HagenError) as caught, generate_ahead() as generate:
        generate([Job(tmp_path, {})], "repository")
    assert caught.value.remedy == "mend the template"
    assert no_child_is_left()


def test_a_defect_in_the_child_comes_with_its_traceback() -> None:
    with pytest.raises(RuntimeError, match="AttributeError"), generate_ahead() as generate:
        generate([None], "repository")  # type: ignore[list-item]
    assert no_child_is_left()


def test_an_error_of_the_caller_does_not_wait_for_an_answer_that_nobody_takes() -> None:
    def fail() -> None:
        raise HagenError("meanwhile")

    with pytest.raises(HagenError, match="meanwhile"), generate_ahead(fail) as generate:
        render(planned(MINIMAL), MINIMAL, OWN, primary=True, generate=generate)
    assert no_child_is_left()


def test_a_child_that_is_never_asked_ends() -> None:
    with pytest.raises(HagenError, match="bad configuration"), generate_ahead():
        raise HagenError("bad configuration")
    assert no_child_is_left()


def test_a_killed_child_is_said_to_be_killed() -> None:
    before = set(children())

    def kill() -> None:
        (child,) = set(children()) - before
        os.kill(child, signal.SIGKILL)

    with pytest.raises(HagenError, match="was killed"), generate_ahead(kill) as generate:
        render(planned(MINIMAL), MINIMAL, OWN, primary=True, generate=generate)
    assert no_child_is_left()


def children() -> list[int]:
    """The processes that this one started."""
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
