"""What every machine was asked and what it answered, in files that a bug report can carry: secrets are taken out."""

import threading
from datetime import UTC, datetime
from pathlib import Path

from .redaction import Secrets


class Journal:
    """A folder with one file for each machine."""

    def __init__(self, folder: Path, secrets: Secrets) -> None:
        self.folder = folder
        self._secrets = secrets
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, name: str, text: str) -> None:
        """Add to the file of a machine, or of a program."""
        stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
        with self._lock, (self.folder / f"{name}.log").open("a", encoding="utf-8") as file:
            file.write(f"{stamp} {self._secrets.hide(text)}\n")


def run_folder(repository: Path, cluster: str) -> Path:
    """Where this run writes: .hagen/<cluster>/runs/<time>, which git ignores."""
    return repository / ".hagen" / cluster / "runs" / datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
