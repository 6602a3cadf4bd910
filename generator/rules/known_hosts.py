"""Host keys of the git server: lines of known_hosts, as sshd(8) describes them, and whether they name the server.

Argo CD asks twice, through Go's knownhosts and through OpenSSH: a line counts only where both take it.
"""

import re
from collections.abc import Iterator
from typing import Final

from ..model import Cluster
from ..problem import Finding, quoted
from .public_keys import FIELDS, is_key
from .repository import ssh_server
from .rule import Fault, Rule, list_rule, reads

UPSTREAM: Final = frozenset(
    {
        ("bitbucket.org", 22),
        ("github.com", 22),
        ("gitlab.com", 22),
        ("ssh.dev.azure.com", 22),
        ("ssh.github.com", 443),
        ("vs-ssh.visualstudio.com", 22),
    }
)
"""Servers whose keys Argo CD's own manifest brings (v3.5.1, argocd-ssh-known-hosts-cm)."""

_SSH_PORT: Final = 22
_TYPES: Final = tuple(kind for kind in FIELDS if not kind.startswith("sk-"))  # a server has no key to touch
_PATTERN: Final = re.compile(r"!?(?P<host>[A-Za-z0-9._*?-]+)|!?\[(?P<boxed>[A-Za-z0-9._*?-]+)\]:(?P<port>[0-9]{1,5})")
_PORTS: Final = range(1, 65536)
_MAX_LINE: Final = 8192
_SCAN: Final = "write the lines that ssh-keyscan prints for the server, like git.example.com ssh-ed25519 AAAA..."


def known_host(text: str) -> Fault | None:
    """One line of known_hosts: names of the server, type, base64, perhaps a comment."""
    if "PRIVATE KEY" in text:
        return Fault("HG407", "this is a private SSH key", "take it out, make a new one, and write public keys here")
    if len(text.splitlines()) > 1:
        return Fault("HG415", "the entry goes over several lines", "write each line as an entry of its own")
    words = text.split()
    if not " ".join(words).isprintable() or len(text) > _MAX_LINE:
        return Fault("HG415", "the line is too long, or holds control characters", _SCAN)
    return _form(words) or _key(words)


def _form(words: list[str]) -> Fault | None:
    """What is no line with a server's name in front."""
    if not words:
        return Fault("HG415", "the entry is empty", _SCAN)
    first = words[0]
    if first.startswith("#"):
        return Fault("HG415", "this is a comment, no host key", "leave the lines with # away")
    if first.startswith("|"):
        message = "the server's name is hashed: nobody can see which one it is"
        return Fault("HG415", message, "write the name in place of the hash, as ssh-keyscan without -H prints it")
    if first.startswith("@"):
        message = f"{quoted(first)} marks an authority or a key that is no longer valid; only host keys are taken"
        return Fault("HG415", message, _SCAN)
    if first in FIELDS:
        return Fault("HG415", "the name of the server is missing", f"write it in front: git.example.com {first} ...")
    for pattern in first.split(","):
        if not _is_pattern(pattern):
            message = f"{quoted(pattern)} is not the name of a server"
            return Fault("HG415", message, "write git.example.com, or [git.example.com]:2222 where the port is not 22")
    return None


def _key(words: list[str]) -> Fault | None:
    kind, data = (*words[1:3], "", "")[:2]
    if kind not in _TYPES:
        return Fault("HG415", f"{quoted(kind)} is not a type of host key", f"{_SCAN}; types: {', '.join(_TYPES)}")
    if not is_key(kind, data):
        return Fault("HG415", f"the {kind} key is cut short, or not a {kind} key at all", "copy the whole line again")
    return None


def _is_pattern(text: str) -> bool:
    match = _PATTERN.fullmatch(text)
    return match is not None and (match["port"] is None or int(match["port"]) in _PORTS)


def names(line: str, host: str, port: int) -> bool:
    """Whether a sound line is about a server: one of its patterns matches, and none with ! does."""
    patterns = line.split(maxsplit=1)[0].lower().split(",")
    matching = [pattern.startswith("!") for pattern in patterns if _matches(pattern.removeprefix("!"), host, port)]
    return bool(matching) and not any(matching)


def _matches(pattern: str, host: str, port: int) -> bool:
    match = _PATTERN.fullmatch(pattern)
    if match is None or (match["port"] is None) != (port == _SSH_PORT) or int(match["port"] or port) != port:
        return False  # OpenSSH knows a server on port 22 by its name alone, any other as [name]:port
    form = re.escape(match["host"] or match["boxed"]).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(form, host.lower()) is not None


@reads("repository")
def server_is_known(cluster: Cluster) -> Iterator[Finding]:
    """A server whose key Argo CD does not know is refused, and what is added by hand in the cluster is taken away."""
    server, lines = ssh_server(cluster.repository.url), cluster.repository.ssh_known_hosts
    if server is None or server in UPSTREAM or any(known_host(line) for line in lines):
        return
    host, port = server
    if any(names(line, host, port) for line in lines):
        return
    scan = f"ssh-keyscan {host}" if port == _SSH_PORT else f"ssh-keyscan -p {port} {host}"
    message = f"Argo CD does not know the host key of {quoted(_name(host, port))}, and will refuse the repository"
    remedy = f"compare what `{scan}` prints with the server's own keys, and write the lines into sshKnownHosts"
    yield Finding("HG416", ("repository", "url"), message, remedy)


def _name(host: str, port: int) -> str:
    return host if port == _SSH_PORT else f"[{host}]:{port}"


RULES: Final[tuple[Rule, ...]] = (
    server_is_known,
    list_rule("repository.sshKnownHosts", lambda cluster: cluster.repository.ssh_known_hosts, known_host),
)
