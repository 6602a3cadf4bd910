"""Side by side, with everything that failed; and the wish to stop."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from hagen.bootstrap.errors import BootstrapError, Interrupted, Problems
from hagen.bootstrap.events import Event, Kind
from hagen.bootstrap.inventory import Machine
from hagen.bootstrap.provider.contract import ProviderError
from hagen.bootstrap.run import Run


def test_what_fails_on_one_does_not_stop_the_others_and_all_is_told(
    begin: Callable[[], Run], told: list[Event]
) -> None:
    run, done = begin(), []

    def act(machine: Machine) -> None:
        if machine.role == "worker":
            raise BootstrapError(machine.name, "no")
        done.append(machine.name)

    with pytest.raises(Problems) as caught:
        run.each(run.site.inventory.machines, act)
    assert sorted(problem.place for problem in caught.value.problems) == [
        "k8s-worker-1",
        "k8s-worker-2",
        "k8s-worker-3",
    ]
    assert len(done) == 5
    assert sum(event.kind is Kind.MACHINE_FAILED for event in told) == 3


def test_no_more_at_once_than_said(begin: Callable[[], Run]) -> None:
    run, now, most = begin(), 0, 0
    lock, gate = threading.Lock(), threading.Barrier(2, timeout=10)

    def act(_: Machine) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        gate.wait()
        with lock:
            now -= 1

    run.each(run.site.inventory.machines, act, at_most=2)
    assert most == 2


def test_who_wants_one_machine_after_the_other_gets_that_everywhere(begin: Callable[[], Run]) -> None:
    run, now, machines = begin(), threading.Semaphore(1), begin().site.inventory.machines
    run.at_once = 1

    def act(machine: Machine) -> str:
        assert now.acquire(blocking=False), "another one is worked on"
        now.release()
        return machine.role

    run.each(machines, lambda machine: void(act(machine)))
    assert run.look(machines, act) == {machine.name: machine.role for machine in machines}


def void(_: object) -> None:
    """For what returns nothing."""


def test_a_look_that_fails_says_so(begin: Callable[[], Run]) -> None:
    run = begin()

    def fails(machine: Machine) -> str:
        raise BootstrapError(machine.name, "it says nothing")

    with pytest.raises(BootstrapError, match="k8s-lb-1: it says nothing"):
        run.look(run.site.inventory.machines[:1], fails)
    assert run.look((), fails) == {}


def test_a_change_or_a_failure_makes_the_run_look_again(begin: Callable[[], Run]) -> None:
    run, looks = begin(), []

    def look() -> str:
        looks.append("look")
        return "seen"

    def fails() -> None:
        raise BootstrapError("m1", "no")

    for _ in range(2):
        run.memory.recall("x", look)
    assert len(looks) == 1
    run.changed("m1", "made")
    run.memory.recall("x", look)
    assert len(looks) == 2
    with pytest.raises(BootstrapError):
        run.alone("m1", fails)
    run.memory.recall("x", look)
    assert len(looks) == 3


def test_nothing_new_is_begun_once_it_is_to_stop(begin: Callable[[], Run]) -> None:
    run = begin()
    run.stop.set()
    with pytest.raises(Problems) as caught:
        run.each(run.site.inventory.machines, lambda _: pytest.fail("begun"))
    assert all(isinstance(problem, Interrupted) for problem in caught.value.problems)
    with pytest.raises(Interrupted):
        run.on("k8s-lb-1").ask("true")


def test_waiting_ends_with_an_answer_or_with_the_reason(begin: Callable[[], Run]) -> None:
    run, answers = begin(), iter([None, None, "here"])
    assert run.until("x", lambda: next(answers), within=20, cause="it is not") == "here"
    with pytest.raises(BootstrapError, match="x: it is not within 0 s"):
        run.until("x", lambda: None, within=0, cause="it is not")


def test_the_journal_holds_commands_and_no_secrets(begin: Callable[[], Run], repository: Path) -> None:
    run = begin()
    run.secrets.learn("hunter2")
    run.journal.write("k8s-lb-1", "$ login hunter2\n012345.0123456789abcdef")
    text = (repository / ".hagen/log/k8s-lb-1.log").read_text()
    assert "$ login [hidden]" in text
    assert "hunter2" not in text
    assert "0123456789abcdef" not in text


def test_what_the_provider_is_busy_with_is_asked_again_and_nothing_else(begin: Callable[[], Run]) -> None:
    run, answers = begin(), [True, True, False]

    def busy() -> str:
        if answers:
            raise ProviderError("m1", "busy", again=answers.pop(0))
        return "done"

    with pytest.raises(ProviderError):
        run.patiently(busy, within=30)
    assert answers == [], "twice busy, then refused"
    assert run.patiently(busy, within=30) == "done"
    answers.append(True)
    with pytest.raises(ProviderError):
        run.patiently(busy, within=0)
