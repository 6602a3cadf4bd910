"""`hagen bootstrap kubeconfig`: the administrator's kubeconfig, fetched anew."""

from pathlib import Path

import click

from ..cluster import founded
from ..errors import BootstrapError
from ..events import Events
from ..journal import Journal, run_folder
from ..machine.kubectl import ADMIN
from ..redaction import Secrets
from ..run import Run
from ..site import Site
from ..steps.kubeconfig import write
from .opening import on_site


@click.command("kubeconfig")
@on_site
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to; - prints it.  [default: kubeconfig]",
)
def command(site: Site, output: Path | None) -> None:
    """Fetch the kubeconfig from a control plane. An earlier file is kept as kubeconfig.before."""
    secrets = Secrets()
    run = Run(site, Events(), Journal(run_folder(site.repository, site.inventory.cluster), secrets), secrets)
    path = output or site.repository / "kubeconfig"
    working = founded(run)
    if not working:
        raise BootstrapError("cluster", "no control plane answers", "hagen bootstrap doctor looks for the cause.")
    content = run.on(working[0]).read(ADMIN)
    if str(path) == "-":
        click.echo(content, nl=False)
        return
    changed = write(path, content)
    click.echo(f"{path} {'written' if changed else 'is as it was'}")
    click.echo(f"export KUBECONFIG={path.resolve()}")
