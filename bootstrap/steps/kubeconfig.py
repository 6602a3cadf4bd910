"""kubeconfig: the administrator's, at the top of the repository, for its owner's eyes only. git ignores it."""

import os
import tempfile
from pathlib import Path

from ..cluster import seed
from ..errors import BootstrapError
from ..machine.kubectl import ADMIN
from ..run import Run
from .step import Step


def act(run: Run) -> None:
    """Write it where it differs. Another cluster's is kept aside."""
    content = run.on(seed(run)).read(ADMIN)
    path = run.site.repository / "kubeconfig"
    if write(path, content):
        run.changed("", f"{path.name} written")


def write(path: Path, content: bytes) -> bool:
    """Whole or not at all, mode 0600. False when it is so already. An earlier one becomes kubeconfig.before."""
    path = path.resolve()  # a link stays one
    if path.exists() and not path.is_file():
        raise BootstrapError(str(path), "it is no file", "Name one that is, or none yet.")
    before = path.read_bytes() if path.exists() else None
    if before == content:
        return False
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        new = Path(file.name)  # mode 0600
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            new.unlink()
            raise
    if before is not None:
        path.replace(path.with_name(f"{path.name}.before"))
    new.replace(path)
    return True


STEP = Step("kubeconfig", "Fetch the kubeconfig", act)
