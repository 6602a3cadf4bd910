"""Topology -> files. A function: the same topology and template give the same bytes."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from .errors import HagenError
from .files import RenderedFile
from .generate import Files, Job, generate
from .schema import SCHEMA_FILE, schema_text
from .sources import sources
from .template import Template, templates
from .topology import Topology

_REPOSITORY: Final = "repository"

Variables = dict[str, Any]


def render(
    topology: Topology,
    config: bytes,
    template: Path,
    *,
    primary: bool,
    generate: Callable[[list[Job], str], Files] = generate,
) -> Files:
    """Every file of the cluster by its path in the repository, hagen.yaml and its schema among them.

    The first cluster of a repository (`primary`) keeps its hagen.yaml and its README at the top, a further one in
    clusters/<name>.
    """
    files = generate(list(_jobs(topology, template)), _REPOSITORY)
    if topology.delivery.sources:
        files |= sources(template)
    files["hagen.yaml"] = RenderedFile(config)
    files[SCHEMA_FILE] = RenderedFile(schema_text().encode())
    return files if primary else _moved(files, topology.name)


def _jobs(topology: Topology, directory: Path) -> Iterator[Job]:
    """Each template with its variables, as often as it is needed."""
    variables = asdict(topology)
    for template in templates(directory):
        for own in _repetitions(template, topology):
            yield Job(template.directory, template.defaults | variables | own)


def _repetitions(template: Template, topology: Topology) -> Iterator[Variables]:
    """What a template is rendered for, and where each result goes."""
    if template.each.startswith(_COMPONENTS):
        return _component(template.each.removeprefix(_COMPONENTS), topology)
    rule = _EACH.get(template.each)
    if rule is None:
        message = f'the template "{template.each}" is of a kind that hagen does not know'
        raise HagenError(message, remedy=f"kinds are: {', '.join(_EACH)}")
    return rule(topology)


def _once(_topology: Topology) -> Iterator[Variables]:
    yield {"directory": _REPOSITORY}


def _each_load_balancer(topology: Topology) -> Iterator[Variables]:
    for balancer in topology.load_balancers:
        directory = f"{_REPOSITORY}/clusters/{topology.name}/{balancer.directory}"
        yield {"directory": directory, "load_balancer": asdict(balancer)}


def _each_component(topology: Topology) -> Iterator[Variables]:
    for component in topology.components:
        directory = f"{_REPOSITORY}/clusters/{topology.name}/argocd/applications"
        yield {"directory": directory, "component": asdict(component)}


def _argocd(topology: Topology) -> Iterator[Variables]:
    yield {"directory": f"{_REPOSITORY}/clusters/{topology.name}/argocd"}


def _each_project(topology: Topology) -> Iterator[Variables]:
    for project in topology.argocd.projects:
        yield {"directory": f"{_REPOSITORY}/clusters/{topology.name}/argocd/projects", "project": asdict(project)}


def _component(name: str, topology: Topology) -> Iterator[Variables]:
    """The folder of one component, where the cluster has it."""
    for component in topology.components:
        if component.name == name:
            yield {"directory": f"{_REPOSITORY}/{component.path}", "component": asdict(component)}


_COMPONENTS: Final = "components/"
_EACH: Final[dict[str, Callable[[Topology], Iterator[Variables]]]] = {
    "repository": _once,
    "load-balancer": _each_load_balancer,
    "argocd": _argocd,
    "project": _each_project,
    "application": _each_component,
}


def _moved(files: Files, cluster: str) -> Files:
    own = {"hagen.yaml", SCHEMA_FILE, "README.md"}
    return {f"clusters/{cluster}/{path}" if path in own else path: file for path, file in files.items()}
