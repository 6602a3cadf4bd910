"""Versions that hagen renders, and what they go together with: compatibility.toml, read once and strictly."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

_NOT_PUBLISHED: Final = "no published range"


def minor(version: str) -> tuple[int, int]:
    """Major and minor of a version as numbers: v1.36.2 -> (1, 36)."""
    major, minor_number, *_ = version.removeprefix("v").split(".")
    return int(major), int(minor_number)


@dataclass(frozen=True, slots=True)
class Range:
    """Minors from the first to the last, both included; None is open."""

    first: str | None
    last: str | None

    def __contains__(self, version: str) -> bool:
        number = minor(version)
        above = self.first is None or number >= minor(self.first)
        return above and (self.last is None or number <= minor(self.last))

    def __str__(self) -> str:
        if self.first and self.last:
            return f"{self.first} to {self.last}"
        return f"{self.first} and later" if self.first else f"up to {self.last}" if self.last else "any version"

    def nearest(self, version: str) -> str:
        """The end of the range that lies on the version's side, or the version itself when it is inside."""
        if version in self:
            return version
        if self.first is not None and minor(version) < minor(self.first):
            return self.first
        return self.last or version


@dataclass(frozen=True, slots=True)
class Tested:
    """What an add-on's makers say of Kubernetes; None where they publish no range, and then nobody judges."""

    version: str
    kubernetes: Range | None


@dataclass(frozen=True, slots=True)
class AddOn:
    """A component that the rendered repository pins."""

    version: str
    retired: str | None
    url: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A Helm chart that Argo CD renders by itself."""

    repository: str
    version: str


@dataclass(frozen=True, slots=True)
class Compatibility:
    """The whole matrix. `images` are those of machines; `pinned` the container image of a component, by its name.

    `tested` has every add-on, be it manifests, an image or a chart.
    """

    default: str
    supported: Range
    formats: dict[int, Range]
    images: dict[str, str]
    last_kubernetes_of_1: str
    addons: dict[str, AddOn]
    pinned: dict[str, str]
    charts: dict[str, Chart]
    tested: dict[str, Tested]

    def format_of(self, containerd: str) -> int:
        """The configuration format of a release of containerd."""
        return next(number for number, releases in self.formats.items() if containerd in releases)


@cache
def compatibility() -> Compatibility:
    """The matrix of this release."""
    return read(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def read(text: str) -> Compatibility:
    """The matrix of a file. TypeError or KeyError when the file is not one: every key is known, and none is missing."""
    file = tomllib.loads(text)
    parts = _kubernetes(**file.pop("kubernetes")) | _containerd(**file.pop("containerd"))
    return Compatibility(**parts, **_components(**file))


def _kubernetes(*, default: str, supported: list[str], source: str) -> dict[str, Any]:
    _cited(source)
    return {"default": default, "supported": _range(supported)}


def _containerd(
    *, formats: dict[str, list[str]], images: dict[str, str], last_kubernetes_of_1: str, source: str
) -> dict[str, Any]:
    _cited(source)
    numbered = {int(number): _range(releases) for number, releases in formats.items()}
    return {"formats": numbered, "images": images, "last_kubernetes_of_1": last_kubernetes_of_1}


def _components(
    *, addons: dict[str, dict[str, Any]], images: dict[str, dict[str, Any]], charts: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    judged = addons | charts | {name: entry for name, entry in images.items() if "kubernetes" in entry}
    return {
        "addons": {name: _addon(**_own(entry)) for name, entry in addons.items()},
        "pinned": {name: _image(**_own(entry)) for name, entry in images.items()},
        "charts": {name: _chart(**_own(entry)) for name, entry in charts.items()},
        "tested": {name: _tested(entry) for name, entry in judged.items()},
    }


def _own(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "kubernetes"}


def _tested(entry: dict[str, Any]) -> Tested:
    version = entry.get("version") or entry["image"].rpartition(":")[2]
    bounds = entry["kubernetes"]
    if bounds == _NOT_PUBLISHED:
        return Tested(version, None)
    if not any(bounds):
        raise TypeError(f'a range without ends is written "{_NOT_PUBLISHED}"')
    return Tested(version, _range(bounds))


def _addon(*, version: str, source: str, url: str, files: list[str], retired: str | None = None) -> AddOn:
    _cited(source)
    return AddOn(version, retired, url, tuple(files))


def _image(*, image: str, source: str) -> str:
    """An image with its tag. TypeError when it is not pinned."""
    _cited(source)
    _, colon, tag = image.rpartition("/")[2].partition(":")
    if not colon or tag == "latest":
        raise TypeError(f"{image} is not pinned")
    return image


def _chart(*, repository: str, version: str, source: str) -> Chart:
    _cited(source)
    return Chart(repository, version)


def _range(bounds: list[str]) -> Range:
    first, last = bounds
    return Range(first or None, last or None)


def _cited(source: str) -> None:
    """A range without a source is nobody's word."""
    if not source:
        raise TypeError("a source is empty")
