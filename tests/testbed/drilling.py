"""`hagen drill` on a lab: a process in the client's network, and the lab's answers to what it asks of its machines."""

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from hagen.bootstrap.commands.drill import Options, drilled
from hagen.bootstrap.commands.opening import translated
from hagen.bootstrap.commands.status import shown
from hagen.bootstrap.drills import DRILLS
from hagen.bootstrap.drills.report import FILE, Report, load
from hagen.bootstrap.inventory import load_inventory
from hagen.bootstrap.site import Site
from tests.testbed import machines
from tests.testbed.daemons import database_front, prometheus
from tests.testbed.lab import Lab

DATABASE = f"127.0.0.1:{database_front.PORT}/canary"


@dataclass(frozen=True)
class Result:
    """What `hagen drill` came to. `kept`: where its report and its page are; None: it wrote none."""

    code: int
    output: str
    errors: str
    kept: Path | None

    @property
    def report(self) -> Report | None:
        """What it wrote."""
        return load(self.kept / FILE) if self.kept else None


@dataclass(frozen=True)
class Drilling:
    """A drill that goes on, and the socket on which it asks."""

    lab: Lab
    process: "subprocess.Popen[str]"
    listener: socket.socket
    earlier: frozenset[Path]

    def end(self, meanwhile: Callable[[], None] = lambda: None) -> Result:
        """Answer what it asks until it ends."""
        machines.keep(self.lab, self.listener, self.process, meanwhile)
        output, errors = self.process.communicate(timeout=60)
        new = sorted(_reports(self.lab) - self.earlier)
        return Result(self.process.returncode, output, errors, new[-1].parent if new else None)


@contextmanager
def begun(lab: Lab, *names: str, **options: Any) -> Iterator[Drilling]:
    """`hagen drill NAMES` has been started."""
    with tempfile.TemporaryDirectory(prefix="hagen-drilling-") as folder, socket.socket(socket.AF_UNIX) as listener:
        path = Path(folder, "machines.sock")
        listener.bind(str(path))
        listener.listen(16)
        wanted = {"yes": True, "steady": 3, "prometheus": f"http://127.0.0.1:{prometheus.PORT}", "database": DATABASE}
        command = [
            "nsenter", f"--net={lab.context.client.namespace}", "--", sys.executable, "-m", "tests.testbed.drilling",
            str(path), str(lab.cluster.directory), json.dumps(wanted | {"database_user": "canary"} | options), *names,
        ]  # fmt: skip
        pipe, earlier = subprocess.PIPE, _reports(lab)
        environment = {**os.environ, "HAGEN_DRILL_PASSWORD": ""}
        with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment) as process:
            try:
                yield Drilling(lab, process, listener, earlier)
            finally:
                process.kill()


def drill(lab: Lab, *names: str, meanwhile: Callable[[], None] = lambda: None, **options: Any) -> Result:
    """`hagen drill NAMES`, from its begin to its end."""
    with begun(lab, *names, **options) as drilling:
        return drilling.end(meanwhile)


def _reports(lab: Lab) -> frozenset[Path]:
    folder = lab.cluster.directory.parents[1] / ".hagen" / lab.cluster.inventory.cluster / "drills"
    return frozenset(folder.glob(f"2*/{FILE}"))


def main(path: str, folder: str, options: str, *names: str) -> int:
    """The process in the client's network."""
    inventory = Path(folder) / "inventory.yaml"
    provider = machines.LabProvider(Path(path), inventory)
    site = Site(Path(folder), load_inventory(inventory), provider)
    if names == ("status",):
        shown_code: int = shown(site, as_document=True)
        return shown_code
    wanted = [drill for drill in DRILLS if drill.name in names]
    try:
        with translated():
            code: int = drilled(site, wanted, Options(**json.loads(options)), provider)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
