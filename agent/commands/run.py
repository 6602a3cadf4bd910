"""`hagen agent run`: watch, and serve what is seen, until a signal ends it."""

import importlib
import logging
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..config import ConfigError, load_config
from ..service import Collectors, Service
from .options import BadConfig, config_option

if TYPE_CHECKING:
    from ..exporter.web.load import WebConfigError

_TABLE = "hagen.agent.collectors"


@click.command("run")
@config_option
@click.option(
    "--web-config",
    type=click.Path(path_type=Path),
    help="How to serve: TLS, clients' certificates, users; in the exporters' own format. Without it, plain HTTP.",
)
@click.pass_obj
def command(collectors: Collectors | None, config: Path, web_config: Path | None) -> None:
    """Watch the virtual IP, etcd, Galera and the autoscalers, and serve metrics.

    SIGHUP reads agent.yaml again; the web configuration and its certificates are read when they change. SIGTERM and
    SIGINT end it. Exit code 1 when a file cannot be used or the port is taken.
    """
    from ..exporter.server import ServeError  # noqa: PLC0415 - --help does not wait for it
    from ..exporter.web.load import WebConfigError  # noqa: PLC0415

    try:
        loaded = load_config(config)
    except ConfigError as error:
        raise BadConfig(error, _web_problems(web_config)) from None
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    chosen: Collectors = collectors or importlib.import_module(_TABLE).collectors
    try:
        service = Service(config, loaded, chosen, web=web_config)
    except WebConfigError as error:
        raise click.ClickException("\n".join(_lines(web_config, error))) from None
    except ServeError as error:
        raise click.ClickException(str(error)) from None
    signal.signal(signal.SIGHUP, lambda *_: service.ask_to_reload())
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: service.ask_to_stop())
    if service.run():
        logging.shutdown()
        os._exit(0)  # the interpreter would wait for the runs that are left, as long as their targets keep silent


def _web_problems(path: Path | None) -> list[str]:
    """What is wrong with the other file, to be told at once."""
    from ..exporter.web.load import WebConfigError, load_web  # noqa: PLC0415

    if path is None:
        return []
    try:
        load_web(path)
    except WebConfigError as error:
        return _lines(path, error)
    return []


def _lines(path: Path | None, error: "WebConfigError") -> list[str]:
    return [f"{path}: {problem}" for problem in error.problems]
