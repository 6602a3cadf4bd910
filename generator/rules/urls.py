"""URLs: the git repository and its revision, mirrors and proxies. Never with a password in them."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from ..model import Cluster
from ..problem import Finding, Path, quoted
from .grammar import is_dns_name, is_ipv4, is_ipv6
from .repository import in_place_of, repository_url, revision
from .rule import Fault, Rule, list_rule, reads, text_rule, write

_URL: Final = re.compile(
    r"(?P<scheme>[a-z]+)://(?P<user>[^/?#]*@)?(?P<host>\[[^]/]*\]|[^/:?#]*)(?P<rest>.*)", re.DOTALL
)
_REST: Final = re.compile(r"(:(?P<port>[0-9]{1,5}))?(?P<path>(/[A-Za-z0-9._~%:+,=-]*)*)")
_PORTS: Final = range(1, 65536)


def url(*schemes: str) -> Callable[[str], Fault | None]:
    """A judge of URLs with one of the schemes: a host, perhaps a port and a path, nothing else."""

    def judge(text: str) -> Fault | None:
        match = _URL.fullmatch(text)
        if match is None:
            return _not_a_url(text, f"write it like {schemes[-1]}://mirror.example.com")
        if match["user"]:
            message = f"{in_place_of(text)} holds a user name or a password"
            bare = f"{match['scheme']}://{match['host']}{match['rest']}"
            remedy = f"write {bare}" if judge(bare) is None else "take it out"
            return Fault("HG407", message, f"{remedy}; the file is kept in git")
        if match["scheme"] not in schemes:
            remedy = f"write {schemes[-1]}://{match['host']}{match['rest']}" if match["host"] else "write a URL"
            return _not_a_url(text, remedy)
        return _host_and_rest(text, match["host"], match["rest"])

    return judge


def _host_and_rest(text: str, host: str, rest: str) -> Fault | None:
    if is_ipv6(host):
        return Fault("HG314", f"{quoted(text)} names an IPv6 address", "write a name or an IPv4 address")
    if not (is_ipv4(host) or is_dns_name(host.lower())):
        return _not_a_url(text, "write a host name after ://, like mirror.example.com")
    match = _REST.fullmatch(rest)
    if match is None:
        return _not_a_url(text, "write only a host, a port and a path; no spaces, ? or #")
    if match["port"] and int(match["port"]) not in _PORTS:
        return _not_a_url(text, "write a port from 1 to 65535")
    return None


def _not_a_url(text: str, remedy: str) -> Fault:
    return Fault("HG411", f"{in_place_of(text)} is not a URL that can be used here", remedy)


def kubernetes_repository(text: str) -> Fault | None:
    """The address before /v<minor>/deb/, which is added for the version that is installed."""
    fault = url("http", "https")(text)
    if fault is None and (text.endswith("/") or re.search(r"/v\d+\.\d+(/|$)", text)):
        base = re.sub(r"/v\d+\.\d+(/.*)?$", "", text).rstrip("/")
        return Fault("HG411", f"{quoted(text)} goes on too far: /v<minor>/deb/ is added to it", f'write "{base}"')
    return fault


@reads(each="packages.registryMirrors")
def registries(cluster: Cluster) -> Iterator[Finding]:
    """Registries as image names spell them, each once: containerd reads one folder for each (docs/hosts.md)."""
    seen: set[str] = set()
    judge = url("http", "https")
    for index, mirror in enumerate(cluster.packages.registry_mirrors):
        path = ("packages", "registryMirrors", index)
        fault = registry(mirror.registry, seen)
        if fault is not None:
            yield Finding(fault.code, (*path, "registry"), fault.message, fault.remedy)
        for number, endpoint in enumerate(mirror.endpoints):
            fault = judge(endpoint)
            if fault is not None:
                yield Finding(fault.code, (*path, "endpoints", number), fault.message, fault.remedy)


def registry(text: str, seen: set[str]) -> Fault | None:
    """A host and perhaps a port; `seen` are the ones before it."""
    host, colon, port = text.partition(":")
    valid_port = not colon or (re.fullmatch(r"[0-9]{1,5}", port) is not None and int(port) in _PORTS)
    if not valid_port or not (is_dns_name(host) or is_ipv4(host)):
        message = f"{in_place_of(text)} is not a registry: a host name, perhaps with a port"
        return Fault("HG404", message, "write it like docker.io or registry.example.com:5000")
    if text in seen:
        return Fault("HG414", f"{quoted(text)} has mirrors above already", "put all endpoints into one entry")
    seen.add(text)
    return None


def direct(text: str) -> Fault | None:
    """An entry of no_proxy: a name, a domain with a dot in front, an address or a network."""
    if re.fullmatch(r"[0-9.]+(/[0-9]{1,2})?", text):
        address, _, prefix = text.partition("/")
        if is_ipv4(address) and int(prefix or "0") <= 32:  # noqa: PLR2004  # bits of an IPv4 address
            return None
        return Fault("HG108", f"{quoted(text)} is neither an address nor a network", "write it like 10.0.0.0/8")
    if is_ipv6(text.partition("/")[0]):
        return Fault("HG314", f"{quoted(text)} is an IPv6 address", "write a name or an IPv4 network")
    if is_dns_name(text.removeprefix(".")):
        return None
    return Fault("HG404", f"{quoted(text)} is neither a name nor a network", "write it like .example.com or 10.0.0.0/8")


@reads("packages.proxy")
def proxy_for_https(cluster: Cluster) -> Iterator[Finding]:
    """A proxy for http alone leaves all that matters to a direct connection."""
    proxy = cluster.packages.proxy
    if proxy.http and proxy.https is None and url("https", "http")(proxy.http) is None:
        message = "there is a proxy for http, but none for https: git, manifests, charts and images would go past it"
        path: Path = ("packages", "proxy", "https")
        at: Path = ("packages", "proxy", "http")
        yield Finding("HG417", at, message, write(cluster, path, proxy.http, at))


def _endpoint(cluster: Cluster) -> str | None:
    return cluster.database.backup.s3.endpoint_url if cluster.database.backup.s3 else None


RULES: Final[tuple[Rule, ...]] = (
    registries,
    proxy_for_https,
    text_rule("repository.url", lambda cluster: cluster.repository.url, repository_url),
    text_rule("repository.revision", lambda cluster: cluster.repository.revision, revision),
    text_rule("machines.imageServer", lambda cluster: cluster.machines.image_server, url("https")),
    text_rule("packages.aptMirror", lambda cluster: cluster.packages.apt_mirror, url("https", "http")),
    text_rule(
        "packages.kubernetesRepository",
        lambda cluster: cluster.packages.kubernetes_repository,
        kubernetes_repository,
    ),
    text_rule("packages.proxy.http", lambda cluster: cluster.packages.proxy.http, url("https", "http")),
    text_rule("packages.proxy.https", lambda cluster: cluster.packages.proxy.https, url("https", "http")),
    list_rule("packages.proxy.noProxy", lambda cluster: cluster.packages.proxy.no_proxy, direct),
    text_rule("database.backup.s3.endpointURL", _endpoint, url("http", "https")),
)
