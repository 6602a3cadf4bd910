"""`hagen agent check`: look once, judge, and say how it stands."""

import importlib
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from ..collectors.collector import Collector
from ..config import AgentConfig
from .options import config_option, read_config

Collectors = Callable[[AgentConfig], Sequence[Collector]]
_TABLE = "hagen.agent.collectors"


@click.command("check")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print verdicts and collectors as JSON.")
@click.pass_obj
def command(collectors: Collectors | None, config: Path, as_json: bool) -> None:  # click passes flags by name
    """Look once with every collector, and judge: who holds the virtual IP, quorums, autoscalers.

    Exit code by the worst verdict: 0 ok, 3 degraded, 4 unknown, 5 critical; 1 when agent.yaml cannot be used.
    """
    loaded = read_config(config)
    # Late: --help and a bad file wait for none of them.
    from ..health import judge  # noqa: PLC0415
    from ..health.report import as_document, report  # noqa: PLC0415
    from ..once import look  # noqa: PLC0415
    from .table import show  # noqa: PLC0415

    chosen: Collectors = collectors or importlib.import_module(_TABLE).collectors
    snapshot = look(chosen(loaded))
    result = report(loaded.cluster, snapshot.time, judge(loaded, snapshot), snapshot.runs)
    if as_json:
        click.echo(json.dumps(as_document(result), indent=2, ensure_ascii=False))
    else:
        show(result, sys.stdout)
        sys.stdout.flush()  # a full disk is told here, not by the interpreter's end
    raise SystemExit(result.exit_code)
