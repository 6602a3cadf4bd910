"""Templates -> files, by cookiecutter, whose only importer this module is. Knows nothing of clusters."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .errors import HagenError
from .files import RenderedFile

_PREFIX: Final = "hagen-render-"
_MODE_EXECUTABLE: Final = 0o100

Files = dict[str, RenderedFile]


@dataclass(frozen=True)
class Job:
    """One template, and the variables (`cookiecutter.*`) to render it with."""

    template: Path
    variables: dict[str, Any]


def preload() -> None:
    """Load what `generate` needs; 0.1 s that may pass while something else happens."""
    import cookiecutter.extensions  # noqa: PLC0415
    import cookiecutter.generate  # noqa: F401, PLC0415

    from . import bytecode  # noqa: F401, PLC0415


def generate(jobs: Iterable[Job], directory: str) -> Files:
    """Render every job into one scratch folder; the files below `directory` in it, by their path from there."""
    try:
        with _scratch() as scratch:
            for job in jobs:
                _render(job, scratch)
            return dict(_collect(scratch / directory))
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        remedy = "a render needs some hundred kilobytes in TMPDIR, and a template that can be read"
        raise HagenError(f"the templates cannot be rendered: {error.strerror}{place}", remedy=remedy) from error


@contextlib.contextmanager
def _scratch() -> Iterator[Path]:
    """A scratch folder that names its process: what a killed one left behind is swept by the next."""
    for old in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        pid = old.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isdecimal() and not Path("/proc", pid).exists():
            shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-") as name:
        yield Path(name)


def _render(job: Job, scratch: Path) -> None:
    """Render one template. Faults of a template are the template author's to read."""
    from cookiecutter.exceptions import CookiecutterException, UndefinedVariableInTemplate  # noqa: PLC0415
    from cookiecutter.generate import generate_files  # noqa: PLC0415
    from jinja2 import TemplateError  # noqa: PLC0415

    from .bytecode import bytecode_cache  # noqa: PLC0415

    options = job.variables.get("_jinja2_env_vars", {})
    environment = {"_jinja2_env_vars": options | {"bytecode_cache": bytecode_cache(options)}}
    try:
        generate_files(job.template, {"cookiecutter": job.variables | environment}, scratch, overwrite_if_exists=True)
    except UndefinedVariableInTemplate as error:
        raise _faulty(job, f"{error.message}: {error.error.message}") from error
    except (CookiecutterException, TemplateError, UnicodeError) as error:
        raise _faulty(job, str(error)) from error


def _faulty(job: Job, reason: str) -> HagenError:
    return HagenError(f"the template {job.template} cannot be rendered: {reason}", remedy="mend the template")


def _collect(directory: Path) -> Iterator[tuple[str, RenderedFile]]:
    for path in sorted(directory.rglob("*")):
        if path.is_file():
            executable = bool(path.stat().st_mode & _MODE_EXECUTABLE)
            yield path.relative_to(directory).as_posix(), RenderedFile(path.read_bytes(), executable)
