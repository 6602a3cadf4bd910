"""Where machines and pods get what they are made of: read from the rendered files. Pure but for reading them."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

from ..inventory import Machine
from ..site import Site

KUBEADM: Final = "registry.k8s.io"  # where kubeadm's own images are
_DOCKER: Final = {"docker.io": "registry-1.docker.io"}  # its name, and where it is
_CANONICAL: Final = "cloud-images.ubuntu.com"
_UBUNTU: Final = "http://archive.ubuntu.com/ubuntu"  # what Canonical's images have in their sources
_IMAGE: Final = re.compile(r"^\s*(?:- )?(?:image|newName):\s*[\"']?([a-z0-9.-]+\.[a-z0-9.-]+(?::\d+)?)/", re.MULTILINE)
_REPOSITORY: Final = re.compile(r"^\s*repository=\"(https?://[^\"]+)\"", re.MULTILINE)
_EXPORTED: Final = re.compile(r"^\s*export (https?_proxy|no_proxy)=\"([^\"]*)\"", re.MULTILINE)
_MIRROR: Final = re.compile(r"/certs\.d/([^/]+)/hosts\.toml$")


@dataclass(frozen=True)
class Source:
    """Something that is fetched. One of its `urls` is enough; ssh://host:port for git by SSH.

    `instead`: how it goes without, for what one can do without.
    """

    name: str
    urls: tuple[str, ...]
    instead: str = ""


@dataclass(frozen=True)
class FirstBoot:
    """What a cloud-init file says of where things come from. `proxy`: as environment variables."""

    packages: tuple[str, ...]
    repository: str
    mirrors: Mapping[str, tuple[str, ...]]
    proxy: Mapping[str, str]


def first_boot(site: Site, machine: Machine) -> FirstBoot:
    """Of one machine. BootstrapError when the file is not there."""
    return read(site.file(machine.cloud_init).decode())


def read(user_data: str) -> FirstBoot:
    """A cloud-init file as hagen renders it. Pure."""
    data: Mapping[str, Any] = yaml.safe_load(user_data) or {}
    files = [(each["path"], each.get("content", "")) for each in data.get("write_files") or ()]
    mirrors = {match[1]: _hosts(text) for path, text in files if (match := _MIRROR.search(path))}
    everything = "\n".join(text for _, text in files)
    found = _REPOSITORY.search(everything)
    primary = (data.get("apt") or {}).get("primary") or ()
    proxy = {key: data["apt"][key] for key in ("http_proxy", "https_proxy") if key in (data.get("apt") or {})}
    return FirstBoot(
        packages=tuple(each["uri"] for each in primary if "uri" in each),
        repository=found[1] if found else "",
        mirrors=mirrors,
        proxy={**proxy, **dict(_EXPORTED.findall(everything))},
    )


def _hosts(text: str) -> tuple[str, ...]:
    """containerd's hosts.toml: mirrors in their order, then the registry itself."""
    table = tomllib.loads(text)
    return (*table.get("host", {}), *([table["server"]] if "server" in table else []))


def packages(site: Site, boot: FirstBoot) -> Iterator[Source]:
    """What the first boot of any machine needs."""
    if boot.packages:
        yield Source("package mirror", boot.packages)
    elif urlsplit(site.inventory.provider.image_server).hostname == _CANONICAL:
        yield Source("package mirror", (_UBUNTU,))
    if boot.repository:
        yield Source("Kubernetes packages", (f"{boot.repository}Release.key",))


def agent() -> Iterator[Source]:
    """What the health agent is installed from: the index, and where its files are."""
    instead = "`make agent-wheels` in hagen's sources, and `hagen bootstrap up --agent-wheels FOLDER`."
    yield Source("PyPI, for the health agent", ("https://pypi.org/simple/pip/",), instead)
    yield Source("PyPI's files, for the health agent", ("https://files.pythonhosted.org/",), instead)


def cluster(site: Site, boot: FirstBoot) -> Iterator[Source]:
    """What pods and Argo CD need: registries of all images, manifests that are not vendored, the git repository."""
    for registry in sorted({KUBEADM, *registries(_manifests(site.repository)), *_locked_registries(site.repository)}):
        urls = boot.mirrors.get(registry) or (f"https://{_DOCKER.get(registry, registry)}",)
        yield Source(f"registry {registry}", tuple(f"{url.rstrip('/')}/v2/" for url in urls))
    for host in sorted(_manifest_hosts(site.repository)):
        yield Source("upstream manifests", (f"https://{host}/",))
    yield Source("git repository", (git(site.inventory.repository.url),))


def git(url: str) -> str:
    """A git URL as what is asked: itself, or ssh://host:port. scp's form (git@host:path) too. Pure."""
    if "://" not in url:
        return f"ssh://{url.partition(':')[0].rpartition('@')[2]}:22"
    parts = urlsplit(url)
    return f"ssh://{parts.hostname}:{parts.port or 22}" if parts.scheme == "ssh" else url


def registries(texts: Iterable[str]) -> set[str]:
    """Registries that manifests name; an image without one is a name that kustomize replaces. Pure."""
    return {found for text in texts for found in _IMAGE.findall(text)}


def _manifests(repository: Path) -> Iterator[str]:
    for folder in ("infrastructure", "database", "apps", "monitoring"):
        for path in (repository / folder).rglob("*.yaml"):
            yield path.read_text(encoding="utf-8", errors="replace")


def _locks(repository: Path) -> Iterator[Mapping[str, Any]]:
    for path in (repository / "hagen.lock", *repository.glob("clusters/*/hagen.lock")):
        if path.is_file():
            yield from tomllib.loads(path.read_text(encoding="utf-8")).get("manifest", ())


def _locked_registries(repository: Path) -> set[str]:
    images = [image for entry in _locks(repository) for image in entry.get("images", ())]
    return {image.partition("/")[0] for image in images if "/" in image and "." in image.partition("/")[0]}


def _manifest_hosts(repository: Path) -> set[str]:
    """Hosts of manifests that Argo CD fetches itself; vendored ones have a checksum."""
    hosts = {urlsplit(entry["url"]).hostname for entry in _locks(repository) if not entry.get("sha256")}
    return {host for host in hosts if host}
