"""`hagen init`: a commented hagen.yaml, asked for or taken from flags."""

import os
import re
import sys
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any, Final

import click
from pydantic_core import PydanticCustomError

from ..addressing import plan_nodes
from ..check import check
from ..errors import HagenError
from ..load import parse
from ..model import API_VERSION, Cluster
from ..model.network import host
from ..model.types import parse_address, parse_network
from ..problem import Problem
from ..rules.networks import free_network
from ..sample import sample
from ..schema import SCHEMA_FILE, schema_text
from ..validation import validate

_DEFAULTS: Final = Cluster(apiVersion=API_VERSION, kind="Cluster")
_GATEWAY: Final = 1
_VIRTUAL_IP: Final = 30


_OPTION_OF_KEY: Final = {
    "metadata.name": "--name",
    "repository.url": "--repository",
    "network.cidr": "--network",
    "network.virtualIP": "--virtual-ip",
}
_OPTION_OF_CODE: Final = {
    "HG202": "--control-planes",
    "HG206": "--workers",
}
_VALUE: Final = re.compile(r"(?:write|did you mean) (?:[\w.]+: )?([^\s;,?]*[^\s;,?a-z][^\s;,?]*|[a-z0-9-]+(?=;|,|$))")
"""The value in a remedy, where it names one."""


class _Odd(click.IntRange):
    """A number of etcd members."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        number = super().convert(value, param, ctx)
        if number % 2 == 0:
            self.fail(
                f"{number} tolerate as many failures as {number - 1}: take {number + 1} or {number - 1}", param, ctx
            )
        return number


class _Parsed(click.ParamType[Any]):
    """A value of hagen.yaml's own types, with the same words when it is wrong."""

    def __init__(self, name: str, parse: Callable[[object], Any]) -> None:
        self.name = name
        self._parse = parse

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        try:
            return self._parse(value)
        except PydanticCustomError as error:
            context = error.context or {}
            self.fail(f"{context['message']}: {context['remedy']}", param, ctx)


_NETWORK: Final = _Parsed("network", parse_network)
_ADDRESS: Final = _Parsed("address", parse_address)


@click.command("init")
@click.argument("path", type=click.Path(path_type=Path), default="hagen.yaml")
@click.option("--name", help=f"Name of the cluster.  [default: {_DEFAULTS.metadata.name}]")
@click.option("--repository", help="URL of the repository that Argo CD will sync.")
@click.option("--network", type=_NETWORK, help=f"Network of the machines.  [default: {_DEFAULTS.network.cidr}]")
@click.option("--virtual-ip", type=_ADDRESS, help="The virtual IP.  [default: the network's 30th address]")
@click.option("--load-balancers", type=click.IntRange(min=1), help="How many load balancers.  [default: 2]")
@click.option("--control-planes", type=click.IntRange(min=1), help="How many control planes.  [default: 3]")
@click.option("--workers", type=click.IntRange(min=1), help="How many workers.  [default: 3]")
@click.option("-y", "--yes", is_flag=True, help="Ask nothing: take the defaults for what no option says.")
@click.option("--force", is_flag=True, help="Replace an existing file.")
def command(path: Path, yes: bool, force: bool, **answers: Any) -> None:  # noqa: ANN401
    """Write a commented hagen.yaml to PATH, and the schema that editors check it with beside it.

    Asks on a terminal; takes options and defaults elsewhere, or with --yes.
    """
    if path.exists() and not force:
        raise HagenError(f"{path} exists already", remedy="name another file, or add --force to replace it")
    if yes or sys.stdin is None or not sys.stdin.isatty():  # None: the shell closed it (<&-)
        text, notes = _text(answers)
    else:
        text, notes = _asked(answers)
    _write(path, text)
    _write(path.with_name(SCHEMA_FILE), schema_text())
    for note in notes:
        click.echo(note)
    click.echo(f"{path} written; {SCHEMA_FILE} beside it lets editors complete and check it.")
    click.echo(f"Next: read it, then `hagen check -c {path}` and `hagen render -c {path}`.")


def _asked(answers: dict[str, Any]) -> tuple[str, list[str]]:
    """The text that the answers make. When they make none, everything is asked again, each answer as its default."""
    answers = _ask(answers, {})
    while True:
        try:
            return _text(answers)
        except HagenError as error:
            for line in (error.message, *error.details, error.remedy):
                click.echo(line, err=True)
            answers = _ask(dict.fromkeys(answers), answers)


def _ask(answers: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Ask for what no option said; what was answered before is offered again."""
    questions: list[tuple[str, str, Any, Any]] = [
        ("name", "Name of the cluster", _DEFAULTS.metadata.name, str),
        ("repository", "URL of its git repository", None, str),
        ("network", "Network of the machines", _DEFAULTS.network.cidr, _NETWORK),
        ("virtual_ip", "Virtual IP", None, _ADDRESS),
        ("load_balancers", "Load balancers", 2, click.IntRange(min=1)),
        ("control_planes", "Control planes (odd: 3 or 5)", 3, _Odd(min=1)),
        ("workers", "Workers", 3, click.IntRange(min=_DEFAULTS.database.size)),
    ]
    derived: dict[str, Callable[[], Any]] = {
        "repository": lambda: _repository(answers["name"]),
        "virtual_ip": lambda: _virtual_ip(answers["network"]),
    }
    for key, question, default, kind in questions:
        if answers[key] is None:
            shown = derived[key]() if key in derived else default
            answers[key] = click.prompt(question, default=before.get(key, shown), type=kind, err=True)
    return answers


def _text(answers: dict[str, Any]) -> tuple[str, list[str]]:
    """The file's text, and what was chosen that nobody answered.

    A HagenError that shows every problem when the answers do not make a cluster.
    """
    name = answers["name"] or _DEFAULTS.metadata.name
    network: IPv4Network = answers["network"] or _DEFAULTS.network.cidr
    virtual_ip: IPv4Address = answers["virtual_ip"] or _virtual_ip(network)
    counts = {
        "load-balancer": answers["load_balancers"] or 2,
        "control-plane": answers["control_planes"] or 3,
        "worker": answers["workers"] or 3,
    }
    taken = frozenset({host(network, _GATEWAY), virtual_ip})
    chosen = _beside(network)
    data = {
        "apiVersion": API_VERSION,
        "kind": "Cluster",
        "metadata": {"name": name},
        "repository": {"url": answers["repository"] or _repository(name)},
        "network": {"cidr": network, "virtualIP": virtual_ip},
        "kubernetes": chosen,
        "nodes": plan_nodes(network, taken, counts),
    }
    outcome = validate(data)
    if outcome.cluster is None or outcome.findings:
        details = tuple(f"{finding.message}: {finding.remedy}" for finding in outcome.findings)
        raise HagenError("these answers make no cluster", details=details, remedy="answer otherwise")
    text = sample(outcome.cluster)
    report = check(parse(text.encode()))
    if report.errors:
        details = tuple(_detail(problem) for problem in report.problems if problem.severity == "error")
        remedy = "answer otherwise; nothing was written"
        raise HagenError("these answers make no sound cluster", details=details, remedy=remedy)
    notes = [
        f"kubernetes.{key}: {free} was chosen, because {network} takes the default" for key, free in chosen.items()
    ]
    return text, notes


def _virtual_ip(network: IPv4Network) -> IPv4Address:
    """The 30th address, or the last one before the broadcast address of a small network."""
    return host(network, min(_VIRTUAL_IP, max(network.num_addresses - 2, 0)))


def _beside(network: IPv4Network) -> dict[str, IPv4Network]:
    """Networks of the pods and the Services in place of those defaults that the machines' network overlaps."""
    defaults = {"podCIDR": _DEFAULTS.kubernetes.pod_cidr, "serviceCIDR": _DEFAULTS.kubernetes.service_cidr}
    taken, chosen = [network, *defaults.values()], {}
    for key, default in defaults.items():
        if network.overlaps(default) and (free := free_network(default.prefixlen, taken)) is not None:
            chosen[key] = free
            taken.append(free)
    return chosen


def _detail(problem: Problem) -> str:
    """A problem of a file that nobody can look into: with its key, and the option that changes it."""
    option = _OPTION_OF_CODE.get(problem.code) or _OPTION_OF_KEY.get(problem.path)
    match = _VALUE.search(problem.remedy)
    remedy = f"give {option}{f' {match[1]}' if match else ''}" if option else problem.remedy
    return f"{problem.path}: {problem.message}; {remedy}"


def _repository(name: str) -> str:
    return f"https://git.example.com/platform/{name}.git"


def _write(path: Path, text: str) -> None:
    """Write a file whole, or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise HagenError(
            f"{path} cannot be written: {error.strerror}", remedy="choose a folder that you may write to"
        ) from None
