"""`hagen vendor`: copies of the upstream manifests, in the repository itself."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..ahead import generate_ahead
from ..errors import HagenError, UsageError
from .options import config_option, output_option, plain_option, template_option
from .render import load_publisher, put

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..rendering import Choose, Rendered
    from ..vendor.checking import Difference
    from ..vendor.copies import Copies
    from ..vendor.known import Known
    from ..vendor.upkeep import Upkeep


@click.command("vendor")
@config_option
@output_option
@template_option
@plain_option
@click.option("--mirror", metavar="URL|DIR", help="Take the manifests from here: <add-on>/<version>/<file>.")
@click.option("--missing", is_flag=True, help="Download only what the repository has no copy of.")
@click.option("--accept-changed", is_flag=True, help="Take a manifest that has changed since it was vendored.")
@click.option("--remove", is_flag=True, help="Remove the copies: the cluster takes the manifests from their URLs.")
@click.option("--check", "only_check", is_flag=True, help="Compare copies and hagen.lock; write and download nothing.")
@click.option("--json", "as_json", is_flag=True, help="With --check: print the differences as JSON.")
def command(
    *,
    config: Path,
    output: Path | None,
    template: Path,
    plain: bool,
    mirror: str | None,
    missing: bool,
    accept_changed: bool,
    remove: bool,
    only_check: bool,
    as_json: bool,
) -> None:
    """Download every upstream manifest, record it in hagen.lock, and render with the copies instead of the URLs.

    One commit, or nothing: what cannot be had is listed with its cause. Later renders keep the copies. Copies and lock
    that were edited or deleted by hand are put back.
    Exit code: 0 done, or with --check no difference; 1 errors or differences.
    """
    _refuse_contradictions(
        check=only_check,
        others={"--mirror": mirror is not None, "--missing": missing, "--accept-changed": accept_changed},
        remove=remove,
        as_json=as_json,
    )
    if only_check:
        _check(config, output, as_json=as_json)
        return
    with generate_ahead(load_publisher) as generate:
        # Loaded while the child loads its own.
        from ..rendering import rendered, sound_report, tell  # noqa: PLC0415

        report = sound_report(config)
        choose = _nothing if remove else _download(mirror, missing=missing, accept_changed=accept_changed)
        result = rendered(report, output, template, generate, choose)
    tell(result.notes)
    put(result, report.sound.metadata.name, plain=plain, bound=result.upkeep.bound)
    _verify(result, removed=remove)


def _refuse_contradictions(*, check: bool, others: dict[str, bool], remove: bool, as_json: bool) -> None:
    given = [name for name, value in others.items() if value]
    if check and (given or remove):
        name = "--remove" if remove else given[0]
        raise UsageError(f"--check and {name} contradict one another", remedy="--check downloads and changes nothing")
    if remove and given:
        raise UsageError(f"--remove and {given[0]} contradict one another", remedy="--remove downloads nothing")
    if as_json and not check:
        raise UsageError("--json belongs to --check", remedy="add --check, or leave --json out")


def _nothing(_upkeep: "Upkeep", _known: "Known") -> "Copies":
    return {}


def _download(mirror: str | None, *, missing: bool, accept_changed: bool) -> "Choose":
    """What gets the copies of a render."""
    # `requests` takes its time to load: only this command needs it.
    from ..vendor.copies import keep  # noqa: PLC0415
    from ..vendor.fetch import Limits  # noqa: PLC0415
    from ..vendor.obtain import obtain  # noqa: PLC0415
    from ..vendor.progress import progress  # noqa: PLC0415
    from ..vendor.source import source  # noqa: PLC0415
    from ..version import version  # noqa: PLC0415

    origin = source(mirror, Limits(), f"hagen/{version()}")

    def choose(upkeep: "Upkeep", known: "Known") -> "Copies":
        kept = keep(upkeep.own, known) if missing else {}
        wanted = [use for use in upkeep.own if use.key not in kept]
        if upkeep.shared:
            shared = len(upkeep.shared)
            click.echo(f"{shared} manifests lie in bases of another cluster: `hagen vendor` of that one", err=True)
        with progress(len(wanted)) as show:
            return {**kept, **obtain(wanted, origin, known.vendored, show, accept_changed=accept_changed)}

    return choose


def _check(config: Path, output: Path | None, *, as_json: bool) -> None:
    """Show every difference; end with 1 when there is one. hagen.yaml is only needed where -o is not given."""
    from ..console import ERRORS, count  # noqa: PLC0415
    from ..rendering import repository_of, sound_report  # noqa: PLC0415
    from ..vendor.checking import check_vendored  # noqa: PLC0415

    directory = output or repository_of(sound_report(config), output)
    checked = check_vendored(directory)
    if as_json:
        differences = [difference.as_dict() for difference in checked.differences]
        document = {"directory": str(directory), "manifests": checked.manifests, "differences": differences}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        _show(directory, checked.differences)
        result = count(len(checked.differences), "difference") if checked.differences else "no differences"
        click.echo(f"{directory}: {count(checked.manifests, 'manifest')} in hagen.lock, {result}")
    raise SystemExit(ERRORS if checked.differences else 0)


def _verify(result: "Rendered", *, removed: bool) -> None:
    """Look at what lies there now; end with 1 when something of this cluster is still not as hagen.lock says."""
    from ..console import count  # noqa: PLC0415
    from ..vendor.checking import check_vendored  # noqa: PLC0415

    wanted = {"not-vendored"} if removed else set()
    differences = check_vendored(result.directory).differences
    left = [found for found in differences if found.kind not in wanted and result.upkeep.concerns(found.path)]
    if left:
        _show(result.directory, left)
        message = f"{result.directory}: {count(len(left), 'difference')} that hagen does not settle by itself"
        raise HagenError(message, remedy="do what is said above, then run `hagen vendor --check`")


def _show(directory: Path, differences: "Iterable[Difference]") -> None:
    for found in differences:
        click.echo(f"{directory / found.path}: {found.kind}: {found.message}; {found.remedy}")
