"""How far the downloads are: a bar on a terminal, a line for each manifest elsewhere. On standard error."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from ..topology.components import Upstream
from .obtain import Progress


@contextmanager
def progress(total: int) -> Iterator[Progress]:
    """What `obtain` tells about each manifest, shown."""
    if not sys.stderr.isatty():
        yield _line
        return
    from rich.console import Console  # noqa: PLC0415  # only for a terminal
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    columns = (TextColumn("vendoring"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)

        def advance(upstream: Upstream, size: int | None) -> None:  # noqa: ARG001  # the bar shows no sizes
            bar.update(task, advance=1, description=f"{upstream.addon} {upstream.version}")

        yield advance


def _line(upstream: Upstream, size: int | None) -> None:
    what = "failed" if size is None else f"{size} bytes"
    click.echo(f"{upstream.addon} {upstream.version} {upstream.file}: {what}", err=True)
