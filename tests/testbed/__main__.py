"""`make testbed`: the reference network for a person to break.

`python -m tests.testbed` starts it and shows it until Ctrl-C; `python -m tests.testbed do [--lab NAME] WORDS` gives it an
order from another terminal.
"""

import signal
import sys
import time

from rich.console import Console
from rich.live import Live

from tests.support import ROOT, rendered, write
from tests.testbed.cluster import read_cluster
from tests.testbed.console import answer, give, listen
from tests.testbed.errors import TestbedError
from tests.testbed.lab import Lab, started
from tests.testbed.orders import ORDERS, Bench, obey
from tests.testbed.requirements import demand
from tests.testbed.scratch import scratch
from tests.testbed.screen import Watch, table
from tests.testbed.settings import rendered as hagen

_REFERENCE = ROOT / "tests/fixtures/valid/reference.yaml"
_CHOICE = "--lab"


def main(words: list[str]) -> int:
    """Exit code 0, or 1 with the reason."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return order(words[1:]) if words[:1] == ["do"] else show()
    except (TestbedError, OSError) as failure:
        Console(stderr=True).print(f"[red]testbed:[/] {failure}", highlight=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        return 0


def order(words: list[str]) -> int:
    """Give an order to the testbed that runs."""
    chosen = words[1] if words[:1] == [_CHOICE] and len(words) > 1 else ""
    line = words[2:] if chosen else words
    Console().print(give(" ".join(line), chosen), highlight=False, markup=False, soft_wrap=True)
    return 0


def show() -> int:
    """Start the testbed and show it until Ctrl-C."""
    demand()
    console = Console()
    began = time.monotonic()
    with scratch() as folder:
        cluster = read_cluster(write(rendered(_REFERENCE), folder))
        with started(cluster, hagen) as lab:
            name = lab.directory.name
            console.print(
                f"The reference network ({name}) is up after {time.monotonic() - began:.1f} s.", highlight=False
            )
            console.print("Break it from another terminal:\n")
            for word, known in ORDERS.items():
                what = f"{word} {known.usage}".rstrip()
                console.print(f"  make break DO={what!r:26} {known.meaning}", highlight=False)
            console.print("\nCtrl-C ends it and leaves nothing behind.\n")
            serve(lab, console)
    return 0


def serve(lab: Lab, console: Console) -> None:
    """Show the hosts, and obey. Without a terminal: a line whenever the virtual IP changes hands."""
    bench = Bench(lab)
    with listen(lab.directory) as listener:
        if console.is_terminal:
            watch = Watch(lab)
            with watch.going(), Live(console=console, auto_refresh=False, transient=False) as live:
                while True:
                    view = table(watch.rows(), lab.holders(), lab.cluster.virtual_ip, time.monotonic())
                    live.update(view, refresh=True)
                    answer(listener, lambda line: obey(bench, line))
        last: list[str] | None = None
        while True:
            if (now := lab.holders()) != last:
                console.print(f"virtual IP {lab.cluster.virtual_ip}: {', '.join(now) or 'nobody'}", highlight=False)
                last = now
            answer(listener, lambda line: obey(bench, line))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
