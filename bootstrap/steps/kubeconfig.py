"""kubeconfig: the administrator's, at the top of the repository, for its owner's eyes only. git ignores it."""

import os
from pathlib import Path

from ..cluster import seed
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
    before = path.read_bytes() if path.is_file() else None
    if before == content:
        return False
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if before is not None:
        path.replace(path.with_name(f"{path.name}.before"))
    new.replace(path)
    return True


STEP = Step("kubeconfig", "Fetch the kubeconfig", act)
