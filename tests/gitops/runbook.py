"""What a page says, held against what is there: files, machines, addresses, make targets, links, and its commands."""

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from ipaddress import ip_network

import yaml

from hagen.generator.cli import group
from tests.gitops.follow import Call, blocks, follow
from tests.gitops.kubectl import created
from tests.gitops.kubectl import faults_of as kubectl_faults
from tests.gitops.objects import Repository

EXAMPLE = "10.50.0.0"  # the further cluster's network in the README
_CODE = re.compile(r"`([^`\n]+)`")
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_ADDRESS = re.compile(r"(?<![\d.])(\d+\.\d+\.\d+\.\d+)(?![\d.])")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FOLDERS = ("apps/", "clusters/", "database/", "infrastructure/", "monitoring/")
_PLACEHOLDER = re.compile(r"[<>*$]")
# Subcommands of kubeadm 1.36 with the options that pages use; `kubeadm help` has them all.
_KUBEADM = {
    "certs certificate-key": set(),
    "certs check-expiration": set(),
    "certs renew all": set(),
    "init": {"--config"},
    "init phase certs ca": {"--config"},
    "init phase upload-certs": {"--upload-certs", "--certificate-key"},
    "token create": {"--ttl"},
    "upgrade apply": {"--yes"},
    "upgrade node": set(),
    "upgrade plan": set(),
}
_LXC = {"config", "delete", "exec", "file", "init", "list", "network", "remote", "restart", "start", "stop"}


def faults(page: str, repository: Repository) -> list[str]:
    """Everything on a page that is not so."""
    followed = follow(page, repository.files, repository.topology.control_planes[-1].name)
    found = [f"the shell says: {line}" for line in followed.complaints.splitlines()]
    found += [fault for block in blocks(page) for fault in _syntax(block)]
    calls, made = (*followed.calls, *_mentioned(page)), created(followed.calls)
    for call in calls:
        own = kubectl_faults(call, repository, made) if call.program == "kubectl" else _of_call(call, repository)
        found += [f"{call}: {fault}" for fault in (*_paths(call.arguments, repository), *own)]
    found += [*_codes(page, repository), *_links(page, repository), *_addresses(page, repository)]
    return list(dict.fromkeys(found))


def _mentioned(page: str) -> Iterator[Call]:
    """Calls that stand between backquotes in the text."""
    for code in _CODE.findall(_FENCED.sub("", page)):
        program, *words = code.split()
        if program in {"hagen", "kubectl", "make"} and words:
            yield Call(program, tuple(words), "")


def _of_call(call: Call, repository: Repository) -> Iterator[str]:
    if call.program == "lxc":
        yield from _lxc(call.arguments, repository)
    elif call.program == "make":
        yield from _make(call.arguments, repository)
    elif call.program == "hagen":
        yield from _hagen(call.arguments)


def _lxc(arguments: tuple[str, ...], repository: Repository) -> Iterator[str]:
    if arguments[0] not in _LXC:
        yield f"lxc {arguments[0]} is not known here"
    names = {machine.name for machine in repository.topology.machines}
    if arguments[0] == "exec":
        if arguments[1] not in names:
            yield f"there is no machine {arguments[1]}"
        inner = arguments[arguments.index("--") + 1 :]
        if inner[:2] == ("sh", "-c"):
            yield from _syntax(inner[2])
        if inner[0] == "kubeadm":
            yield from _kubeadm(inner[1:])
    elif arguments[0] in {"delete", "restart", "start", "stop"}:
        yield from (f"there is no machine {name}" for name in arguments[1:] if name[0] != "-" and name not in names)


def _kubeadm(arguments: tuple[str, ...]) -> Iterator[str]:
    words = " ".join(word for word in arguments if word[0] != "-" and not re.match(r"v?\d", word))
    options = {word.partition("=")[0] for word in arguments if word[0] == "-"}
    if words not in _KUBEADM:
        yield f"kubeadm {words} is not known here"
    elif not options <= _KUBEADM[words]:
        yield f"kubeadm {words} has no {options - _KUBEADM[words]}"


def _make(arguments: tuple[str, ...], repository: Repository) -> Iterator[str]:
    targets = set(re.findall(r"^([a-z-]+):", repository.files["Makefile"].decode(), re.MULTILINE))
    for word in arguments:
        name, equals, value = word.partition("=")
        if name == "CLUSTER" and equals and value not in {repository.topology.name, "staging"}:
            yield f"there is no cluster {value}"
        if not equals and word not in targets:
            yield f"make has no target {word}"


def _hagen(arguments: tuple[str, ...]) -> Iterator[str]:
    """The real command reads its options."""
    name, *rest = arguments
    context = group.make_context("hagen", [name])
    command = group.get_command(context, name)
    if command is None:
        yield f"hagen has no command {name}"
        return
    known = {option for parameter in command.params for option in parameter.opts}
    given = {word.partition("=")[0] for word in rest if word[0] == "-"}
    yield from (f"hagen {name} has no {option}" for option in sorted(given - known))


def _paths(words: tuple[str, ...], repository: Repository) -> Iterator[str]:
    for word in words:
        if word.startswith(_FOLDERS) and not _PLACEHOLDER.search(word) and not _exists(word, repository):
            yield f"{word} does not exist"


def _exists(path: str, repository: Repository) -> bool:
    inside = f"{path.rstrip('/')}/"
    return path in repository.files or any(name.startswith(inside) for name in repository.files)


def _codes(page: str, repository: Repository) -> Iterator[str]:
    """Paths between backquotes in the text."""
    for code in _CODE.findall(_FENCED.sub("", page)):
        yield from _paths(tuple(code.split()), repository)


def _links(page: str, repository: Repository) -> Iterator[str]:
    anchors = {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", _FENCED.sub("", page), re.MULTILINE)
    }
    for target in _LINK.findall(page):
        if target.startswith("#"):
            if target[1:] not in anchors:
                yield f"no heading for the link {target}"
        elif "://" not in target and target.removeprefix("/") not in repository.files:
            yield f"the link {target} leads nowhere"


def _addresses(page: str, repository: Repository) -> Iterator[str]:
    """Every address on the page is one of this cluster."""
    configured = yaml.safe_dump([repository.topology.network.dhcp_range, repository.topology.repository.url])
    plan = repository.topology
    known = {machine.address for machine in plan.machines} | {plan.network.virtual_ip, plan.network.gateway}
    networks = (plan.network.cidr, plan.kubernetes.pod_cidr, plan.kubernetes.service_cidr)
    known |= {str(ip_network(network).network_address) for network in networks}
    known |= {"127.0.0.1", EXAMPLE, *_ADDRESS.findall(configured)}
    yield from (f"{address} is no address of this cluster" for address in set(_ADDRESS.findall(page)) - known)


@cache
def _syntax(script: str) -> tuple[str, ...]:
    result = subprocess.run(["sh", "-n"], input=script, capture_output=True, text=True, check=False)
    return tuple(f"sh -n says: {line}" for line in result.stderr.splitlines())
