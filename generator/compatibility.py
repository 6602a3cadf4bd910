"""Versions that hagen renders, and what they go together with: compatibility.toml, read once and strictly."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


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
class AddOn:
    """A component that the rendered repository pins."""

    version: str
    kubernetes: Range
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
    """The whole matrix. `images` are those of machines; `pinned` the container image of a component, by its name."""

    default: str
    supported: Range
    formats: dict[int, Range]
    images: dict[str, str]
    last_kubernetes_of_1: str
    addons: dict[str, AddOn]
    pinned: dict[str, str]
    charts: dict[str, Chart]

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
    parts |= _images(file.pop("images")) | _charts(file.pop("charts")) | _addons(**file)
    return Compatibility(**parts)


def _kubernetes(*, default: str, supported: list[str], source: str) -> dict[str, Any]:
    _cited(source)
    return {"default": default, "supported": _range(supported)}


def _containerd(
    *, formats: dict[str, list[str]], images: dict[str, str], last_kubernetes_of_1: str, source: str
) -> dict[str, Any]:
    _cited(source)
    numbered = {int(number): _range(releases) for number, releases in formats.items()}
    return {"formats": numbered, "images": images, "last_kubernetes_of_1": last_kubernetes_of_1}


def _addons(*, addons: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {"addons": {name: _addon(**entry) for name, entry in addons.items()}}


def _addon(
    *, version: str, kubernetes: list[str], source: str, url: str, files: list[str], retired: str | None = None
) -> AddOn:
    _cited(source)
    return AddOn(version, _range(kubernetes), retired, url, tuple(files))


def _images(images: dict[str, dict[str, str]]) -> dict[str, Any]:
    return {"pinned": {component: _image(**entry) for component, entry in images.items()}}


def _image(*, image: str, source: str) -> str:
    """An image with its tag. TypeError when it is not pinned."""
    _cited(source)
    _, colon, tag = image.rpartition("/")[2].partition(":")
    if not colon or tag == "latest":
        raise TypeError(f"{image} is not pinned")
    return image


def _charts(charts: dict[str, dict[str, str]]) -> dict[str, Any]:
    return {"charts": {name: _chart(**entry) for name, entry in charts.items()}}


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
