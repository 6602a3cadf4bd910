"""The git repository: URLs that both git and Argo CD take, and names of branches and tags."""

import re
from typing import Final

from ..problem import quoted
from .grammar import is_dns_name, is_ipv4
from .rule import Fault

RENDERED: Final = "hagen/rendered"
"""The generator's own branch: what it rendered last, for the merge with what people changed since."""

_PATH: Final = r"(?P<path>[A-Za-z0-9._~%+-]+(/[A-Za-z0-9._~%+-]+)*/?)"
_PORT: Final = r"(:(?P<port>[0-9]{1,5}))?"
_HTTPS: Final = re.compile(rf"https://(?P<host>[^/:@\s]+){_PORT}/{_PATH}")
_SSH: Final = re.compile(rf"ssh://([A-Za-z0-9._-]+@)?(?P<host>[^/:@\s]+){_PORT}/{_PATH}")
_SCP: Final = re.compile(rf"[A-Za-z0-9._-]+@(?P<host>[^/:@\s]+)(?P<port>):/?{_PATH}")
_SECRET: Final = re.compile(r"(?P<start>[a-z+]+://)(?P<secret>[^/]*@)(?P<end>.*)", re.DOTALL)
_REVISION: Final = re.compile(r"[A-Za-z0-9._/+@-]{1,200}")
_MAX_PORT: Final = 65535


def in_place_of(text: str) -> str:
    """The URL as a message shows it: without what may be a secret."""
    match = _SECRET.match(text)
    return quoted(f"{match['start']}***@{match['end']}" if match else text)


def repository_url(text: str) -> Fault | None:
    """https://host/path, ssh://git@host/path or git@host:path."""
    match = _SECRET.match(text)
    if match and (":" in match["secret"] or match["start"] in {"https://", "http://"}):
        message = f"{in_place_of(text)} holds a user name, a password or a token"
        remedy = f"{_without_secret(match)}; Argo CD keeps the login in a Secret of the cluster"
        return Fault("HG407", message, remedy)
    form = _HTTPS.fullmatch(text) or _SSH.fullmatch(text) or _SCP.fullmatch(text)
    if form is not None and _is_reachable(form):
        return None
    return Fault("HG406", f"{in_place_of(text)} is not the URL of a git repository", _remedy(text))


def ssh_server(text: str) -> tuple[str, int] | None:
    """Host and port of a repository that is reached through ssh; None for any other URL, and for what is none."""
    form = _SSH.fullmatch(text) or _SCP.fullmatch(text)
    if form is None or not _is_reachable(form):
        return None
    return form["host"].lower(), int(form["port"] or "22")


def _without_secret(match: re.Match[str]) -> str:
    """The same place as a URL that is taken: ssh with git's usual user, anything else over https."""
    start = "ssh://git@" if match["start"] == "ssh://" else "https://"
    return _remedy(start + match["end"])


def _is_reachable(form: re.Match[str]) -> bool:
    host = form["host"]
    named = is_ipv4(host) or is_dns_name(host.lower())
    return named and int(form["port"] or "1") in range(1, _MAX_PORT + 1) and ".." not in form["path"].split("/")


def _remedy(text: str) -> str:
    secure = re.sub(r"^http://", "https://", text)
    form = _HTTPS.fullmatch(secure) or _SSH.fullmatch(secure)
    if form is not None and _is_reachable(form):
        return f"write {secure}"
    return "write https://git.example.com/team/cluster.git or git@git.example.com:team/cluster.git"


def revision(text: str) -> Fault | None:
    """A branch or a tag (git-check-ref-format), that is not the generator's own branch."""
    if text == RENDERED or RENDERED.startswith(f"{text}/") or text.startswith(f"{RENDERED}/"):
        message = f"{quoted(text)} is, or stands in the way of, the branch {RENDERED} that hagen keeps for itself"
        return Fault("HG410", message, "write main")
    if _REVISION.fullmatch(text) and not _refused_by_git(text):
        return None
    message = f"{quoted(text)} is not the name of a branch or a tag: letters, digits and . _ / + @ -"
    return Fault("HG410", message, "write main")


def _refused_by_git(text: str) -> bool:
    parts = text.split("/")
    bad_part = any(not part or part.startswith(".") or part.endswith(".lock") for part in parts)
    return bad_part or ".." in text or text.endswith(".") or text.startswith("-") or text in {"@", "HEAD"}
