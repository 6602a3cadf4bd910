"""What commands that render have in common: a sound configuration, and the files that follow from it."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .ahead import Generate
from .check import Report, check_file
from .console import exit_code, show_problems, summary
from .errors import HagenError
from .render import render
from .topology import Topology, plan

if TYPE_CHECKING:
    from .files import Render
    from .vendor.copies import Copies
    from .vendor.known import Known
    from .vendor.upkeep import Upkeep

Choose = Callable[["Upkeep", "Known"], "Copies"]
"""Which copies of upstream manifests a render contains, of those that the cluster keeps up."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """Where a render goes, its files, what is to be said about it, and which copies it keeps up."""

    directory: Path
    files: "Render"
    notes: tuple[str, ...]
    upkeep: "Upkeep"


def sound_report(config: Path, *, strict: bool = False) -> Report:
    """The report on a file that can be rendered; otherwise the problems are shown and the process ends."""
    report = check_file(config)
    show_problems(report.problems, report.file, report.source, sys.stderr)
    code = exit_code(report, strict=strict)
    if code:
        click.echo(f"{summary(report)}; nothing was written", err=True)
        raise SystemExit(code)
    return report


def repository_of(report: Report, output: Path | None) -> Path:
    """Where a cluster's render goes."""
    return output or Path("build") / report.sound.metadata.name


def rendered(
    report: Report, output: Path | None, template: Path, generate: Generate, choose: Choose | None = None
) -> Rendered:
    """The files of a cluster, for what its repository holds already.

    The first cluster of a repository owns the repository's top. Copies of upstream manifests stay, unless `choose`
    says otherwise.
    """
    from .publish import earlier_renders  # noqa: PLC0415  # loaded while the child loads its own
    from .vendor.copies import additions, keep, outdated, vendored  # noqa: PLC0415
    from .vendor.images import images  # noqa: PLC0415
    from .vendor.known import is_wanted, known  # noqa: PLC0415
    from .vendor.upkeep import upkeep  # noqa: PLC0415

    directory = repository_of(report, output)
    earlier = earlier_renders(directory, is_wanted)
    found = known(earlier.files)
    if not choose:
        found.refuse_wrong()
    own = upkeep(plan(report.sound), earlier, found.locks)
    copies = choose(own, found) if choose else keep(own.own, found)
    topology = plan(report.sound, vendored=vendored(own.own, copies))
    _refuse_renamed(Path(report.file), directory, topology.name, earlier.primary)
    if earlier.primary is not None:
        _warn_of_twins(directory, topology)
    primary = earlier.primary in {None, topology.name}
    files = render(topology, report.content, template, primary=primary, generate=generate)
    notes = [f"an interrupted run was finished; your version of a file is kept in {copy}" for copy in earlier.recovered]
    if not choose:
        notes += [f"{note}; run `hagen vendor`" for note in outdated(own.own, found)]
    run = images(topology, {**keep(own.shared, found), **copies})
    return Rendered(directory, files | additions(own, copies, run), tuple(notes), own)


def tell(notes: tuple[str, ...]) -> None:
    """Say what is worth knowing beside the result."""
    for note in notes:
        click.echo(note, err=True)


def _refuse_renamed(config: Path, directory: Path, name: str, primary: str | None) -> None:
    """A new name in the repository's own hagen.yaml would make a second cluster of the first one's description."""
    own = directory / "hagen.yaml"
    if primary in {None, name} or not (own.exists() and config.exists() and own.samefile(config)):
        return
    raise HagenError(
        f"{config} describes {primary}, the first cluster of this repository, but is now named {name}",
        remedy=f"write name: {primary} again; for a further cluster render another file with -c",
    )


def _warn_of_twins(directory: Path, topology: Topology) -> None:
    """Say what this cluster shares with another one of the repository that it should not."""
    if all(path.name == topology.name for path in directory.glob("clusters/*")):
        return
    from .neighbours import shared_with_others  # noqa: PLC0415  # not needed for one cluster

    for shared in shared_with_others(directory, topology):
        click.echo(click.style("warning: ", fg="yellow", bold=True) + shared, err=True)
