"""`make testbed` and `make break` as docs/testbed.md shows them."""

import io
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from rich.console import Console

from tests.support import ROOT, need, run
from tests.testbed.console import answer, give, listen
from tests.testbed.errors import TestbedError
from tests.testbed.lab import Lab
from tests.testbed.orders import ORDERS, Bench, obey
from tests.testbed.processes import signal_quietly
from tests.testbed.screen import Row, Watch, look, table

pytestmark = pytest.mark.testbed

_DOCUMENTED = re.findall(r'^make break DO="?([^"\n]+)"?$', (ROOT / "docs/testbed.md").read_text(), flags=re.MULTILINE)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A place for temporary files that daemons under other users may enter too."""
    with tempfile.TemporaryDirectory(prefix="hagen-console-") as name:
        Path(name).chmod(0o1777)
        yield Path(name)


@pytest.fixture
def console(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A testbed that a person started, without a terminal, whose files are in a folder of its own."""
    need("haproxy", "keepalived", "etcd", "mariadbd", root=True)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.testbed"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    with process:
        yield process
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def test_every_documented_order_is_obeyed(
    console: subprocess.Popen[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert console.stdout is not None
    said = ""
    while "virtual IP" not in said or ": k8s-lb-" not in said:
        said += (line := console.stdout.readline())
        assert line, said
    for name in ORDERS:
        assert name in said
    assert _DOCUMENTED
    monkeypatch.setenv("TMPDIR", str(folder))
    for order in _DOCUMENTED:
        done = run("make", "-C", ROOT, "--no-print-directory", "break", f"DO={order}")
        assert done.returncode == 0, f"{order}: {done.stdout}{done.stderr}"
        time.sleep(0.5)
    # The virtual IP moved when its holder was switched off, and was seen to.
    while ": k8s-lb-2" not in said:
        said += (line := console.stdout.readline())
        assert line, said
    console.send_signal(signal.SIGINT)
    assert console.wait(60) == 0
    assert not list(folder.glob("hagen-*"))


def test_without_a_testbed_it_says_how_to_start_one(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.testbed", "do", "off", "k8s-lb-1"], cwd=ROOT, capture_output=True, text=True,
        check=False, env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 1
    assert "make testbed" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("explode", "there is no order 'explode'; there are: off, on"),
        ("off", "write: off HOST"),
        ("off nowhere", "there is no host 'nowhere'; there are: k8s-lb-1"),
        ("kill k8s-lb-1 nginx", "k8s-lb-1 runs no 'nginx'; it runs: haproxy, keepalived"),
        ("start k8s-lb-1 nginx", "k8s-lb-1 has no daemon 'nginx'; it has: haproxy, keepalived"),
        ("on k8s-lb-1", "k8s-lb-1 is on already; a daemon is started with: start k8s-lb-1"),
        ("slow k8s-lb-1 0", "'0' is no delay: whole milliseconds each way, 1 to 5000"),
        ("slow k8s-lb-1 fast", "'fast' is no delay"),
        ("hurry k8s-lb-1", "the line of k8s-lb-1 is not slow"),
        ("together", "they see each other; to change that, write: apart"),
        ("reload k8s-worker-1", "there is no load balancer 'k8s-worker-1'; there are: k8s-lb-1, k8s-lb-2"),
        ("answer k8s-lb-1 error", "k8s-lb-1 has neither an API server nor an ingress"),
        ("answer k8s-master-1 nicely", "k8s-master-1: one of "),
        ("late k8s-master-1 -3", "k8s-master-1: takes seconds, 0 to 3600"),
    ],
)
def test_a_wrong_order_gets_the_right_one(lab: Lab, line: str, message: str) -> None:
    with pytest.raises(TestbedError) as caught:
        obey(Bench(lab), line)
    assert str(caught.value).startswith(message)


def test_orders_that_contradict_what_was_done_are_refused_and_the_way_back_is_told(lab: Lab) -> None:
    bench = Bench(lab)

    def refusal(line: str) -> str:
        with pytest.raises(TestbedError) as caught:
            obey(bench, line)
        return str(caught.value)

    obey(bench, "off k8s-worker-3")
    try:
        assert refusal("off k8s-worker-3") == "k8s-worker-3 is off already"
        assert refusal("start k8s-worker-3 mariadbd") == "k8s-worker-3 is off; write: on k8s-worker-3"
    finally:
        obey(bench, "on k8s-worker-3")
    obey(bench, "slow k8s-master-3 5")
    try:
        for line in ("slow k8s-master-3 9", "cut k8s-master-3", "heal k8s-master-3"):
            assert refusal(line) == "the line of k8s-master-3 is slow; write first: hurry k8s-master-3"
    finally:
        obey(bench, "hurry k8s-master-3")
    obey(bench, "apart")
    try:
        assert "already" in refusal("apart")
    finally:
        obey(bench, "together")


def test_the_screen_shows_each_host_and_the_holder(lab: Lab) -> None:
    console = Console(width=140, record=True, file=io.StringIO())
    found = [look(lab, name) for name in lab.context.hosts]
    console.print(table(found, lab.holders(), lab.cluster.virtual_ip))
    text = console.export_text()
    for name in lab.context.hosts:
        assert name in text
    assert f"virtual IP {lab.cluster.virtual_ip}: {lab.holder().name}" in text
    assert text.count("etcd leader") == 1


def test_a_host_that_does_not_answer_holds_up_no_other(lab: Lab) -> None:
    """Two of three API servers and all etcds hang: a look at them takes seconds; the holder and the rest are shown."""
    frozen = [(host, name) for host in lab.context.of("control-plane") for name in ("etcd", "apiserver")]
    watch = Watch(lab)
    try:
        for host, name in frozen:
            for pid in host.members(name):
                signal_quietly(pid, signal.SIGSTOP)
        with watch.going():
            end = time.monotonic() + 30
            while any("not looked at yet" in row.notes for row in watch.rows() if row.role == "load-balancer"):
                assert time.monotonic() < end
                time.sleep(0.05)
            shown = {row.name: row for row in watch.rows()}
    finally:
        for host, name in frozen:
            for pid in host.members(name):
                signal_quietly(pid, signal.SIGCONT)
    assert all(not problem for _, problem in shown["k8s-lb-1"].daemons)


def test_an_old_look_says_how_old_it_is() -> None:
    row = Row("a", "worker", "192.0.2.1", True, (), (), at=100.0)
    console = Console(width=140, record=True, file=io.StringIO())
    console.print(table([row], [], "192.0.2.9", now=107.2))
    assert "looked at 7 s ago" in console.export_text()


def test_the_screen_says_when_nobody_or_everybody_holds_the_address() -> None:
    def shown(*holders: str) -> str:
        console = Console(width=140, record=True, file=io.StringIO())
        found = [Row(name, "load-balancer", "192.0.2.1", True, (), ()) for name in holders]
        console.print(table(found, holders, "192.0.2.9"))
        return console.export_text()

    assert "virtual IP 192.0.2.9: nobody" in shown()
    assert "virtual IP 192.0.2.9: a, b" in shown("a", "b")


@pytest.fixture
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where `give` looks for testbeds."""
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def _testbed(folder: Path, name: str) -> socket.socket:
    directory = folder / f"hagen-testbed-{name}"
    directory.mkdir()
    return listen(directory)


def test_with_two_testbeds_it_asks_which_one(here: Path) -> None:
    with _testbed(here, "one"), _testbed(here, "two") as second:
        with pytest.raises(TestbedError, match=r"2 testbeds run(.|\n)*LAB=hagen-testbed-one\n.*LAB=hagen-testbed-two"):
            give("help")
        with ThreadPoolExecutor(1) as pool:
            said = pool.submit(give, "off x", "hagen-testbed-two")
            while answer(second, lambda line: f"heard {line}") != "off x":
                assert not said.done(), said.result()
            assert said.result() == "heard off x"


def test_a_testbed_that_was_killed_is_none(here: Path) -> None:
    _testbed(here, "dead").close()
    with pytest.raises(TestbedError, match="no testbed runs; start one with `make testbed`"):
        give("help")


def test_a_testbed_that_ends_instead_of_answering_is_said(here: Path) -> None:
    with _testbed(here, "one") as listener, ThreadPoolExecutor(1) as pool:
        said = pool.submit(give, "help")
        for _ in range(2):  # the look whether somebody listens, then the order
            listener.accept()[0].close()
        with pytest.raises(TestbedError, match="hagen-testbed-one did not answer"):
            said.result()


def test_who_asks_and_leaves_does_not_end_the_testbed(here: Path) -> None:
    with _testbed(here, "one") as listener:
        with socket.socket(socket.AF_UNIX) as visitor:
            visitor.connect(str(here / "hagen-testbed-one/orders.sock"))
            visitor.sendall(b"help")
        assert answer(listener, lambda _: "x" * 10_000_000) == "help"


# The interpreter itself may lie where only root may go, so it becomes nobody when it has read its modules.
_AS_NOBODY = """
import os, sys
from tests.testbed.__main__ import main
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("words", [(), ("do", "off", "k8s-lb-1")], ids=["testbed", "break"])
def test_an_ordinary_user_is_told_what_is_missing(here: Path, words: tuple[str, ...]) -> None:
    need(root=True)
    with _testbed(here, "one"):
        done = run("env", f"TMPDIR={here}", sys.executable, "-B", "-c", _AS_NOBODY, *words, cwd=ROOT)
    assert done.returncode == 1
    assert ("needs root" if not words else "belongs to another user") in done.stderr
    assert "sudo" in done.stderr
    assert "Traceback" not in done.stderr
