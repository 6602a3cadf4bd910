"""What the service manager hears."""

import os
from pathlib import Path

import pytest

from hagen.agent.notify import Notifier
from tests.agent.manager import manager


@pytest.mark.parametrize("form", ["{path}/notify", "@hagen-test-{pid}"])
def test_one_datagram_for_all_lines(form: str, tmp_path: Path) -> None:
    address = form.format(path=tmp_path, pid=os.getpid())
    with manager(address) as heard:
        Notifier({"NOTIFY_SOCKET": address}).tell("READY=1", "STATUS=here")
        assert heard.heard() == ["READY=1", "STATUS=here"]


@pytest.mark.parametrize("address", ["", "/nowhere/notify", "/" + "x" * 200, "@nobody-listens"])
def test_nobody_has_to_listen(address: str) -> None:
    Notifier({"NOTIFY_SOCKET": address}).tell("READY=1")


def test_a_manager_that_takes_nothing_more_is_not_waited_for(tmp_path: Path) -> None:
    with manager(str(tmp_path / "notify")) as heard:
        notifier = Notifier({"NOTIFY_SOCKET": heard.address})
        for _ in range(10_000):
            notifier.tell("WATCHDOG=1")
        assert heard.heard() == ["WATCHDOG=1"]


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "60000000"}, 60.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid())}, 60.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_how_often_it_wants_to_hear(environment: dict[str, str], seconds: float | None) -> None:
    assert Notifier(environment).watchdog_seconds == seconds
