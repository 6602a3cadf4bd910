"""The rules about haproxy.cfg (codes HA201 to HA211), one function each. Pure."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from .finding import Finding, finding
from .subject import Judge, Subject

_WATCH = 300.0  # seconds: an apiserver's watch may be silent for that long


def _no_check_timeout(subject: Subject) -> Iterator[Finding]:
    for proxy, _ in subject.checked:
        if "check" not in proxy.timeouts:
            yield finding("HA201", f"{proxy.kind} {proxy.name} has none.")


def _long_check_timeout(subject: Subject) -> Iterator[Finding]:
    for proxy, server in subject.checked:
        timeout, allowed = proxy.timeouts.get("check", 0.0), server.inter * server.fall
        if timeout > allowed:
            yield finding("HA202", f"In {proxy.name}, timeout check is {timeout:g} s, inter x fall is {allowed:g} s.")


def _kept_connections(subject: Subject) -> Iterator[Finding]:
    for proxy in subject.backends:
        if any(server.check and not server.shutdown_sessions for server in proxy.servers):
            yield finding("HA203", f"Servers of {proxy.name} lack it.")


def _unchecked_server(subject: Subject) -> Iterator[Finding]:
    for proxy in subject.haproxy.proxies if subject.haproxy else ():
        for server in proxy.servers:
            if not server.check and server.track is None:
                yield finding("HA204", f"{proxy.name}/{server.name} has none.")


def _unverified(subject: Subject) -> Iterator[Finding]:
    for proxy, server in subject.checked:
        if server.verify == "none":
            yield finding("HA205", f"Servers of {proxy.name} have verify none.")


def _no_redispatch(subject: Subject) -> Iterator[Finding]:
    for proxy in subject.backends:
        if "redispatch" not in proxy.options:
            yield finding("HA206", f"{proxy.kind} {proxy.name} lacks it.")


def _no_connect_timeout(subject: Subject) -> Iterator[Finding]:
    for proxy, _ in subject.checked:
        if "connect" not in proxy.timeouts:
            yield finding("HA207", f"{proxy.kind} {proxy.name} has none.")


def _servers_differ(subject: Subject) -> Iterator[Finding]:
    if subject.haproxy is None:
        return
    wanted = {urlsplit(member.url).hostname for member in subject.config.api_servers.members}
    there = {server.address for proxy in subject.backends for server in proxy.servers}
    if wanted != there:
        names = ", ".join(sorted(str(name) for name in wanted ^ there))
        yield finding("HA208", f"The backend of port {subject.api_port} and agent.yaml differ in {names}.")


def _watches_cut(subject: Subject) -> Iterator[Finding]:
    entries = [proxy for proxy in subject.haproxy.proxies if subject.api_port in proxy.ports] if subject.haproxy else []
    sides = [(proxy, "client") for proxy in entries] + [(proxy, "server") for proxy in subject.backends]
    for proxy, side in sides:
        timeout = proxy.timeouts.get(side)
        if timeout is not None and timeout < _WATCH:
            yield finding("HA209", f"{proxy.kind} {proxy.name} has timeout {side} {timeout:g} s.")


def _socket_differs(subject: Subject) -> Iterator[Finding]:
    path = subject.config.haproxy.socket
    if subject.haproxy and path not in {socket.removeprefix("unix@") for socket in subject.haproxy.sockets}:
        yield finding("HA210", f"haproxy.cfg opens no stats socket {path}.")


def _connect_only(subject: Subject) -> Iterator[Finding]:
    for proxy, _ in subject.checked:
        if "httpchk" not in proxy.options:
            yield finding("HA211", f"{proxy.kind} {proxy.name} has none.")


JUDGES: tuple[Judge, ...] = (
    _no_check_timeout,
    _long_check_timeout,
    _kept_connections,
    _unchecked_server,
    _unverified,
    _no_redispatch,
    _no_connect_timeout,
    _servers_differ,
    _watches_cut,
    _socket_differs,
    _connect_only,
)
