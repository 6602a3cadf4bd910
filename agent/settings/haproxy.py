"""haproxy.cfg, as far as failover depends on it (Configuration Manual of 2.6, sections 2, 4.2 and 5.2).

Tolerant: what is not known is passed over, what cannot be understood counts as not written. Times in seconds.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

_SECTIONS = {
    "global", "defaults", "frontend", "backend", "listen", "cache", "crt-store", "fcgi-app", "http-errors",
    "log-forward", "log-profile", "mailers", "peers", "program", "resolvers", "ring", "traces", "userlist",
}  # fmt: skip
_UNITS = {"us": 1e-6, "ms": 1e-3, "": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_TIME = re.compile(r"(\d{1,9})(us|ms|s|m|h|d)?")
_NUMBER = re.compile(r"\d{1,9}")
_LAST_PORT = 65535
_WORD = re.compile(r"""((?:\\.|"(?:\\.|[^"\\])*"|'[^']*'|[^\s#"'\\])+)|(\#.*)""", re.VERBOSE)
_PART = re.compile(r"""\\(.)|"((?:\\.|[^"\\])*)"|'([^']*)'|([^\\"']+)""")
_TAKES_VALUE = {
    "inter", "fastinter", "downinter", "fall", "rise", "on-marked-down", "on-marked-up", "on-error", "observe",
    "error-limit", "port", "addr", "track", "verify", "ca-file", "crt", "check-sni", "sni", "weight", "maxconn",
    "tcp-ut", "proto", "check-proto", "check-alpn", "alpn", "cookie", "source", "slowstart", "init-addr", "resolvers",
    "agent-port",
}  # fmt: skip


@dataclass(frozen=True)
class Server:
    """A line `server`, with what `default-server` gives it. Times of its health checks in seconds.

    `verify` None: the check is not over TLS, or haproxy's default (required) holds.
    """

    name: str
    address: str
    port: int | None = None
    check: bool = False
    track: str | None = None
    inter: float = 2.0
    fastinter: float = 2.0
    fall: int = 3
    rise: int = 2
    shutdown_sessions: bool = False
    verify: str | None = None


@dataclass(frozen=True)
class Proxy:
    """A frontend, backend or listen section, with what `defaults` gives it. None: not set.

    `ports`: on which it is reached; `targets`: the backends that it may send to.
    """

    name: str
    kind: str
    ports: tuple[int, ...] = ()
    targets: tuple[str, ...] = ()
    servers: tuple[Server, ...] = ()
    timeouts: Mapping[str, float] = field(default_factory=dict)
    options: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Haproxy:
    """The whole file. `sockets`: paths of the stats sockets. `spread`: share by which checks are spread (0 to 0.5)."""

    proxies: tuple[Proxy, ...] = ()
    sockets: tuple[str, ...] = ()
    spread: float = 0.0

    def behind(self, port: int) -> tuple[Proxy, ...]:
        """The sections with servers that a connection to this port may reach, in the order of the file."""
        entries = [proxy for proxy in self.proxies if port in proxy.ports]
        names = {name for proxy in entries for name in (*proxy.targets, proxy.name)}
        return tuple(proxy for proxy in self.proxies if proxy.name in names and proxy.servers)


def parse_haproxy(text: str) -> Haproxy:
    """Read the file's text; never an error."""
    proxies, sockets, spread = [], [], 0.0
    plain: list[list[str]] = []
    named: dict[str, list[list[str]]] = {}
    for head, lines in _sections(text):
        kind, name = head[0], head[1] if len(head) > 1 else ""
        inherited = named.get(head[head.index("from") + 1], plain) if "from" in head[:-1] else plain
        if kind == "global":
            sockets += [line[2] for line in lines if line[:2] == ["stats", "socket"] and len(line) > 2]  # noqa: PLR2004
            spread = max([spread, *(_share(line[1]) for line in lines if line[0] == "spread-checks" and line[1:])])
        elif kind == "defaults":
            plain = [*(inherited if "from" in head else []), *lines]
            named[name] = plain
        elif kind in {"frontend", "backend", "listen"} and name:
            proxies.append(_proxy(kind, name, [*inherited, *lines]))
    return Haproxy(tuple(proxies), tuple(sockets), spread)


def seconds(text: str) -> float | None:
    """A time as haproxy writes it: a number is of milliseconds unless a unit follows."""
    match = _TIME.fullmatch(text)
    return int(match[1]) * _UNITS[match[2] or ""] if match else None


def _share(text: str) -> float:
    return min(_whole(text) or 0, 50) / 100


def _whole(text: str) -> int | None:
    return int(text) if _NUMBER.fullmatch(text) else None


def _sections(text: str) -> Iterator[tuple[list[str], list[list[str]]]]:
    head: list[str] = []
    lines: list[list[str]] = []
    for line in text.splitlines():
        words = _words(line)
        if not words:
            continue
        if words[0] in _SECTIONS:
            if head:
                yield head, lines
            head, lines = words, []
        else:
            lines.append(words)
    if head:
        yield head, lines


def _words(line: str) -> list[str]:
    """Quotes and backslashes as in section 2.2: weak ", strong ', a backslash keeps the next character."""
    words = []
    for word, comment in _WORD.findall(line):
        if comment:
            break
        words.append("".join(a or re.sub(r"\\(.)", r"\1", b) or c or d for a, b, c, d in _PART.findall(word)))
    return words


def _proxy(kind: str, name: str, lines: list[list[str]]) -> Proxy:
    timeouts = {line[1]: seconds(line[2]) for line in lines if line[0] == "timeout" and len(line) > 2}  # noqa: PLR2004
    options: set[str] = set()
    for line in lines:
        if line[0] == "option" and line[1:]:
            options.add(line[1])
        elif line[:2] == ["no", "option"] and line[2:]:
            options.discard(line[2])
    defaults: list[str] = []
    servers = []
    for line in lines:
        if line[0] == "default-server":
            defaults += line[1:]
        elif line[0] == "server" and len(line) > 2:  # noqa: PLR2004
            servers.append(_server(line[1], line[2], [*defaults, *line[3:]]))
    binds = [line[1] for line in lines if line[0] == "bind" and line[1:]]
    targets = [line[1] for line in lines if line[0] in {"default_backend", "use_backend"} and line[1:]]
    known = {key: value for key, value in timeouts.items() if value is not None}
    own = () if kind == "frontend" else tuple(servers)
    return Proxy(name, kind, tuple(_ports(binds)), tuple(targets), own, known, frozenset(options))


def _ports(binds: Iterable[str]) -> Iterator[int]:
    for address in (part for bind in binds for part in bind.split(",")):
        first, _, last = address.rpartition(":")[2].partition("-")
        start, end = _whole(first), _whole(last or first)
        if start is not None and end is not None:
            yield from range(start, min(end, _LAST_PORT) + 1)


def _server(name: str, where: str, words: list[str]) -> Server:
    values: dict[str, str] = {}
    flags: set[str] = set()
    rest = iter(words)
    for word in rest:
        if word in _TAKES_VALUE:
            values[word] = next(rest, "")
        elif word.startswith("no-"):
            flags.discard(word[3:])
        else:
            flags.add(word)
    host, _, port = where.rpartition(":") if ":" in where else (where, "", "")
    inter = _time(values, "inter", 2.0)
    return Server(
        name=name,
        address=host.removeprefix("ipv4@"),
        port=_whole(port),
        check="check" in flags,
        track=values.get("track"),
        inter=inter,
        fastinter=_time(values, "fastinter", inter),
        fall=_count(values, "fall", 3),
        rise=_count(values, "rise", 2),
        shutdown_sessions=values.get("on-marked-down") == "shutdown-sessions",
        verify=values.get("verify"),
    )


def _time(values: Mapping[str, str], name: str, default: float) -> float:
    found = seconds(values.get(name, ""))
    return found or default


def _count(values: Mapping[str, str], name: str, default: int) -> int:
    found = _whole(values.get(name, ""))
    return default if found is None else max(1, found)
