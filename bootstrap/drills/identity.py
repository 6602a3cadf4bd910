"""What a report says of the cluster that was drilled."""

import getpass
import hashlib
import socket
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from ..provider.contract import ProviderError
from ..site import Site
from .report import Identity


def identity(site: Site, began: float) -> Identity:
    """`began`: seconds since 1970 of the first fault. Load balancers that cannot be read leave the digest empty."""
    inventory = site.inventory
    return Identity(
        cluster=inventory.cluster,
        virtual_ip=str(inventory.network.virtual_ip),
        kubernetes=inventory.kubernetes.version,
        hagen=metadata.version("hagen"),
        revision=_revision(site.repository),
        configuration=_digest(site),
        operator=f"{getpass.getuser()}@{socket.gethostname()}",
        began=datetime.fromtimestamp(began, UTC).isoformat(timespec="milliseconds"),
    )


def _revision(repository: Path) -> str:
    command = ("git", "-C", str(repository), "rev-parse", "HEAD")
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _digest(site: Site) -> str:
    """Of the files as they are on the machines: what was rendered may not be what runs."""
    digest = hashlib.sha256()
    try:
        for balancer in site.inventory.load_balancers:
            for file in balancer.files:
                digest.update(f"{balancer.name} {file.target}\n".encode())
                digest.update(site.provider.pull(balancer.name, file.target))
    except ProviderError:
        return ""
    return digest.hexdigest()
