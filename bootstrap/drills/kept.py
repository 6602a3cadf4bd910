"""The folder with all runs of a cluster: reports, pages, and the index over them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from .page import index, page
from .report import FILE, Report, ReportError, keep, load

PAGE: Final = "report.html"
INDEX: Final = "index.html"


def folder_of(repository: Path, cluster: str) -> Path:
    """.hagen/<cluster>/drills, which git ignores."""
    return repository / ".hagen" / cluster / "drills"


def fresh(folder: Path, name: str) -> Path:
    """Where a run that begins now goes."""
    return folder / f"{datetime.now(UTC).strftime('%Y%m%dT%H%M%S.%fZ')}-{name}"


def runs(folder: Path) -> list[tuple[Path, Report]]:
    """All that can be read, the oldest first. One of another shape is left out: it is another version's."""
    found = []
    for path in sorted(folder.glob(f"2*/{FILE}")):
        try:
            found.append((path.parent, load(path)))
        except (ReportError, OSError):
            continue
    return found


def kept(report: Report, run: Path) -> Path:
    """Write report, page and index. Gives the page."""
    folder = run.parent
    earlier = [each for path, each in runs(folder) if path != run and each.drill == report.drill]
    keep(report, run)
    _write(run / PAGE, page(report, earlier))
    _write(folder / INDEX, index([(f"{path.name}/{PAGE}", each) for path, each in runs(folder)]))
    return run / PAGE


def _write(path: Path, text: str) -> None:
    half = path.with_name(f".{path.name}.new")
    half.write_text(text, encoding="utf-8")
    half.replace(path)
