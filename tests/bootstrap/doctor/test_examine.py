"""All checks together: on nothing, on a whole cluster, on a provider that is silent, and on checks that hang."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hagen.bootstrap.doctor import CHECKS, Check, Level
from hagen.bootstrap.doctor.check import Finding, ok
from hagen.bootstrap.doctor.examine import examine
from hagen.bootstrap.doctor.sight import Sight
from hagen.bootstrap.errors import BootstrapError
from hagen.bootstrap.provider.contract import Power, ProviderError
from tests.bootstrap.doctor.conftest import SeenWorld
from tests.support import ROOT

# Both hang for ever: a check itself, and a look into a machine that a check waits for.
HANGING = """
import sys, threading
from pathlib import Path
from hagen.bootstrap.doctor.check import Check, ok
from hagen.bootstrap.doctor.examine import examine
from hagen.bootstrap.doctor.sight import Sight
from tests.bootstrap.conftest import VIRTUAL_IP, run_on
from tests.bootstrap.world import FakeWorld

never = threading.Event()
sight = Sight(run_on(Path(sys.argv[1]), FakeWorld(VIRTUAL_IP)), None)
machines = sight.inventory.machines
checks = [
    Check("itself", "Itself", lambda _: never.wait() and [ok("a", "b")]),
    Check("inside", "Inside", lambda seen: seen.each(machines, lambda _: never.wait()) and [ok("a", "b")]),
]
print(*[each.level.value for each in examine(sight, checks, deadline=0.2)])
"""


def test_before_anything_is_made(sight: Callable[[], Sight], world: SeenWorld) -> None:
    found = {each.check.name: each for each in examine(sight(), CHECKS)}
    assert [each.check.name for each in found.values() if each.level is Level.ERROR] == []
    assert {name for name, each in found.items() if not each.findings} == {
        *("machines", "first-boot", "clock", "reach", "units", "holder", "api", "etcd", "nodes", "routes")
    }
    assert {name for name, each in found.items() if each.level is Level.UNKNOWN} == {"segment", "vrrp", "forwarding"}
    assert world.calls == []


def test_on_a_whole_cluster_all_is_well(
    bring_up: Callable[[], None], sight: Callable[[], Sight], world: SeenWorld
) -> None:
    bring_up()
    before = dict(world.cluster.nodes)
    found = examine(sight(), CHECKS)
    bad = [finding for each in found for finding in each.findings if finding.level is not Level.OK]
    assert [finding.cause for finding in bad] == [
        "the provider runs elsewhere; its host's firewall cannot be seen from here"
    ]
    assert [each.check.name for each in found if not each.findings] == [
        "memory",
        "disk",
        "image",
    ], "no machine is to be made"
    assert world.cluster.nodes == before


def test_a_silent_provider_is_one_error(sight: Callable[[], Sight], world: SeenWorld) -> None:
    world.offered = ProviderError("LXD server", "the server does not answer", "Start it.")
    found = examine(sight(), [each for each in CHECKS if each.name in {"server", "memory", "bridge"}])
    assert [each.level for each in found] == [Level.ERROR, Level.UNKNOWN, Level.UNKNOWN]
    assert found[0].findings == (Finding(Level.ERROR, "LXD server", "the server does not answer", "Start it."),)


def test_a_check_that_hangs_keeps_nobody_waiting(sight: Callable[[], Sight]) -> None:
    forever = threading.Event()

    def hang(_: Sight) -> Iterator[Finding]:
        forever.wait()
        yield ok("never", "seen")

    checks = [Check("hangs", "Hangs", hang), Check("well", "Well", lambda _: [ok("it", "is well")])]
    found = examine(sight(), checks, deadline=0.3)
    forever.set()
    assert [each.level for each in found] == [Level.UNKNOWN, Level.OK]
    assert found[0].findings[0].cause == "it was not done within 0.3 s"


def test_what_hangs_does_not_keep_the_program_from_ending(repository: Path) -> None:
    command = [sys.executable, "-c", HANGING, str(repository)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=ROOT)
    assert (result.returncode, result.stdout) == (0, "unknown unknown\n"), result.stderr


def test_what_a_check_cannot_see_is_unknown(sight: Callable[[], Sight]) -> None:
    def fail(_: Sight) -> list[Finding]:
        raise BootstrapError("k8s-worker-1", "it runs no commands", "Look at its console.")

    (found,) = examine(sight(), [Check("blind", "Blind", fail)])
    assert found.findings == (Finding(Level.UNKNOWN, "k8s-worker-1", "it runs no commands", "Look at its console."),)


def test_a_defect_is_not_swallowed(sight: Callable[[], Sight]) -> None:
    def defect(_: Sight) -> list[Finding]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        examine(sight(), [Check("defect", "Defect", defect)])


def test_what_several_need_is_asked_once(sight: Callable[[], Sight]) -> None:
    asked, seen = [], sight()

    def ask() -> int:
        asked.append(1)
        return len(asked)

    answers: list[int] = []
    threads = [threading.Thread(target=lambda: answers.append(seen.once("it", ask))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [1] * 8


def test_a_defect_in_what_several_need_reaches_them_all(sight: Callable[[], Sight]) -> None:
    def ask() -> int:
        raise ZeroDivisionError

    seen = sight()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            seen.once("it", ask)


def test_one_machine_off_is_found_by_the_checks_that_feel_it(
    bring_up: Callable[[], None], sight: Callable[[], Sight], world: SeenWorld
) -> None:
    bring_up()
    world.there["k8s-master-2"].power = Power.STOPPED
    found = {each.check.name: each.findings for each in examine(sight(), CHECKS) if each.level is Level.ERROR}
    assert [(finding.place, finding.cause) for finding in found["machines"] if finding.level is Level.ERROR] == [
        ("k8s-master-2", "it is switched off")
    ]
    etcd = {
        finding.cause for each in examine(sight(), CHECKS) for finding in each.findings if each.check.name == "etcd"
    }
    assert "2 of 3 members are healthy: none may fail any more" in etcd
