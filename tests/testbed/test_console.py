"""`make testbed` and `make break` as docs/testbed.md shows them."""

import io
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from tests.support import ROOT, need, run
from tests.testbed.errors import TestbedError
from tests.testbed.lab import Lab
from tests.testbed.orders import ORDERS, obey
from tests.testbed.screen import Row, rows, table

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
    ],
)
def test_a_wrong_order_gets_the_right_one(lab: Lab, line: str, message: str) -> None:
    with pytest.raises(TestbedError) as caught:
        obey(lab, line)
    assert str(caught.value).startswith(message)


def test_the_screen_shows_each_host_and_the_holder(lab: Lab) -> None:
    console = Console(width=140, record=True, file=io.StringIO())
    console.print(table(rows(lab), lab.cluster.virtual_ip))
    text = console.export_text()
    for name in lab.context.hosts:
        assert name in text
    assert f"virtual IP {lab.cluster.virtual_ip}: {lab.holder().name}" in text
    assert text.count("etcd leader") == 1


def test_the_screen_says_when_nobody_or_everybody_holds_the_address() -> None:
    def shown(*holders: str) -> str:
        console = Console(width=140, record=True, file=io.StringIO())
        found = [Row(name, "load-balancer", "192.0.2.1", True, (), ("holds 192.0.2.9",)) for name in holders]
        console.print(table(found, "192.0.2.9"))
        return console.export_text()

    assert "virtual IP 192.0.2.9: nobody" in shown()
    assert "virtual IP 192.0.2.9: a, b" in shown("a", "b")
