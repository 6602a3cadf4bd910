"""Names that LXD and the kernel take as they stand: bridges, interfaces, pools, profiles, members, images."""

import re
from collections.abc import Iterator
from typing import Final

from ..model import Cluster
from ..problem import Finding, quoted
from .rule import Fault, Rule, TextJudgement, list_rule, reads, text_rule

_SAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")


def _judge(what: str, pattern: str, words: str, example: str) -> TextJudgement:
    form = re.compile(pattern)

    def judge(text: str) -> Fault | None:
        if form.fullmatch(text):
            return None
        cleaned = _SAFE.sub("-", text).strip("-._")
        remedy = f"write {cleaned}" if form.fullmatch(cleaned) else f"write it like {example}"
        return Fault("HG413", f"{quoted(text)} is not the name of {what}: {words}", remedy)

    return judge


_INTERFACE_WORDS: Final = "letters, digits and . _ -, a letter first, 2 to 15 characters"  # IFNAMSIZ less the end
_WORDS: Final = "letters, digits and . _ -, at most 63 characters, a letter or digit at both ends"
_PLAIN: Final = r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"

bridge = _judge("an LXD network", r"[A-Za-z][A-Za-z0-9._-]{1,14}", _INTERFACE_WORDS, "lxdbr0")
interface = _judge("a network interface", r"(?!lo$)[A-Za-z][A-Za-z0-9._-]{1,14}", _INTERFACE_WORDS, "enp5s0")
pool = _judge("an LXD storage pool", _PLAIN, _WORDS, "default")
profile = _judge("an LXD profile", _PLAIN, _WORDS, "default")
member = _judge("an LXD cluster member", _PLAIN, _WORDS, "host-1")  # also the value of the zone label of Kubernetes


def image(text: str) -> Fault | None:
    """The alias of an image, without the remote that the lxc command line puts in front."""
    if re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._/+-]{0,126}[A-Za-z0-9])?", text):
        return None
    remote, colon, alias = text.partition(":")
    if colon and image(alias) is None and image(remote) is None:
        message = f"{quoted(text)} names a remote of the lxc command, which the LXD server does not know"
        return Fault("HG413", message, f"write image: {alias}, and the server of {remote} as imageServer")
    message = f"{quoted(text)} is not the alias of an image: letters, digits and . _ / + -"
    return Fault("HG413", message, "write it like ubuntu/24.04")


@reads(each="nodes")
def members(cluster: Cluster) -> Iterator[Finding]:
    """Where machines are placed."""
    for index, node in enumerate(cluster.nodes):
        fault = member(node.host) if node.host is not None else None
        if fault is not None:
            yield Finding(fault.code, ("nodes", index, "host"), fault.message, fault.remedy)


RULES: Final[tuple[Rule, ...]] = (
    members,
    text_rule("network.bridge", lambda cluster: cluster.network.bridge, bridge),
    text_rule("network.interface", lambda cluster: cluster.network.interface, interface),
    text_rule("machines.image", lambda cluster: cluster.machines.image, image),
    text_rule("machines.storagePool", lambda cluster: cluster.machines.storage_pool, pool),
    list_rule("machines.loadBalancer.profiles", lambda cluster: cluster.machines.load_balancer.profiles, profile),
    list_rule("machines.controlPlane.profiles", lambda cluster: cluster.machines.control_plane.profiles, profile),
    list_rule("machines.worker.profiles", lambda cluster: cluster.machines.worker.profiles, profile),
)
