"""`hagen init`: a commented hagen.yaml, asked for or taken from flags."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from pydantic_core import PydanticCustomError

from ..addressing import plan_nodes
from ..check import check
from ..console import show_problems
from ..errors import HagenError
from ..load import parse
from ..model import API_VERSION, Cluster
from ..model.network import host
from ..model.types import parse_address, parse_network
from ..sample import sample
from ..schema import SCHEMA_FILE, schema_text
from ..validation import validate

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv4Network

_DEFAULTS: Final = Cluster(apiVersion=API_VERSION, kind="Cluster")
_GATEWAY: Final = 1
_VIRTUAL_IP: Final = 30


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
    if not yes and sys.stdin.isatty():
        answers = _ask(answers)
    text = _text(answers)
    _write(path, text)
    _write(path.with_name(SCHEMA_FILE), schema_text())
    click.echo(f"{path} written; {SCHEMA_FILE} beside it lets editors complete and check it.")
    click.echo(f"Next: read it, then `hagen check -c {path}` and `hagen render -c {path}`.")


def _ask(answers: dict[str, Any]) -> dict[str, Any]:
    """Ask for what no option said."""
    questions: list[tuple[str, str, Any, Any]] = [
        ("name", "Name of the cluster", _DEFAULTS.metadata.name, str),
        ("repository", "URL of its git repository", None, str),
        ("network", "Network of the machines", _DEFAULTS.network.cidr, _NETWORK),
        ("virtual_ip", "Virtual IP", None, _ADDRESS),
        ("load_balancers", "Load balancers", 2, click.IntRange(min=1)),
        ("control_planes", "Control planes (odd: 3 or 5)", 3, click.IntRange(min=1)),
        ("workers", "Workers", 3, click.IntRange(min=1)),
    ]
    derived: dict[str, Callable[[], Any]] = {
        "repository": lambda: _repository(answers["name"]),
        "virtual_ip": lambda: host(answers["network"], _VIRTUAL_IP),
    }
    for key, question, default, kind in questions:
        if answers[key] is None:
            shown = derived[key]() if key in derived else default
            answers[key] = click.prompt(question, default=shown, type=kind, err=True)
    return answers


def _text(answers: dict[str, Any]) -> str:
    """The file's text; a HagenError that shows every problem when the answers do not make a cluster."""
    name = answers["name"] or _DEFAULTS.metadata.name
    network: IPv4Network = answers["network"] or _DEFAULTS.network.cidr
    virtual_ip: IPv4Address = answers["virtual_ip"] or host(network, _VIRTUAL_IP)
    counts = {
        "load-balancer": answers["load_balancers"] or 2,
        "control-plane": answers["control_planes"] or 3,
        "worker": answers["workers"] or 3,
    }
    taken = frozenset({host(network, _GATEWAY), virtual_ip})
    data = {
        "apiVersion": API_VERSION,
        "kind": "Cluster",
        "metadata": {"name": name},
        "repository": {"url": answers["repository"] or _repository(name)},
        "network": {"cidr": network, "virtualIP": virtual_ip},
        "nodes": plan_nodes(network, taken, counts),
    }
    outcome = validate(data)
    if outcome.cluster is None or outcome.findings:
        details = tuple(f"{finding.message}: {finding.remedy}" for finding in outcome.findings)
        raise HagenError("these answers make no cluster", details=details, remedy="answer otherwise")
    text = sample(outcome.cluster)
    report = check(parse(text.encode()))
    if report.errors:
        show_problems(report.problems, "hagen.yaml", text, sys.stderr)
        raise HagenError("these answers make no sound cluster", remedy="answer otherwise; nothing was written")
    return text


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
