"""Topology -> files, through cookiecutter. A function: the same topology and template give the same bytes."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from .errors import HagenError
from .publish.files import RenderedFile
from .schema import SCHEMA_FILE, schema_text
from .template import Template, templates
from .topology import Topology

_REPOSITORY: Final = "repository"
_MODE_EXECUTABLE: Final = 0o100

Variables = dict[str, Any]


def render(topology: Topology, config: bytes, template: Path, *, primary: bool) -> Mapping[str, RenderedFile]:
    """Every file of the cluster by its path in the repository, hagen.yaml and its schema among them.

    The first cluster of a repository (`primary`) keeps its hagen.yaml and its README at the top, a further one in
    clusters/<name>.
    """
    variables = asdict(topology)
    with tempfile.TemporaryDirectory(prefix="hagen-render-") as scratch:
        for each in templates(template):
            for own in _repetitions(each, topology):
                _generate(each, variables | own, Path(scratch))
        files = dict(_collect(Path(scratch) / _REPOSITORY))
    files["hagen.yaml"] = RenderedFile(config)
    files[SCHEMA_FILE] = RenderedFile(schema_text().encode())
    return files if primary else _moved(files, topology.name)


def _repetitions(template: Template, topology: Topology) -> Iterator[Variables]:
    """What a template is rendered for, and where each result goes."""
    rule = _EACH.get(template.each)
    if rule is None:
        names = ", ".join(_EACH)
        raise HagenError(
            f'the template "{template.each}" is of a kind that hagen does not know', remedy=f"kinds are: {names}"
        )
    return rule(topology)


def _once(_topology: Topology) -> Iterator[Variables]:
    yield {"directory": _REPOSITORY}


def _each_load_balancer(topology: Topology) -> Iterator[Variables]:
    for balancer in topology.load_balancers:
        directory = f"{_REPOSITORY}/clusters/{topology.name}/{balancer.directory}"
        yield {"directory": directory, "load_balancer": asdict(balancer)}


_EACH: Final[dict[str, Callable[[Topology], Iterator[Variables]]]] = {
    "repository": _once,
    "load-balancer": _each_load_balancer,
}


def _generate(template: Template, variables: Variables, scratch: Path) -> None:
    """Render one template into the scratch folder. Faults of a template are the template author's to read."""
    from cookiecutter.exceptions import CookiecutterException  # noqa: PLC0415  # 0.2 s that only a render should pay
    from cookiecutter.generate import generate_files  # noqa: PLC0415
    from jinja2 import TemplateError  # noqa: PLC0415

    context = {"cookiecutter": template.defaults | variables}
    try:
        generate_files(template.directory, context, scratch, overwrite_if_exists=True)
    except (CookiecutterException, TemplateError, OSError, UnicodeError) as error:
        place = f"{template.directory}: {error}"
        raise HagenError(f"the template cannot be rendered: {place}", remedy="mend the template") from error


def _collect(directory: Path) -> Iterator[tuple[str, RenderedFile]]:
    for path in sorted(directory.rglob("*")):
        if path.is_file():
            executable = bool(path.stat().st_mode & _MODE_EXECUTABLE)
            yield path.relative_to(directory).as_posix(), RenderedFile(path.read_bytes(), executable)


def _moved(files: Mapping[str, RenderedFile], cluster: str) -> Mapping[str, RenderedFile]:
    own = {"hagen.yaml", SCHEMA_FILE, "README.md"}
    return {f"clusters/{cluster}/{path}" if path in own else path: file for path, file in files.items()}
