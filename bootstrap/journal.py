"""What every machine was asked and what it answered, in files that a bug report can carry: secrets are taken out."""

import os
import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from .redaction import Secrets

KEPT: Final = 20  # runs


class Journal:
    """A folder with one file for each machine."""

    def __init__(self, folder: Path, secrets: Secrets) -> None:
        self.folder = folder
        self.error: OSError | None = None  # the first thing that could not be written: a run does not end by it
        self._secrets = secrets
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, name: str, text: str) -> None:
        """Add to the file of a machine, or of a program."""
        stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
        try:
            with self._lock, (self.folder / f"{name}.log").open("a", encoding="utf-8") as file:
                file.write(f"{stamp} {self._secrets.hide(text)}\n")
        except OSError as error:
            self.error = self.error or error

    def finish(self, summary: str) -> None:
        """Leave the outcome (JSON), let `latest` lead here, and put the oldest runs away."""
        try:
            self._finish(summary)
        except OSError as error:
            self.error = self.error or error

    def _finish(self, summary: str) -> None:
        (self.folder / "summary.json").write_text(self._secrets.hide(summary) + "\n", encoding="utf-8")
        latest = self.folder.parent / "latest"
        if latest.is_symlink() or not latest.exists():  # what somebody else has put there stays
            fresh = self.folder.parent / f".latest-{os.getpid()}"
            fresh.symlink_to(self.folder.name)
            fresh.replace(latest)
        for old in sorted(path for path in self.folder.parent.glob("2*") if path.is_dir())[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)


def run_folder(repository: Path, cluster: str) -> Path:
    """Where this run writes: .hagen/<cluster>/runs/<time>, which git ignores."""
    return repository / ".hagen" / cluster / "runs" / datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
