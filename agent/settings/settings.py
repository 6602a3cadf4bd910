"""The live files of this host, read and judged. The only module here that touches the disk."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from ..config import AgentConfig
from .bounds import server_bounds, vrrp_bounds
from .finding import Finding, finding
from .haproxy import parse_haproxy
from .keepalived import parse_keepalived
from .lint import lint
from .subject import Subject

KEEPALIVED = Path("/etc/keepalived/keepalived.conf")
HAPROXY = Path("/etc/haproxy/haproxy.cfg")
_LIMIT = 4 * 1024 * 1024  # bytes: no real file comes near
_WEB = (80, 443)
_HTTPS = 443


@dataclass(frozen=True)
class Settings:
    """`bounds`: seconds by fault of the test matrix, infinity when nothing ends it, absent when not known."""

    bounds: Mapping[str, float] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def read_settings(config: AgentConfig, keepalived: Path = KEEPALIVED, haproxy: Path = HAPROXY) -> Settings:
    """Read both files as they are now. What cannot be read is a finding; never an error."""
    first, unread_first = _read(keepalived, "HA100")
    second, unread_second = _read(haproxy, "HA200")
    settings = judge_settings(config, first, second)
    return Settings(settings.bounds, (*unread_first, *unread_second, *settings.findings))


def judge_settings(config: AgentConfig, keepalived: str | None, haproxy: str | None) -> Settings:
    """The same of their texts. None: not known."""
    subject = Subject(
        config=config,
        keepalived=None if keepalived is None else parse_keepalived(keepalived),
        haproxy=None if haproxy is None else parse_haproxy(haproxy),
        api_port=_port(config.api_servers.endpoint),
    )
    bounds: dict[str, float] = {}
    if subject.instance:
        bounds |= vrrp_bounds(subject.instance, (other.priority for other in config.load_balancers))
    if subject.haproxy:
        bounds |= server_bounds(subject.haproxy, subject.api_port, _WEB)
    return Settings(bounds, lint(subject))


def _port(url: str) -> int:
    try:
        return urlsplit(url).port or _HTTPS
    except ValueError:
        return _HTTPS


def _read(path: Path, code: str) -> tuple[str | None, tuple[Finding, ...]]:
    try:
        with path.open("rb") as file:
            return file.read(_LIMIT).decode("utf-8", errors="replace"), ()
    except OSError as error:
        return None, (finding(code, f"{path}: {error.strerror or error}."),)
